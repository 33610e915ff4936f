// What is held comes and goes on a page that is open.
import { expect, failedJob, hydrated, test } from "../fixtures";

test("the strip appears, counts, and goes without a click", async ({ page, server }) => {
  await server.seed("retries", [failedJob(1), failedJob(2)]);
  await page.goto(`${server.address}/queues`);
  await hydrated(page);
  const banner = page.locator(".holds-banner");
  await expect(banner).toBeHidden();
  const { hold } = await server.post("/api/v1/holds", { query: "class:PublishPhoto", seconds: 7200 });
  await expect(banner).toContainText(/2\sretries found by class:PublishPhoto held/);
  await server.post(`/api/v1/holds/${hold.id}/release`, {});
  await expect(banner).toBeHidden();
});

test("a hold is listed at once where the holds are", async ({ page, server }) => {
  await page.goto(`${server.address}/holds`);
  await hydrated(page);
  await expect(page.locator(".empty-title")).toHaveText("Nothing is held.");
  const { hold } = await server.post("/api/v1/holds", { query: "class:PublishPhoto", seconds: 7200 });
  await expect(page.locator(".holds tbody tr")).toHaveCount(1);
  await server.request("DELETE", `/api/v1/holds/${hold.id}`);
  await expect(page.locator(".holds tbody tr")).toHaveCount(0);
});
