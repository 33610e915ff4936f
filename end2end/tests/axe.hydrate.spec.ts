// Nothing on any page that axe objects to (WCAG 2.2 AA and its best practices), in light and dark, dialogs and menus included.
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { addProcess, expect, failedJob, hydrated, type Server, test } from "../fixtures";

const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

// Many pages a test, each looked at as a whole: that takes its time on a busy machine.
test.describe.configure({ timeout: 180_000 });

/** Fails with what is wrong, and where. */
async function check(page: Page, what: string, part = "html") {
  const { violations } = await new AxeBuilder({ page }).include(part).withTags(tags).analyze();
  const found = violations.map(({ id, help, nodes }) => `${id} (${help}): ${nodes.map(({ target }) => target.join(" ")).join("; ")}`);
  expect.soft(found, what).toEqual([]);
}

/** Jobs in every place, of every kind that looks different. */
async function fill(server: Server) {
  const dead = [failedJob(1), failedJob(2, { tags: ["album", "eu"], error_message: "x".repeat(400) }), failedJob(3, { class: "A::VeryLongName".repeat(8) })];
  await server.seed("dead", dead);
  await server.seed("retries", [failedJob(4), failedJob(5)]);
  await server.seed("scheduled", [{ class: "SendMail", args: [6], queue: "mail" }]);
  await server.post("/api/v1/jobs", [{ class: "PublishPhoto", args: [7], queue: "photos" }, { class: "PublishPhoto", args: [8], queue: "low" }]);
  await server.post("/api/v1/queues/low/pause", {});
  const { entries } = await server.get("/api/v1/sets/dead/jobs");
  return entries[0].jid as string;
}

/** The job that runs. */
const running = "abcdabcdabcdabcdabcdabcd";

/** Something that runs, on a store where it can be written as Sidekiq writes it. */
async function run(server: Server) {
  if (!server.redis) return;
  const payload = JSON.stringify({ class: "A::VeryLongName".repeat(8), jid: running, args: ["x".repeat(300)], queue: "default" });
  await addProcess(server.redis, "host:1:abc", 1);
  await server.redis.command("HSET", "host:1:abc:work", "t1", JSON.stringify({ queue: "default", payload, run_at: Math.floor(Date.now() / 1000) }));
  // What it tells, and a job whose process is gone.
  const now = `${Date.now()}`;
  await server.redis.command("HSET", `jobdeck:report:${running}`, "percent", "41", "message", "x".repeat(200), "at", now, "updated_at", now);
  for (let line = 0; line < 60; line++) await server.redis.command("RPUSH", `jobdeck:log:${running}`, `${now} ${"x".repeat(line * 5)}`);
  await server.redis.command("ZADD", "jobdeck:processes", "5", "gone:1:abc");
  await server.redis.command("HSET", "jobdeck:progress:gone:1:abc", "aa:0001", `3:low${payload.replace(running, "feedfeedfeedfeedfeedfeed")}`);
}

