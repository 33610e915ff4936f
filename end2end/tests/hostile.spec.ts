// Jobs whose names and texts would run, hide or reverse something if a page took them for more than text.
import { expect, test } from "../fixtures";
import { open } from "../lists";

const names = [
  "<script>document.title = 'ran'</script>", "</title></style></script><b>bold</b>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)",
  "&lt;i&gt; &amp;", "javascript:alert(1)", "a/b/../../c", "..", "a|b~c", " blank ", "🙂 ☃ 日本語", "*[a-z]?\\", "%2e%2e%2f 100%", "a#b?c=d&e=f;g+h",
  "\u202egnp.exe", "nul\u0000\u001b[31m", "=cmd|' /C calc'!A0", "{{7*7}}${7*7}",
];

/** How Jobdeck writes what would not be seen. */
function visible(name: string): string {
  return name.replace("\u202e", "\\u202e").replace("\u0000", "\\u0000").replace("\u001b", "\\u001b");
}

test("each queue is listed as it is called, and its link leads to it", async ({ page, server, storeKind, javaScriptEnabled }) => {
  test.skip(storeKind === "sqlite", "only Redis is written to by others");
  page.on("dialog", () => expect(false, "nothing of it runs").toBe(true));
  for (const name of names) {
    await server.redis!.command("SADD", "queues", name);
    const job = { class: name, args: [name], jid: name, queue: name, tags: [name], error_class: name, error_message: name, failed_at: 1795000000.5 };
    await server.redis!.command("LPUSH", `queue:${name}`, JSON.stringify(job));
    await server.redis!.command("ZADD", "dead", "1795000000", JSON.stringify({ ...job, jid: `dead ${name}` }));
  }
  const links = page.locator("main table a.name");
  await open(page, `${server.address}/queues`, javaScriptEnabled);
  await expect(links).toHaveCount(names.length);
  expect((await links.allTextContents()).sort()).toEqual(names.map(visible).sort());
  const addresses = await links.evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).href));
  const texts = await links.allTextContents();
  for (const [index, address] of addresses.entries()) {
    await page.goto(address);
    const name = names.find((name) => visible(name) === texts[index])!;
    // A name of dots cannot stand in a path: what the queue holds is found instead.
    if (name === "..") await expect(page.locator("main tr.job")).not.toHaveCount(0);
    else await expect(page.locator("h1")).toHaveText(`Queue ${visible(name)}`.replace(/\s+/g, " ").trim());
    await expect(page.locator("main tr.job a.job-class").first()).toHaveText(visible(name).trim());
    await expect(page.locator("main b, main img, main script")).toHaveCount(0);
  }
  await open(page, `${server.address}/dead`, javaScriptEnabled);
  await expect(page.locator("tr.job")).toHaveCount(names.length);
  await expect(page).toHaveTitle("Dead · Jobdeck");
  for (const path of await page.locator("tr.job a.job-link").evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).href))) {
    await page.goto(path);
    await expect(page.locator("#error, #payload").first()).toBeVisible();
    await expect(page.locator("main b, main img, main script")).toHaveCount(0);
  }
});
