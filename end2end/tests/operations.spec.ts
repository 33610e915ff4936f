// Changes of everything that matches: looked at before, confirmed, followed, undone; with JavaScript and without.
import { open, told } from "../lists";
import { expect, failedJob, test, type Server } from "../fixtures";

/** Dead jobs, of which those with a `Timeout` are a few more than a page shows. */
async function fill(server: Server) {
  const timeouts = Array.from({ length: 60 }, (_, number) => failedJob(number));
  const others = Array.from({ length: 5 }, (_, number) => failedJob(100 + number, { class: "SendMail", error_class: "Refused" }));
  await server.seed("dead", [...timeouts, ...others]);
}

async function dead(server: Server) {
  return (await server.get("/api/v1/sets/dead/jobs?limit=1")).total;
}

test("everything that matches a filter is previewed, deleted and put back", async ({ page, server, javaScriptEnabled }) => {
  await fill(server);
  await open(page, `${server.address}/dead?error=ThirdParty::Timeout`, javaScriptEnabled);
  // Another thing than ticking the page.
  await page.getByRole("link", { name: "all dead jobs that match…" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("New operation");
  await expect(page.locator(".headline")).toContainText("dead jobs with the error `ThirdParty::Timeout`");
  await expect(page.getByRole("region", { name: "Preview" })).toHaveCount(0);

  await page.getByRole("link", { name: "Delete" }).click();
  const preview = page.getByRole("region", { name: "Preview" });
  await expect(preview).toContainText("60 of 65 jobs match");
  await expect(preview.locator(".operation-samples li")).toHaveCount(5);
  expect(await dead(server)).toBe(65);

  await page.getByLabel("Why").fill("not wanted any more");
  await page.getByRole("button", { name: "Preview" }).click();
  await expect(page).toHaveURL(/reason=/);
  // What fails after the preview is not swept in.
  await server.seed("dead", [failedJob(500)]);
  await page.getByRole("button", { name: "Delete 60 jobs" }).click();
  await expect(page).toHaveURL(/\/operations\/[0-9a-f]{16}$/);
  await expect.poll(() => dead(server)).toBe(6);

  const address = page.url();
  await open(page, address, javaScriptEnabled);
  await expect(page.locator(".operation-state")).toContainText("done");
  await expect(page.locator("main")).toContainText("60 done");
  await expect(page.locator("main")).toContainText("not wanted any more");
  await expect(page.getByRole("button", { name: "Pause", exact: true })).toHaveCount(0);
  await page.getByRole("button", { name: "Undo 60 jobs" }).click();
  await expect(page).not.toHaveURL(address);
  await expect.poll(() => dead(server)).toBe(66);

  await open(page, address, javaScriptEnabled);
  await expect(page.locator(".operation-facts").getByText("Undo", { exact: true })).toBeVisible();
  await expect(page.getByRole("button", { name: /Undo/ })).toHaveCount(0);
  await page.getByRole("link", { name: "all operations" }).click();
  // The two by which these jobs were killed are operations, too.
  await expect(page.locator("table.operations tbody tr")).toHaveCount(4);
});

test("what runs is paused, goes on, and is stopped", async ({ page, server, javaScriptEnabled }) => {
  await fill(server);
  const { id } = await server.post("/api/v1/operations", { action: "retry", from: "dead", rate: 1, reason: "the network is back" });
  await open(page, `${server.address}/operations/${id}`, javaScriptEnabled);
  await expect(page.locator(".operation-state")).toContainText("running");
  await page.getByRole("button", { name: "Pause", exact: true }).click();
  await told(page, "Paused");
  await expect(page.locator(".operation-state")).toContainText("paused");
  await page.getByRole("button", { name: "Resume" }).click();
  await told(page, "Resumed");
  await expect(page.locator(".operation-state")).toContainText("running");
  // On every page, as long as it runs.
  await open(page, server.address, javaScriptEnabled);
  await page.locator(".operations-banner").getByRole("link", { name: "Retry dead jobs" }).click();
  await page.getByRole("button", { name: "Stop" }).click();
  await told(page, "Stopped");
  await expect(page.locator(".operation-state")).toContainText("stopped");
  await expect(page.getByRole("button", { name: "Resume" })).toHaveCount(0);
});

test("a new time, a queue and a value are asked for before there is a preview", async ({ page, server, javaScriptEnabled }) => {
  test.info().annotations.push({ type: "requests fail", description: "a browser writes to its console that something is missing yet (422)" });
  await fill(server);
  await open(page, `${server.address}/operations/new`, javaScriptEnabled);
  await page.getByRole("link", { name: "Dead jobs" }).click();
  await page.getByRole("link", { name: "Reschedule" }).click();
  await expect(page.locator("main .notice")).toContainText("Choose the time");
  await page.getByLabel("New time").fill("2099-01-01T10:00");
  await page.getByRole("button", { name: "Preview" }).click();
  await expect(page.getByRole("button", { name: "Reschedule 65 jobs" })).toBeVisible();
  await expect(page.getByRole("region", { name: "Preview" })).toContainText("2099-01-01T");

  await page.getByRole("link", { name: "Move to a queue" }).click();
  await page.getByLabel("Queue").fill("slow");
  await page.getByRole("button", { name: "Preview" }).click();
  await expect(page.getByRole("button", { name: "Move 65 jobs" })).toBeVisible();

  await page.getByRole("link", { name: "Edit a value" }).click();
  await page.getByLabel("Which value").fill("args.1.size");
  await page.getByLabel("What it becomes").fill('"small"');
  await page.getByRole("button", { name: "Preview" }).click();
  await expect(page.locator(".operation-samples li").first()).toContainText('"large" becomes "small"');
  await page.getByRole("button", { name: "Edit 65 jobs" }).click();
  await expect.poll(async () => (await server.get("/api/v1/sets/dead/jobs?limit=1")).entries[0].args[1].size).toBe("small");
});

test("what is kept is freed only after a question", async ({ page, server, javaScriptEnabled }) => {
  test.info().annotations.push({ type: "requests fail", description: "a browser writes the 404 to its console" });
  await fill(server);
  const { id } = await server.post("/api/v1/operations", { action: "delete", from: "dead" });
  await expect.poll(async () => (await server.get(`/api/v1/operations/${id}`)).state).toBe("done");
  await open(page, `${server.address}/operations`, javaScriptEnabled);
  await page.getByRole("link", { name: /^Free what is kept of Delete dead jobs/ }).click();
  const question = page.getByRole("dialog");
  await expect(question).toContainText("65 jobs");
  await question.getByRole("button", { name: "Free the space" }).click();
  await told(page, "Freed");
  await expect(page.getByRole("button", { name: /Undo/ })).toHaveCount(0);
  await open(page, `${server.address}/operations/0123456789abcdef`, javaScriptEnabled);
  await expect(page.locator("main")).toContainText("There is no such operation.");
});
