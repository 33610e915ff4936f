import { expect, failedJob, test } from "../fixtures";

test("the overview counts what is there, and every page of the navigation opens", async ({ page, server }) => {
  await server.seed("dead", [failedJob(1), failedJob(2)]);
  await server.post("/api/v1/jobs", { class: "PublishPhoto", args: [3], queue: "photos" });
  const response = await page.goto(server.address);
  expect(response!.status()).toBe(200);
  await expect(page.locator("main")).toContainText("photos");
  for (const path of ["/queues", "/running", "/scheduled", "/retries", "/dead", "/failures", "/holds", "/holds/new", "/periodic", "/processes", "/operations", "/import"]) {
    expect((await page.goto(server.address + path))!.status(), path).toBe(200);
    await expect(page.locator("h1"), path).toHaveCount(1);
  }
});
