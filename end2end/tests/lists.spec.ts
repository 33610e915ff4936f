import { act, open, reschedule, row, rows, tick, told } from "../lists";
import { expect, failedJob, test } from "../fixtures";

const declined = {
  class: "ChargeCard", queue: "billing", error_class: "Billing::Declined", error_message: "the card was declined", tags: ["paid"], args: ["customer-77"],
};

for (const { field, value, finds } of [
  { field: "Class", value: "ChargeCard", finds: [1] },
  { field: "Queue", value: "photos", finds: [0, 2] },
  { field: "Error class, or part of its message", value: "declined", finds: [1] },
  { field: "Tag", value: "album", finds: [0, 2] },
]) {
  test(`dead jobs are filtered by ${field}`, async ({ page, server, javaScriptEnabled }) => {
    const jids = await server.seed("dead", [failedJob(1), failedJob(2, declined), failedJob(3)]);
    await open(page, `${server.address}/dead`, javaScriptEnabled);
    await expect(rows(page)).toHaveCount(3);
    await page.locator("summary", { hasText: "Filter" }).click();
    await page.getByLabel(field, { exact: true }).fill(value);
    await page.getByRole("button", { name: "Apply" }).click();
    await expect(rows(page)).toHaveCount(finds.length);
    for (const number of finds) await expect(row(page, jids[number])).toBeVisible();
    await page.locator("a.chip-set").click();
    await expect(rows(page)).toHaveCount(3);
  });
}

test("text in arguments finds a job, and a time leaves the others out", async ({ page, server, javaScriptEnabled }) => {
  const [, found] = await server.seed("dead", [failedJob(1), failedJob(2, declined), failedJob(3)]);
  await open(page, `${server.address}/dead`, javaScriptEnabled);
  const search = page.getByPlaceholder("Search any words");
  await search.fill("CUSTOMER-77");
  await search.press("Enter");
  await expect(rows(page)).toHaveCount(1);
  await expect(row(page, found)).toContainText("Billing::Declined");
  await page.goto(`${server.address}/dead?from=2099-01-01T00:00:00Z`);
  await expect(rows(page)).toHaveCount(0);
  await page.goto(`${server.address}/dead?to=2099-01-01T00:00:00Z`);
  await expect(rows(page)).toHaveCount(3);
});

test("pages lead through all jobs, each once, and back", async ({ page, server, javaScriptEnabled }) => {
  const start = Date.now() + 3_600_000;
  const at = (number: number) => new Date(start + number * 1000).toISOString();
  const jobs = Array.from({ length: 60 }, (_, number) => ({ class: "Remind", args: [`number ${number};`], at: at(number) }));
  await server.post("/api/v1/jobs", jobs);
  await open(page, `${server.address}/scheduled?limit=25`, javaScriptEnabled);
  const shows = (first: number, last: number) =>
    expect(rows(page)).toContainText(Array.from({ length: last - first + 1 }, (_, index) => `number ${first + index};`));
  await shows(0, 24);
  const pages = page.getByRole("navigation", { name: "Pages of this list" });
  await pages.getByRole("link", { name: "Later" }).click();
  await shows(25, 49);
  await pages.getByRole("link", { name: "Later" }).click();
  await shows(50, 59);
  await expect(pages.getByText("Later")).toHaveAttribute("aria-disabled", "true");
  await pages.getByRole("link", { name: "Sooner" }).click();
  await shows(25, 49);
  await page.goBack();
  await shows(50, 59);
});

test("ticked dead jobs are retried, and only they", async ({ page, server, javaScriptEnabled }) => {
  const [first, second, third] = await server.seed("dead", [failedJob(1), failedJob(2), failedJob(3)]);
  await open(page, `${server.address}/dead`, javaScriptEnabled);
  await tick(page, first, third);
  await act(page, "Retry", javaScriptEnabled);
  await told(page, "2 retried.");
  await expect(rows(page)).toHaveCount(1);
  await expect(row(page, second)).toBeVisible();
  await open(page, `${server.address}/queues/photos`, javaScriptEnabled);
  await expect(row(page, first)).toBeVisible();
  await expect(row(page, third)).toBeVisible();
});

