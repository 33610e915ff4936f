// The page of one job: what it shows, and what can be done from it, with JavaScript and without.
import type { Page } from "@playwright/test";
import { deflateSync } from "node:zlib";
import { expect, failedJob, hydrated, test } from "../fixtures";

const trace = (lines: string[]) => deflateSync(JSON.stringify(lines)).toString("base64");
const library = (number: number) => `/usr/local/bundle/gems/rack-3.0/lib/rack/step_${number}.rb:${number}:in 'call'`;

/** Presses a verb; what asks first is a dialog with JavaScript, and unfolds without. */
async function press(page: Page, javaScriptEnabled: boolean | undefined, verb: string, answer: string, answerPlain: string) {
  if (javaScriptEnabled !== false) await hydrated(page);
  await page.locator(".job-actions summary", { hasText: verb }).click();
  const asked = javaScriptEnabled === false ? page.locator(".job-actions") : page.getByRole("dialog");
  await asked.getByRole("button", { name: javaScriptEnabled === false ? answerPlain : answer, exact: true }).click();
}

test("a dead job shows its error, its trace, its arguments, its history and its other fields", async ({ page, server }) => {
  const frames = [library(0), "/app/jobs/publish_photo.rb:17:in 'perform'", ...Array.from({ length: 12 }, (_, number) => library(number + 1))];
  const [jid] = await server.seed("dead", [failedJob(7, {
    args: [{ album: "Lisbon", html: "<script>alert(1)</script>", bidi: "a\u202eb" }, "x".repeat(3000)],
    error_backtrace: trace(frames), locale: "pt", bid: "b-1",
  })]);
  const response = await page.goto(`${server.address}/jobs/${jid}`);
  expect(response!.status()).toBe(200);
  await expect(page).toHaveTitle(/PublishPhoto/);
  await expect(page.locator("h1")).toHaveText("PublishPhoto");
  await expect(page.locator(".page-title .badge")).toHaveText("dead");
  await expect(page.locator(".job-where")).toContainText("died");
  await expect(page.locator(".job-id code")).toHaveText(jid);
  await expect(page.locator(".job-name .chip")).toHaveText(["photos", "album"]);

  const error = page.locator("#error");
  await expect(error.locator(".error-class")).toHaveText("ThirdParty::Timeout");
  await expect(error.locator(".error-message")).toHaveText("no answer for photo 7 <within> 5 s");
  await expect(error.locator(".trace-own")).toHaveText("/app/jobs/publish_photo.rb:17:in 'perform'");
  await expect(error.getByText(library(0))).toBeVisible();
  await expect(error.getByText(library(5))).toBeHidden();
  await error.getByText("12 frames of libraries").click();
  await expect(error.getByText(library(5))).toBeVisible();

  const args = page.locator("#arguments");
  await expect(args).toContainText('"html": "<script>alert(1)</script>"');
  await expect(args).toContainText('"a\\u202eb"');
  const rest = args.getByText("show all 3\u202f000 characters");
  await rest.click();
  expect((await args.textContent())!.match(/x/g)!.length).toBeGreaterThanOrEqual(3000);

  // In order of time: the server has created it just now, with failures of long ago.
  await expect(page.locator(".event-label")).toHaveText(["Failed first", "Failed last", "Created", "Died"]);
  await expect(page.locator(".event-at time[datetime]")).toHaveCount(4);
  await expect(page.locator(".facts")).toContainText("3 times, 2 used");
  await expect(page.locator(".facts")).toContainText('"pt"');
  await expect(page.locator(".facts")).toContainText('"b-1"');
  const payload = page.locator("#payload > div > .json").first();
  await expect(payload).toContainText(`"jid": "${jid}"`);
  await expect(payload).toContainText('"bid": "b-1"');
  await expect(payload.getByText('"album": "Lisbon"')).toBeHidden();
  await payload.locator("summary", { hasText: "2 items" }).click();
  await expect(payload.getByText('"Lisbon"')).toBeVisible();
  await page.getByText(/^Raw text/).click();
  await expect(page.locator(".raw-text")).toContainText(`"jid":"${jid}"`);
});

test("numbers are shown as they were written", async ({ page, server }) => {
  // As text: JavaScript itself cannot say these numbers.
  const body = '{"class":"Count","queue":"default","args":[12345678901234567890,1.0,1e400,-0.10]}';
  const response = await fetch(`${server.address}/api/v1/jobs`, { method: "POST", headers: { "content-type": "application/json" }, body });
  const { jids } = await response.json();
  await page.goto(`${server.address}/jobs/${jids[0]}`);
  await expect(page.locator("#arguments .json")).toHaveText("[12345678901234567890, 1.0, 1e400, -0.10]");
  await expect(page.locator("#payload .json")).toContainText('"args": [12345678901234567890, 1.0, 1e400, -0.10]');
});

test("a retried job is shown where it went", async ({ page, server, javaScriptEnabled }) => {
  const [jid] = await server.seed("dead", [failedJob(1)]);
  await page.goto(`${server.address}/jobs/${jid}`);
  if (javaScriptEnabled !== false) await hydrated(page);
  await page.locator(".job-actions").getByRole("button", { name: "Retry" }).click();
  await expect(page.getByRole("status").filter({ hasText: "retried" })).toBeVisible();
  await expect(page.locator(".page-title .badge")).toHaveText("enqueued");
  await expect(page.locator(".job-where")).toContainText("in photos");
  await expect(page.locator(".job-actions").getByRole("button", { name: "Retry" })).toHaveCount(0);
});

