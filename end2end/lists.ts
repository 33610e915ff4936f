// What specs do on a list of jobs, with JavaScript or without.
import type { Locator, Page } from "@playwright/test";
import { expect, hydrated } from "./fixtures";

/** Opens a page; with JavaScript, waits until it is alive. */
export async function open(page: Page, address: string, javaScriptEnabled: boolean) {
  await page.goto(address);
  if (javaScriptEnabled) await hydrated(page);
}

/** The rows of a list. */
export function rows(page: Page): Locator {
  return page.locator("tr.job");
}

/** The row of a job. */
export function row(page: Page, jid: string): Locator {
  return rows(page).filter({ has: page.locator(`a[href*="/jobs/${jid}"]`) });
}

/** Ticks the jobs' rows. */
export async function tick(page: Page, ...jids: string[]) {
  for (const jid of jids) await row(page, jid).getByRole("checkbox").check();
}

/** Presses a verb of the action bar; answers the question that follows a delete. */
export async function act(page: Page, verb: "Retry" | "Enqueue now" | "Kill" | "Delete…", javaScriptEnabled: boolean) {
  const bar = page.getByRole("group", { name: "Do to the selected jobs" });
  if (verb !== "Delete…") {
    await bar.getByRole("button", { name: verb, exact: true }).click();
    return;
  }
  await bar.locator("summary", { hasText: verb }).click();
  if (javaScriptEnabled) await page.getByRole("dialog").getByRole("button", { name: /^Delete / }).click();
  else await bar.getByRole("button", { name: "Yes, delete" }).click();
}

/** Opens the form that asks when the ticked jobs are to run. */
export async function reschedule(page: Page, javaScriptEnabled: boolean): Promise<Locator> {
  const bar = page.getByRole("group", { name: "Do to the selected jobs" });
  await bar.locator("summary", { hasText: "Reschedule" }).click();
  return javaScriptEnabled ? page.getByRole("dialog") : bar.locator("#reschedule");
}

/** Opens a row's own menu. */
export async function menu(page: Page, jid: string): Promise<Locator> {
  const menu = row(page, jid).locator("details.row-menu");
  await menu.locator("summary").click();
  return menu;
}

/** The pill over a list that does not move. */
export function pill(page: Page): Locator {
  return page.locator(".list-pill button");
}

/** Waits for the sentence that says what was done. */
export async function told(page: Page, sentence: string | RegExp) {
  await expect(page.locator("main .notice")).toContainText(sentence);
}
