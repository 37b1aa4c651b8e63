"""Replies on disk: one line each, written as they come, so that nothing is asked twice."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from viewpoint_gen.errors import StorageError
from viewpoint_gen.evaluation.question import Question

_SLUG: Final = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_SLUG: Final = 60


@dataclass(frozen=True)
class Reply:
    """What a model said to one question.

    Attributes:
        id: of the question.
        asked: ``Question.asked`` when it was put.
        text: in full.
        options: the probability of each option's letter, where the model tells it.
        guessed: whether it says itself that this is a mere guess.
    """

    id: str
    asked: str
    text: str
    options: dict[str, float] = field(default_factory=dict)
    guessed: bool = False


class ReplyFile:
    """Replies of one model, by question; a reply that was written stays, whatever happens.

    Args:
        path: a JSON Lines file; made when the first reply comes.

    Raises:
        StorageError: it can't be read, or a line isn't a reply.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: dict[str, Reply] = {}
        with _telling(path):
            self._read()

    def get(self, question: Question) -> Reply | None:
        """The reply to a question as it is asked now; None: there is none yet."""
        reply = self._known.get(question.id)
        return reply if reply is not None and reply.asked == question.asked else None

    def reply_to(self, question_id: str) -> Reply:
        """The latest reply to a question.

        Raises:
            KeyError: there is none.
        """
        return self._known[question_id]

    @contextmanager
    def appending(self) -> Iterator[_Appender]:
        """Open the file for new replies."""
        with _telling(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            stream = self.path.open("ab", buffering=0)
        with stream:
            yield _Appender(self.path, stream, self._known)

    def _read(self) -> None:
        if not self.path.exists():
            return
        data = self.path.read_bytes()
        whole = data[: data.rfind(b"\n") + 1]
        if len(whole) != len(data):  # the last line was being written when the process was killed
            os.truncate(self.path, len(whole))
        for number, line in enumerate(whole.splitlines(), start=1):
            try:
                reply = Reply(**json.loads(line))
            except (ValueError, TypeError) as error:
                msg = f"{self.path}:{number}: this is no reply ({error}); delete the file"
                raise StorageError(msg) from error
            self._known[reply.id] = reply


class _Appender:
    def __init__(self, path: Path, stream: Any, known: dict[str, Reply]) -> None:
        self._path, self._stream, self._known = path, stream, known

    def add(self, reply: Reply) -> None:
        """Write one reply; it is on disk, or with the system, when this returns."""
        line = json.dumps(asdict(reply), ensure_ascii=False, separators=(",", ":"))
        with _telling(self._path):
            self._stream.write(line.encode("utf-8", errors="replace") + b"\n")
        self._known[reply.id] = reply


def reply_file(folder: Path, name: str, fingerprint: str) -> ReplyFile:
    """The file of one model as it is now."""
    slug = _SLUG.sub("-", name).strip("-.")[-_LONGEST_SLUG:] or "model"
    return ReplyFile(folder / f"{slug}-{fingerprint[:12]}.jsonl")


@contextmanager
def _telling(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        msg = f"{path}: {error.strerror or error}; choose another folder with --out, or free space"
        raise StorageError(msg) from error
