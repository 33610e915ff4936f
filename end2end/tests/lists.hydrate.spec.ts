import { act, open, row, rows, tick, told } from "../lists";
import { expect, failedJob, hydrated, test } from "../fixtures";

test("shift and a click tick a range", async ({ page, server }) => {
  await server.seed("dead", Array.from({ length: 8 }, (_, number) => failedJob(number)));
  await open(page, `${server.address}/dead`, true);
  await rows(page).nth(1).getByRole("checkbox").check();
  await rows(page).nth(5).getByRole("checkbox").click({ modifiers: ["Shift"] });
  await expect(page.getByRole("checkbox", { checked: true })).toHaveCount(5);
  await expect(page.locator(".action-count")).toHaveText("5 selected");
  await act(page, "Retry", true);
  await told(page, "5 retried.");
  await expect(rows(page)).toHaveCount(3);
});

test("all jobs of a page are ticked at once, and let go", async ({ page, server }) => {
  await server.seed("dead", [failedJob(1), failedJob(2), failedJob(3)]);
  await open(page, `${server.address}/dead`, true);
  await page.getByLabel("Select all jobs on this page").check();
  await expect(page.locator(".action-count")).toHaveText("3 selected");
  await page.getByRole("group", { name: "Do to the selected jobs" }).getByRole("button", { name: "Clear" }).click();
  await expect(page.getByRole("checkbox", { checked: true })).toHaveCount(0);
});

test("a delete is taken back by its cancel", async ({ page, server }) => {
  const [jid] = await server.seed("dead", [failedJob(1)]);
  await open(page, `${server.address}/dead`, true);
  await tick(page, jid);
  await page.locator(".action-bar summary", { hasText: "Delete" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(row(page, jid)).toBeVisible();
  expect((await server.get("/api/v1/overview")).dead).toBe(1);
});

test("jobs that fail while somebody looks appear by themselves", async ({ page, server }) => {
  await open(page, `${server.address}/dead`, true);
  await expect(rows(page)).toHaveCount(0);
  const [jid] = await server.seed("dead", [failedJob(1)]);
  await expect(row(page, jid)).toBeVisible();
  await expect(page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: /Dead/ })).toContainText("1");
});

test("a double click acts once", async ({ page, server }) => {
  const [jid] = await server.seed("dead", [failedJob(1)]);
  await open(page, `${server.address}/dead`, true);
  await tick(page, jid);
  await page.getByRole("group", { name: "Do to the selected jobs" }).getByRole("button", { name: "Retry" }).dblclick();
  await told(page, "1 retried.");
  await expect(rows(page)).toHaveCount(0);
  expect((await server.get("/api/v1/queues/photos/jobs")).entries).toHaveLength(1);
});

test("two operators retry the same job: it runs once, the second is told", async ({ page, context, server }) => {
  const [jid] = await server.seed("dead", [failedJob(1)]);
  const other = await context.newPage();
  for (const tab of [page, other]) {
    await open(tab, `${server.address}/dead`, true);
    // Held still, so that the second does not see the first one's change.
    await tick(tab, jid);
  }
  await act(page, "Retry", true);
  await told(page, "1 retried.");
  await act(other, "Retry", true);
  await told(other, "1 was gone meanwhile.");
  expect((await server.get("/api/v1/queues/photos/jobs")).entries).toHaveLength(1);
});

test("the theme that was chosen stays", async ({ page, server }) => {
  await open(page, server.address, true);
  const shown = () => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme + document.documentElement.dataset.theme);
  const before = await shown();
  // It shows at once, and is kept with the answer.
  const kept = page.waitForResponse((response) => response.url().endsWith("/api/ui/theme"));
  await page.getByRole("button", { name: /theme/i }).click();
  await expect.poll(shown).not.toBe(before);
  const after = await shown();
  await kept;
  await page.reload();
  await hydrated(page);
  expect(await shown()).toBe(after);
});
