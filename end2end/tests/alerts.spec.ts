// Alerts: what fires stands on every page, is acknowledged, snoozed, woken, and is over by itself; with JavaScript and without.
import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { expect, test } from "../fixtures";
import { open, told } from "../lists";

test("a critical alert is told, acknowledged, woken and snoozed", async ({ page, start, configure, javaScriptEnabled }) => {
  const events: string[] = [];
  const inbox = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => (body += part));
    request.on("end", () => {
      events.push(JSON.parse(body).event);
      response.end();
    });
  });
  await new Promise<void>((ready) => inbox.listen(0, "127.0.0.1", ready));
  const { port } = inbox.address() as AddressInfo;
  try {
    const path = configure(`
[alerts.mail-depth]
when = "depth"
queue = "mail"
above = 2
severity = "critical"
to = ["ops"]
[alerts.failing]
when = "failures"
above = 100
[receivers.ops]
kind = "webhook"
url = "http://127.0.0.1:${port}/"
`);
    const server = await start("serve", "--no-worker", "--config", path);
    await server.post("/api/v1/jobs", [1, 2, 3].map((number) => ({ class: "SendMail", args: [number], queue: "mail" })));
    await expect.poll(async () => (await server.get("/api/v1/alerts")).alerts[0]?.state, { timeout: 20_000 }).toBe("firing");
    await expect.poll(() => events, { timeout: 20_000 }).toEqual(["firing"]);

    await open(page, `${server.address}/queues`, javaScriptEnabled);
    const banner = page.locator(".alerts-banner");
    await expect(banner).toContainText("more than 2 jobs in queue mail: 3 jobs");
    await banner.getByRole("link", { name: /^Critical/ }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Alerts");
    await expect(banner).toBeHidden();
    const row = page.locator(".alerts tbody tr");
    await expect(row).toContainText("firing");
    await expect(page.locator(".alert-rules tbody tr", { hasText: "mail-depth" })).toContainText("3 jobs");

    await row.getByRole("textbox", { name: /^Why/ }).fill("I look at it");
    await row.getByRole("button", { name: /^Acknowledge/ }).click();
    await told(page, "Acknowledged mail-depth");
    await expect(row).toContainText("acknowledged");
    await expect(row).toContainText("I look at it");
    await open(page, `${server.address}/queues`, javaScriptEnabled);
    await expect(banner).toBeHidden();

    await open(page, `${server.address}/alerts`, javaScriptEnabled);
    await row.getByRole("button", { name: /^Wake/ }).click();
    await told(page, "mail-depth is told again");
    await expect.poll(() => events, { timeout: 20_000 }).toEqual(["firing", "reminder"]);

    await open(page, `${server.address}/alerts`, javaScriptEnabled);
    await row.getByText("Snooze…").click();
    // The same moment, whatever the zone of the browser is.
    const until = new Date(Math.ceil(Date.now() / 60_000) * 60_000 + 3 * 3_600_000);
    const shown = javaScriptEnabled ? new Date(until.getTime() - until.getTimezoneOffset() * 60_000) : until;
    await row.getByLabel("Or until a time").fill(shown.toISOString().slice(0, 16));
    await row.getByRole("button", { name: /^Snooze/ }).click();
    await told(page, "Snoozed mail-depth until");
    await expect(row).toContainText("snoozed");
    expect(Date.parse((await server.get("/api/v1/alerts")).alerts[0].snoozed_until)).toBe(until.getTime());

    await server.request("DELETE", "/api/v1/queues/mail");
    await expect.poll(() => events, { timeout: 20_000 }).toEqual(["firing", "reminder", "resolved"]);
    await open(page, `${server.address}/alerts`, javaScriptEnabled);
    await expect(page.getByText("Nothing fires, and nothing is about to.")).toBeVisible();
    await expect(page.getByRole("heading", { name: "Over lately" })).toBeVisible();
  } finally {
    inbox.close();
  }
});

test("without rules the page says what to write", async ({ page, server, javaScriptEnabled }) => {
  await open(page, `${server.address}/alerts`, javaScriptEnabled);
  await expect(page.locator(".empty-title")).toHaveText("No rule watches here.");
  await expect(page.locator(".alerts-example")).toContainText("[alerts.mail-latency]");
});
