// Acts that follow each other, and what is told of them.
import type { Page } from "@playwright/test";
import { menu, open, row, rows, tick, told } from "../lists";
import { expect, failedJob, test } from "../fixtures";

/** Lets no act through to the server until it is asked to. Answers how many wait, and what lets all through. */
async function hold(page: Page) {
  let release = () => {};
  let held = 0;
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/api/ui/jobs/act*", async (route) => {
    held += 1;
    await released;
    await route.continue();
  });
  return { release, held: () => held };
}

test("acts that are asked for while one is on its way are all done", async ({ page, server }) => {
  await server.seed("dead", [1, 2, 3, 4].map((number) => failedJob(number)));
  await open(page, `${server.address}/dead`, true);
  await page.keyboard.press("j");
  const { release, held } = await hold(page);
  for (const key of ["r", "r", "j", "r", "j", "r"]) await page.keyboard.press(key);
  await expect.poll(held).toBe(1);
  release();
  await expect(rows(page)).toHaveCount(1);
  expect(held(), "the same asked twice is one").toBe(3);
  expect((await server.get("/api/v1/queues/photos/jobs")).entries).toHaveLength(3);
});

test("a delete that is confirmed before the first answer is done", async ({ page, server }) => {
  const [first, second] = await server.seed("dead", [1, 2, 3].map((number) => failedJob(number)));
  await open(page, `${server.address}/dead`, true);
  const { release, held } = await hold(page);
  await (await menu(page, first)).getByRole("button", { name: "Retry" }).click();
  await expect.poll(held).toBe(1);
  await (await menu(page, second)).getByText("Delete…").click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete this job" }).click();
  release();
  await told(page, "1 deleted.");
  await expect(rows(page)).toHaveCount(1);
});

test("what is ticked stays ticked until it is done", async ({ page, server }) => {
  const [first, second, third] = await server.seed("dead", [1, 2, 3].map((number) => failedJob(number)));
  await open(page, `${server.address}/dead`, true);
  await tick(page, first, second);
  await (await menu(page, third)).getByRole("button", { name: "Retry" }).click();
  await told(page, "1 retried.");
  await expect(row(page, third)).toHaveCount(0);
  await expect(page.locator(".action-count")).toHaveText("2 selected");
  await expect(page.getByText("updates paused")).toBeVisible();
  await page.getByRole("group", { name: "Do to the selected jobs" }).getByRole("button", { name: "Retry" }).click();
  await expect(rows(page)).toHaveCount(0);
});

test("what was done is told within sight, and nothing moves for it", async ({ page, server }) => {
  const jids = await server.seed("dead", Array.from({ length: 80 }, (_, number) => failedJob(number)));
  await open(page, `${server.address}/dead?limit=100`, true);
  const top = (jid: string) => row(page, jid).evaluate((row) => row.getBoundingClientRect().top);
  // Down in the list, where rows above the retried one have no reason to move.
  const shown = await rows(page).evaluateAll((rows) => rows.map((row) => row.querySelector("a.job-link")!.getAttribute("href")!));
  const jidAt = (index: number) => jids.find((jid) => shown[index].includes(jid))!;
  const above = jidAt(30);
  await row(page, jidAt(40)).scrollIntoViewIfNeeded();
  const before = await top(above);
  const news = page.locator("main .notice");
  await (await menu(page, jidAt(36))).getByRole("button", { name: "Retry" }).click();
  await told(page, "1 retried.");
  await expect(news).toBeInViewport({ ratio: 1 });
  await expect(row(page, jidAt(36))).toHaveCount(0);
  expect(await top(above)).toBe(before);

  // The same outcome again is news again.
  await news.evaluate((notice) => notice.setAttribute("data-seen", ""));
  await (await menu(page, jidAt(35))).getByRole("button", { name: "Retry" }).click();
  await expect(page.locator("main .notice:not([data-seen])")).toHaveText(/^1 retried\./);
  await expect(page.getByRole("status").filter({ hasText: "1 retried." })).toBeVisible();
  await page.getByRole("button", { name: "Dismiss" }).click();
  await expect(news).toHaveCount(0);
  expect(await top(above)).toBe(before);

  // It goes with what it is about.
  await (await menu(page, jidAt(34))).getByRole("button", { name: "Retry" }).click();
  await told(page, "1 retried.");
  await page.locator("th.job-time a").click();
  await expect(news).toHaveCount(0);
});

test("an act without an answer is told as such", async ({ page, server }) => {
  test.info().annotations.push({ type: "requests fail" });
  const [jid] = await server.seed("dead", [failedJob(1)]);
  await open(page, `${server.address}/dead`, true);
  await tick(page, jid);
  await server.stop();
  await page.getByRole("group", { name: "Do to the selected jobs" }).getByRole("button", { name: "Retry" }).click();
  await told(page, "No answer from Jobdeck's server. Whether it was done is not known");
  await expect(page.getByRole("checkbox", { checked: true }), "nothing is let go").not.toHaveCount(0);
  await server.startAgain();
});
