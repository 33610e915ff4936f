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

test("a queue is cleared after a question, its neighbour stays, and it is put back", async ({ page, server, javaScriptEnabled }) => {
  for (const queue of ["photos", "mails"]) {
    await server.post("/api/v1/jobs", [{ class: "Any", args: [], queue }, { class: "Any", args: [], queue }]);
  }
  await open(page, `${server.address}/queues`, javaScriptEnabled);
  await page.getByRole("row", { name: /photos/ }).getByRole("link", { name: /Clear/ }).click();
  const question = page.getByRole("dialog");
  await expect(question).toContainText("2 jobs");
  await question.getByRole("button", { name: "Clear queue" }).click();
  const enqueued = async () => (await server.get("/api/v1/overview")).enqueued;
  await expect.poll(enqueued).toBe(2);
  await expect(page).toHaveURL(/\/operations\//);
  // Without JavaScript a page stays as it was when it was made.
  await expect(async () => {
    if (!javaScriptEnabled) await page.reload();
    await page.getByRole("button", { name: "Undo 2 jobs" }).click({ timeout: 2000 });
  }).toPass();
  await expect.poll(enqueued).toBe(4);
  await open(page, `${server.address}/queues?confirm=clear&queue=photos`, javaScriptEnabled);
  await question.getByText("At once, and for good").click();
  await question.getByRole("button", { name: "Remove for good" }).click();
  await expect(page.locator("main .notice")).toContainText("Removed queue photos with 2 jobs");
  await expect.poll(enqueued).toBe(2);
  await open(page, `${server.address}/queues/mails`, javaScriptEnabled);
  await expect(page.locator("tr.job")).toHaveCount(2);
});

test("the queue that is asked about is the one that is cleared, whatever its name", async ({ page, server, javaScriptEnabled }) => {
  const names = ["a%20b", "a b", "100%", "x/y+z"];
  for (const queue of names) await server.post("/api/v1/jobs", { class: "Any", args: [], queue });
  await open(page, `${server.address}/queues`, javaScriptEnabled);
  await page.getByRole("row").filter({ has: page.getByRole("link", { name: "a%20b", exact: true }) }).getByRole("link", { name: /Clear/ }).click();
  const question = page.getByRole("dialog");
  await expect(question).toContainText("Clear queue a%20b?");
  await expect(question).toContainText("1 job");
  await question.getByRole("button", { name: "Clear queue" }).click();
  await expect(page).toHaveURL(/\/operations\//);
  await expect(page.locator("main")).toContainText("Delete jobs in the queue `a%20b`");
  const left = async () => (await server.get("/api/v1/queues")).filter((queue: { size: number }) => queue.size > 0).map((queue: { name: string }) => queue.name).sort();
  await expect.poll(left).toEqual(["100%", "a b", "x/y+z"]);
});

test("a queue's page is about the queue that was clicked, also after a reload", async ({ page, server, javaScriptEnabled }) => {
  for (const queue of ["a%20b", "a b", "100%", "x/y+z"]) await server.post("/api/v1/jobs", { class: "Any", args: [queue], queue });
  for (const queue of ["a%20b", "a b", "100%", "x/y+z"]) {
    await open(page, `${server.address}/queues`, javaScriptEnabled);
    await page.getByRole("link", { name: queue, exact: true }).click();
    await expect(page.locator("h1")).toHaveText(`Queue ${queue}`);
    await expect(page.locator("tr.job")).toHaveCount(1);
    await expect(page.locator("tr.job")).toContainText(`["${queue}"]`);
    await page.reload();
    await expect(page.locator("h1")).toHaveText(`Queue ${queue}`);
    await expect(page.locator("tr.job")).toContainText(`["${queue}"]`);
  }
});

test("the age of lost numbers is a time that stays true", async ({ page, server, storeKind, javaScriptEnabled }) => {
  test.skip(storeKind !== "redis", "a file does not stop");
  test.info().annotations.push({ type: "requests fail" });
  await server.post("/api/v1/jobs", { class: "Any", args: [], queue: "photos" });
  await open(page, `${server.address}/queues`, javaScriptEnabled);
  await expect(page.locator("main")).toContainText("photos");
  await server.redis!.stop();
  await expect(async () => {
    if (!javaScriptEnabled) await page.reload();
    await expect(page.getByRole("alert")).toContainText("Store lost", { timeout: 1_000 });
  }).toPass();
  const age = page.locator(".banner-age");
  if (javaScriptEnabled) await expect(age).toHaveText(/numbers, [1-9]\d*\ss old/);
  else await expect(age).toHaveText(/numbers, from 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC\./);
  await expect(page.getByRole("row", { name: /photos/ })).toBeVisible();
});
