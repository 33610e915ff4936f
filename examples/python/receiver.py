#!/usr/bin/env python3
"""Does jobs that Jobdeck sends over HTTP. Python's standard library is all it needs.

Try it, in this folder, with three shells:

    JOBDECK_SECRET=whsec_cGxlYXNlIG1ha2UgeW91ciBvd24gc2VjcmV0 python3 receiver.py
    jobdeck serve
    jobdeck enqueue PublishPhoto --args '[7]'

The secret is the one of jobdeck.toml beside this file; make your own with: echo "whsec_$(openssl rand -base64 32)"
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LARGEST_BODY = 10 * 1024 * 1024
OLDEST_SIGNATURE = 5 * 60  # seconds


class Discard(Exception):
    """There is no point in trying the job again."""


class TryLater(Exception):
    """Try the job again after so many seconds."""

    def __init__(self, seconds, message):
        super().__init__(message)
        self.seconds = seconds


def publish_photo(job, photo):
    # A job may come twice: after a failure, and when a worker dies in the middle of it. Its jid is the same each time.
    if photo < 0:
        raise Discard("the photo was deleted")
    if photo == 0:
        raise TryLater(120, "the gallery asks for patience")
    if photo > 1000:
        raise ValueError(f"there is no photo {photo}")
    print(f"photo {photo} is published (job {job['jid']})", flush=True)


# Which function does which class.
JOBS = {"PublishPhoto": publish_photo}


def signature_key(secret):
    if secret.startswith("whsec_"):
        return base64.b64decode(secret.removeprefix("whsec_"))
    return secret.encode()


def is_signed(key, headers, body):
    """Whether the request comes from somebody who knows the secret, and was made just now."""
    message_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 20:
        return False
    if abs(time.time() - int(timestamp)) > OLDEST_SIGNATURE:
        return False
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    expected = b"v1," + base64.b64encode(digest)
    signatures = headers.get("webhook-signature", "").encode().split(b" ")
    return any(hmac.compare_digest(expected, signature) for signature in signatures)


class Receiver(BaseHTTPRequestHandler):
    # Connections are used again.
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    key = b""

    def do_POST(self):
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > LARGEST_BODY:
            self.close_connection = True
            self.answer(413, "the job is too large")
            # A connection that is closed with something unread is broken, and then nobody hears the answer.
            rest = int(length) if length.isdigit() else 0
            while rest > 0 and (part := self.rfile.read(min(rest, 65536))):
                rest -= len(part)
            return
        body = self.rfile.read(int(length))
        # Before anything is done with what was sent.
        if not is_signed(self.key, self.headers, body):
            return self.answer(401, "the signature is wrong, or too old")
        try:
            job = json.loads(body)
            do = JOBS.get(job["class"])
            if do is None:
                return self.answer(404, f"nobody here does {job['class']}")
            do(job, *job["args"])
        except Discard as error:
            return self.answer(410, str(error))
        except TryLater as error:
            return self.answer(429, str(error), {"Retry-After": str(error.seconds)})
        except Exception as error:  # whatever it is: the job has failed
            return self.answer(500, f"{type(error).__name__}: {error}")
        return self.answer(200, "done")

    def answer(self, status, text, headers=None):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *arguments):
        pass  # Jobdeck shows what failed.


def main():
    secret = os.environ.get("JOBDECK_SECRET")
    if not secret:
        sys.exit("JOBDECK_SECRET is missing: the secret that stands in jobdeck.toml")
    Receiver.key = signature_key(secret)
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8000"))), Receiver)
    print(f"listening on http://127.0.0.1:{server.server_port}/jobs", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
