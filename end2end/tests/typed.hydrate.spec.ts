// What somebody types while a page's wasm is still on its way.
import type { Page } from "@playwright/test";
import { expect, failedJob, hydrated, test } from "../fixtures";

test.use({ timezoneId: "Asia/Tokyo" });

/** Keeps the page's wasm back until what it answers is called. */
async function holdWasm(page: Page): Promise<() => void> {
  let release = () => {};
  const released = new Promise<void>((resolve) => release = resolve);
  await page.route("**/*.wasm", async (route) => {
    await released;
    await route.continue();
  });
  return release;
}

test("what is typed before a page is alive stays, times in the browser's zone", async ({ page, server }) => {
  await server.seed("dead", [failedJob(1)]);
  const release = await holdWasm(page);
  const [soon, later] = [30, 60].map((days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 11));
  await page.goto(`${server.address}/holds/new?query=class:SendMail&at=${soon}00:00:00Z`, { waitUntil: "commit" });
  const query = page.getByLabel("Which retries");
  const at = page.getByLabel("Or until a time");
  await expect(at).toHaveValue(`${soon}00:00`);
  await query.fill("class:PublishPhoto");
  await at.fill(`${later}00:00`);
  release();
  await hydrated(page);
  await expect(at).toHaveValue(`${later}09:00`);
  await expect(query).toHaveValue("class:PublishPhoto");
  await page.getByRole("button", { name: "Preview" }).click();
  await expect(page).toHaveURL(new RegExp(`query=class%3APublishPhoto.*at=${later}00%3A00`));
});

test("a filter's field that is emptied before a page is alive stays empty", async ({ page, server }) => {
  await server.seed("dead", [failedJob(1)]);
  const release = await holdWasm(page);
  await page.goto(`${server.address}/dead?class=SendMail&to=2030-05-01T00:00:00Z`, { waitUntil: "commit" });
  await page.locator("details.filter-menu > summary").click();
  await page.getByLabel("Class", { exact: true }).fill("");
  await page.getByLabel("until").fill("");
  release();
  await hydrated(page);
  await expect(page.getByLabel("Class", { exact: true })).toHaveValue("");
  await expect(page.getByLabel("until")).toHaveValue("");
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page.locator("tr.job")).toHaveCount(1);
});
