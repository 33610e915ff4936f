import { open, row, rows } from "../lists";
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