test("a rescheduled job is shown with its new time", async ({ page, server, javaScriptEnabled }) => {
  const [jid] = await server.seed("dead", [failedJob(1)]);
  await page.goto(`${server.address}/jobs/${jid}`);
  await press(page, javaScriptEnabled, "Reschedule", "in 1 h", "in 1 h");
  await expect(page.getByRole("status").filter({ hasText: "rescheduled" })).toBeVisible();
  await expect(page.locator(".page-title .badge")).toHaveText("retrying");
  const at = await page.locator(".job-where time").getAttribute("datetime");
  expect(Math.abs(Date.parse(at!) - Date.now() - 3_600_000)).toBeLessThan(120_000);
});

test("a deleted job is told to be deleted", async ({ page, server, javaScriptEnabled }) => {
  const [jid] = await server.seed("retries", [failedJob(1)]);
  await page.goto(`${server.address}/jobs/${jid}`);
  await press(page, javaScriptEnabled, "Delete", "Delete this job", "Yes, delete");
  await expect(page.getByRole("status").filter({ hasText: "deleted" }).first()).toBeVisible();
  expect((await server.get("/api/v1/sets/retries/jobs")).entries).toEqual([]);
  if (javaScriptEnabled === false) {
    await expect(page.locator(".job-nowhere")).toContainText(jid);
  } else {
    await expect(page.locator(".page-title .badge")).toHaveText("gone");
    await expect(page.locator("h1")).toHaveText("PublishPhoto");
  }
});

test("a job that is nowhere has a page that says why, with the right status", async ({ page, server }, testInfo) => {
  testInfo.annotations.push({ type: "requests fail", description: "a browser writes the 404 to its console" });
  const response = await page.goto(`${server.address}/jobs/0123456789abcdef01234567`);
  expect(response!.status()).toBe(404);
  await expect(page.locator(".job-nowhere")).toContainText("No job has the id 0123456789abcdef01234567");
  await expect(page.locator(".job-nowhere")).toContainText("A job that has finished leaves no trace");
  const asked = await page.goto(`${server.address}/jobs`);
  expect(asked!.status()).toBe(200);
});

test("the search box finds a job by its id", async ({ page, server }) => {
  const [jid] = await server.seed("scheduled", [{ class: "Later", args: [], queue: "default" }]);
  await page.goto(server.address);
  await page.locator("#find-job").fill(` ${jid} `);
  await page.locator("#find-job").press("Enter");
  await expect(page.locator("h1")).toHaveText("Later");
  await expect(page.locator(".page-title .badge")).toHaveText("scheduled");
});

test("a malformed entry is shown as it is, can be moved, and deleted", async ({ page, server, storeKind, javaScriptEnabled }) => {
  test.skip(storeKind !== "redis", "only in a Redis can others write what is no job");
  await server.redis!.command("ZADD", "dead", `${Date.now() / 1000}`, '<b>not</b> a "job" {');
  const { entries } = await server.get("/api/v1/sets/dead/jobs");
  await page.goto(`${server.address}/jobs?entry=${encodeURIComponent(entries[0].id)}`);
  await expect(page.locator("h1")).toHaveText("Malformed entry");
  await expect(page.locator(".raw-text")).toHaveText('<b>not</b> a "job" {');
  await expect(page.locator(".job-actions").getByRole("button", { name: "Retry" })).toHaveCount(0);
  await press(page, javaScriptEnabled, "Reschedule", "in 1 h", "in 1 h");
  await expect(page.locator(".page-title .badge")).toHaveText("retrying");
  await expect(page.locator(".raw-text")).toHaveText('<b>not</b> a "job" {');
  await press(page, javaScriptEnabled, "Delete", "Delete this job", "Yes, delete");
  await expect(page.getByRole("status").filter({ hasText: "1 deleted." }).first()).toBeVisible();
  expect((await server.get("/api/v1/sets/retries/jobs")).entries).toEqual([]);
});

test("of several entries with one job id each can be chosen", async ({ page, server, storeKind }) => {
  test.skip(storeKind !== "redis", "only in a Redis can others write what is there twice");
  const text = (set: string) => JSON.stringify({ class: `In${set}`, jid: "feedfeedfeedfeedfeedfeed", args: [], queue: "default" });
  const later = `${Date.now() / 1000 + 3600}`;
  for (const set of ["dead", "retry", "schedule"]) await server.redis!.command("ZADD", set, later, text(set));
  await page.goto(`${server.address}/jobs/feedfeedfeedfeedfeedfeed`);
  await expect(page.locator(".job-places a")).toHaveCount(3);
  for (const [badge, name] of [["scheduled", "Inschedule"], ["retrying", "Inretry"], ["dead", "Indead"]]) {
    await page.locator(".job-places a", { hasText: badge }).click();
    await expect(page.locator("h1")).toHaveText(name);
    await expect(page.locator(".page-title .badge")).toHaveText(badge);
    await expect(page.locator(".job-places a")).toHaveCount(3);
  }
});
