import { open } from "../lists";
import { expect, test } from "../fixtures";

test("the largest queues stand in the left column with their sizes", async ({ page, server, javaScriptEnabled }) => {
  const jobs = (queue: string, count: number) => Array.from({ length: count }, (_, number) => ({ class: "Any", args: [number], queue }));
  await server.post("/api/v1/jobs", [...jobs("mail", 3), ...jobs("a/b ☃", 2), ...Array.from({ length: 12 }, (_, number) => jobs(`small-${number}`, 1)).flat()]);
  await open(page, server.address, javaScriptEnabled);
  const pages = page.getByRole("navigation", { name: "Pages", exact: true });
  await expect(pages.getByRole("link", { name: /^mail/ })).toContainText("3");
  await expect(pages.locator(".nav-queues a[title]")).toHaveCount(12);
  await expect(pages.getByRole("link", { name: "all 14 queues" })).toBeVisible();
  await pages.getByRole("link", { name: "a/b ☃" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("a/b ☃");
  await expect(pages.locator(".nav-queues [aria-current=page]")).toHaveAttribute("title", "a/b ☃");
  if (javaScriptEnabled) {
    await server.post("/api/v1/jobs", jobs("mail", 2));
    await expect(pages.getByRole("link", { name: /^mail/ })).toContainText("5");
  }
  await page.setViewportSize({ width: 390, height: 740 });
  await expect(pages.locator(".nav-queues")).toBeHidden();
});
