import { act, open, row, rows, tick, told } from "../lists";
import { expect, failedJob, test } from "../fixtures";

const declined = { class: "ChargeCard", tags: ["paid"], error_class: "Billing::Declined", error_message: "card declined" };

test("one box searches a list by words and fields, and what is wrong is marked", async ({ page, server, javaScriptEnabled }, testInfo) => {
  testInfo.annotations.push({ type: "requests fail", description: "a browser writes the 422 to its console" });
  const [photo, charge] = await server.seed("dead", [failedJob(1), failedJob(2, declined)]);
  await open(page, `${server.address}/dead`, javaScriptEnabled);
  const search = page.getByPlaceholder("Search any words");
  await search.fill("class:publishphoto -tag:paid");
  await search.press("Enter");
  await expect(rows(page)).toHaveCount(1);
  await expect(row(page, photo)).toBeVisible();
  await search.fill("declined klass:ChargeCard");
  await search.press("Enter");
  await expect(page.locator(".query-text mark")).toHaveText("klass");
  await expect(page.getByRole("alert").filter({ hasText: "did you mean" })).toBeVisible();
  await expect(search).toHaveValue("declined klass:ChargeCard");
  await search.fill("declined class:ChargeCard");
  await search.press("Enter");
  await expect(rows(page)).toHaveCount(1);
  await expect(row(page, charge)).toBeVisible();
});

test("the header's box searches all places", async ({ page, server, javaScriptEnabled }) => {
  const [dead] = await server.seed("dead", [failedJob(1)]);
  const [later] = await server.seed("scheduled", [{ class: "PublishPhoto", args: [], queue: "default" }]);
  await open(page, server.address, javaScriptEnabled);
  await page.locator("#find-job").fill("class:PublishPhoto");
  await page.locator("#find-job").press("Enter");
  await expect(page.locator("h1")).toHaveText("Search");
  await expect(rows(page)).toHaveCount(2);
  await expect(row(page, dead)).toBeVisible();
  await expect(row(page, later)).toBeVisible();
  await expect(page.locator(".search-place h2")).toHaveText(["Dead", "Scheduled"]);
});

test("a search is read page by page, and tells how many match in all", async ({ page, server, javaScriptEnabled }) => {
  await server.seed("dead", Array.from({ length: 120 }, (_, number) => failedJob(number)));
  await open(page, `${server.address}/search?q=class:PublishPhoto`, javaScriptEnabled);
  await expect(rows(page)).toHaveCount(50);
  const status = page.locator(".search-words");
  if (javaScriptEnabled) await expect(status).toContainText("120 jobs found; searched 120 of 120 entries");
  for (const [numbers, count] of [["Jobs 51 to 100", 50], ["Jobs 101 to 120", 20]] as const) {
    await page.getByRole("link", { name: "Next page" }).click();
    await expect(page.locator(".pager-about")).toHaveText(numbers);
    await expect(rows(page)).toHaveCount(count);
    if (javaScriptEnabled) await expect(status).toContainText("120 jobs found; searched 120 of 120 entries");
  }
  await expect(page.getByRole("link", { name: "Next page" })).toHaveCount(0);
  await page.getByRole("link", { name: "First page" }).click();
  await expect(page.getByRole("link", { name: "Next page" })).toBeVisible();
});

test("a page that holds all that match is the last one", async ({ page, server, javaScriptEnabled }) => {
  await server.seed("dead", Array.from({ length: 50 }, (_, number) => failedJob(number)));
  await open(page, `${server.address}/search?q=class:PublishPhoto`, javaScriptEnabled);
  await expect(rows(page)).toHaveCount(50);
  const next = page.getByRole("link", { name: "Next page" });
  if (javaScriptEnabled) {
    await expect(page.locator(".search-words")).toContainText("50 jobs found; searched 50 of 50 entries");
    await expect(next).toHaveCount(0);
  } else {
    // A page that does not go on does not know what comes behind it.
    await next.click();
    await expect(page.locator(".empty-title")).toHaveText("No more jobs match.");
    await expect(page.locator(".pager-about")).toHaveText("");
  }
});

test("jobs of several places are ticked and acted on together", async ({ page, server, javaScriptEnabled }) => {
  const [dead, other] = await server.seed("dead", [failedJob(1), failedJob(2)]);
  const [later] = await server.seed("scheduled", [{ class: "PublishPhoto", args: [3], queue: "photos" }]);
  const { jids: [queued] } = await server.post("/api/v1/jobs", [{ class: "PublishPhoto", args: [4], queue: "photos" }]);
  await open(page, `${server.address}/search?q=class:PublishPhoto`, javaScriptEnabled);
  await expect(rows(page)).toHaveCount(4);
  await tick(page, dead, queued);
  const bar = page.getByRole("group", { name: "Do to the selected jobs" });
  // Of the two only the dead one can be retried: the other stays, and that is told.
  await bar.getByRole("button", { name: "Retry", exact: true }).click();
  await told(page, /1 retried, 1 not possible: `retry` means nothing for an entry of `queue:photos`/);
  await expect(row(page, other)).toBeVisible();
  if (javaScriptEnabled) {
    await expect(row(page, dead)).toHaveCount(0);
    await expect(page.locator(".action-count")).toHaveText("1 selected");
    await expect(bar.getByRole("button", { name: "Retry", exact: true })).toBeHidden();
    await bar.getByRole("button", { name: "Clear" }).click();
  }
  await tick(page, other, later);
  await act(page, "Delete…", javaScriptEnabled);
  await told(page, "2 deleted.");
  await expect(row(page, other)).toHaveCount(0);
  await expect(row(page, later)).toHaveCount(0);
  expect((await server.get("/api/v1/sets/dead/jobs")).entries).toHaveLength(0);
  expect((await server.get("/api/v1/queues/photos/jobs")).entries).toHaveLength(2);
});

test("what is found leads to a change of all that match", async ({ page, server, javaScriptEnabled }) => {
  await server.seed("dead", [failedJob(1), failedJob(2, declined)]);
  await server.seed("retries", [failedJob(3)]);
  await open(page, `${server.address}/search?q=class:PublishPhoto`, javaScriptEnabled);
  await page.locator(".search-status").getByRole("link", { name: "Change all that match" }).click();
  await expect(page.locator("h1")).toHaveText("New operation");
  await expect(page.locator("main")).toContainText("class:PublishPhoto");
});
