import { defineConfig } from "@playwright/test";
import { existsSync } from "node:fs";
import type { Options } from "./fixtures";

// The system's Chromium: Playwright's own download is not needed.
const executablePath = process.env.JOBDECK_CHROMIUM
  ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));

const browser = {
  executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
};

// Each spec runs on both stores, with JavaScript on and off; `*.hydrate.spec.ts` need JavaScript.
export default defineConfig<Options>({
  testDir: "tests",
  fullyParallel: true,
  workers: 2,
  forbidOnly: !!process.env.CI,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [["list"]],
  use: { launchOptions: browser, viewport: { width: 1440, height: 900 }, trace: "retain-on-failure" },
  projects: [
    { name: "sqlite", use: { storeKind: "sqlite" } },
    { name: "redis", use: { storeKind: "redis" } },
    { name: "sqlite, no JavaScript", use: { storeKind: "sqlite", javaScriptEnabled: false }, testIgnore: "*.hydrate.spec.ts" },
    { name: "redis, no JavaScript", use: { storeKind: "redis", javaScriptEnabled: false }, testIgnore: "*.hydrate.spec.ts" },
  ],
});
