// What a run tells on its job's page, a running job that is cancelled, and jobs whose process is gone.
import { open } from "../lists";
import { addProcess, expect, type Redis, test } from "../fixtures";

const identity = "host:1:abc";
const jid = "abcdabcdabcdabcdabcdabcd";

/** A process of Jobdeck that runs a job, as its heartbeat tells. */
async function run(redis: Redis, version = "jobdeck 1.0.0") {
  const now = Math.floor(Date.now() / 1000);
  await addProcess(redis, identity, 1);
  const info = { hostname: "host", pid: 1, identity, concurrency: 5, queues: ["default"], started_at: now, version };
  await redis.command("HSET", identity, "info", JSON.stringify(info));
  const payload = JSON.stringify({ class: "CountViews", jid, args: [60], queue: "default", created_at: now });
  await redis.command("HSET", `${identity}:work`, "t1", JSON.stringify({ queue: "default", payload, run_at: now - 5 }));
}

/** What it tells, as its process writes it. */
async function tell(redis: Redis, percent: number, message: string, ...lines: string[]) {
  const now = `${Date.now()}`;
  await redis.command("HSET", `jobdeck:report:${jid}`, "percent", `${percent}`, "message", message, "at", now, "updated_at", now);
  for (const line of lines) await redis.command("RPUSH", `jobdeck:log:${jid}`, `${now} ${line}`);
}

test("progress and log stand on the job's page and follow the run", async ({ page, server, storeKind, javaScriptEnabled }) => {
  test.skip(storeKind !== "redis", "a heartbeat is written as its process writes it");
  const redis = server.redis!;
  await run(redis);
  await open(page, `${server.address}/jobs/${jid}`, javaScriptEnabled);
  await expect(page.locator("#arguments")).toBeVisible();
  await expect(page.locator("#progress")).toBeHidden();
  await expect(page.locator("#log")).toBeHidden();
  const look = async () => {
    if (!javaScriptEnabled) await page.reload();
  };
  await tell(redis, 41.9, "page 5 of 12 <b>", "first", "second <i>");
  await look();
  await expect(page.locator("#progress")).toContainText("41\u00a0%");
  await expect(page.locator("#progress")).toContainText("page 5 of 12 <b>");
  await expect(page.locator("#progress progress")).toHaveJSProperty("value", 41.9);
  await expect(page.locator("#log li")).toHaveText([/first$/, /second <i>$/]);
  if (javaScriptEnabled) await page.locator("#log li").first().evaluate((line) => line.setAttribute("data-mine", ""));
  await tell(redis, 100, "done", ...Array.from({ length: 60 }, (_, number) => `line ${number}`));
  await look();
  await expect(page.locator("#progress")).toContainText("100\u00a0%");
  await expect(page.locator("#log li")).toHaveCount(62);
  await expect(page.locator("#log li").last(), "the box stands at its end").toBeInViewport();
  if (!javaScriptEnabled) return;
  await expect(page.locator("#log li[data-mine]"), "lines stay the elements that they were").toHaveText(/first$/);
  // Whoever has scrolled back stays there.
  const box = page.locator(".log-box");
  await box.evaluate((box) => box.scrollTo(0, -box.scrollHeight));
  await tell(redis, 100, "done", "the very last");
  await expect(page.locator("#log li")).toHaveCount(63);
  await expect(page.locator("#log li").first()).toBeInViewport();
});

test("a running job is cancelled after a question, from its page and from the list", async ({ page, server, storeKind, javaScriptEnabled }) => {
  test.skip(storeKind !== "redis", "a heartbeat is written as its process writes it");
  const redis = server.redis!;
  await run(redis);
  const requested = () => redis.reply("HGET", `jobdeck:report:${jid}`, "cancel_at");
  for (const path of [`/jobs/${jid}`, "/running?queue=default"]) {
    await redis.command("DEL", `jobdeck:report:${jid}`);
    await open(page, server.address + path, javaScriptEnabled);
    const link = page.getByRole("link", { name: `Cancel… job ${jid}` });
    // A page may be made from numbers that are a moment old.
    await expect(async () => {
      if (!javaScriptEnabled) await page.reload();
      await expect(link).toBeVisible({ timeout: 2_000 });
    }).toPass();
    await link.click();
    const question = page.getByRole("dialog");
    await expect(question).toContainText(`Cancel job ${jid}?`);
    await expect(question).toContainText("dead set");
    if (javaScriptEnabled) await expect(question.getByRole("link", { name: "Let it run" })).toBeFocused();
    await question.getByRole("link", { name: "Let it run" }).click();
    await expect(page.getByRole("dialog")).toHaveCount(0);
    expect(await requested(), "nothing is asked before the answer").toBe("$-1\r\n");
    await link.click();
    await question.getByRole("button", { name: "Cancel job" }).click();
    await expect(page.locator("main .notice")).toContainText(`Asked ${identity} to end it`);
    await expect(page.getByRole("dialog")).toHaveCount(0);
    expect(await requested()).toMatch(/^\$13\r\n\d{13}/);
    await expect(page).toHaveURL(server.address + path);
    await expect(link, "it is asked once").toHaveCount(0);
    await expect(page.locator("main")).toContainText(path.startsWith("/jobs") ? "Asked to end" : "cancel asked");
  }
  expect(await redis.command("EXISTS", `${identity}-signals`)).toBe(":0");
  expect(await redis.command("EXISTS", `it-${jid}`)).toBe(":0");
});

