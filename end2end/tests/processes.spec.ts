// Worker processes as Sidekiq writes them: what their rows say, and what they are told after a question.
import { open } from "../lists";
import { addProcess, expect, test } from "../fixtures";

const identity = "host%3A:1:abc";

for (const [verb, signal] of [["Dump", "TTIN"], ["Quiet", "TSTP"], ["Stop", "TERM"]] as const) {
  test(`a process is told to ${verb.toLowerCase()} after a question`, async ({ page, server, storeKind, javaScriptEnabled }) => {
    test.skip(storeKind !== "redis", "a heartbeat is written as Sidekiq writes it");
    const redis = server.redis!;
    await addProcess(redis, identity, 2);
    await addProcess(redis, "other:2:def");
    await open(page, `${server.address}/processes`, javaScriptEnabled);
    await expect(page.locator(".processes tbody tr")).toHaveCount(2);
    const row = page.getByRole("row", { name: identity });
    await expect(row).toContainText("2 of 5");
    await row.getByRole("link", { name: `${verb}… process ${identity}` }).click();
    const question = page.getByRole("dialog");
    await expect(question).toContainText(`${verb} process ${identity}?`);
    await expect(question).toContainText("It runs 2 jobs now.");
    if (javaScriptEnabled) await expect(question.getByRole("link", { name: "Cancel" })).toBeFocused();
    expect(await redis.command("LLEN", `${identity}-signals`), "nothing is told before the answer").toBe(":0");
    await question.getByRole("button", { name: `${verb} process` }).click();
    await expect(page.locator("main .notice")).toContainText(identity);
    await expect(page.getByRole("dialog")).toHaveCount(0);
    expect(await redis.command("LLEN", `${identity}-signals`)).toBe(":1");
    expect(await redis.reply("LINDEX", `${identity}-signals`, "0")).toContain(signal);
    expect(await redis.command("LLEN", "other:2:def-signals")).toBe(":0");
    if (verb === "Quiet") {
      // What it says of itself afterwards.
      await redis.command("HSET", identity, "quiet", "true");
      if (!javaScriptEnabled) await page.reload();
      await expect(row).toContainText("quiet");
      await expect(row.getByRole("link", { name: /Quiet/ })).toHaveCount(0);
      await expect(row.getByRole("link", { name: /Stop/ })).toBeVisible();
    }
  });
}

test("a question that is cancelled tells nothing", async ({ page, server, storeKind, javaScriptEnabled }) => {
  test.skip(storeKind !== "redis", "a heartbeat is written as Sidekiq writes it");
  await addProcess(server.redis!, identity);
  await open(page, `${server.address}/processes`, javaScriptEnabled);
  await page.getByRole("link", { name: /^Quiet… process/ }).click();
  await page.getByRole("dialog").getByRole("link", { name: "Cancel" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  expect(await server.redis!.command("LLEN", `${identity}-signals`)).toBe(":0");
});

test("why a process could not be told stands in the question", async ({ page, server, storeKind, javaScriptEnabled }) => {
  test.skip(storeKind !== "redis", "a heartbeat is written as Sidekiq writes it");
  test.info().annotations.push({ type: "requests fail" });
  await addProcess(server.redis!, identity);
  await open(page, `${server.address}/processes`, javaScriptEnabled);
  await page.getByRole("link", { name: /^Stop… process/ }).click();
  const question = page.getByRole("dialog");
  await expect(question).toBeVisible();
  await server.redis!.command("DEL", "processes", identity);
  await question.getByRole("button", { name: "Stop process" }).click();
  await expect(question.getByRole("alert")).toContainText("there is no process");
  if (!javaScriptEnabled) return;
  // It is no answer to another question.
  await question.getByRole("link", { name: "Cancel" }).click();
  await addProcess(server.redis!, "other:2:def");
  await page.getByRole("link", { name: "Stop… process other:2:def" }).click();
  await expect(question).toBeVisible();
  await expect(question.getByRole("alert")).toHaveCount(0);
});

test("on a phone what cannot be undone is apart from its neighbour", async ({ page, server, storeKind, javaScriptEnabled }) => {
  test.skip(storeKind !== "redis", "a heartbeat is written as Sidekiq writes it");
  await addProcess(server.redis!, identity);
  await page.setViewportSize({ width: 360, height: 740 });
  await open(page, `${server.address}/processes`, javaScriptEnabled);
  const box = async (name: RegExp) => (await page.getByRole("link", { name }).boundingBox())!;
  const [quiet, stop] = [await box(/^Quiet/), await box(/^Stop/)];
  expect(stop.x).toBeGreaterThanOrEqual(quiet.x + quiet.width + 8);
  expect(stop.x + stop.width).toBeLessThanOrEqual(360);
});
