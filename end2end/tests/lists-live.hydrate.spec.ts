// Lists that change while somebody reads, selects, or leafs; and lists that could not be read.
import { menu, open, pill, row, rows, tick, told } from "../lists";
import { expect, failedJob, test } from "../fixtures";

test("nothing moves under the keyboard's focus: new jobs wait behind a pill", async ({ page, server }) => {
  const [first] = await server.seed("dead", [failedJob(1)]);
  await open(page, `${server.address}/dead`, true);
  await page.keyboard.press("j");
  await expect(row(page, first).locator("a.job-link")).toBeFocused();
  const [second] = await server.seed("dead", [failedJob(2)]);
  await expect(pill(page)).toHaveText("1 new · show");
  await expect(rows(page)).toHaveCount(1);
  await pill(page).click();
  await expect(row(page, second)).toBeVisible();
  await expect(pill(page)).toBeHidden();
});

test("nothing moves while jobs are ticked, and the page says why", async ({ page, server }) => {
  const [first] = await server.seed("dead", [failedJob(1)]);
  await open(page, `${server.address}/dead`, true);
  await expect(page.getByText("updates paused")).toBeHidden();
  await tick(page, first);
  await expect(page.getByText("updates paused")).toBeVisible();
  await server.seed("dead", [failedJob(2)]);
  await expect(pill(page)).toHaveText("1 new · show");
  await expect(rows(page)).toHaveCount(1);
  await pill(page).click();
  await expect(rows(page)).toHaveCount(2);
  await expect(row(page, first).getByRole("checkbox")).toBeChecked();
});

test.describe("by touch", () => {
  test.use({ hasTouch: true });

  test("nothing moves under a finger", async ({ page, server }) => {
    const [first] = await server.seed("dead", [failedJob(1)]);
    await open(page, `${server.address}/dead`, true);
    await row(page, first).locator("td.job-time").tap();
    await server.seed("dead", [failedJob(2)]);
    await expect(async () => {
      await row(page, first).locator("td.job-time").tap();
      await expect(pill(page)).toBeVisible({ timeout: 1_000 });
    }).toPass();
    await expect(rows(page)).toHaveCount(1);
  });
});

test("a later page says that something has changed, and shows it when asked", async ({ page, server }) => {
  const at = (number: number) => new Date(Date.now() + 3_600_000 + number * 1_000).toISOString();
  await server.post("/api/v1/jobs", Array.from({ length: 30 }, (_, number) => ({ class: "Remind", args: [number], at: at(number) })));
  await open(page, `${server.address}/scheduled?limit=25`, true);
  await page.getByRole("navigation", { name: "Pages of this list" }).getByRole("link", { name: "Later" }).click();
  await expect(rows(page)).toHaveCount(5);
  await server.post("/api/v1/jobs", { class: "Remind", args: ["the last"], at: at(60) });
  await expect(pill(page)).toHaveText("Changed · show");
  await expect(rows(page)).toHaveCount(5);
  await pill(page).click();
  await expect(rows(page)).toHaveCount(6);
});

test("a list goes on by itself when its last row has left under the pointer", async ({ page, server }) => {
  const [only] = await server.seed("dead", [failedJob(1)]);
  await open(page, `${server.address}/dead`, true);
  await (await menu(page, only)).getByRole("button", { name: "Retry" }).click();
  await told(page, "1 retried.");
  await expect(rows(page)).toHaveCount(0);
  const [next] = await server.seed("dead", [failedJob(2)]);
  await expect(row(page, next)).toBeVisible();
});

test("rows of a queue stay, ticked or with the focus, while jobs before them are taken", async ({ page, server, storeKind }) => {
  const { jids } = await server.post("/api/v1/jobs", [1, 2, 3, 4, 5].map((number) => ({ class: "Any", args: [number], queue: "photos" })));
  await open(page, `${server.address}/queues/photos`, true);
  await tick(page, jids[2]);
  const link = row(page, jids[3]).locator("a.job-link");
  await link.focus();
  await link.evaluate((link) => link.setAttribute("data-same", ""));
  if (storeKind === "redis") {
    await server.redis!.command("RPOP", "queue:photos");
  } else {
    const { entries } = await server.get("/api/v1/queues/photos/jobs");
    await server.post("/api/v1/actions", { action: "kill", entries: [entries[0].id] });
  }
  await expect(pill(page)).toHaveText("1 gone · show");
  // By the keyboard's way, so that the focus stays where it is.
  await pill(page).evaluate((pill: HTMLButtonElement) => pill.click());
  await expect(rows(page)).toHaveCount(4);
  await expect(row(page, jids[2]).getByRole("checkbox")).toBeChecked();
  await expect(link).toHaveAttribute("data-same", "");
  await expect(link).toBeFocused();
  await page.getByRole("group", { name: "Do to the selected jobs" }).getByRole("button", { name: "Kill" }).click();
  await told(page, "1 moved to the dead set.");
  await expect(row(page, jids[2])).toHaveCount(0);
  await expect(rows(page)).toHaveCount(3);
});

test("a page that is opened while the server is away fills itself when it returns", async ({ page, server }) => {
  test.info().annotations.push({ type: "requests fail" });
  await server.seed("dead", Array.from({ length: 30 }, (_, number) => failedJob(number)));
  await open(page, `${server.address}/dead?limit=25`, true);
  await expect(rows(page)).toHaveCount(25);
  await server.stop();
  const older = page.getByRole("navigation", { name: "Pages of this list" }).getByRole("link", { name: "Older" });
  await older.click();
  await expect(page.locator("main")).toContainText("No answer from Jobdeck's server.");
  await server.startAgain();
  await expect(rows(page)).toHaveCount(5);
  await expect(page.locator("main")).not.toContainText("No answer");

  await server.stop();
  await page.getByRole("navigation", { name: "Pages", exact: true }).getByRole("link", { name: /Retries/ }).click();
  await expect(page.locator("main")).toContainText("No answer from Jobdeck's server.");
  await server.startAgain();
  await expect(page.locator("main")).toContainText("Nothing to retry.");
});

test("twenty rows fit on a laptop's screen", async ({ page, server }) => {
  await server.seed("dead", Array.from({ length: 30 }, (_, number) => failedJob(number)));
  await open(page, `${server.address}/dead`, true);
  await expect(rows(page)).toHaveCount(30);
  const whole = await rows(page).evaluateAll((rows) => rows.filter((row) => row.getBoundingClientRect().bottom <= innerHeight).length);
  expect(whole).toBeGreaterThanOrEqual(20);
});

test("lists are no wider than a phone", async ({ page, server }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await server.seed("retries", [failedJob(1), failedJob(2, { class: "A::VeryLongName".repeat(8), queue: "q".repeat(80), error_message: "x".repeat(400) })]);
  await server.seed("scheduled", [{ class: "A::VeryLongName".repeat(8), args: ["y".repeat(400)], queue: "mail", tags: ["t".repeat(60)] }]);
  for (const path of ["/retries", "/scheduled", `/queues/${"q".repeat(80)}`]) {
    await open(page, server.address + path, true);
    const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(await overflow(), path).toBe(0);
    if (await rows(page).count()) {
      await rows(page).first().getByRole("checkbox").check();
      expect(await overflow(), `${path}, with a job ticked`).toBe(0);
    }
  }
});
