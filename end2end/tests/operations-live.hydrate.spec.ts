// Operations as they go on, on every open tab; and nothing on their pages that axe objects to.
import AxeBuilder from "@axe-core/playwright";
import { expect, failedJob, hydrated, test } from "../fixtures";

const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

test("an operation that somebody begins is seen on every open tab", async ({ page, context, server }) => {
  await server.seed("dead", Array.from({ length: 20 }, (_, number) => failedJob(number)));
  const other = await context.newPage();
  for (const tab of [page, other]) {
    await tab.goto(`${server.address}/queues`);
    await hydrated(tab);
    await expect(tab.locator(".operations-banner")).toBeHidden();
  }
  const { id } = await server.post("/api/v1/operations", { action: "delete", from: "dead", rate: 1 });
  for (const tab of [page, other]) {
    await tab.bringToFront();
    await expect(tab.locator(".operations-banner")).toContainText("Delete dead jobs");
    await expect(tab.getByRole("navigation", { name: "Pages", exact: true }).getByRole("link", { name: /Operations/ })).toContainText("1");
  }
  await server.post(`/api/v1/operations/${id}/stop`, {});
  await expect(other.locator(".operations-banner")).toContainText("stopped");
});

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test("the pages of operations are free of what axe objects to", async ({ page, server }) => {
      test.info().annotations.push({ type: "requests fail", description: "one of the pages is that of no operation" });
      await server.seed("dead", Array.from({ length: 60 }, (_, number) => failedJob(number)));
      const { id } = await server.post("/api/v1/operations", { action: "retry", from: "dead", rate: 1, reason: "x".repeat(200) });
      await server.post("/api/v1/operations", { action: "move", from: "dead", queue: "a/very/long/name/".repeat(6), rate: 1 });
      await server.post(`/api/v1/operations/${id}/pause`, {});
      const done = await server.post("/api/v1/operations", { action: "kill", from: "queue:photos" });
      await expect.poll(async () => (await server.get(`/api/v1/operations/${done.id}`)).state).toBe("done");
      const pages = [
        "/operations", `/operations/${id}`, `/operations/${done.id}`, "/operations/none", "/operations/new", "/operations/new?in=dead",
        "/operations/new?in=dead&action=retry&canary=5", "/operations/new?in=dead&action=reschedule", "/operations/new?in=dead&action=edit&path=args.0&value=5", "/dead",
      ];
      for (const path of pages) {
        await page.goto(server.address + path);
        await hydrated(page);
        const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze();
        const found = violations.map(({ id, help, nodes }) => `${id} (${help}): ${nodes.map(({ target }) => target.join(" ")).join("; ")}`);
        expect.soft(found, path).toEqual([]);
        for (const width of [1440, 1024, 390]) {
          await page.setViewportSize({ width, height: 900 });
          const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
          expect.soft(over, `${path} at ${width}`).toBeLessThanOrEqual(0);
        }
        await page.setViewportSize({ width: 1440, height: 900 });
      }
    });
  });
}
