import { open } from "../lists";
import { expect, failedJob, setHidden, test } from "../fixtures";

test("numbers follow the store without a reload", async ({ page, server }) => {
  await open(page, server.address, true);
  await expect(page.locator(".connection-word")).toHaveText("live");
  await server.post("/api/v1/jobs", [{ class: "Any", args: [], queue: "photos" }, { class: "Any", args: [], queue: "photos" }]);
  await server.seed("dead", [failedJob(1)]);
  await expect(page.locator("a.vital", { hasText: "Enqueued" })).toContainText("2");
  await expect(page.locator("a.vital", { hasText: "Dead" })).toContainText("1");
  await expect(page.locator("main")).toContainText("ThirdParty::Timeout");
});

test("a Redis that stops and returns: pages say so within 2 s and recover by themselves", async ({ page, server, storeKind }) => {
  test.skip(storeKind === "sqlite", "a file does not stop");
  test.info().annotations.push({ type: "requests fail" });
  await server.seed("dead", [failedJob(1)]);
  await open(page, `${server.address}/dead`, true);
  await expect(page.locator(".connection-word")).toHaveText("live");
  await server.redis!.stop();
  // Sampling goes on meanwhile: 2 s from the stop of the server, and some for the browser on a machine with other work.
  await expect(page.getByRole("alert")).toContainText("Store lost", { timeout: 4_000 });
  await expect(page.locator("tr.job"), "what was known stays").toHaveCount(1);
  await server.redis!.start();
  await expect(page.getByText("Store lost")).toHaveCount(0);
  await server.seed("dead", [failedJob(2)]);
  await expect(page.locator("tr.job")).toHaveCount(2);
});

test("a page that is opened while the store is away says so, and fills itself when it returns", async ({ page, server, storeKind }) => {
  test.skip(storeKind === "sqlite", "a file does not stop");
  test.info().annotations.push({ type: "requests fail" });
  await server.seed("dead", [failedJob(1)]);
  await server.redis!.stop();
  await open(page, `${server.address}/dead`, true);
  await expect(page.locator("main")).toContainText(/Store lost|refused/);
  await server.redis!.start();
  await expect(page.locator("tr.job")).toHaveCount(1);
});

test("a tab that nobody sees is paused, and goes on when it is seen", async ({ page, server }) => {
  await open(page, server.address, true);
  await expect(page.locator(".connection-word")).toHaveText("live");
  await setHidden(page, true);
  await expect(page.locator(".connection-word")).toHaveText("paused");
  await setHidden(page, false);
  await expect(page.locator(".connection-word")).toHaveText("live");
});

test("a restarted server is found again", async ({ page, start }) => {
  test.info().annotations.push({ type: "requests fail" });
  const server = await start("serve", "--no-worker");
  await open(page, server.address, true);
  await expect(page.locator(".connection-word")).toHaveText("live");
  await server.restart();
  await expect(page.locator(".connection-word")).toHaveText("live");
  await server.post("/api/v1/jobs", { class: "Any", args: [], queue: "photos" });
  await expect(page.locator("a.vital", { hasText: "Enqueued" })).toContainText("1");
});
