#!/usr/bin/env node
// Does jobs that Jobdeck sends over HTTP. Node is all it needs.
//
// Try it, in this folder, with three shells:
//
//     JOBDECK_SECRET=whsec_cGxlYXNlIG1ha2UgeW91ciBvd24gc2VjcmV0 node receiver.mjs
//     jobdeck serve
//     jobdeck enqueue PublishPhoto --args '[7]'
//
// The secret is the one of jobdeck.toml beside this file; make your own with: echo "whsec_$(openssl rand -base64 32)"

import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const LARGEST_BODY = 10 * 1024 * 1024;
const OLDEST_SIGNATURE = 5 * 60; // seconds

/** There is no point in trying the job again. */
class Discard extends Error {}

/** Try the job again after so many seconds. */
class TryLater extends Error {
  constructor(seconds, message) {
    super(message);
    this.seconds = seconds;
  }
}

// Which function does which class.
const jobs = {
  async PublishPhoto(job, photo) {
    // A job may come twice: after a failure, and when a worker dies in the middle of it. Its jid is the same each time.
    if (photo < 0) throw new Discard("the photo was deleted");
    if (photo === 0) throw new TryLater(120, "the gallery asks for patience");
    if (photo > 1000) throw new RangeError(`there is no photo ${photo}`);
    console.log(`photo ${photo} is published (job ${job.jid})`);
  },
};

function signatureKey(secret) {
  const prefix = "whsec_";
  return secret.startsWith(prefix) ? Buffer.from(secret.slice(prefix.length), "base64") : Buffer.from(secret);
}

/** Whether the request comes from somebody who knows the secret, and was made just now. */
function isSigned(key, headers, body) {
  const id = headers["webhook-id"] ?? "";
  const timestamp = headers["webhook-timestamp"] ?? "";
  if (!/^\d+$/.test(timestamp) || Math.abs(Date.now() / 1000 - Number(timestamp)) > OLDEST_SIGNATURE) return false;
  const digest = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest("base64");
  const expected = Buffer.from(`v1,${digest}`);
  return (headers["webhook-signature"] ?? "").split(" ").some((text) => {
    const signature = Buffer.from(text);
    return signature.length === expected.length && timingSafeEqual(signature, expected);
  });
}

/** The body; nothing when it is too large. */
async function bodyOf(request) {
  // Before it is read: to stop reading half-way is to break the connection, and then nobody hears the answer.
  if (Number(request.headers["content-length"]) > LARGEST_BODY) return undefined;
  const parts = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > LARGEST_BODY) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** What is answered to a request: status, text, headers. */
async function receive(key, request) {
  if (request.method !== "POST") return [405, "jobs are sent by POST"];
  const body = await bodyOf(request);
  if (body === undefined) return [413, "the job is too large"];
  // Before anything is done with what was sent.
  if (!isSigned(key, request.headers, body)) return [401, "the signature is wrong, or too old"];
  try {
    const job = JSON.parse(body.toString());
    if (!Object.hasOwn(jobs, job.class)) return [404, `nobody here does ${job.class}`];
    await jobs[job.class](job, ...job.args);
    return [200, "done"];
  } catch (error) {
    if (error instanceof Discard) return [410, error.message];
    if (error instanceof TryLater) return [429, error.message, { "Retry-After": String(error.seconds) }];
    return [500, String(error)];
  }
}

const secret = process.env.JOBDECK_SECRET;
if (!secret) {
  console.error("JOBDECK_SECRET is missing: the secret that stands in jobdeck.toml");
  process.exit(1);
}
const key = signatureKey(secret);
const server = createServer((request, response) => {
  receive(key, request).then(
    ([status, text, headers = {}]) => {
      response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8", ...headers });
      response.end(text);
    },
    // The connection broke while the job was read.
    () => response.destroy(),
  );
});
server.listen(Number(process.env.PORT ?? 8000), "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}/jobs`);
});
