"""A Hub that listens on this machine: it redirects, and it misbehaves where it is told to."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler
from typing import Any

from loopback import serving

REPO = "allenai/objaverse"
COMMIT = hashlib.sha1(b"a commit").hexdigest()
CHUNK_BYTES = 1 << 12


class Fault(StrEnum):
    """How a file is served wrongly; ``ONCE`` in the name: the first time only."""

    SLOW = "slow"
    STALL_ONCE = "stall, once"
    HANG_ONCE = "hang, once"
    CUT_ONCE = "cut off, once"
    CUT = "cut off"
    LIMITED_ONCE = "429, once"
    RETRY_AFTER_ONCE = "429 with Retry-After, once"
    BUSY_ONCE = "503, once"
    BUSY = "500"
    MISSING = "404"
    FORBIDDEN = "403"
    PAGE = "web page"
    WRONG_BYTES = "wrong bytes"
    WRONG_SIZE = "wrong size"


@dataclass
class StandIn:
    """What is served, and what was asked.

    Attributes:
        files: content by path in the repository.
        faults: by path.
        requests: GETs by path, redirected ones not counted twice.
        delivered: bodies that were sent whole, by path.
        revisions: that were asked for, in order.
        hub_tokens, cdn_tokens: Authorization headers seen on either side of the redirection.
        stalled: set when half of a stalling file is sent.
        go_on: lets it end.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    faults: dict[str, Fault] = field(default_factory=dict)
    requests: Counter[str] = field(default_factory=Counter)
    delivered: Counter[str] = field(default_factory=Counter)
    revisions: list[str] = field(default_factory=list)
    hub_tokens: set[str | None] = field(default_factory=set)
    cdn_tokens: set[str | None] = field(default_factory=set)
    stalled: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    port: int = 0

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def forget(self) -> None:
        """Count afresh."""
        self.requests.clear()
        self.delivered.clear()
        self.revisions.clear()

    def ask(self, path: str, revision: str) -> int:
        """Count a request; its number among those for the same file."""
        with self.lock:
            self.requests[path] += 1
            self.revisions.append(revision)
            return self.requests[path]

    def deliver(self, path: str) -> None:
        with self.lock:
            self.delivered[path] += 1


@contextmanager
def stand_in_hub() -> Iterator[StandIn]:
    hub = StandIn()
    with serving(_Handler, hub):
        yield hub


class _Handler(BaseHTTPRequestHandler):
    hub: StandIn
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_HEAD(self) -> None:
        revision, path = self._asked()
        if path not in self.hub.files or revision not in ("main", COMMIT):
            code = "EntryNotFound" if path not in self.hub.files else "RevisionNotFound"
            self._answer(404, {"X-Error-Code": code})
        else:
            size = str(len(self.hub.files[path]))
            self._answer(200, {"X-Repo-Commit": COMMIT, "ETag": '"x"', "Content-Length": size})

    def do_GET(self) -> None:
        try:
            if self.path.startswith("/api/"):  # the client asks this of its own accord
                self._answer(404, {})
            elif self.path.startswith("/cdn/"):
                self.hub.cdn_tokens.add(self.headers.get("Authorization"))
                self._serve(self.path.removeprefix("/cdn/"))
            else:
                self._redirect()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _asked(self) -> tuple[str, str]:
        rest = self.path.removeprefix(f"/datasets/{REPO}/resolve/")
        revision, _, path = rest.partition("/")
        return revision, path

    def _redirect(self) -> None:
        """As the Hub does: it says what it stores, and sends on to where that lies."""
        revision, path = self._asked()
        number = self.hub.ask(path, revision)
        self.hub.hub_tokens.add(self.headers.get("Authorization"))
        fault = self.hub.faults.get(path)
        if path not in self.hub.files or fault is Fault.MISSING:
            self._answer(404, {"X-Error-Code": "EntryNotFound"})
        elif fault is Fault.FORBIDDEN:
            self._answer(403, {})
        elif fault is Fault.LIMITED_ONCE and number == 1:
            self._answer(429, {"RateLimit": '"resolvers";r=0;t=1'})
        elif fault is Fault.RETRY_AFTER_ONCE and number == 1:
            self._answer(429, {"Retry-After": "0"})
        elif fault is Fault.BUSY or (fault is Fault.BUSY_ONCE and number == 1):
            self._answer(500 if fault is Fault.BUSY else 503, {})
        elif fault is Fault.PAGE:
            self._answer(200, {"Content-Type": "text/html"}, b"<!DOCTYPE html><p>Log in, please")
        elif fault is Fault.HANG_ONCE and number == 1:
            self.hub.go_on.wait(20)
            self.close_connection = True
        else:
            self._send_on(path)

    def _send_on(self, path: str) -> None:
        content = self.hub.files[path]
        size = len(content) + (self.hub.faults.get(path) is Fault.WRONG_SIZE)
        headers = {
            "Location": f"http://localhost:{self.hub.port}/cdn/{path}",
            "X-Repo-Commit": COMMIT,
            "X-Linked-Size": str(size),
            "X-Linked-ETag": f'"{hashlib.sha256(content).hexdigest()}"',
        }
        self._answer(302, headers)

    def _serve(self, path: str) -> None:
        content, fault = self.hub.files[path], self.hub.faults.get(path)
        first = self.hub.requests[path] == 1
        self.send_response(200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if fault is Fault.CUT or (fault is Fault.CUT_ONCE and first):
            self.wfile.write(content[: len(content) // 2])
            self.close_connection = True
            return
        if fault is Fault.WRONG_BYTES:
            content = content[:-1] + bytes([content[-1] ^ 1])
        if fault is Fault.STALL_ONCE and first:
            self.wfile.write(content[: len(content) // 2])
            self.wfile.flush()
            self.hub.stalled.set()
            self.hub.go_on.wait(60)
            self.close_connection = True
            return
        for start in range(0, len(content), CHUNK_BYTES):
            self.wfile.write(content[start : start + CHUNK_BYTES])
            if fault is Fault.SLOW:
                time.sleep(0.01)
        self.hub.deliver(path)

    def _answer(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
