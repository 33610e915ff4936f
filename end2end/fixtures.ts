// What every spec starts from: a server of its own on a store of its own, and a page that must stay free of errors.
import { test as base, expect } from "@playwright/test";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** The program. */
export const binary = process.env.JOBDECK_BINARY ?? join(import.meta.dirname, "../target/debug/jobdeck");

export type Options = { storeKind: "sqlite" | "redis" };

/** A Redis server on a free port, which a test may stop and start again. */
export class Redis {
  private process?: ChildProcess;
  constructor(readonly folder: string, readonly port: number) {}

  /** A port for one. */
  static freePort() {
    return freePort();
  }

  get url() {
    return `redis://127.0.0.1:${this.port}/0`;
  }

  async start() {
    const child = spawn(process.env.JOBDECK_REDIS_SERVER ?? "redis-server", ["--port", `${this.port}`, "--bind", "127.0.0.1", "--dir", this.folder, "--save", "", "--appendonly", "yes"]);
    this.process = child;
    await lineWith(child, "Ready to accept connections");
  }

  async stop() {
    await end(this.process, "SIGTERM");
  }

  /** Sends a command as another program would. Answers the first line of the reply. */
  async command(...parts: string[]): Promise<string> {
    return (await this.reply(...parts)).split("\r\n")[0];
  }

