"""A model behind an OpenAI-compatible endpoint: a server of one's own, or a provider's."""

from __future__ import annotations

import base64
import hashlib
import io
import logging
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2
import tenacity
from huggingface_hub import InferenceClient
from huggingface_hub.errors import HfHubHTTPError
from PIL import Image

from viewpoint_gen.dataset.export.items import IMAGE_TAG, parts_of
from viewpoint_gen.errors import ModelError
from viewpoint_gen.evaluation.predictors.predictor import Settings
from viewpoint_gen.evaluation.question import Question
from viewpoint_gen.evaluation.replies import Reply

KEY_NAMES: Final = ("VIEWGEN_API_KEY", "OPENAI_API_KEY")
"""Environment variables that are looked at for the key, in this order."""
HUB_KEY_NAME: Final = "HF_TOKEN"
_HUB_HOST: Final = "huggingface.co"
"""The Hub's token is sent to the Hub's own hosts, and to nobody else."""

_PASSING: Final = frozenset({408, 409, 425, 429})
_SERVER_ERROR: Final = 500
_ATTEMPTS: Final = 6
_FIRST_WAIT_S: Final = 1.0
_LONGEST_WAIT_S: Final = 60.0
_DEADLINE_S: Final = 300.0
_KNOWN_FORMATS: Final = {"JPEG": "jpeg", "PNG": "png", "WEBP": "webp"}

_log = logging.getLogger(__name__)


class Endpoint:
    """Asks by chat completion, images as data URLs where the prompt names them.

    Args:
        model: as the endpoint calls it.
        first_wait_s: before a request that failed for a passing reason is sent again; doubled each
            time.

    Raises:
        ModelError: no endpoint was named.
    """

    def __init__(
        self, model: str, settings: Settings, *, first_wait_s: float = _FIRST_WAIT_S
    ) -> None:
        if settings.base_url is None:
            msg = f"openai:{model}: which endpoint? give --base-url, e.g. http://localhost:8000/v1"
            raise ModelError(msg)
        self.name = f"openai:{model}"
        self._model = model
        self._settings = settings
        self._threads = settings.batch
        self.batch = 4 * settings.batch
        self._first_wait_s = first_wait_s
        self._client = InferenceClient(
            base_url=settings.base_url, api_key=_key_for(settings.base_url), timeout=_DEADLINE_S
        )

    def fingerprint(self) -> str:
        """Of what is asked for; whether the endpoint serves another model tomorrow nobody knows."""
        told = f"{self._settings.base_url} {self._model} {self._settings.max_new_tokens}"
        return hashlib.sha256(told.encode()).hexdigest()

    def replies(self, questions: Sequence[Question]) -> Iterator[Reply]:
        """As they come back; several requests are under way at once.

        Raises:
            ModelError: the endpoint refuses, or fails again and again.
        """
        with ThreadPoolExecutor(self._threads) as pool:
            asked = [pool.submit(self._reply, question) for question in questions]
            try:
                for done in as_completed(asked):
                    yield done.result()
            finally:
                for waiting in asked:
                    waiting.cancel()

    def _reply(self, question: Question) -> Reply:
        tries = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(_ATTEMPTS),
            wait=tenacity.wait_exponential(self._first_wait_s, max=_LONGEST_WAIT_S),
            retry=tenacity.retry_if_exception(_is_passing),
            before_sleep=_tell,
            reraise=True,
        )
        try:
            text = tries(self._said, messages_with_images(question))
        except httpx2.HTTPError as error:
            raise ModelError(f"{self.name} at {self._settings.base_url}: {_why(error)}") from error
        return Reply(question.id, question.asked, text)

    def _said(self, messages: list[dict[str, Any]]) -> str:
        got = self._client.chat_completion(
            messages,
            model=self._model,
            max_tokens=self._settings.max_new_tokens,
            temperature=0.0,
        )
        return str(got.choices[0].message.content or "")


def _key_for(base_url: str) -> str:
    host = (urlsplit(base_url).hostname or "").lower()
    is_hub = host == _HUB_HOST or host.endswith(f".{_HUB_HOST}")
    names = (*KEY_NAMES, HUB_KEY_NAME) if is_hub else KEY_NAMES
    return next((os.environ[name] for name in names if os.environ.get(name)), "none")


def messages_with_images(question: Question) -> list[dict[str, Any]]:
    """The prompt as one chat message of texts and images in their places."""
    images = iter(question.images)
    content = [
        {"type": "image_url", "image_url": {"url": _data_url(next(images))}}
        if part == IMAGE_TAG
        else {"type": "text", "text": part}
        for part in parts_of(question.prompt)
    ]
    return [{"role": "user", "content": content}]


def _data_url(image: bytes) -> str:
    kind = _KNOWN_FORMATS.get(Image.open(io.BytesIO(image)).format or "")
    if kind is None:
        buffer = io.BytesIO()
        Image.open(io.BytesIO(image)).convert("RGB").save(buffer, "PNG")
        image, kind = buffer.getvalue(), "png"
    return f"data:image/{kind};base64,{base64.b64encode(image).decode()}"


def _is_passing(error: BaseException) -> bool:
    if isinstance(error, HfHubHTTPError):
        status = error.response.status_code
        return status in _PASSING or status >= _SERVER_ERROR
    return isinstance(error, httpx2.TransportError)


def _why(error: httpx2.HTTPError) -> str:
    again = "; the replies so far are kept: the same command goes on from there"
    if isinstance(error, HfHubHTTPError):
        said = f": {error.server_message}" if error.server_message else ""
        status = error.response.status_code
        if status in (401, 403):
            return f"HTTP {status}{said}; set {' or '.join(KEY_NAMES)} to a key that it knows"
        return f"HTTP {status}{said}{again}"
    return f"it can't be reached ({' '.join(str(error).split()) or type(error).__name__}){again}"


def _tell(state: tenacity.RetryCallState) -> None:
    wait_s = state.next_action.sleep if state.next_action else 0.0
    error = state.outcome.exception() if state.outcome else None
    _log.info("asking again in %.0f s: %s", wait_s, error)
