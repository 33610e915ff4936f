// Periodic jobs: what their page says of them, and what can be done to them.
import { open, told } from "../lists";
import { expect, test } from "../fixtures";

const digest = '[[periodic]]\nname = "a digest/%20b"\ncron = "0 7 * * MON-FRI"\ntimezone = "Europe/Berlin"\nclass = "SendDigest"\nargs = ["all", 10]\nqueue = "mail"\nmissed = "skip"\n';
const sweep = '[[periodic]]\ncron = "@weekly"\nclass = "Sweep"\n';
const encoded = "a%20digest%2F%2520b";

test("a periodic job is run now, and leads to its job", async ({ page, start, configure, javaScriptEnabled }) => {
  const server = await start("serve", "--worker", "--config", configure(digest + sweep));
  await expect.poll(async () => (await server.get("/api/v1/periodic")).length).toBe(2);
  await open(page, server.address, javaScriptEnabled);
  await page.getByRole("navigation", { name: "Pages", exact: true }).getByRole("link", { name: "Periodic" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Periodic");
  await expect(page.locator(".headline")).toContainText("2 jobs");
  const row = page.getByRole("row", { name: "a digest/%20b" });
  await expect(row).toContainText("At 07:00, on Monday");
  await expect(row).toContainText("0 7 * * MON-FRI Europe/Berlin");
  await expect(row).toContainText("active");
  await expect(row.getByRole("link", { name: /Delete/ })).toHaveCount(0);
  const { next_at: next } = (await server.get("/api/v1/periodic")).find((job: { class: string }) => job.class === "SendDigest");
  await expect(row.locator(".periodic-next time")).toHaveAttribute("datetime", next);

  await row.getByRole("button", { name: "Run now a digest/%20b" }).click();
  await told(page, "Enqueued a job of a digest/%20b now");
  const { entries } = await server.get("/api/v1/queues/mail/jobs");
  expect(entries).toHaveLength(1);
  await expect(row).toContainText("by hand");
  await row.locator(".periodic-last").getByRole("link").click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("SendDigest");
  await expect(page.locator("main")).toContainText(entries[0].jid);
});

test("a periodic job is paused and goes on", async ({ page, start, configure, javaScriptEnabled }) => {
  const server = await start("serve", "--worker", "--config", configure(digest + sweep));
  await expect.poll(async () => (await server.get("/api/v1/periodic")).length).toBe(2);
  await open(page, `${server.address}/periodic`, javaScriptEnabled);
  const row = page.getByRole("row", { name: "Sweep" });
  await row.getByRole("button", { name: "Pause Sweep" }).click();
  await told(page, "Paused Sweep");
  await expect(row).toContainText("paused");
  await expect(row.locator(".periodic-next time")).toHaveCount(0);
  await expect(page.locator(".headline")).toContainText("1 of them idle");
  expect((await server.get("/api/v1/periodic/Sweep")).paused).toBe(true);
  await row.getByRole("button", { name: "Resume Sweep" }).click();
  await told(page, "Resumed Sweep");
  await expect(row).toContainText("active");
  expect((await server.get("/api/v1/periodic/Sweep")).paused).toBe(false);
});

test("its settings and its history unfold below it, at an address of their own", async ({ page, start, configure, javaScriptEnabled }) => {
  const server = await start("serve", "--worker", "--config", configure(digest + sweep));
  await expect.poll(async () => (await server.get("/api/v1/periodic")).length).toBe(2);
  const { jid } = await server.post(`/api/v1/periodic/${encoded}/run`, {});
  await open(page, `${server.address}/periodic`, javaScriptEnabled);
  const name = page.getByRole("link", { name: "a digest/%20b", exact: true });
  await expect(name).toHaveAttribute("aria-expanded", "false");
  await name.click();
  await expect(name).toHaveAttribute("aria-expanded", "true");
  await expect(page).toHaveURL(`${server.address}/periodic?job=${encoded}`);
  const details = page.locator(".periodic-details");
  await expect(details).toHaveCount(1);
  await expect(details).toContainText('["all",10]');
  await expect(details).toContainText("skipped");
  const history = details.getByRole("region", { name: "History" });
  await expect(history.getByRole("link", { name: jid })).toBeVisible();
  await expect(history).toContainText("run now");
  // As somebody opens it who was given the address; another one takes its place.
  await open(page, `${server.address}/periodic?job=${encoded}`, javaScriptEnabled);
  await expect(history.getByRole("link", { name: jid })).toBeVisible();
  await page.getByRole("link", { name: "Sweep", exact: true }).click();
  await expect(details).toContainText("Nothing yet.");
  await page.getByRole("link", { name: "Sweep", exact: true }).click();
  await expect(details).toHaveCount(0);
});

test("what no running process has is shown as that, and deleted after a question", async ({ page, start, configure, javaScriptEnabled }) => {
  const server = await start("serve", "--worker", "--config", configure(digest + sweep));
  await expect.poll(async () => (await server.get("/api/v1/periodic")).length).toBe(2);
  configure(sweep);
  await server.restart();
  const configured = async () => (await server.get("/api/v1/periodic")).map((job: { configured: boolean }) => job.configured);
  await expect.poll(configured).toEqual([true, false]);
  await open(page, `${server.address}/periodic`, javaScriptEnabled);
  const row = page.getByRole("row", { name: "a digest/%20b" });
  await expect(row).toContainText("not in any running process’s configuration");
  await expect(row.getByRole("button", { name: /Pause/ })).toHaveCount(0);
  await row.getByRole("link", { name: "Delete… a digest/%20b" }).click();
  const question = page.getByRole("dialog");
  await expect(question).toContainText("Delete periodic job a digest/%20b?");
  if (javaScriptEnabled) await expect(question.getByRole("link", { name: "Cancel" })).toBeFocused();
  await question.getByRole("link", { name: "Cancel" }).click();
  await expect(question).toHaveCount(0);
  await row.getByRole("link", { name: "Delete… a digest/%20b" }).click();
  await question.getByRole("button", { name: "Delete periodic job" }).click();
  await told(page, "Deleted a digest/%20b with its history.");
  await expect(page.locator(".periodic > tbody > tr")).toHaveCount(1);
  expect(await configured()).toEqual([true]);
});

test("why a periodic job could not be deleted stands in the question", async ({ page, start, configure, javaScriptEnabled }) => {
  test.info().annotations.push({ type: "requests fail" });
  const server = await start("serve", "--worker", "--config", configure(sweep));
  await expect.poll(async () => (await server.get("/api/v1/periodic")).length).toBe(1);
  await open(page, `${server.address}/periodic?confirm=delete&job=Sweep`, javaScriptEnabled);
  const question = page.getByRole("dialog");
  await question.getByRole("button", { name: "Delete periodic job" }).click();
  await expect(question.getByRole("alert")).toContainText("a running process has the periodic job Sweep");
  expect((await server.get("/api/v1/periodic")).length).toBe(1);
});

test("without any, the page tells how one is made", async ({ page, server, javaScriptEnabled }) => {
  await open(page, `${server.address}/periodic`, javaScriptEnabled);
  await expect(page.locator("main")).toContainText("No periodic job yet.");
  await expect(page.locator("main")).toContainText("[[periodic]]");
});
