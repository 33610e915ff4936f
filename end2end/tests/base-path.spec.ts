// Everything below a base path: nothing is asked for outside of it, and pages are alive as at the root.
import { open, rows, tick, act, told } from "../lists";
import { expect, failedJob, hydrated, test } from "../fixtures";

test("pages below a base path lead to each other, do what is asked, and are themselves again after a reload", async ({ page, start, javaScriptEnabled }) => {
  const server = await start("serve", "--no-worker", "--base-path", "/tools/jobs");
  const base = server.address;
  expect(new URL(base).pathname).toBe("/tools/jobs");
  const jids = await server.seed("dead", [failedJob(1), failedJob(2), failedJob(3)]);
  await server.post("/api/v1/jobs", [{ class: "Any", args: [], queue: "mail" }, { class: "Any", args: [], queue: "100%" }]);
  const filtered = new RegExp(`^${base}/dead\\?(.*&)?filter=class(%3A|:)PublishPhoto`);
  const outside: string[] = [];
  page.on("request", (request) => {
    const { protocol, pathname } = new URL(request.url());
    if (protocol === "http:" && pathname !== "/tools/jobs" && !pathname.startsWith("/tools/jobs/")) outside.push(request.url());
  });

  await open(page, base, !!javaScriptEnabled);
  const pages = page.getByRole("navigation", { name: "Pages", exact: true });
  const place = (name: string) => pages.getByRole("link", { name: new RegExp(`^${name}`) });
  await expect(place("Overview")).toHaveAttribute("aria-current", "page");
  if (javaScriptEnabled) await expect(page.locator(".connection-word")).toHaveText("live");
  // A page that is loaded anew forgets it.
  await page.evaluate(() => document.documentElement.classList.add("same"));
  const isSame = () => page.evaluate(() => document.documentElement.classList.contains("same"));

  await place("Dead").click();
  await expect(page).toHaveURL(`${base}/dead`);
  await expect(place("Dead")).toHaveAttribute("aria-current", "page");
  await expect(place("Overview")).not.toHaveAttribute("aria-current");
  await expect(rows(page)).toHaveCount(3);
  expect(await isSame()).toBe(!!javaScriptEnabled);

  await tick(page, jids[0]);
  await act(page, "Retry", !!javaScriptEnabled);
  await told(page, /1 retried/);
  await expect(rows(page)).toHaveCount(2);
  await expect(page).toHaveURL(new RegExp(`^${base}/dead\\??$`));
  await expect(place("Dead")).toContainText("2");
  if (javaScriptEnabled) {
    await server.seed("dead", [failedJob(4)]);
    await expect(place("Dead")).toContainText("3");
  }

  // A deep page, its reload, and the way back.
  const search = page.getByPlaceholder("Search any words");
  await search.fill("class:PublishPhoto");
  await search.press("Enter");
  await expect(page).toHaveURL(filtered);
  const job = page.locator("a.job-link").first();
  await job.click();
  await expect(page).toHaveURL(new RegExp(`^${base}/jobs/`));
  await expect(page.locator("h1")).toHaveText("PublishPhoto");
  await page.reload();
  if (javaScriptEnabled) await hydrated(page);
  await expect(page.locator("h1")).toHaveText("PublishPhoto");
  await page.goBack();
  await expect(page).toHaveURL(filtered);
  await expect(rows(page).first()).toBeVisible();
  if (javaScriptEnabled) await hydrated(page);

  // A form that comes back to its page, and keeps what was chosen in a cookie.
  await page.locator(".theme-switch button").click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
  await expect(page).toHaveURL(filtered);
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
  expect((await page.context().cookies(base)).find(({ name }) => name === "jobdeck_theme")?.path).toBe("/tools/jobs");
  if (javaScriptEnabled) await hydrated(page);

  // The question that has an address, the way out of it, and the page that the act leads to.
  await place("Queues").click();
  const clear = page.getByRole("row", { name: /mail/ }).getByRole("link", { name: /Clear/ });
  await clear.click();
  await page.getByRole("dialog").getByRole("link", { name: "Cancel" }).click();
  await expect(page).toHaveURL(new RegExp(`^${base}/queues`));
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await clear.click();
  await page.getByRole("dialog").getByRole("button", { name: "Clear queue" }).click();
  await expect(page).toHaveURL(new RegExp(`^${base}/operations/`));
  await expect(page.locator("main")).toContainText("Delete jobs in the queue `mail`");

  // A name that the browser itself must go to, and the search of all jobs with its stream.
  await place("Queues").click();
  await page.locator("main").getByRole("link", { name: "100%", exact: true }).click();
  await expect(page.locator("h1")).toHaveText("Queue 100%");
  await expect(pages.locator(".nav-queues [aria-current=page]")).toHaveAttribute("title", "100%");
  if (javaScriptEnabled) await hydrated(page);
  await page.locator("#find-job").fill("class:PublishPhoto");
  await page.locator("#find-job").press("Enter");
  await expect(page).toHaveURL(new RegExp(`^${base}/search\\?q=class(%3A|:)PublishPhoto$`));
  await expect(rows(page)).toHaveCount(javaScriptEnabled ? 4 : 3);
  if (javaScriptEnabled) {
    await page.locator("h1").click();
    await page.keyboard.press("g");
    await page.keyboard.press("d");
    await expect(page).toHaveURL(`${base}/dead`);
  }
  await page.locator("a.brand").click();
  await expect(page).toHaveURL(base);
  await expect(place("Overview")).toHaveAttribute("aria-current", "page");
  await expect(page.locator("a.vital", { hasText: "Dead" })).toHaveAttribute("href", "/tools/jobs/dead");
  // Nothing answers in its place elsewhere.
  expect(outside).toEqual([]);
  const response = await page.request.get(`${new URL(base).origin}/dead`);
  expect(response.status()).toBe(404);
  expect(await response.text()).toContain("/tools/jobs");
});

test("a filter that applies at once stays below the base path", async ({ page, start, javaScriptEnabled }) => {
  const server = await start("serve", "--no-worker", "--base-path", "/tools/jobs");
  await open(page, `${server.address}/running?queue=mail&class=Any`, !!javaScriptEnabled);
  const queue = page.locator(".toolbar select[name=queue]");
  await expect(queue).toHaveValue("mail");
  await queue.selectOption("all");
  if (!javaScriptEnabled) await page.getByRole("button", { name: "Filter", exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`^${server.address}/running\\?class=Any(&queue=&process=)?$`));
  await expect(queue).toHaveValue("");
  await page.getByRole("link", { name: "Show all", exact: true }).click();
  await expect(page).toHaveURL(`${server.address}/running`);
});
