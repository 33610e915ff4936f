// Retries that are held: looked at before, told on every page, released, with JavaScript and without.
import { expect, failedJob, type Server, test } from "../fixtures";
import { open, told } from "../lists";

/** Three retries of one cause, one of another; answers the group of the three. */
async function fill(server: Server): Promise<string> {
  await server.seed("retries", [1, 2, 3].map((number) => failedJob(number)));
  await server.seed("retries", [failedJob(4, { class: "SendMail", error_class: "Net::SMTPError", error_message: "mailbox is full", queue: "mail" })]);
  await expect.poll(async () => (await server.get("/api/v1/failures")).groups.map(({ count }: { count: number }) => count)).toEqual([3, 1]);
  return (await server.get("/api/v1/failures")).groups[0].digest;
}

test("a group's retries are held, told on every page, and released", async ({ page, server, javaScriptEnabled }) => {
  const digest = await fill(server);
  await open(page, `${server.address}/failures/${digest}`, javaScriptEnabled);
  await page.getByRole("link", { name: "Hold retries…" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("New hold");
  const preview = page.getByRole("region", { name: "Preview" });
  await expect(preview).toContainText(/3\s+of 4\sretries would wait/);
  await page.getByLabel("For how long").selectOption("1 day");
  await page.getByLabel("Why").fill("the gateway is down");
  if (javaScriptEnabled) await expect(preview.getByRole("button")).toBeDisabled();
  await page.getByRole("button", { name: "Preview" }).click();
  await expect(page).toHaveURL(/for=1d/);
  await preview.getByRole("button", { name: "Hold 3 retries" }).click();

  await expect(page).toHaveURL(/\/holds$/);
  // With JavaScript the list itself says so.
  if (!javaScriptEnabled) await told(page, "Retries of PublishPhoto ThirdParty::Timeout are held until");
  await expect.poll(async () => (await server.get("/api/v1/holds"))[0].held).toBe(3);
  const hold = page.getByRole("row", { name: "PublishPhoto" });
  await expect(hold).toContainText("the gateway is down");
  // A page that does not go on by itself is asked again: its numbers may be a second old.
  await expect(async () => {
    if (!javaScriptEnabled) await page.reload();
    await expect(hold.getByRole("cell").first()).toHaveText("Held 3", { timeout: 1_000 });
  }).toPass();

  // On every page, and where the failures are told.
  await open(page, `${server.address}/failures`, javaScriptEnabled);
  const banner = page.locator(".holds-banner");
  await expect(banner).toContainText(/3\sretries of PublishPhoto ThirdParty::Timeout held/);
  await expect(page.getByRole("row", { name: "PublishPhoto" }).getByRole("link", { name: "held" })).toBeVisible();
  await page.getByRole("row", { name: "PublishPhoto" }).getByRole("link", { name: /^PublishPhoto/ }).click();
  await expect(page.locator(".group-held")).toContainText(/3\sretries of this group held until/);
  await banner.getByRole("link", { name: /^Release/ }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Holds");

  await page.getByRole("row", { name: "PublishPhoto" }).getByRole("button", { name: /^Release/ }).click();
  await expect(page).toHaveURL(/\/operations\//);
  if (!javaScriptEnabled) await told(page, "Released: the hold is over");
  await expect.poll(async () => (await server.get("/api/v1/queues/photos/jobs")).total).toBe(3);
  await open(page, `${server.address}/holds`, javaScriptEnabled);
  await expect(page.locator(".empty-title")).toHaveText("Nothing is held.");
  await expect(banner).toBeHidden();
});

test("any search can be held, and one that cannot be read is told", async ({ page, server, javaScriptEnabled }) => {
  test.info().annotations.push({ type: "requests fail", description: "a browser writes to its console what the server refuses (422)" });
  await fill(server);
  await open(page, `${server.address}/holds`, javaScriptEnabled);
  await page.getByRole("link", { name: "New hold" }).click();
  await page.getByLabel("Which retries").fill("klass:SendMail");
  await page.getByRole("button", { name: "Preview" }).click();
  await expect(page.locator("main")).toContainText("did you mean");
  await page.getByLabel("Which retries").fill("class:SendMail");
  await page.getByLabel("Or until a time").fill("2020-01-01T00:00");
  await page.getByRole("button", { name: "Preview" }).click();
  await expect(page.locator("main")).toContainText("the time to hold until is over");
  await page.getByLabel("Or until a time").fill("");
  await page.getByRole("button", { name: "Preview" }).click();
  await page.getByRole("region", { name: "Preview" }).getByRole("button", { name: "Hold 1 retry" }).click();
  await expect(page).toHaveURL(/\/holds$/);
  await expect.poll(async () => (await server.get("/api/v1/holds"))[0].held).toBe(1);
  await open(page, `${server.address}/holds`, javaScriptEnabled);
  await page.getByRole("row", { name: "class:SendMail" }).getByRole("link", { name: "class:SendMail" }).click();
  await expect(page).toHaveURL(/\/retries\?filter=/);
  await expect(page.locator("tr.job")).toHaveCount(1);
});
