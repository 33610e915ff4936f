// A search that goes on in the page; words that are suggested while it is written.
import AxeBuilder from "@axe-core/playwright";
import { open, row, rows } from "../lists";
import { type Redis, expect, failedJob, hydrated, requestsTo, setHidden, test } from "../fixtures";

/** Jobs for later, made by the server itself: each 30 000th is of the class `Rare`. */
const fill = `
  for number = ARGV[1] + 1, ARGV[1] + 100000 do
    local class = number % 30000 == 0 and "Rare" or "Usual"
    redis.call("ZADD", "schedule", 4000000000 + number, '{"class":"' .. class .. '","args":[' .. number .. ',"' .. string.rep("x", 100) .. '"],"queue":"photos","jid":"j' .. number .. '"}')
  end`;

/** Adds 300 000 of them. */
async function fillWithMany(redis: Redis) {
  // In parts: no script may keep the server for long.
  for (let part = 0; part < 3; part++) await redis.command("EVAL", fill, "0", `${part * 100_000}`);
}

/** Waits until hardly anything is read of sets: the sampler reads a little, a search of many jobs hundreds of times a second. */
async function expectQuiet(redis: Redis) {
  const reads = async () => Number(/cmdstat_zrange:calls=(\d+)/.exec(await redis.reply("INFO", "commandstats"))![1]);
  let last = await reads();
  await expect.poll(async () => {
    const before = last;
    last = await reads();
    return last - before;
  }, { intervals: [500] }).toBeLessThan(20);
  return last;
}

test.describe("many jobs", () => {
  test.skip(({ storeKind }) => storeKind !== "redis", "filled by a script of Redis");

  test("jobs appear while the search goes on; it is stopped, and goes on where it was", async ({ page, server }) => {
    const redis = server.redis!;
    await fillWithMany(redis);
    await page.goto(`${server.address}/search?q=class:Rare`);
    await hydrated(page);
    const status = page.locator(".search-status");
    await expect(rows(page).first()).toBeVisible();
    await status.getByRole("button", { name: "Stop" }).click();
    await expect(status).toContainText("Stopped.");
    const searched = async () => Number(/searched ([\d\s]+) of/.exec((await status.innerText()).replace(/[\u00a0\u202f]/g, ""))![1].replace(/\s/g, ""));
    const stopped = await searched();
    expect(stopped).toBeLessThan(300_000);
    // On the server as well.
    await expectQuiet(redis);
    const shown = await rows(page).count();
    expect(shown).toBeLessThan(10);
    await rows(page).first().evaluate((row) => row.setAttribute("data-seen", ""));
    const all = page.getByRole("checkbox", { name: "Select all jobs found here: Scheduled" });
    await all.check();
    await status.getByRole("button", { name: "Continue" }).click();
    await expect(status).toHaveAttribute("data-search-phase", "complete", { timeout: 40_000 });
    await expect(status).toContainText(/10 jobs found; searched 300.000 of 300.000 entries/);
    await expect(rows(page)).toHaveCount(10);
    await expect(rows(page).first(), "the rows stayed where they were").toHaveAttribute("data-seen", "");
    await expect(status.getByRole("button")).toHaveCount(0);
    await expect(page.locator(".action-count")).toHaveText(`${shown} selected`);
    await expect(all, "more came than were ticked").not.toBeChecked();
  });

  test("a search stands still in a tab that nobody sees, and goes on when it is seen", async ({ page, server }) => {
    const redis = server.redis!;
    await fillWithMany(redis);
    await page.goto(`${server.address}/search?q=class:Rare`);
    await hydrated(page);
    await expect(rows(page).first()).toBeVisible();
    await setHidden(page, true);
    await expectQuiet(redis);
    const status = page.locator(".search-status");
    await expect(status).not.toHaveAttribute("data-search-phase", "complete");
    await setHidden(page, false);
    await expect(status).toHaveAttribute("data-search-phase", "complete", { timeout: 40_000 });
    await expect(rows(page)).toHaveCount(10);
  });

  test("a page that is left stops its search", async ({ page, server }) => {
    const redis = server.redis!;
    await fillWithMany(redis);
    await page.goto(`${server.address}/search?q=class:Rare`);
    await hydrated(page);
    await expect(rows(page).first()).toBeVisible();
    await page.goto("about:blank");
    expect(await expectQuiet(redis), "the whole search takes 600 windows at least, each with four looks ahead").toBeLessThan(2_900);
  });
});

