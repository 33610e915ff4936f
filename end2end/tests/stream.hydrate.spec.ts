// One stream a tab, whatever the tab does; and what the page says of it.
import type { Page } from "@playwright/test";
import { open } from "../lists";
import { expect, failedJob, requestsTo, setHidden, test } from "../fixtures";

/** How many requests of a page are under way. */
function underWay(page: Page, path: string) {
  const open = new Set<object>();
  page.on("request", (request) => new URL(request.url()).pathname === path && open.add(request));
  page.on("requestfinished", (request) => open.delete(request));
  page.on("requestfailed", (request) => open.delete(request));
  return open;
}

test("after a wrong address there is still one stream, and it can be held", async ({ page, server }) => {
  test.info().annotations.push({ type: "requests fail" });
  const streams = underWay(page, "/live");
  await open(page, `${server.address}/morgue`, true);
  await expect(page.locator("main")).toContainText("There is no page at this address.");
  await page.locator("main").getByRole("link", { name: "overview" }).click();
  await expect(page.locator("a.vital").first()).toBeVisible();
  await expect(page.locator(".connection-word")).toHaveText("live");
  expect(streams.size).toBe(1);
  await page.getByRole("button", { name: "Pause live updates" }).click();
  await expect(page.locator(".connection-word")).toHaveText("paused");
  await expect.poll(() => streams.size).toBe(0);
  await expect(page.locator(".connection-age")).toHaveText(/, \d+\ss old/);
  await server.seed("dead", [failedJob(1)]);
  await expect(page.locator(".connection-age"), "time passes").toHaveText(/, [4-9]\ss old/);
  await expect(page.locator("a.vital", { hasText: "Dead" })).toContainText("0");
  await page.getByRole("button", { name: "Pause live updates" }).click();
  await expect(page.locator("a.vital", { hasText: "Dead" })).toContainText("1");
  expect(streams.size).toBe(1);
});

test("a tab that nobody sees asks for nothing", async ({ page, server }) => {
  const [jid] = await server.seed("dead", [failedJob(1)]);
  // A list and a job, which read more than the stream.
  for (const path of ["/dead", `/jobs/${jid}`]) {
    await open(page, server.address + path, true);
    await expect(page.locator(".connection-word")).toHaveText("live");
    await setHidden(page, true);
    await expect(page.locator(".connection-word")).toHaveText("paused");
    const asked = requestsTo(page, "/");
    await expect(page.locator(".connection-age"), path).toHaveText(/, ([7-9]|\d\d)\ss old/);
    expect(asked, path).toEqual([]);
  }
});

test("the way to the content skips what comes before it", async ({ page, server }) => {
  await server.seed("dead", [failedJob(1)]);
  await open(page, server.address, true);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator("main")).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(page.locator("main :focus")).toHaveCount(1);
});

test("what is pointed at stays under the pointer", async ({ page, server }) => {
  await server.seed("dead", [failedJob(1, { class: "First" })]);
  await open(page, server.address, true);
  const failures = page.locator(".failure-job");
  await expect(failures).toHaveText(["First"]);
  await failures.first().hover();
  await server.seed("dead", [failedJob(2, { class: "Second", retried_at: Date.now() / 1000 })]);
  await expect(page.locator("a.vital", { hasText: "Dead" })).toContainText("2");
  await expect(page.getByText("held still while you are here").filter({ visible: true })).toHaveCount(1);
  await expect(failures).toHaveText(["First"]);
  await page.locator("h1").hover();
  await expect(failures).toHaveText(["Second", "First"]);
  await expect(page.getByText("held still while you are here").filter({ visible: true })).toHaveCount(0);

  // And what has the focus, by the keyboard.
  await failures.first().focus();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Shift+Tab");
  await server.seed("dead", [failedJob(3, { class: "Third", retried_at: Date.now() / 1000 + 1 })]);
  await expect(page.locator("a.vital", { hasText: "Dead" })).toContainText("3");
  await expect(failures).toHaveText(["Second", "First"]);
  await expect(failures.first()).toBeFocused();
});

test("before anything is known there are dashes and the reason, and the store is named when it is back", async ({ page, server, storeKind }) => {
  test.skip(storeKind !== "redis", "a file does not stop");
  test.info().annotations.push({ type: "requests fail" });
  const redis = server.redis!;
  await redis.stop();
  await server.restart();
  for (const path of ["/queues", "/running", "/processes", "/dead"]) {
    await open(page, server.address + path, true);
    await expect(page.locator(".headline"), path).toHaveText("–");
    await expect(page.locator(".nav-count").first(), path).toHaveText("–");
    await expect(page.getByRole("alert").first(), path).toContainText("No numbers are known yet.");
    await expect(page.getByText(/^Reading/), path).toHaveCount(0);
    await expect(page.getByText("No worker process has a heartbeat."), path).toHaveCount(0);
  }
  await expect(page.locator(".store")).toHaveText("store unknown");
  await redis.start();
  await expect(page.locator(".headline")).toContainText("0 jobs");
  await expect(page.locator(".store")).toContainText(`127.0.0.1:${redis.port}`);
  await expect(page.locator(".nav-count").first()).toHaveText("0");
});

test("a blip of the connection is told in the header and moves nothing", async ({ page, server }) => {
  test.info().annotations.push({ type: "requests fail" });
  await open(page, server.address, true);
  await expect(page.locator(".connection-word")).toHaveText("live");
  await page.evaluate(() => {
    const seen = ((window as any).seen = { words: [] as string[], banners: 0 });
    new MutationObserver(() => {
      seen.words.push(document.querySelector(".connection-word")!.textContent!);
      seen.banners += document.querySelectorAll(".banner").length;
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  await server.restart();
  await expect.poll(() => page.evaluate(() => (window as any).seen.words.includes("reconnecting"))).toBe(true);
  await expect(page.locator(".connection-word")).toHaveText("live");
  expect(await page.evaluate(() => (window as any).seen.banners)).toBe(0);
});
