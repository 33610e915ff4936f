// Secrets in jobs: hidden on every page, and one job's shown to who says why, on the record. With JavaScript and without.
import { expect, failedJob, hydrated, test } from "../fixtures";

test("what looks like a secret is hidden, until somebody says why it must be seen", async ({ page, server, javaScriptEnabled }) => {
  const [jid] = await server.seed("dead", [failedJob(7, {
    args: [{ password: "hunter2", album: "Lisbon" }], error_message: "refused: token=hunter2",
  })]);
  for (const path of ["/dead", "/search?q=album", `/jobs/${jid}`]) {
    await page.goto(`${server.address}${path}`);
    await expect(page.getByText("[redacted]").first()).toBeVisible();
    expect(await page.content()).not.toContain("hunter2");
  }
  if (javaScriptEnabled) await hydrated(page);

  await page.locator(".reveal > summary").click();
  await page.getByLabel("Why?").fill("a customer asks, ticket 17");
  await page.getByRole("button", { name: "Show everything" }).click();
  await expect(page.locator(".job-revealed")).toContainText("on record");
  await expect(page.locator("#arguments")).toContainText("hunter2");
  await expect(page.locator("#error")).toContainText("token=hunter2");
  await expect(page).toHaveURL(`${server.address}/jobs/${jid}`);

  await page.goto(`${server.address}/audit`);
  const event = page.locator("main").getByText("a customer asks, ticket 17");
  await expect(event).toBeVisible();
  await expect(page.locator("main")).toContainText("Show what is hidden");

  await page.goto(`${server.address}/jobs/${jid}`);
  await expect(page.locator("#arguments")).toContainText("[redacted]");
  expect(await page.content()).not.toContain("hunter2");
});
