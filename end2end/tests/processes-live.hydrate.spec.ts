// The table of processes stays where it is while it is read again, and is not read while nobody looks.
import { open } from "../lists";
import { addProcess, expect, requestsTo, setHidden, test } from "../fixtures";

test.beforeEach(({ storeKind }) => test.skip(storeKind !== "redis", "a heartbeat is written as Sidekiq writes it"));

test("a row keeps its place and the focus while its numbers change", async ({ page, server }) => {
  await addProcess(server.redis!, "host:1:abc", 1);
  await open(page, `${server.address}/processes`, true);
  const row = page.getByRole("row", { name: "host:1:abc" });
  await row.evaluate((element) => element.setAttribute("data-mine", ""));
  const stop = row.getByRole("link", { name: /^Stop…/ });
  await stop.focus();
  for (const busy of [2, 3]) {
    await addProcess(server.redis!, "host:1:abc", busy);
    await expect(row).toContainText(`${busy} of 5`);
  }
  await expect(stop).toBeFocused();
  await expect(page.locator("tr[data-mine]")).toContainText("3 of 5");
});

test("neither a held nor a hidden page reads the processes", async ({ page, server }) => {
  await addProcess(server.redis!, "host:1:abc", 1);
  const reads = requestsTo(page, "/api/ui/processes");
  await open(page, `${server.address}/processes`, true);
  const word = page.locator(".connection-word");
  const age = page.locator(".connection-age");
  const row = page.getByRole("row", { name: "host:1:abc" });
  await expect.poll(() => reads.length).toBeGreaterThan(0);
  await page.keyboard.press("p");
  await expect(word).toHaveText("paused");
  // The time goes on, twice as long as between two readings.
  await expect(age).toHaveText(/, \d+\ss old/);
  let before = reads.length;
  await expect(age).toHaveText(/, ([7-9]|\d\d)\ss old/);
  expect(reads.length, "held").toBe(before);
  await page.keyboard.press("p");
  await expect(word).toHaveText("live");
  await expect.poll(() => reads.length).toBeGreaterThan(before);

  await setHidden(page, true);
  await expect(word).toHaveText("paused");
  before = reads.length;
  await addProcess(server.redis!, "host:1:abc", 4);
  await expect(age).toHaveText(/, ([7-9]|\d\d)\ss old/);
  expect(reads.length, "hidden").toBe(before);
  await setHidden(page, false);
  await expect(row).toContainText("4 of 5");
});

test("a list of more than a hundred running jobs keeps its rows while it is read again", async ({ page, server }) => {
  const redis = server.redis!;
  const now = Math.floor(Date.now() / 1000);
  const work = Array.from({ length: 120 }, (_, number) => {
    const payload = JSON.stringify({ class: "Slow", jid: `${number}`.padStart(24, "0"), args: [number], queue: "default" });
    return [`t${number}`, JSON.stringify({ queue: "default", payload, run_at: now - 300 + number })];
  });
  await addProcess(redis, "host:1:abc", 120);
  await redis.command("HSET", "host:1:abc:work", ...work.flat());
  await open(page, `${server.address}/running`, true);
  const rows = page.locator("tbody tr");
  await expect(rows).toHaveCount(120);
  const first = rows.first();
  await first.evaluate((element) => element.setAttribute("data-mine", ""));
  await redis.command("HDEL", "host:1:abc:work", "t60");
  await expect(rows).toHaveCount(119);
  await expect(page.locator("tr[data-mine]")).toHaveCount(1);
});