test("a ticked retry is killed, a scheduled job enqueued", async ({ page, server, javaScriptEnabled }) => {
  const [killed] = await server.seed("retries", [failedJob(1), failedJob(2)]);
  const [enqueued] = await server.seed("scheduled", [{ class: "Remind", args: [1] }]);
  await open(page, `${server.address}/retries`, javaScriptEnabled);
  await tick(page, killed);
  await act(page, "Kill", javaScriptEnabled);
  await told(page, "1 moved to the dead set.");
  await open(page, `${server.address}/dead`, javaScriptEnabled);
  await expect(row(page, killed)).toBeVisible();
  await open(page, `${server.address}/scheduled`, javaScriptEnabled);
  await tick(page, enqueued);
  await act(page, "Enqueue now", javaScriptEnabled);
  await told(page, "1 enqueued.");
  await open(page, `${server.address}/queues/default`, javaScriptEnabled);
  await expect(row(page, enqueued)).toBeVisible();
});

test("a delete asks first", async ({ page, server, javaScriptEnabled }) => {
  const [deleted, kept] = await server.seed("dead", [failedJob(1), failedJob(2)]);
  await open(page, `${server.address}/dead`, javaScriptEnabled);
  await tick(page, deleted);
  await act(page, "Delete…", javaScriptEnabled);
  await told(page, "1 deleted.");
  await expect(rows(page)).toHaveCount(1);
  await expect(row(page, kept)).toBeVisible();
});

test("jobs are rescheduled: in 1 h, spread, and to a picked time", async ({ page, server, javaScriptEnabled }) => {
  const jids = await server.seed("dead", [failedJob(1), failedJob(2), failedJob(3), failedJob(4)]);
  const due = async (jid: string) => {
    const { entries } = await server.get("/api/v1/sets/retries/jobs");
    return Date.parse(entries.find((entry: { jid: string }) => entry.jid === jid).at);
  };
  await open(page, `${server.address}/dead`, javaScriptEnabled);

  await tick(page, jids[0]);
  const before = Date.now();
  await (await reschedule(page, javaScriptEnabled)).getByRole("button", { name: "in 1 h" }).click();
  await told(page, "1 rescheduled.");
  await expect(rows(page)).toHaveCount(3);
  expect(await due(jids[0])).toBeGreaterThanOrEqual(before + 3_600_000 - 1000);
  expect(await due(jids[0])).toBeLessThanOrEqual(Date.now() + 3_600_000 + 1000);

  await tick(page, jids[1], jids[2]);
  await (await reschedule(page, javaScriptEnabled)).getByRole("button", { name: "spread over 30 min" }).click();
  await told(page, "2 rescheduled.");
  await expect(rows(page)).toHaveCount(1);
  for (const jid of jids.slice(1, 3)) expect(await due(jid)).toBeLessThanOrEqual(Date.now() + 1_801_000);

  await tick(page, jids[3]);
  const form = await reschedule(page, javaScriptEnabled);
  await form.getByLabel("Run at").fill("2099-03-04T05:06");
  await form.getByRole("button", { name: /^Reschedule/ }).click();
  await told(page, "1 rescheduled.");
  await expect(rows(page)).toHaveCount(0);
  // The browser's zone in these tests is UTC, as is the field's without JavaScript.
  expect(new Date(await due(jids[3])).toISOString()).toBe("2099-03-04T05:06:00.000Z");
});

test("a chosen spread counts for the usual choices, too", async ({ page, server, javaScriptEnabled }) => {
  const jids = await server.seed("dead", [failedJob(1), failedJob(2), failedJob(3), failedJob(4)]);
  await open(page, `${server.address}/dead`, javaScriptEnabled);
  await tick(page, ...jids);
  const form = await reschedule(page, javaScriptEnabled);
  await form.getByLabel(/^Spread/).selectOption("60");
  const before = Date.now();
  await form.getByRole("button", { name: "in 1 h" }).click();
  await told(page, "4 rescheduled.");
  const { entries } = await server.get("/api/v1/sets/retries/jobs");
  const times = entries.map((entry: { at: string }) => Date.parse(entry.at));
  expect(new Set(times).size).toBeGreaterThan(1);
  expect(Math.min(...times)).toBeGreaterThanOrEqual(before + 3_600_000 - 1000);
  expect(Math.max(...times)).toBeLessThanOrEqual(Date.now() + 7_200_000 + 1000);
});

