// The page of one job follows it by itself, and leaves alone what its reader has opened.
import { expect, failedJob, hydrated, test } from "../fixtures";

const later = () => new Date(Date.now() + 3_600_000).toISOString();

test("the page follows a job that others move", async ({ page, server }) => {
  const [jid] = await server.seed("retries", [failedJob(1, { args: [Array.from({ length: 60 }, (_, number) => `photo ${number}`)] })]);
  const badge = page.locator(".page-title .badge");
  const act = async (action: string, more: object = {}) => {
    const { locations } = await server.get(`/api/v1/jobs/${jid}`);
    await server.post("/api/v1/actions", { action, entries: [locations[0].id ?? locations[0].entry.id], ...more });
  };
  await page.goto(`${server.address}/jobs/${jid}`);
  await hydrated(page);
  await expect(badge).toHaveText("retrying");
  // What the reader has folded stays folded, on the very same element.
  const list = page.locator("#arguments details details").first();
  await list.locator("> summary").click();
  await expect(list).not.toHaveAttribute("open");
  await list.evaluate((element) => element.setAttribute("data-mine", ""));

  await act("retry");
  await expect(badge).toHaveText("enqueued");
  await act("reschedule", { at: later() });
  await expect(badge).toHaveText("scheduled");
  await act("kill");
  await expect(badge).toHaveText("dead");
  await expect(page.locator("#arguments details[data-mine]")).not.toHaveAttribute("open");
  await act("delete");
  await expect(badge).toHaveText("gone");
  await expect(page.locator("#arguments")).toContainText("photo 7");
  await expect(page.locator(".job-actions button:not([hidden])")).toHaveCount(0);
});

test("a running job is shown with its process, and followed to its end", async ({ page, server, storeKind }) => {
  test.skip(storeKind !== "redis", "a heartbeat is written as Sidekiq writes it");
  const redis = server.redis!;
  const now = Math.floor(Date.now() / 1000);
  const payload = JSON.stringify({ class: "Slow", jid: "abcdabcdabcdabcdabcdabcd", args: [60], queue: "default", created_at: now });
  await redis.command("SADD", "processes", "host:1:abc");
  await redis.command("HSET", "host:1:abc", "info", JSON.stringify({ hostname: "host", pid: 1, identity: "host:1:abc", concurrency: 5, queues: ["default"], started_at: now }), "concurrency", "5", "busy", "1", "beat", `${now}`, "quiet", "false");
  await redis.command("HSET", "host:1:abc:work", "t1", JSON.stringify({ queue: "default", payload, run_at: now }));
  await page.goto(`${server.address}/jobs/abcdabcdabcdabcdabcdabcd`);
  await hydrated(page);
  const badge = page.locator(".page-title .badge");
  await expect(badge).toHaveText("running");
  await expect(page.locator(".job-where")).toContainText("host:1:abc");
  await redis.command("HDEL", "host:1:abc:work", "t1");
  await expect(badge).toHaveText("gone");
});

test("keys do what they do in a list", async ({ page, server }) => {
  const [jid] = await server.seed("dead", [failedJob(1)]);
  await page.goto(`${server.address}/jobs/${jid}`);
  await hydrated(page);
  await page.keyboard.press("e");
  await expect(page.getByRole("dialog")).toContainText("Reschedule this job");
  // A browser closes it a moment later; a key before that is the dialog's.
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.keyboard.press("#");
  await expect(page.getByRole("dialog")).toContainText("Delete this job?");
  await expect(page.getByRole("button", { name: "Cancel" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.keyboard.press("r");
  await expect(page.locator(".page-title .badge")).toHaveText("enqueued");
});

test("only what moves is spoken, not what ticks", async ({ page, server }) => {
  const [jid] = await server.seed("dead", [failedJob(1)]);
  await page.goto(`${server.address}/jobs/${jid}`);
  await hydrated(page);
  const spoken = page.locator(".page-title [role=status]");
  await expect(spoken).toHaveText("The job is dead.");
  await expect(page.locator("[role=status] time, [aria-live] time")).toHaveCount(0);
  await page.keyboard.press("r");
  await expect(spoken).toHaveText("The job is in queue photos.");
});