/** By how much a page is wider than the screen. */
function overflow(page: Page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test("every page", async ({ page, server }) => {
      const jid = await fill(server);
      const lists = ["/scheduled", "/retries", "/dead", "/queues/photos"];
      await expect.poll(async () => (await server.get("/api/v1/failures")).groups.length).toBeGreaterThan(0);
      const [{ digest }] = (await server.get("/api/v1/failures")).groups;
      await server.post("/api/v1/holds", { query: `group:${digest}`, seconds: 7200, reason: "x".repeat(200) });
      await server.post("/api/v1/holds", { query: `class:${"Long".repeat(60)}`, seconds: 9 * 86_400 });
      const groups = ["/failures", "/failures?state=muted", `/failures/${digest}`, "/holds", `/holds/new?query=group:${digest}`];
      const others = ["/", ...groups, "/queues", "/running", "/processes", `/jobs/${jid}`, "/queues?confirm=clear&queue=photos"];
      for (const path of [...lists, ...others, "/dead?class=PublishPhoto&text=photo&tag=album", "/dead?text=nothing-has-this", "/search", "/search?q=photo", "/queues/empty", "/import", "/audit", "/audit?text=nothing-has-this"]) {
        await page.goto(server.address + path);
        await hydrated(page);
        await check(page, path);
      }
    });

    test("pages of what is not there", async ({ page, server }) => {
      test.info().annotations.push({ type: "requests fail" });
      for (const path of ["/jobs/none", "/none"]) {
        await page.goto(server.address + path);
        await hydrated(page);
        await check(page, path);
      }
    });

    test("every page of an empty store", async ({ page, server }) => {
      for (const path of ["/", "/queues", "/running", "/scheduled", "/retries", "/dead", "/failures", "/alerts", "/holds", "/holds/new", "/periodic", "/processes", "/audit"]) {
        await page.goto(server.address + path);
        await hydrated(page);
        await check(page, path);
      }
    });

    test("what opens: filter, menu, ticked rows, dialogs", async ({ page, server }) => {
      await fill(server);
      await page.goto(`${server.address}/dead`);
      await hydrated(page);
      await page.locator(".filter-menu summary").click();
      // Only what is open: what it covers is no target meanwhile.
      await check(page, "the filter", ".filter-menu");
      await page.keyboard.press("Escape");
      await page.locator(".row-menu summary").first().click();
      // Only the menu: what it covers is no target while it is open.
      await check(page, "a row's menu", ".row-menu[open]");
      await page.keyboard.press("Escape");
      await page.locator(".job-tick input").nth(1).check();
      await check(page, "ticked rows");
      await page.locator(".action-bar summary[data-verb=reschedule]").click();
      await expect(page.locator("dialog.ask")).toBeVisible();
      await check(page, "reschedule");
      await page.keyboard.press("Escape");
      await page.locator(".action-bar summary[data-verb=delete]").click();
      await expect(page.locator("dialog.ask")).toBeVisible();
      await check(page, "delete");
      await page.keyboard.press("Escape");
      await page.locator("h1").click();
      await page.keyboard.press("?");
      await expect(page.locator("dialog.help")).toBeVisible();
      await check(page, "the keys");
    });

    test("a phone", async ({ page, server }) => {
      const jid = await fill(server);
      await run(server);
      await page.setViewportSize({ width: 360, height: 740 });
      for (const path of ["/", "/queues", "/dead", "/queues/photos", "/processes", "/running", "/audit", `/jobs/${jid}`, ...(server.redis ? [`/jobs/${running}`, "/jobs/feedfeedfeedfeedfeedfeed"] : [])]) {
        await page.goto(server.address + path);
        await hydrated(page);
        await check(page, path);
        expect.soft(await overflow(page), `${path} is no wider than the screen`).toBe(0);
      }
    });

    test("a wide screen", async ({ page, server }) => {
      const jid = await fill(server);
      await run(server);
      await page.setViewportSize({ width: 2560, height: 1440 });
      for (const path of ["/", "/running", "/processes", `/jobs/${jid}`]) {
        await page.goto(server.address + path);
        await hydrated(page);
        expect.soft(await overflow(page), `${path} is no wider than the screen`).toBe(0);
      }
      await page.goto(server.address);
      await hydrated(page);
      await check(page, "/");
    });

    test("periodic jobs, on every screen, and the question before one is deleted", async ({ page, start, configure }) => {
      const two = '[[periodic]]\ncron = "* * * * * *"\nclass = "Sweep"\n[[periodic]]\ncron = "@daily"\nclass = "Gone"\n';
      const server = await start("serve", "--worker", "--config", configure(two));
      await expect.poll(async () => (await server.get("/api/v1/periodic")).filter((job: { last_run?: object }) => job.last_run).length).toBe(1);
      configure(`${two.split("[[periodic]]\n").slice(0, 2).join("[[periodic]]\n")}[[periodic]]\ncron = "0 7 * * MON-FRI"\ntimezone = "Europe/Berlin"\nname = "a paused one"\nclass = "${"A::VeryLongName".repeat(4)}"\nargs = ["${"x".repeat(300)}"]\n`);
      await server.restart();
      await expect.poll(async () => (await server.get("/api/v1/periodic")).length).toBe(3);
      await server.post("/api/v1/periodic/a%20paused%20one/pause", {});
      const [open, question] = ["/periodic?job=a%20paused%20one", "/periodic?confirm=delete&job=Gone"];
      for (const [width, height] of [[1440, 900], [1024, 768], [390, 844], [360, 740]]) {
        await page.setViewportSize({ width, height });
        const isChecked = width === 1440 || width === 360;
        for (const path of isChecked ? [open, question] : [open]) {
          await page.goto(server.address + path);
          await hydrated(page);
          await expect(page.locator("main")).toContainText("not configured");
          if (isChecked) await check(page, `${path} at ${width}`);
          expect.soft(await overflow(page), `${path} is no wider than a screen of ${width}`).toBe(0);
        }
      }
    });

    test("processes, and the questions before they are told something", async ({ page, server, storeKind }) => {
      test.skip(storeKind !== "redis", "a heartbeat is written as Sidekiq writes it");
      await run(server);
      for (const path of ["/processes", "/running", "/processes?confirm=quiet&process=host:1:abc", "/processes?confirm=stop&process=host:1:abc", `/jobs/${running}`, `/running?confirm=cancel&jid=${running}`]) {
        await page.goto(server.address + path);
        await hydrated(page);
        await expect(page.locator("main")).toContainText("host:1:abc");
        await check(page, path);
      }
    });
  });
}
