// The two tasks at the dead set, each in two clicks; files of jobs, written and read; with JavaScript and without.
import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { open, rows } from "../lists";
import { expect, failedJob, hydrated, test, type Server } from "../fixtures";

/** Dead jobs of two causes. They died just now. */
async function fill(server: Server) {
  const timeouts = Array.from({ length: 12 }, (_, number) => failedJob(number));
  const others = Array.from({ length: 3 }, (_, number) => failedJob(100 + number, { class: "SendMail", error_class: "Refused", error_message: "mailbox is full" }));
  await server.seed("dead", [...timeouts, ...others]);
}

/** As many dead jobs, that died so many days ago: only an import can put them there. */
async function old(server: Server, count: number, days: number) {
  const died = Date.now() / 1000 - days * 86_400;
  const lines = Array.from({ length: count }, (_, number) => {
    const job = { class: "OldJob", jid: `0ld${number}`.padEnd(24, "0"), args: [{ number, token: number === 0 ? "hunter2" : null }], queue: "photos", error_class: "Gone", error_message: "gone for good", failed_at: died };
    return JSON.stringify({ place: "dead", score: died + number, job });
  });
  const response = await fetch(`${server.address}/api/v1/import`, { method: "POST", headers: { "content-type": "application/x-ndjson" }, body: lines.join("\n") });
  expect(await response.json()).toMatchObject({ imported: count, broken: 0 });
}

async function size(server: Server, place: string) {
  return (await server.get(`/api/v1/${place}/jobs?limit=1`)).total;
}

/** Counts how often somebody clicks. */
function clicks(page: Page) {
  let count = 0;
  return { count: () => count, click: async (name: string | RegExp, role: "link" | "button") => { count++; await page.getByRole(role, { name }).click(); } };
}

/** Opens the dead set when the causes of so many jobs are known. */
async function openDead(page: Page, server: Server, jobs: number, javaScriptEnabled: boolean) {
  await expect.poll(async () => (await server.get("/api/v1/failures")).groups.reduce((sum: number, { count }: { count: number }) => sum + count, 0)).toBe(jobs);
  await open(page, `${server.address}/dead`, javaScriptEnabled);
}

test("what failed because of one thing is retried in two clicks, and nothing else", async ({ page, server, javaScriptEnabled }) => {
  await fill(server);
  await openDead(page, server, 15, javaScriptEnabled);
  const hand = clicks(page);
  await expect(page.locator(".dead-causes li")).toHaveCount(2);
  await expect(page.locator(".dead-causes li").first()).toContainText("ThirdParty::Timeout");
  await hand.click(/^Retry all 12…/, "link");
  await expect(page.getByRole("region", { name: "Preview" })).toContainText("12 of 15 jobs match");
  await hand.click("Retry 12 jobs", "button");
  await expect.poll(() => size(server, "queues/photos")).toBe(12);
  expect(await size(server, "sets/dead")).toBe(3);
  expect(hand.count()).toBe(2);
});

test("what is old is cleared in two clicks, and exactly that is kept as a file", async ({ page, server, javaScriptEnabled }) => {
  await fill(server);
  await old(server, 5, 40);
  await openDead(page, server, 20, javaScriptEnabled);
  const hand = clicks(page);
  await expect(page.getByLabel("Dead for more than")).toHaveValue("died:>30d");
  await hand.click("Clear…", "button");
  await expect(page.getByRole("region", { name: "Preview" })).toContainText("5 of 20 jobs match");
  if (javaScriptEnabled) await hydrated(page);
  // Without JavaScript somebody must fetch the file.
  const fetched = page.waitForEvent("download");
  await hand.click("Delete 5 jobs", "button");
  if (!javaScriptEnabled) {
    await expect(async () => {
      await page.reload();
      await expect(page.getByRole("link", { name: "download it" })).toBeVisible({ timeout: 500 });
    }).toPass();
    await page.getByRole("link", { name: "download it" }).click();
  }
  const download = await fetched;
  expect(hand.count()).toBe(2);
  expect(download.suggestedFilename()).toMatch(/^jobdeck-operation-[0-9a-f]{16}\.ndjson$/);
  const lines = (await readFile(await download.path(), "utf8")).trim().split("\n").map((line) => JSON.parse(line));
  expect(lines.slice(0, 5).map(({ job }) => job.class)).toEqual(Array(5).fill("OldJob"));
  // One of them had a secret.
  expect(lines[0]).toMatchObject({ redacted: true, job: { args: [{ token: "[redacted]" }] } });
  expect(lines[5]).toEqual({ complete: true, jobs: 5, redacted_jobs: 1 });
  expect(await size(server, "sets/dead")).toBe(15);
  if (javaScriptEnabled) {
    // Who loads the page again does not get the file again.
    await expect(page).toHaveURL(/\/operations\/[0-9a-f]{16}$/);
    await expect(page.locator("main")).toContainText("The export is being downloaded.");
  }
});

test("on a phone the tasks are behind a line", async ({ page, server, javaScriptEnabled }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await fill(server);
  await openDead(page, server, 15, javaScriptEnabled);
  await expect(page.getByRole("link", { name: /^Retry all 12…/ })).toBeHidden();
  await page.getByText("Retry one cause, or clear what is old").click();
  await expect(page.getByRole("link", { name: /^Retry all 12…/ })).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
});

test("what a list shows is a file, and the file is a list again", async ({ page, server, javaScriptEnabled }, testInfo) => {
  await fill(server);
  await open(page, `${server.address}/dead?filter=error:Refused`, javaScriptEnabled);
  await expect(rows(page)).toHaveCount(3);
  const fetched = page.waitForEvent("download");
  await page.getByRole("link", { name: "Export all dead jobs that match as CSV" }).click();
  const download = await fetched;
  expect(download.suggestedFilename()).toMatch(/^jobdeck-dead-\w+\.csv$/);
  const path = testInfo.outputPath("dead.csv");
  await download.saveAs(path);

  const { id } = await server.post("/api/v1/operations", { action: "delete", from: "dead", filter: "error:Refused" });
  await expect.poll(async () => (await server.get(`/api/v1/operations/${id}`)).state).toBe("done");
  await open(page, `${server.address}/dead`, javaScriptEnabled);
  await page.getByRole("link", { name: "Import…" }).click();
  await page.getByLabel("File: NDJSON or CSV").setInputFiles(path);
  await page.getByLabel("Only check").check();
  await page.getByRole("button", { name: "Import" }).click();
  const report = page.getByRole("region", { name: "What came of it" });
  await expect(report).toContainText("3 jobs can be imported");
  expect(await size(server, "sets/dead")).toBe(12);

  await page.getByLabel("File: NDJSON or CSV").setInputFiles(path);
  await page.getByRole("button", { name: "Import" }).click();
  await expect(report).toContainText("dead.csv: 3 jobs imported.");
  expect(await size(server, "sets/dead")).toBe(15);

  await page.getByLabel("File: NDJSON or CSV").setInputFiles({ name: "broken.ndjson", mimeType: "text/plain", buffer: Buffer.from('{"place":"dead","score":5,"job":{}}\nrubbish\n{"complete":true,"jobs":2}\n') });
  await page.getByLabel("Where the jobs go").selectOption("all into one queue:");
  await page.getByLabel("Queue, if into one").fill("slow");
  await page.getByRole("button", { name: "Import" }).click();
  await expect(report).toContainText("1 job imported, 1 line left out");
  await expect(report.locator("li")).toContainText(["Line 2: it is no line of an export"]);
  expect(await size(server, "queues/slow")).toBe(1);
});
