import { act, open, reschedule, row, rows, tick, told } from "../lists";
import { expect, test } from "../fixtures";

test("the demo: from first load to a retried, a rescheduled and a deleted job", async ({ page, start, javaScriptEnabled }) => {
  test.setTimeout(180_000);
  const server = await start("demo", "--speed", "20");
  await open(page, server.address, javaScriptEnabled);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(async () => {
    if (!javaScriptEnabled) await page.reload();
    await expect(page.locator("main")).toContainText("photos", { timeout: 1_000 });
  }).toPass();
  await expect.poll(async () => (await server.get("/api/v1/overview")).processed, { timeout: 60_000 }).toBeGreaterThan(20);

  // Photos that are too large end in the dead set.
  await expect.poll(async () => (await server.get("/api/v1/overview")).dead, { timeout: 120_000 }).toBeGreaterThan(1);
  await open(page, `${server.address}/dead`, javaScriptEnabled);
  const jid = async (index: number) => /jobs\/([^?]+)/.exec((await rows(page).nth(index).locator("a.job-link").getAttribute("href"))!)![1];
  await expect(rows(page).first()).toContainText("TooLarge");
  const [retried, deleted] = [await jid(0), await jid(1)];
  const processed = (await server.get("/api/v1/overview")).processed;
  await tick(page, retried);
  await act(page, "Retry", javaScriptEnabled);
  await told(page, "1 retried.");
  // It runs at once, and is refused again.
  await expect.poll(async () => (await server.get("/api/v1/overview")).processed).toBeGreaterThan(processed);

  await open(page, `${server.address}/dead`, javaScriptEnabled);
  await tick(page, deleted);
  await act(page, "Delete…", javaScriptEnabled);
  await told(page, "1 deleted.");
  await expect(row(page, deleted)).toHaveCount(0);

  await expect.poll(async () => (await server.get("/api/v1/overview")).dead, { timeout: 120_000 }).toBeGreaterThan(0);
  await open(page, `${server.address}/dead`, javaScriptEnabled);
  const moved = await jid(0);
  await tick(page, moved);
  await (await reschedule(page, javaScriptEnabled)).getByRole("button", { name: "in 1 h" }).click();
  await told(page, "1 rescheduled.");
  await open(page, `${server.address}/retries?text=${moved}`, javaScriptEnabled);
  await expect(row(page, moved)).toBeVisible();
});