  /** As `command`, with the whole of a short reply. */
  reply(...parts: string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.port, "127.0.0.1");
      socket.once("error", reject);
      socket.once("data", (reply) => {
        socket.destroy();
        const text = reply.toString();
        if (text.startsWith("-")) reject(new Error(`${parts[0]}: ${text}`));
        else resolve(text);
      });
      socket.write(`*${parts.length}\r\n` + parts.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`).join(""));
    });
  }
}

/** A running `jobdeck`. */
export class Server {
  constructor(public process: ChildProcess, readonly address: string, readonly commandLine: string[], readonly redis?: Redis) {}

  /** Ends it, and starts it at the same address. */
  async restart() {
    await this.stop();
    await this.startAgain();
  }

  async stop() {
    await end(this.process, "SIGTERM");
  }

  /** Starts it at the same address. */
  async startAgain() {
    this.process = run([...this.commandLine, "--listen", new URL(this.address).host]);
    await lineWith(this.process, "http://");
  }

  async request(method: string, path: string, body?: unknown) {
    const response = await fetch(this.address + path, {
      method,
      headers: { "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    expect(response.ok, `${method} ${path}: ${response.status} ${text}`).toBe(true);
    return text ? JSON.parse(text) : undefined;
  }

  get(path: string) {
    return this.request("GET", path);
  }

  post(path: string, body: unknown) {
    return this.request("POST", path, body);
  }

  /** Adds jobs that stand in a set, as if they had failed (or wait for their time). Answers their jids. */
  async seed(set: "scheduled" | "retries" | "dead", jobs: object[]): Promise<string[]> {
    const later = new Date(Date.now() + 3_600_000).toISOString();
    const { jids } = await this.post("/api/v1/jobs", jobs.map((job) => ({ at: later, ...job })));
    if (set !== "scheduled") {
      await this.act("kill", "scheduled", jids);
    }
    if (set === "retries") {
      await this.act("reschedule", "dead", jids, { at: later });
    }
    return jids;
  }

  private async act(action: string, from: string, jids: string[], more: object = {}) {
    const { entries } = await this.get(`/api/v1/sets/${from}/jobs?limit=500`);
    const ids = entries.filter((entry: { jid: string }) => jids.includes(entry.jid)).map((entry: { id: string }) => entry.id);
    await this.post("/api/v1/actions", { action, entries: ids, ...more });
  }
}

/** A job with the fields that a failure leaves. */
export function failedJob(number: number, more: object = {}) {
  const now = Date.now() / 1000;
  return {
    class: "PublishPhoto", args: [number, { album: "Lisbon", size: "large" }], queue: "photos", retry: 3,
    error_class: "ThirdParty::Timeout", error_message: `no answer for photo ${number} <within> 5 s`, failed_at: now - 600.5, retry_count: 2,
    retried_at: now - 60.5, tags: ["album"], ...more,
  };
}

type Fixtures = {
  start: (command: "serve" | "demo", ...more: string[]) => Promise<Server>;
  server: Server;
  /** Writes the test's configuration file, also a second time; answers its path. */
  configure: (text: string) => string;
};

export const test = base.extend<Options & Fixtures>({
  storeKind: ["sqlite", { option: true }],

  start: async ({ storeKind }, use) => {
    const folder = mkdtempSync(join(tmpdir(), "jobdeck-"));
    const servers: Server[] = [];
    await use(async (command, ...more) => {
      const redis = storeKind === "redis" ? new Redis(folder, await freePort()) : undefined;
      await redis?.start();
      const store = redis?.url ?? `sqlite:${join(folder, "jobs.db")}`;
      const commandLine = [command, "--store", store, ...more];
      const child = run([...commandLine, "--listen", "127.0.0.1:0"]);
      const line = await lineWith(child, "http://");
      const server = new Server(child, /http:\/\/\S+/.exec(line)![0], commandLine, redis);
      servers.push(server);
      return server;
    });
    for (const server of servers) {
      await end(server.process, "SIGTERM");
      await server.redis?.stop();
    }
    rmSync(folder, { recursive: true, force: true });
  },

  configure: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), "jobdeck-"));
    await use((text) => {
      const path = join(folder, "jobdeck.toml");
      writeFileSync(path, text);
      return path;
    });
    rmSync(folder, { recursive: true, force: true });
  },

  server: async ({ start }, use) => {
    await use(await start("serve", "--no-worker"));
  },

  // After `start`, so that the page is gone before its server is.
  page: async ({ page, javaScriptEnabled, start: _ }, use, testInfo) => {
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(`page error: ${error}`));
    page.on("console", (message) => {
      const expected = testInfo.annotations.some(({ type }) => type === "requests fail");
      // A browser writes each failed request to the console; only a test that takes the store away, or asks for what is not there, may see some.
      if (message.type() === "error" && expected && message.text().includes("Failed to load resource")) return;
      // Without JavaScript nothing uses what a page preloads for it.
      if (!javaScriptEnabled && message.text().includes("was preloaded using link preload but not used")) return;
      if (message.type() === "error" || message.type() === "warning") problems.push(`${message.type()}: ${message.text()}`);
    });
    await use(page);
    expect(problems, "the browser's console stays empty").toEqual([]);
  },
});

export { expect };

/** Writes a process's heartbeat as Sidekiq does. */
export async function addProcess(redis: Redis, identity: string, busy = 0) {
  const now = `${Math.floor(Date.now() / 1000)}`;
  const info = { hostname: "host", pid: 1, identity, concurrency: 5, queues: ["default", "low"], started_at: Number(now), tag: "shop" };
  await redis.command("HSET", identity, "info", JSON.stringify(info), "concurrency", "5", "busy", `${busy}`, "beat", now, "quiet", "false");
  await redis.command("SADD", "processes", identity);
}

/** The requests that a page makes from now on to paths that begin so. */
export function requestsTo(page: import("@playwright/test").Page, path: string): string[] {
  const requests: string[] = [];
  page.on("request", (request) => new URL(request.url()).pathname.startsWith(path) && requests.push(request.url()));
  return requests;
}

/** Makes a page believe that its tab is hidden, or seen again. */
export async function setHidden(page: import("@playwright/test").Page, hidden: boolean) {
  await page.evaluate((hidden) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => (hidden ? "hidden" : "visible") });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  }, hidden);
}

/** Waits until the page's wasm has taken over. */
export async function hydrated(page: import("@playwright/test").Page) {
  await expect(page.locator("html")).toHaveAttribute("data-hydrated", "true");
}

function run(commandLine: string[]): ChildProcess {
  const child = spawn(binary, commandLine);
  child.stderr.resume();
  return child;
}

function lineWith(child: ChildProcess, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input: child.stdout! });
    lines.on("line", (line) => line.includes(text) && resolve(line));
    child.once("exit", (code) => reject(new Error(`it ended with ${code} before it said "${text}"`)));
  });
}

function end(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill(signal);
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
