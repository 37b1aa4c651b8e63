"""An OpenAI-compatible endpoint: a real server on this machine, with its bad days."""

from __future__ import annotations

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from loopback import serving
from small_exam import exam, picture, question, yaw

from viewpoint_gen.errors import ModelError
from viewpoint_gen.evaluation import Settings
from viewpoint_gen.evaluation.asking import ask
from viewpoint_gen.evaluation.predictors.endpoint import Endpoint, _key_for, messages_with_images

ROWS = [yaw(str(number), "B", asset=f"a{number}") for number in range(6)]


class Hub:
    """What the server saw, and what it is to answer: status codes first, then replies."""

    def __init__(self) -> None:
        self.port = 0
        self.go_on = threading.Event()
        self.statuses: list[int] = []
        self.requests: list[dict] = []
        self.keys: set[str] = set()
        self.at_once = self.most_at_once = 0
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"


class Chat(BaseHTTPRequestHandler):
    hub: Hub

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        hub = self.hub
        with hub.lock:
            hub.at_once += 1
            hub.most_at_once = max(hub.most_at_once, hub.at_once)
            hub.requests.append({"path": self.path, **body})
            hub.keys.add(self.headers.get("Authorization", ""))
            status = hub.statuses.pop(0) if hub.statuses else 200
        threading.Event().wait(0.03)
        said = {
            "id": "1", "object": "chat.completion", "created": 0, "model": body["model"],
            "system_fingerprint": "", "usage": {},
            "choices": [
                {"index": 0, "finish_reason": "stop",
                 "message": {"role": "assistant", "content": "<answer>B</answer>"}}
            ],
        }  # fmt: skip
        data = json.dumps(said if status == 200 else {"error": "not today"}).encode()
        with hub.lock:
            hub.at_once -= 1
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def hub(monkeypatch):
    monkeypatch.setenv("VIEWGEN_API_KEY", "secret")
    made = Hub()
    with serving(Chat, made):
        yield made


def endpoint(hub: Hub, *, batch: int = 3) -> Endpoint:
    settings = Settings(base_url=hub.url, batch=batch, max_new_tokens=99)
    return Endpoint("my-model", settings, first_wait_s=0.01)


def test_every_question_is_asked_once_with_its_images_in_place(hub, tmp_path: Path):
    rows, replies = ask(exam(ROWS), endpoint(hub), tmp_path)
    assert [reply.text for reply in replies] == ["<answer>B</answer>"] * len(rows)
    assert len(hub.requests) == len(ROWS)
    one = hub.requests[0]
    assert (one["path"], one["model"]) == ("/v1/chat/completions", "my-model")
    assert (one["max_tokens"], one["temperature"]) == (99, 0.0)
    assert hub.keys == {"Bearer secret"}
    kinds = [part["type"] for part in one["messages"][0]["content"]]
    assert kinds == ["text", "image_url", "text", "image_url", "text"]


def test_requests_under_way_are_bounded(hub, tmp_path: Path):
    ask(exam(ROWS), endpoint(hub, batch=2), tmp_path)
    assert hub.most_at_once == 2


def test_a_busy_and_a_failing_server_are_asked_again(hub, tmp_path: Path):
    hub.statuses = [429, 500, 503]
    _, replies = ask(exam(ROWS), endpoint(hub, batch=1), tmp_path)
    assert len(replies) == len(ROWS)
    assert len(hub.requests) == len(ROWS) + 3


def test_a_refusal_is_one_line_and_what_came_before_is_kept(hub, tmp_path: Path):
    hub.statuses = [200, 200, 400]
    with pytest.raises(ModelError, match=r"openai:my-model at http.*HTTP 400.*goes on from there"):
        ask(exam(ROWS), endpoint(hub, batch=1), tmp_path)
    asked = len(hub.requests)
    _, replies = ask(exam(ROWS), endpoint(hub, batch=1), tmp_path)
    assert len(replies) == len(ROWS)
    kept = len(ROWS) - (len(hub.requests) - asked)
    assert kept >= 2


def test_a_key_that_is_refused_names_the_variable(hub, tmp_path: Path):
    hub.statuses = [401] * 50
    with pytest.raises(ModelError, match="set VIEWGEN_API_KEY"):
        ask(exam(ROWS[:1]), endpoint(hub), tmp_path)


def test_a_server_that_is_not_there(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("viewpoint_gen.evaluation.predictors.endpoint._ATTEMPTS", 2)
    settings = Settings(base_url="http://127.0.0.1:1/v1")
    with pytest.raises(ModelError, match="it can't be reached"):
        ask(exam(ROWS[:1]), Endpoint("m", settings, first_wait_s=0.01), tmp_path)


def test_an_endpoint_needs_an_address():
    with pytest.raises(ModelError, match="give --base-url"):
        Endpoint("m", Settings())


def test_an_image_is_its_own_bytes_as_a_data_url():
    content = messages_with_images(question(ROWS[0]))[0]["content"]
    url = content[1]["image_url"]["url"]
    assert url.startswith("data:image/png;base64,")
    assert base64.b64decode(url.split(",")[1]) == picture()


def test_the_hubs_token_goes_to_the_hub_alone(monkeypatch):
    for name in ("VIEWGEN_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    assert _key_for("https://router.huggingface.co/v1") == "hf_secret"
    assert _key_for("https://huggingface.co.example.org/v1") == "none"
    assert _key_for("http://localhost:8000/v1") == "none"
    monkeypatch.setenv("OPENAI_API_KEY", "other")
    assert _key_for("http://localhost:8000/v1") == "other"