test("a job of Sidekiq is asked where its iterable jobs look", async ({ page, server, storeKind, javaScriptEnabled }) => {
  test.skip(storeKind !== "redis", "a heartbeat is written as Sidekiq writes it");
  await run(server.redis!, "8.1.7");
  await open(page, `${server.address}/running`, javaScriptEnabled);
  await page.getByRole("link", { name: `Cancel… job ${jid}` }).click();
  const question = page.getByRole("dialog");
  await expect(question).toContainText("does not obey");
  await question.getByRole("button", { name: "Cancel job" }).click();
  await expect(page.locator("main .notice")).toContainText("only an iterable job obeys");
  expect(await server.redis!.command("HEXISTS", `it-${jid}`, "cancelled")).toBe(":1");
});

test("why a job could not be cancelled stands in the question", async ({ page, server, storeKind, javaScriptEnabled }) => {
  test.skip(storeKind !== "redis", "a heartbeat is written as its process writes it");
  test.info().annotations.push({ type: "requests fail" });
  await run(server.redis!);
  await open(page, `${server.address}/running`, javaScriptEnabled);
  await page.getByRole("link", { name: /^Cancel… job/ }).click();
  const question = page.getByRole("dialog");
  await expect(question).toContainText("CountViews");
  await server.redis!.command("DEL", `${identity}:work`);
  await question.getByRole("button", { name: "Cancel job" }).click();
  await expect(question.getByRole("alert")).toContainText("no process runs job");
});

test("jobs whose process is gone are shown with what happens next", async ({ page, server, storeKind, javaScriptEnabled }) => {
  test.skip(storeKind !== "redis", "the jobs in progress are written as their process writes them");
  const redis = server.redis!;
  const payload = JSON.stringify({ class: "Monthly", jid, args: [7], queue: "low" });
  await redis.command("ZADD", "jobdeck:processes", "5", identity);
  await redis.command("HSET", `jobdeck:progress:${identity}`, "aa:0001", `3:low${payload}`);
  await open(page, `${server.address}/running`, javaScriptEnabled);
  const row = page.getByRole("row", { name: "Monthly" });
  await expect(row).toContainText("owner gone: recovered within 90 s by any running worker");
  await expect(row.getByRole("link", { name: /^Cancel/ })).toHaveCount(0);
  await expect(page.locator(".page-title")).toContainText("1 in flight whose owner is gone");
  await row.getByRole("link", { name: "Monthly" }).click();
  await expect(page.locator(".page-title .badge")).toHaveText("owner gone");
  await expect(page.locator("main")).toContainText("put back to its queue within 90 s");
  await expect(page.getByRole("link", { name: /^Cancel/ })).toHaveCount(0);
});

test("a job of the demo tells what it does, and dies when it is cancelled", async ({ page, start, javaScriptEnabled }) => {
  // Slowly: a minute and more until the job is done.
  const server = await start("demo", "--speed", "0.2");
  const { jids: [id] } = await server.post("/api/v1/jobs", [{ class: "CountViews", queue: "low", args: [{ album: 1, title: "Lisbon", photos: 3 }] }]);
  await expect(async () => {
    const running: { jid: string; progress?: object }[] = await server.get("/api/v1/running");
    expect(running.find((job) => job.jid === id)?.progress).toBeTruthy();
  }).toPass();
  await open(page, `${server.address}/jobs/${id}?confirm=cancel&jid=${id}`, javaScriptEnabled);
  await expect(page.locator("#log")).toContainText("page 1:");
  await page.getByRole("dialog").getByRole("button", { name: "Cancel job" }).click();
  await expect(async () => {
    if (!javaScriptEnabled) await page.reload();
    await expect(page.locator(".page-title .badge")).toHaveText("dead", { timeout: 2_000 });
  }).toPass();
  await expect(page.locator("#error")).toContainText("Jobdeck::Cancelled");
  await expect(page.locator("#log")).toBeVisible();
});
