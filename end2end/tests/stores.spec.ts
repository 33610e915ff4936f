// Several stores on one server: the way from one to the others, all of them side by side, and one that is lost.
import { rows } from "../lists";
import { Redis, expect, failedJob, hydrated, test } from "../fixtures";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Two stores beside that of the test, of which the last one is a Redis that a test may stop. */
async function several(start: (command: "serve", ...more: string[]) => Promise<import("../fixtures").Server>, folder: string) {
  const redis = new Redis(folder, await Redis.freePort());
  await redis.start();
  const server = await start("serve", "--no-worker", "--store", `emails=sqlite:${join(folder, "emails.db")}`, "--store", `archive=${redis.url}`);
  return { server, redis };
}

test.describe("with several stores", () => {
  let folder: string;
  test.beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "jobdeck-"));
  });
  test.afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test("the switcher leads to the same list of another store, and what is done there stays there", async ({ page, start, javaScriptEnabled }) => {
    const { server, redis } = await several(start, folder);
    try {
      await server.seed("dead", [failedJob(1)]);
      await server.post("/s/emails/api/v1/jobs", [{ class: "SendMail", args: [1], queue: "mail" }, { class: "SendMail", args: [2], queue: "mail" }]);
      await page.goto(`${server.address}/dead`);
      if (javaScriptEnabled) await hydrated(page);
      await expect(rows(page)).toHaveCount(1);
      const switcher = page.locator(".store-switcher");
      await switcher.locator("summary").click();
      await switcher.getByRole("link", { name: "emails" }).click();
      await expect(page).toHaveURL(`${server.address}/s/emails/dead`);
      if (javaScriptEnabled) await hydrated(page);
      await expect(rows(page)).toHaveCount(0);
      await expect(switcher.locator("summary")).toContainText("emails");

      const pages = page.getByRole("navigation", { name: "Pages", exact: true });
      await pages.getByRole("link", { name: /^Queues/ }).click();
      await expect(page).toHaveURL(`${server.address}/s/emails/queues`);
      if (javaScriptEnabled) await expect(page.locator(".connection-word")).toHaveText("live");
      await page.locator("main").getByRole("link", { name: "mail", exact: true }).click();
      await expect(page).toHaveURL(`${server.address}/s/emails/queues/mail`);
      await expect(rows(page)).toHaveCount(2);
      await page.reload();
      if (javaScriptEnabled) await hydrated(page);
      await expect(page.locator("h1")).toHaveText("Queue mail");
      await page.locator("a.brand").click();
      await expect(page).toHaveURL(new RegExp(`^${server.address}/s/emails/?$`));
    } finally {
      await redis.stop();
    }
  });

  test("all stores stand side by side; one that is lost says why and takes nothing away from the others", async ({ page, start, javaScriptEnabled }) => {
    const { server, redis } = await several(start, folder);
    try {
      await server.post("/s/emails/api/v1/jobs", [{ class: "SendMail", args: [], queue: "mail" }]);
      await server.post("/s/archive/api/v1/jobs", [1, 2, 3].map((number) => ({ class: "Archive", args: [number] })));
      await page.goto(`${server.address}/s/emails/stores`);
      if (javaScriptEnabled) await hydrated(page);
      const row = (name: string) => page.locator("main").getByRole("row", { name: new RegExp(`^${name}`) });
      await expect(row("archive")).toContainText("answers");
      await expect(row("archive").getByRole("link", { name: "3", exact: true })).toBeVisible();
      await expect(row("Together").getByRole("cell").nth(1)).toHaveText("4");

      if (javaScriptEnabled) {
        await server.post("/s/emails/api/v1/jobs", [{ class: "SendMail", args: [], queue: "mail" }]);
        await expect(row("Together").getByRole("cell").nth(1)).toHaveText("5");
      }
      await redis.stop();
      const seen = async () => {
        if (!javaScriptEnabled) await page.reload();
        return (await row("archive").textContent()) ?? "";
      };
      await expect.poll(seen).toContain("does not answer");
      await expect(page.locator(".headline")).toHaveText("3 stores, 1 lost");
      // The page of its own says the same, and keeps the way to the others.
      await row("archive").getByRole("link", { name: "archive" }).click();
      await expect(page.locator("main")).toContainText("Store lost");
      await page.locator(".store-switcher summary").click();
      await page.locator(".store-switcher").getByRole("link", { name: "emails" }).click();
      await expect(page).toHaveURL(new RegExp(`^${server.address}/s/emails/?$`));
      await expect(page.locator("main")).not.toContainText("Store lost");
    } finally {
      await redis.stop();
    }
  });
});
