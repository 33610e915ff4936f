// Who did what: each change stands on the page of the audit, which is filtered, paged and exported, with JavaScript and without.
import { expect, failedJob, type Server, test } from "../fixtures";
import { act, open, row, tick } from "../lists";

/** What is told, the newest first. */
function events(page: import("@playwright/test").Page) {
  return page.locator("table.audit tbody tr");
}

/** The address, open at the top of the audit. */
async function audit(page: import("@playwright/test").Page, server: Server, query: string, javaScriptEnabled: boolean) {
  await open(page, `${server.address}/audit${query}`, javaScriptEnabled);
}

test("a fresh store has nothing to tell, and what is done then is told", async ({ page, server, javaScriptEnabled }) => {
  await audit(page, server, "", javaScriptEnabled);
  await expect(page.locator(".empty-title")).toHaveText("Nothing was changed yet.");
  const [first] = await server.seed("dead", [failedJob(1), failedJob(2)]);
  await open(page, `${server.address}/dead`, javaScriptEnabled);
  await tick(page, first);
  await act(page, "Retry", javaScriptEnabled);
  await expect(row(page, first)).toHaveCount(0);

  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Audit" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Audit");
  const newest = events(page).first();
  await expect(newest).toContainText("Retry 1 job of class PublishPhoto");
  await expect(newest).toContainText("anyone");
  await expect(newest).toContainText("127.0.0.1");
  await expect(newest.locator(".audit-result")).toContainText("1 done");
  await expect(newest.locator("time")).toHaveAttribute("datetime", /^\d{4}-/);
  await expect(newest.getByRole("link", { name: "dead" })).toHaveAttribute("href", "/dead");
  await expect(newest.getByRole("link", { name: first })).toHaveAttribute("href", `/jobs/${first}`);
  // From there it is undone.
  await newest.getByRole("link", { name: /^Operation, undo/ }).click();
  await expect(page).toHaveURL(/\/operations\//);
  await page.getByRole("button", { name: /^Undo/ }).click();
  await expect.poll(async () => (await server.get("/api/v1/sets/dead/jobs")).total).toBe(2);
  await audit(page, server, "?action=undo_operation", javaScriptEnabled);
  await expect(events(page)).toHaveCount(1);
});

test("a filter stands in the address, and files hold what it shows", async ({ page, server, javaScriptEnabled }) => {
  for (const queue of ["mail", "photos", "low"]) await server.post(`/api/v1/queues/${queue}/pause`, {});
  await server.post("/api/v1/queues/mail/resume", {});
  await audit(page, server, "", javaScriptEnabled);
  await expect(events(page)).toHaveCount(4);
  await page.getByLabel("What").selectOption("Pause queue");
  await page.getByLabel("Where").fill("mail");
  await page.getByRole("button", { name: "Filter" }).click();
  await expect(page).toHaveURL(/action=pause_queue/);
  await expect(page).toHaveURL(/place=mail/);
  await expect(events(page)).toHaveCount(1);
  await expect(events(page)).toContainText("Pause queue mail");
  await expect(page.getByLabel("Where")).toHaveValue("mail");
  await expect(page.getByLabel("What")).toHaveValue("pause_queue");
  const href = await page.getByRole("link", { name: "Export the audit as CSV" }).getAttribute("href");
  const table = await (await fetch(server.address + href)).text();
  expect(table.trim().split("\r\n")).toHaveLength(2);

  await page.getByLabel("Text").fill("nothing says this");
  await page.getByRole("button", { name: "Filter" }).click();
  await expect(page.locator(".empty-title")).toHaveText("No event matches.");
  await page.getByRole("link", { name: "Show all events" }).click();
  await expect(events(page)).toHaveCount(4);
  await expect(page.getByLabel("Where")).toHaveValue("");
  // A time that is none is told beside the form.
  await audit(page, server, "?from=soon", javaScriptEnabled);
  await expect(page.locator("main .notice-error")).toContainText("`soon` is no time");
});

test("pages lead to older ones and back", async ({ page, server, javaScriptEnabled }) => {
  for (let number = 0; number < 55; number++) await server.post(`/api/v1/queues/q${number}/pause`, {});
  await audit(page, server, "", javaScriptEnabled);
  await expect(events(page)).toHaveCount(50);
  await expect(events(page).first()).toContainText("Pause queue q54");
  await server.post("/api/v1/queues/late/pause", {});
  await page.getByRole("link", { name: "Older" }).click();
  await expect(events(page)).toHaveCount(5);
  await expect(events(page).first()).toContainText("Pause queue q4");
  await page.getByRole("link", { name: "Newer" }).click();
  await expect(events(page)).toHaveCount(50);
  await expect(events(page).first()).toContainText("Pause queue q54");
  await page.getByRole("link", { name: "Newest" }).click();
  await expect(events(page).first()).toContainText("Pause queue late");
});

test("whatever stands in a reason is text", async ({ page, server, javaScriptEnabled }) => {
  const [jid] = await server.seed("dead", [failedJob(1)]);
  const { entries } = await server.get("/api/v1/sets/dead/jobs");
  const reason = "=1+1 <img src=x onerror=alert(1)>\n\u202egnp.exe " + "x".repeat(400);
  await server.post("/api/v1/actions", { action: "retry", entries: [entries[0].id], reason });
  await audit(page, server, `?text=${jid}`, javaScriptEnabled);
  const event = events(page).first();
  await expect(event.locator(".audit-reason")).toContainText("=1+1 <img src=x onerror=alert(1)>");
  await expect(page.locator("img")).toHaveCount(0);
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 900 });
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
  }
});