test("a search leaves the time that is filtered by alone", async ({ page, server, javaScriptEnabled }) => {
  await server.seed("dead", [failedJob(1), failedJob(2, declined)]);
  const day = new Date().toISOString().slice(0, 10);
  for (const until of [day, new Date(Date.now() + 5_000).toISOString().slice(0, 19) + "Z"]) {
    await open(page, `${server.address}/dead?to=${until}`, javaScriptEnabled);
    await expect(rows(page)).toHaveCount(2);
    if (until === day) await expect(page.locator(".chip-set .chip-value")).toHaveText(`${day} UTC`);
    const search = page.getByPlaceholder("Search any words");
    await search.fill("customer-77");
    await search.press("Enter");
    await expect(rows(page)).toHaveCount(1);
    if (javaScriptEnabled) expect(new URL(page.url()).searchParams.get("to")).toBe(until);
  }
});

test("the filter suggests what is on the page", async ({ page, server, javaScriptEnabled }) => {
  await server.seed("dead", [failedJob(1), failedJob(2, declined), failedJob(3)]);
  await server.post("/api/v1/jobs", { class: "Any", args: [], queue: "mail" });
  await open(page, `${server.address}/dead`, javaScriptEnabled);
  await page.locator("summary", { hasText: "Filter" }).click();
  const suggested = (field: string) =>
    page.getByLabel(field, { exact: true }).evaluate((input: HTMLInputElement) => Array.from(input.list!.options, (option) => option.value));
  expect(await suggested("Class")).toEqual(["ChargeCard", "PublishPhoto"]);
  expect(await suggested("Tag")).toEqual(["album", "paid"]);
  await expect.poll(() => suggested("Queue")).toContain("mail");
});

test("a row's own menu acts on that row only", async ({ page, server, javaScriptEnabled }) => {
  const [retried, kept] = await server.seed("dead", [failedJob(1), failedJob(2)]);
  await open(page, `${server.address}/dead`, javaScriptEnabled);
  await tick(page, kept);
  await row(page, retried).locator("details.row-menu summary").click();
  await row(page, retried).getByRole("button", { name: "Retry" }).click();
  await told(page, "1 retried.");
  await expect(row(page, retried)).toHaveCount(0);
  await expect(row(page, kept)).toBeVisible();
});

test("an entry that is no job is shown as it is, and deleted", async ({ page, server, storeKind, javaScriptEnabled }) => {
  test.skip(storeKind === "sqlite", "only Redis is written to by others");
  await server.redis!.command("ZADD", "dead", "1795000000", 'not JSON <b>at all</b> \\');
  await server.redis!.command("ZADD", "dead", "1795000001", '["a list"]');
  await open(page, `${server.address}/dead`, javaScriptEnabled);
  await expect(rows(page)).toHaveCount(2);
  const broken = rows(page).filter({ hasText: "not JSON <b>at all</b> \\" });
  await expect(broken).toContainText("Malformed");
  await broken.locator("details.row-menu summary").click();
  await expect(broken.getByRole("link", { name: "Delete…" })).toBeVisible();
  await expect(broken.getByRole("button", { name: "Retry" }), "no worker could run it").toHaveCount(0);
  await broken.locator("details.row-menu summary").click();
  await broken.getByRole("checkbox").check();
  await act(page, "Delete…", javaScriptEnabled);
  await told(page, "1 deleted.");
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page)).toContainText('["a list"]');
});

test("names and messages with markup and controls are shown harmlessly", async ({ page, server, javaScriptEnabled }) => {
  const queue = "a/b ../<i>|☃ *";
  const [jid] = await server.seed("dead", [
    failedJob(1, { class: "<script>alert(1)</script>", queue, error_message: '"><img src=x onerror=alert(2)> \u202Egnp.exe' }),
  ]);
  page.on("dialog", () => expect(false, "nothing of it runs").toBe(true));
  await open(page, `${server.address}/dead`, javaScriptEnabled);
  await expect(row(page, jid)).toContainText("<script>alert(1)</script>");
  await expect(row(page, jid)).toContainText('"><img src=x onerror=alert(2)>');
  await tick(page, jid);
  await act(page, "Retry", javaScriptEnabled);
  await told(page, "1 retried.");
  await open(page, `${server.address}/queues`, javaScriptEnabled);
  await page.getByRole("link", { name: queue, exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(queue);
  await expect(row(page, jid)).toBeVisible();
});