test("a search from the page's own box begins without loading the page anew", async ({ page, server }) => {
  const [first] = await server.seed("dead", [failedJob(1), failedJob(2, { class: "ChargeCard" })]);
  await open(page, `${server.address}/search`, true);
  await page.evaluate(() => document.body.setAttribute("data-same", ""));
  const box = page.locator("#search-all");
  await box.fill("class:PublishPhoto");
  await box.press("Enter");
  await expect(rows(page)).toHaveCount(1);
  await expect(row(page, first)).toBeVisible();
  await expect(page).toHaveURL(/q=class/);
  await expect(page.locator("body")).toHaveAttribute("data-same", "");
  await expect(page.locator(".search-words")).toContainText("1 job found; searched 2 of 2 entries");
});

test("the keys of lists work over the tables of all places", async ({ page, server }) => {
  const [dead] = await server.seed("dead", [failedJob(1)]);
  const [retry] = await server.seed("retries", [failedJob(2)]);
  await open(page, `${server.address}/search?q=class:PublishPhoto`, true);
  await expect(rows(page)).toHaveCount(2);
  await page.keyboard.press("j");
  await expect(row(page, dead).locator("a.job-link")).toBeFocused();
  await page.keyboard.press("j");
  await expect(row(page, retry).locator("a.job-link")).toBeFocused();
  await page.keyboard.press("x");
  await expect(page.locator(".action-count")).toHaveText("1 selected");
  await page.keyboard.press("r");
  await expect(row(page, retry)).toHaveCount(0);
  await expect(row(page, dead).locator("a.job-link")).toBeFocused();
  expect((await server.get("/api/v1/queues/photos/jobs")).entries).toHaveLength(1);
});

test("words that fit are suggested, and chosen by keyboard", async ({ page, server }) => {
  await server.seed("dead", [failedJob(1), failedJob(2, { class: "ChargeCard", tags: ["very important"] })]);
  // What is shown is known.
  await open(page, `${server.address}/dead`, true);
  await expect(rows(page)).toHaveCount(2);
  await page.keyboard.press("/");
  const box = page.locator("#search-list");
  await expect(box).toBeFocused();
  await box.pressSequentially("cl");
  // Not those of a field that offers a choice.
  const options = page.getByRole("listbox").getByRole("option");
  await expect(options.first()).toContainText("class:");
  await expect(box).toHaveAttribute("aria-expanded", "true");
  await box.press("ArrowDown");
  await expect(options.first()).toHaveAttribute("aria-selected", "true");
  await box.press("Enter");
  await expect(box).toHaveValue("class:");
  await expect(options.filter({ hasText: "ChargeCard" })).toBeVisible();
  await box.pressSequentially("ch");
  await expect(options).toHaveCount(1);
  await box.press("ArrowDown");
  await box.press("Tab");
  await expect(box).toHaveValue("class:ChargeCard ");
  await box.pressSequentially("very");
  await expect(options).toHaveCount(1);
  await box.press("Escape");
  await expect(options).toHaveCount(0);
  await expect(box, "Escape closes one thing at a time").toBeFocused();
  await box.pressSequentially(" tag:v");
  await options.filter({ hasText: "very important" }).click();
  await expect(box).toHaveValue('class:ChargeCard very tag:"very important" ');
  await box.press("Enter");
  await expect(page).toHaveURL(/filter=class/);
});

test("a word that is finished is not asked about, and without a word there is no list until it is asked for", async ({ page, server }) => {
  await open(page, server.address, true);
  const asked = requestsTo(page, "/api/ui/jobs/complete");
  const box = page.locator("#find-job");
  await box.pressSequentially("a ");
  await expect(page.getByRole("option")).toHaveCount(0);
  expect(asked).toHaveLength(1);
  await box.press("ArrowDown");
  await expect(page.getByRole("option").first()).toContainText("class:");
  await box.press("ArrowUp");
  await expect(page.getByRole("option").last()).toHaveAttribute("aria-selected", "true");
});

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test("the page of a search is free of what axe objects to", async ({ page, server }) => {
      await server.seed("dead", Array.from({ length: 60 }, (_, number) => failedJob(number)));
      await server.seed("scheduled", [failedJob(61)]);
      for (const width of [1440, 390]) {
        await page.setViewportSize({ width, height: 900 });
        await open(page, `${server.address}/search?q=class:PublishPhoto`, true);
        await expect(rows(page)).toHaveCount(50);
        await rows(page).first().getByRole("checkbox").check();
        await page.locator("#find-job").pressSequentially("class:pub");
        await expect(page.locator("#find-job-words").getByRole("option")).toHaveCount(1);
        await page.locator("#find-job").press("ArrowDown");
        const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]).analyze();
        expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`)).toEqual([]);
      }
    });
  });
}
