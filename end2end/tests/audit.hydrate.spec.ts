// What only a script does: the dialog before a delete asks why.
import { expect, failedJob, test } from "../fixtures";
import { open, row, tick } from "../lists";

test("a delete can be given a reason", async ({ page, server }) => {
  const [jid] = await server.seed("dead", [failedJob(1)]);
  await open(page, `${server.address}/dead`, true);
  await tick(page, jid);
  await page.getByRole("group", { name: "Do to the selected jobs" }).locator("summary", { hasText: "Delete…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(/^Why/).fill("a test job");
  await dialog.getByRole("button", { name: /^Delete / }).click();
  await expect(row(page, jid)).toHaveCount(0);
  await open(page, `${server.address}/audit?action=delete`, true);
  await expect(page.locator("table.audit tbody tr").first().locator(".audit-reason")).toHaveText("“a test job”");
});
