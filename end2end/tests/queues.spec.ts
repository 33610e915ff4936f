import { open } from "../lists";
import { expect, test } from "../fixtures";

test("a queue is paused and resumed", async ({ page, server, javaScriptEnabled }) => {
  await server.post("/api/v1/jobs", { class: "PublishPhoto", args: [1], queue: "photos" });
  await open(page, `${server.address}/queues`, javaScriptEnabled);
  const photos = page.getByRole("row", { name: /photos/ });
  await photos.getByRole("button", { name: "Pause queue photos" }).click();
  await expect(photos.getByRole("button", { name: "Resume queue photos" })).toBeVisible();
  expect((await server.get("/api/v1/queues"))[0].paused).toBe(true);
  await photos.getByRole("button", { name: "Resume queue photos" }).click();
  await expect(photos.getByRole("button", { name: "Pause queue photos" })).toBeVisible();
  expect((await server.get("/api/v1/queues"))[0].paused).toBe(false);
});

test("a queue is cleared after a question, its neighbour stays", async ({ page, server, javaScriptEnabled }) => {
  for (const queue of ["photos", "mails"]) {
    await server.post("/api/v1/jobs", [{ class: "Any", args: [], queue }, { class: "Any", args: [], queue }]);
  }
  await open(page, `${server.address}/queues`, javaScriptEnabled);
  await page.getByRole("row", { name: /photos/ }).getByRole("link", { name: /Clear/ }).click();
  const question = page.getByRole("dialog");
  await expect(question).toContainText("2 jobs");
  await question.getByRole("button", { name: /Clear|Delete/ }).click();
  await expect.poll(async () => (await server.get("/api/v1/overview")).enqueued).toBe(2);
  await open(page, `${server.address}/queues/mails`, javaScriptEnabled);
  await expect(page.locator("tr.job")).toHaveCount(2);
});
