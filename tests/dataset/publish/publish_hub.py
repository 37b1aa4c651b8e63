"""A Hub that listens on this machine and can be written to; it fails where it is told to.

It knows the routes that ``huggingface_hub`` uses to make, fill, tag and read a dataset repository.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlparse

TOKEN = "hf_right"
ME = "me"
LARGE = (".parquet", ".png", ".jpg")  # other files go into the commit itself


@dataclass
class Repo:
    """One repository: its branch, its tags, and every commit."""

    private: bool = False
    files: dict[str, str] = field(default_factory=dict)
    large: set[str] = field(default_factory=set)
    commits: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def head(self) -> str:
        return self.commits[-1][0]

    def commit(self, title: str) -> str:
        told = json.dumps([len(self.commits), title, sorted(self.files.items())])
        self.commits.append((hashlib.sha1(told.encode()).hexdigest(), title, dict(self.files)))
        return self.head


@dataclass
class WritableHub:
    """What is stored, what was asked, and what goes wrong.

    Attributes:
        faults: route -> what happens to its next requests, one after the other: a status, "drop"
            (the connection breaks in the middle), "lose" (it is done, and the answer gets lost)
            or "hang" (until ``go_on``). Routes are those that ``asked`` counts.
        always: route -> status of all its requests.
        corrupt: tell wrong hashes of large files.
        on_put: called when a large file has arrived.
        uploaded: sha256 of every large file that arrived, as often as it did.
    """

    repos: dict[str, Repo] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    faults: dict[str, list[int | str]] = field(default_factory=dict)
    always: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    uploaded: list[str] = field(default_factory=list)
    hanging: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)
    lock: threading.RLock = field(default_factory=threading.RLock)
    corrupt: bool = False
    on_put: Callable[[], None] | None = None
    port: int = 0

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """For a process that is to take this for the Hub."""
        return {
            "HF_ENDPOINT": self.endpoint, "HF_TOKEN": TOKEN, "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_OFFLINE": "0", "HF_HUB_DISABLE_TELEMETRY": "1",
        }  # fmt: skip

    def new_repo(self, name: str, *, private: bool = False) -> Repo:
        repo = self.repos[name] = Repo(private=private)
        self.store(b"*.parquet filter=lfs\n", repo, ".gitattributes")
        repo.commit("initial commit")
        return repo

    def store(self, content: bytes, repo: Repo, path: str) -> None:
        digest = hashlib.sha256(content).hexdigest()
        self.blobs[digest] = content
        repo.files[path] = digest


@contextmanager
def writable_hub() -> Iterator[WritableHub]:
    hub = WritableHub()
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": hub}))
    server.daemon_threads = True
    hub.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield hub
    finally:
        hub.go_on.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed is no news."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Lost(Exception):
    """The connection is to break now."""


class _Handler(BaseHTTPRequestHandler):
    hub: WritableHub
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        url = urlparse(self.path)
        path, query = unquote(url.path), parse_qs(url.query)
        for pattern, method in _ROUTES:
            match = re.fullmatch(pattern, path)
            if match:
                try:
                    self._serve(method, match.groups(), query)
                except (_Lost, ConnectionError):
                    self.close_connection = True
                return
        self._read()
        self._json(404, {"error": f"no route {path}"})

    do_POST = do_PUT = do_HEAD = do_DELETE = do_GET  # noqa: N815

    def _serve(self, method: str, groups: tuple[str, ...], query: dict[str, list[str]]) -> None:
        fault = self._fault(method)
        if fault == "drop":
            self.rfile.read(int(self.headers.get("Content-Length") or 0) // 2)
            raise _Lost
        if fault == "hang":
            self.hub.hanging.set()
            self.hub.go_on.wait(60)
            raise _Lost
        body = self._read()
        if isinstance(fault, int):
            self._json(fault, {"error": "as it was told"})
            return
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        if token and token != TOKEN:
            self._json(401, {"error": "Invalid credentials in Authorization header"})
            return
        with self.hub.lock:
            status, answer, headers = getattr(self, f"_{method}")(body, query, *groups)
        if fault == "lose":
            raise _Lost
        if isinstance(answer, bytes):
            self._send(status, answer, headers)
        else:
            self._json(status, answer, headers)

    def _fault(self, method: str) -> int | str | None:
        with self.hub.lock:
            self.hub.asked.append(method)
            waiting = self.hub.faults.get(method)
            return waiting.pop(0) if waiting else self.hub.always.get(method)

    def _read(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            content = b""
            while size := int(self.rfile.readline(), 16):
                content += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return content
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _json(self, status: int, answer: Any, headers: dict[str, str] | None = None) -> None:
        told = {"Content-Type": "application/json"} | (headers or {})
        self._send(status, json.dumps(answer).encode(), told)

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    # what each route answers: status, JSON or bytes, headers

    def _whoami(self, body: bytes, query: Any) -> Any:
        return 200, {"type": "user", "name": ME, "orgs": [{"name": "ours"}]}, {}

    def _validate(self, body: bytes, query: Any) -> Any:
        return 200, {"errors": [], "warnings": []}, {}

    def _create(self, body: bytes, query: Any) -> Any:
        asked = json.loads(body)
        name = f"{asked.get('organization') or ME}/{asked['name']}"
        if name in self.hub.repos:
            return 409, {"error": "exists", "url": f"{self.hub.endpoint}/datasets/{name}"}, {}
        private = asked.get("private") or asked.get("visibility") == "private"
        self.hub.new_repo(name, private=bool(private))
        return 200, {"url": f"{self.hub.endpoint}/datasets/{name}", "name": name}, {}

    def _preupload(self, body: bytes, query: Any, name: str, revision: str) -> Any:
        modes = [
            {
                "path": file["path"],
                "uploadMode": "lfs" if file["path"].endswith(LARGE) else "regular",
                "shouldIgnore": False,
                "oid": None,
            }
            for file in json.loads(body)["files"]
        ]
        return 200, {"files": modes, "commitOid": self.hub.repos[name].head}, {}

    def _batch(self, body: bytes, query: Any, name: str) -> Any:
        objects = []
        for wanted in json.loads(body)["objects"]:
            told = {"oid": wanted["oid"], "size": wanted["size"]}
            if wanted["oid"] not in self.hub.blobs:
                href = f"{self.hub.endpoint}/lfs/{wanted['oid']}"
                told["actions"] = {"upload": {"href": href, "header": {}}}
            objects.append(told)
        return 200, {"transfer": "basic", "objects": objects}, {}

    def _put(self, body: bytes, query: Any, digest: str) -> Any:
        if hashlib.sha256(body).hexdigest() != digest:
            return 400, {"error": "other bytes than promised"}, {}
        self.hub.uploaded.append(digest)
        if self.hub.on_put:
            self.hub.on_put()
        self.hub.blobs[digest] = body
        return 200, {}, {}

    def _commit(self, body: bytes, query: Any, name: str, revision: str) -> Any:
        repo = self.hub.repos[name]
        lines = [json.loads(line) for line in body.decode().splitlines()]
        header = lines[0]["value"]
        if header.get("parentCommit") not in (None, repo.head):
            return 412, {"error": "A commit has happened since. Please refresh and try again."}, {}
        for line in lines[1:]:
            value = line["value"]
            if line["key"] == "file":
                self.hub.store(base64.b64decode(value["content"]), repo, value["path"])
                repo.large.discard(value["path"])
            elif line["key"] == "lfsFile":
                if value["oid"] not in self.hub.blobs:
                    return 400, {"error": f"{value['path']} was never uploaded"}, {}
                repo.files[value["path"]] = value["oid"]
                repo.large.add(value["path"])
            elif line["key"] == "deletedFile":
                del repo.files[value["path"]]
        commit = repo.commit(header["summary"])
        url = f"{self.hub.endpoint}/datasets/{name}/commit/{commit}"
        return 200, {"success": True, "commitOid": commit, "commitUrl": url, "hookOutput": ""}, {}

    def _tree(self, body: bytes, query: Any, name: str, revision: str, folder: str) -> Any:
        repo = self.hub.repos[name]
        files = self._files(repo, revision)
        if files is None:
            return 404, {}, {"X-Error-Code": "RevisionNotFound"}
        prefix = f"{folder.strip('/')}/" if folder.strip("/") else ""
        inside = [path for path in sorted(files) if path.startswith(prefix)]
        if prefix and not inside:
            return 404, {}, {"X-Error-Code": "EntryNotFound"}
        below = {path[len(prefix) :].rpartition("/")[0] for path in inside} - {""}
        folders = sorted(prefix + folder for folder in below)
        if query.get("recursive", ["false"])[0].lower() not in ("true", "1"):
            inside = [path for path in inside if "/" not in path[len(prefix) :]]
        listed = [{"type": "directory", "path": p, "oid": "0" * 40, "size": 0} for p in folders]
        return 200, listed + [self._entry(repo, files, path) for path in inside], {}

    def _paths(self, body: bytes, query: Any, name: str, revision: str) -> Any:
        repo = self.hub.repos[name]
        files = self._files(repo, revision) or {}
        text = body.decode()
        wanted = json.loads(text)["paths"] if text[:1] == "{" else parse_qs(text)["paths"]
        found = [self._entry(repo, files, path) for path in wanted if path in files]
        folders = {path.rsplit("/", 1)[0] for path in files if "/" in path}
        asked = [path for path in wanted if path.rstrip("/") in folders]
        told = [{"type": "directory", "path": path, "oid": "0" * 40, "size": 0} for path in asked]
        return 200, found + told, {}

    def _entry(self, repo: Repo, files: dict[str, str], path: str) -> dict[str, Any]:
        digest = files[path]
        content = self.hub.blobs[digest]
        size = len(content)
        blob = hashlib.sha1(b"blob %d\0" % size + content).hexdigest()
        entry: dict[str, Any] = {"type": "file", "path": path, "oid": blob, "size": size}
        if path in repo.large:
            told = digest if not self.hub.corrupt else "0" * 64
            entry["lfs"] = {"oid": told, "size": size, "pointerSize": 134}
        return entry

    def _files(self, repo: Repo, revision: str) -> dict[str, str] | None:
        commit = repo.tags.get(revision, revision)
        if commit == "main":
            return repo.files
        return next((files for name, _, files in repo.commits if name == commit), None)

    def _refs(self, body: bytes, query: Any, name: str) -> Any:
        repo = self.hub.repos[name]
        tags = [
            {"name": tag, "ref": f"refs/tags/{tag}", "targetCommit": commit}
            for tag, commit in sorted(repo.tags.items())
        ]
        main = {"name": "main", "ref": "refs/heads/main", "targetCommit": repo.head}
        return 200, {"branches": [main], "converts": [], "tags": tags, "pullRequests": []}, {}

    def _tag(self, body: bytes, query: Any, name: str, revision: str) -> Any:
        repo, tag = self.hub.repos[name], json.loads(body)["tag"]
        if tag in repo.tags:
            return 409, {"error": "exists"}, {}
        repo.tags[tag] = repo.head if revision == "main" else revision
        return 200, {}, {}

    def _info(self, body: bytes, query: Any, name: str, revision: str | None) -> Any:
        repo = self.hub.repos.get(name)
        if repo is None:
            return 404, {"error": "Repository not found"}, {"X-Error-Code": "RepoNotFound"}
        files = self._files(repo, revision or "main")
        if files is None:
            return 404, {}, {"X-Error-Code": "RevisionNotFound"}
        known = [entry[0] for entry in repo.commits]
        commit = repo.tags.get(revision or "", revision)
        about = {
            "_id": "x", "id": name, "author": name.split("/")[0], "private": repo.private,
            "sha": commit if commit in known else repo.head, "gated": False, "disabled": False,
            "tags": [], "downloads": 0, "likes": 0, "lastModified": "2026-01-01T00:00:00.000Z",
            "createdAt": "2026-01-01T00:00:00.000Z",
            "siblings": [{"rfilename": path} for path in sorted(files)],
        }  # fmt: skip
        return 200, about, {}

    def _resolve(self, body: bytes, query: Any, name: str, revision: str, path: str) -> Any:
        repo = self.hub.repos.get(name)
        files = self._files(repo, revision) if repo else None
        if repo is None or files is None:
            return 404, {}, {"X-Error-Code": "RepoNotFound"}
        if path not in files:
            missing = {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": repo.head}
            return 404, {}, missing
        content = self.hub.blobs[files[path]]
        headers = {
            "ETag": f'"{files[path]}"', "X-Repo-Commit": repo.head, "Accept-Ranges": "bytes",
        }  # fmt: skip
        asked = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range") or "")
        if not asked:
            return 200, content, headers
        start = int(asked[1]) if asked[1] else len(content) - int(asked[2])
        end = min(int(asked[2]) if asked[1] and asked[2] else len(content), len(content) - 1)
        headers["Content-Range"] = f"bytes {start}-{end}/{len(content)}"
        return 206, content[start : end + 1], headers


_NAME = r"([^/]+/[^/]+)"
_ROUTES = (
    (r"/api/whoami-v2", "whoami"),
    (r"/api/validate-yaml", "validate"),
    (r"/api/repos/create", "create"),
    (rf"/api/datasets/{_NAME}/preupload/([^/]+)", "preupload"),
    (rf"/datasets/{_NAME}\.git/info/lfs/objects/batch", "batch"),
    (r"/lfs/([0-9a-f]{64})", "put"),
    (rf"/api/datasets/{_NAME}/commit/([^/]+)", "commit"),
    (rf"/api/datasets/{_NAME}/tree/([^/]+)(.*)", "tree"),
    (rf"/api/datasets/{_NAME}/paths-info/([^/]+)", "paths"),
    (rf"/api/datasets/{_NAME}/refs", "refs"),
    (rf"/api/datasets/{_NAME}/tag/([^/]+)", "tag"),
    (rf"/api/datasets/{_NAME}(?:/revision/([^/]+))?", "info"),
    (rf"/datasets/{_NAME}/resolve/([^/]+)/(.+)", "resolve"),
)
