import { execFileSync } from "node:child_process";
import { binary, expect, hydrated, test } from "../fixtures";

/** A configuration with one user a role, and a token for the spec itself. */
function settings() {
  const hash = execFileSync(binary, ["hash-password"], { input: "correct horse\n" }).toString().trim();
  const made = execFileSync(binary, ["new-token"]).toString();
  const token = /^token: (.*)$/m.exec(made)![1];
  const user = (name: string, role: string) => `[users.${name}]\npassword_hash = "${hash}"\nrole = "${role}"\n`;
  const text = `${user("vera", "viewer")}${user("otto", "operator")}[tokens.spec]\nrole = "admin"\n${/^hash = .*$/m.exec(made)![0]}\n`;
  return { text, token };
}

test("people log in, see what their role may do, and log out", async ({ page, start, configure, javaScriptEnabled }) => {
  // A page that refuses, and streams that end with the session.
  test.info().annotations.push({ type: "requests fail" });
  const { text, token } = settings();
  const server = await start("serve", "--no-worker", "--config", configure(text));
  const added = await fetch(`${server.address}/api/v1/jobs`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify({ class: "PublishPhoto", args: [1], queue: "photos" }),
  });
  expect(added.status).toBe(201);

  const logIn = async (name: string, password: string) => {
    await page.getByLabel("Name").fill(name);
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Log in" }).click();
  };
  const logOut = async () => {
    await page.locator(".who summary").click();
    await page.getByRole("button", { name: "Log out", exact: true }).click();
    await expect(page).toHaveURL(/\/login$/);
  };

  // The page that was asked for comes after the log-in.
  await page.goto(`${server.address}/queues?sort=size`);
  await expect(page).toHaveURL(/\/login\?next=/);
  await expect(page.getByLabel("Name")).toBeFocused();
  await logIn("vera", "wrong");
  await expect(page.getByRole("alert")).toHaveText("This name and password do not go together.");
  await expect(page.getByLabel("Name")).toHaveValue("vera");
  await logIn("vera", "correct horse");
  await expect(page).toHaveURL(`${server.address}/queues?sort=size`);
  if (javaScriptEnabled) await hydrated(page);
  const photos = page.getByRole("row", { name: /photos/ });
  await expect(photos).toBeVisible();
  await expect(page.getByRole("button", { name: /Pause queue/ })).toHaveCount(0);
  await expect(page.getByRole("link", { name: /Clear/ })).toHaveCount(0);
  await page.goto(`${server.address}/queues/photos`);
  await expect(page.locator("tr.job")).toHaveCount(1);
  await expect(page.locator("tr.job input, tr.job button")).toHaveCount(0);
  await page.goto(`${server.address}/search?q=PublishPhoto`);
  await expect(page.locator("tr.job")).toHaveCount(1);
  await expect(page.getByRole("link", { name: /^Change all/ })).toHaveCount(0);
  await page.goto(`${server.address}/holds`);
  await expect(page.getByRole("link", { name: "New hold" })).toHaveCount(0);
  await logOut();

  await page.goto(`${server.address}/queues`);
  await logIn("otto", "correct horse");
  if (javaScriptEnabled) await hydrated(page);
  await photos.getByRole("button", { name: "Pause queue photos" }).click();
  await expect(photos.getByRole("button", { name: "Resume queue photos" })).toBeVisible();
  await logOut();
  await page.goto(`${server.address}/queues`);
  await expect(page).toHaveURL(/\/login\?next=/);
});
