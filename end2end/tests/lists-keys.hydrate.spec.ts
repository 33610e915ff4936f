// The keys of a list.
import { open, row, rows, tick, told } from "../lists";
import { expect, failedJob, hydrated, test } from "../fixtures";

test("j and k move, x selects, r retries, and the focus goes on", async ({ page, server }) => {
  await server.seed("dead", [1, 2, 3].map((number) => failedJob(number)));
  await open(page, `${server.address}/dead`, true);
  const focused = (index: number) => expect(rows(page).nth(index).locator("a.job-link")).toBeFocused();
  await page.keyboard.press("j");
  await focused(0);
  await page.keyboard.press("j");
  await focused(1);
  await page.keyboard.press("k");
  await focused(0);
  await page.keyboard.press("x");
  await expect(page.locator(".action-count")).toHaveText("1 selected");
  await page.keyboard.press("x");
  await expect(page.getByRole("checkbox", { checked: true })).toHaveCount(0);
  await page.keyboard.press("j");
  await page.keyboard.press("r");
  await told(page, "1 retried.");
  await expect(rows(page)).toHaveCount(2);
  await focused(1);
});

test("/ leads to a field that can be seen", async ({ page, server }) => {
  const [jid] = await server.seed("dead", [failedJob(1)]);
  await open(page, `${server.address}/dead`, true);
  await page.keyboard.press("/");
  await expect(page.getByPlaceholder("Search any words")).toBeFocused();
  await page.keyboard.press("Escape");
  await tick(page, jid);
  await page.keyboard.press("/");
  await expect(page.locator("#find-job")).toBeFocused();
});

test("g and a letter lead to a page, and do nothing to the job with the focus", async ({ page, server }) => {
  await server.seed("dead", [failedJob(1)]);
  await open(page, `${server.address}/dead`, true);
  await page.keyboard.press("j");
  await page.keyboard.press("g");
  await page.keyboard.press("r");
  await expect(page).toHaveURL(/\/running$/);
  expect((await server.get("/api/v1/overview")).dead).toBe(1);
});

test("g is forgotten after a while", async ({ page, server }) => {
  await page.clock.install();
  await server.seed("dead", [failedJob(1)]);
  await page.goto(`${server.address}/dead`);
  await hydrated(page);
  await page.keyboard.press("j");
  await page.keyboard.press("g");
  await page.clock.fastForward(60_000);
  await page.keyboard.press("r");
  await told(page, "1 retried.");
  await expect(page).toHaveURL(/\/dead$/);
});

test("keys mean nothing to the list while a dialog is open", async ({ page, server }) => {
  const [jid] = await server.seed("dead", [failedJob(1)]);
  await open(page, `${server.address}/dead`, true);
  await tick(page, jid);
  await page.keyboard.press("#");
  const dialog = page.getByRole("dialog");
  await expect(dialog).toBeVisible();
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await page.keyboard.press("r");
  await page.keyboard.press("x");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(row(page, jid).getByRole("checkbox")).toBeChecked();
  expect((await server.get("/api/v1/overview")).dead).toBe(1);
});

test("a question that was taken back moves no focus later", async ({ page, server }) => {
  await server.seed("dead", [1, 2, 3].map((number) => failedJob(number)));
  await open(page, `${server.address}/dead`, true);
  await page.keyboard.press("j");
  await page.keyboard.press("#");
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await server.seed("dead", [failedJob(4)]);
  await expect(rows(page)).toHaveCount(4);
  // What the list does to the focus it does before the next frame is over.
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  await expect(page.locator("body")).toBeFocused();
});
