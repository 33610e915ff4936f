// What fails, by cause: the list of groups, a group's page, and what people say about it.
import { open, told } from "../lists";
import { expect, failedJob, type Server, test } from "../fixtures";

/** Failures of two causes: three and one. */
async function fill(server: Server) {
  const account = (number: number) => [number, { account_id: 17 }];
  await server.seed("dead", [1, 2].map((number) => failedJob(number, { args: account(number) })));
  await server.seed("retries", [failedJob(3, { args: account(3) })]);
  await server.seed("dead", [failedJob(4, { class: "SendMail", error_class: "Net::SMTPError", error_message: "mailbox 'x' is full", queue: "mail" })]);
  // Until all is counted, and known to be.
  await expect.poll(async () => {
    const { groups, index } = await server.get("/api/v1/failures");
    return [index.completeness, ...groups.map(({ count }: { count: number }) => count)];
  }).toEqual(["exact", 3, 1]);
}

test("failures are listed by cause, and lead to their jobs", async ({ page, server, javaScriptEnabled }) => {
  await fill(server);
  await open(page, server.address, javaScriptEnabled);
  await page.getByRole("navigation", { name: "Pages", exact: true }).getByRole("link", { name: "Failures" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Failures");
  await expect(page.locator(".headline")).toContainText("2 groups open, of 4 failed jobs");
  await expect(page.locator(".group-age").first()).toContainText("Exact as of");
  const row = page.getByRole("row", { name: "PublishPhoto" });
  await expect(row).toContainText("no answer for photo … <within> … s");
  await expect(row).toContainText("75");
  await expect(row).toContainText("photos");
  await expect(row.getByRole("img")).toHaveAttribute("aria-label", /3 failures in the last 24 hours/);
  await row.getByRole("link", { name: /PublishPhoto/ }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("PublishPhoto ThirdParty::Timeout");
  await expect(page.locator(".distribution").filter({ hasText: "account_id" })).toContainText("100");
  await expect(page.locator("main")).toContainText("of 3 jobs looked at");
  await expect(page.locator(".group-samples tbody tr")).toHaveCount(3);
  await page.locator(".group-samples").getByRole("link").first().click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("PublishPhoto");
});

test("groups are filtered and ordered by links", async ({ page, server, javaScriptEnabled }) => {
  await fill(server);
  await open(page, `${server.address}/failures`, javaScriptEnabled);
  const which = page.getByRole("navigation", { name: "Which groups" });
  await expect(which.getByRole("link", { name: "open 2" })).toHaveAttribute("aria-current", "true");
  await which.getByRole("link", { name: "muted 0" }).click();
  await expect(page).toHaveURL(/state=muted/);
  await expect(page.locator(".empty-title")).toHaveText("No group is muted.");
  await page.getByRole("link", { name: "Show all groups" }).click();
  await expect(page.locator(".groups tbody tr")).toHaveCount(2);
  await page.getByRole("navigation", { name: "Order" }).getByRole("link", { name: "newest" }).click();
  await expect(page).toHaveURL(/order=newest/);
  await page.getByRole("navigation", { name: "Trend" }).getByRole("link", { name: "7d" }).click();
  await expect(page).toHaveURL(/span=7d/);
  await expect(page.locator(".groups thead")).toContainText("Last 7d");
});

test("a group is resolved, opened again, muted, and noted", async ({ page, server, javaScriptEnabled }) => {
  await fill(server);
  const [{ digest }] = (await server.get("/api/v1/failures")).groups;
  await open(page, `${server.address}/failures/${digest}`, javaScriptEnabled);
  await expect(page.locator(".group-state")).toHaveText("Open.");
  await page.getByRole("button", { name: "Resolve" }).click();
  await told(page, "Resolved: it opens by itself when it happens again.");
  await expect(page.locator(".group-state")).toContainText("Resolved");
  expect((await server.get("/api/v1/failures?state=resolved")).groups[0].digest).toBe(digest);
  await page.getByRole("button", { name: "Open again" }).click();
  await told(page, "Opened again.");
  await page.getByRole("button", { name: "Mute for 24 h" }).click();
  await told(page, "Muted until");
  await expect(page.locator(".group-state")).toContainText("Muted until");
  await page.getByRole("textbox", { name: "Note" }).fill("Ada asks the gateway's people.");
  await page.getByRole("button", { name: "Keep the note" }).click();
  await told(page, "The note is kept.");
  const { kept } = await server.get(`/api/v1/failures/${digest}`);
  expect(kept).toMatchObject({ decided: "muted", note: "Ada asks the gateway's people." });
  await page.reload();
  await expect(page.getByRole("textbox", { name: "Note" })).toHaveValue("Ada asks the gateway's people.");
});

test("without failures the page says so, and a group without jobs too", async ({ page, server, javaScriptEnabled }) => {
  await open(page, `${server.address}/failures`, javaScriptEnabled);
  await expect(page.locator(".empty-title")).toHaveText("Nothing fails.");
  await open(page, `${server.address}/failures/0123456789abcdef`, javaScriptEnabled);
  await expect(page.locator(".empty-title")).toHaveText("No job is in this group.");
});

test("an address that is none of a group says so", async ({ page, server, javaScriptEnabled }) => {
  test.info().annotations.push({ type: "requests fail" });
  await open(page, `${server.address}/failures/nonsense`, javaScriptEnabled);
  await expect(page.locator("main")).toContainText("is no failure group");
});
