// The page of periodic jobs follows what happens, and its rows stay where they are.
import { open } from "../lists";
import { expect, requestsTo, setHidden, test } from "../fixtures";

const tick = '[[periodic]]\nname = "tick"\ncron = "* * * * * *"\nclass = "Tick"\n[[periodic]]\ncron = "@weekly"\nclass = "Sweep"\n';

test("runs show up by themselves, and a row keeps its place and the focus", async ({ page, start, configure }) => {
  const server = await start("serve", "--worker", "--config", configure(tick));
  await open(page, `${server.address}/periodic?job=tick`, true);
  const row = page.getByRole("row", { name: "tick" }).first();
  const history = page.getByRole("region", { name: "History" });
  await expect(history.locator("tbody tr").nth(1)).toBeVisible();
  await row.evaluate((element) => element.setAttribute("data-mine", ""));
  const pause = row.getByRole("button", { name: "Pause tick" });
  await pause.focus();
  const last = async () => row.locator(".periodic-last a").getAttribute("href");
  const before = await last();
  await expect.poll(last).not.toBe(before);
  await expect(history.locator("tbody tr").nth(3)).toBeVisible();
  await expect(pause).toBeFocused();
  await expect(page.locator("tr[data-mine]")).toHaveCount(1);

  // What is stopped stands still; what is let go goes on.
  await pause.click();
  await expect(row).toContainText("paused");
  const { runs } = await server.get("/api/v1/periodic/tick");
  await expect(history.locator("tbody tr")).toHaveCount(runs.length);
  await row.getByRole("button", { name: "Resume tick" }).click();
  await expect(history.locator("tbody tr")).not.toHaveCount(runs.length);
});

test("somebody else's pause shows up, and a hidden page reads nothing", async ({ page, start, configure }) => {
  const server = await start("serve", "--worker", "--config", configure(tick));
  const reads = requestsTo(page, "/api/ui/periodic");
  await open(page, `${server.address}/periodic`, true);
  await server.post("/api/v1/periodic/Sweep/pause", {});
  await expect(page.getByRole("row", { name: "Sweep" })).toContainText("paused");
  await setHidden(page, true);
  await expect(page.locator(".connection-word")).toHaveText("paused");
  const before = reads.length;
  await expect(page.locator(".connection-age")).toHaveText(/, ([7-9]|\d\d)\ss old/);
  expect(reads.length).toBe(before);
  await setHidden(page, false);
  await expect.poll(() => reads.length).toBeGreaterThan(before);
});

test("a row never shows the history of another one, nor an empty one that nobody has read", async ({ page, start, configure }) => {
  test.info().annotations.push({ type: "requests fail" });
  const still = '[[periodic]]\ncron = "@yearly"\nclass = "Digest"\n[[periodic]]\ncron = "@weekly"\nclass = "Sweep"\n';
  const server = await start("serve", "--worker", "--config", configure(still));
  await expect.poll(async () => (await server.get("/api/v1/periodic")).length).toBe(2);
  const { jid } = await server.post("/api/v1/periodic/Digest/run", {});
  await open(page, `${server.address}/periodic`, true);
  const details = page.locator(".periodic-details");
  const look = async (name: string) => {
    await page.getByRole("link", { name, exact: true }).click();
    await expect(page.getByRole("link", { name, exact: true })).toHaveAttribute("aria-expanded", "true");
    await expect(details).toHaveCount(1);
  };

  await server.stop();
  await expect(page.locator("main")).toContainText("No connection to Jobdeck");
  await look("Digest");
  await expect(details).toContainText("What it has enqueued");
  await expect(details).not.toContainText("Nothing yet.");
  await server.startAgain();
  await expect(details).toContainText(jid);

  await server.stop();
  await expect(page.locator("main")).toContainText("No connection to Jobdeck");
  await look("Sweep");
  await expect(details).not.toContainText(jid);
  await expect(details).not.toContainText("Nothing yet.");
  await server.startAgain();
  await expect(details).toContainText("Nothing yet.");
});
