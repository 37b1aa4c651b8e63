"""The folder of an export: made beside its final name, and renamed once everything is in it."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final

import psutil

from viewpoint_gen.dataset.config import ImageFormat
from viewpoint_gen.dataset.questions import ShownImage
from viewpoint_gen.errors import StorageError
from viewpoint_gen.storage import explained

MANIFEST_NAME: Final = "viewgen_export.json"
"""Says what an export is of; by it, a later export of the same run knows that it may replace it."""

IMAGES: Final = "images"
SHIPPED: Final = Path(__file__).parent / "shipped"

SUFFIXES: Final = {ImageFormat.JPEG: ".jpg", ImageFormat.WEBP: ".webp", ImageFormat.PNG: ".png"}


class ExportFolder:
    """Where one export's files are written; nothing of it is seen before the block ends well.

    Args:
        target: the final folder.
        fingerprint: of the run's recipe.

    Raises:
        StorageError: the target holds something else than an export of the same run.
    """

    def __init__(self, target: Path, fingerprint: str) -> None:
        self._target = target.expanduser().resolve()
        self._fingerprint = fingerprint
        self._refuse_what_isnt_ours()
        name = f".{self._target.name}.partial-"
        self.root = self._target.with_name(f"{name}{os.getpid()}")
        self._clean(name)
        self._open = ExitStack()
        self._files: dict[str, BinaryIO] = {}

    def __enter__(self) -> ExportFolder:
        with explained(str(self.root), "make the directory"):
            self.root.mkdir(parents=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                with explained(str(self.root), "write"):
                    self._open.close()
                self._publish()
            else:
                with contextlib.suppress(OSError):  # of last bytes that nobody will read
                    self._open.close()
        finally:
            shutil.rmtree(self.root, ignore_errors=True)

    def path(self, name: str) -> Path:
        """The path of a file that is being made; its folder is there."""
        path = self.root / name
        with explained(str(path.parent), "make the directory"):
            path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def image(self, image: ShownImage) -> str:
        """Write an image once, whoever shows it, and return its name in the folder."""
        digest = image.sha256[:32]
        name = f"{IMAGES}/{digest[:2]}/{digest}{SUFFIXES[image.format]}"
        if not (self.root / name).exists():
            path = self.path(name)
            with explained(str(path), "write"):
                path.write_bytes(image.data)
        return name

    def text(self, name: str, content: str) -> None:
        """Write a small file."""
        path = self.path(name)
        with explained(str(path), "write"):
            path.write_text(content, encoding="utf-8")

    def json_line(self, name: str, values: Mapping[str, Any]) -> None:
        """Add a line to a JSON Lines file."""
        self._line(name, json.dumps(values, ensure_ascii=False) + "\n")

    def tsv_line(self, name: str, values: Iterable[str]) -> None:
        """Add a line to a file of values with tabs between them, quoted where they must be."""
        line = io.StringIO()
        csv.writer(line, delimiter="\t", lineterminator="\n").writerow(values)
        self._line(name, line.getvalue())

    def ship(self, name: str, target: str) -> None:
        """Hand out a file of ``shipped/`` under another name."""
        self.text(target, (SHIPPED / name).read_text(encoding="utf-8"))

    def opened(self, name: str) -> BinaryIO:
        """A file that is being written; it stays open until ``close`` or the end."""
        if name not in self._files:
            path = self.path(name)
            with explained(str(path), "write"):
                self._files[name] = self._open.enter_context(path.open("wb"))
        return self._files[name]

    def close(self, name: str) -> None:
        """Be done with a file that was ``opened``."""
        with explained(str(self.root / name), "write"):
            self._files.pop(name).close()

    def at_exit(self, done: Callable[[], None]) -> None:
        """Call this at the end, well or not, before open files are closed."""
        self._open.callback(done)

    def _line(self, name: str, line: str) -> None:
        handle = self.opened(name)
        with explained(str(self.root / name), "write"):
            handle.write(line.encode())

    def _refuse_what_isnt_ours(self) -> None:
        with explained(str(self._target), "look into"):
            if not self._target.exists() or not any(self._target.iterdir()):
                return
            manifest = self._target / MANIFEST_NAME
            held = manifest.read_text(encoding="utf-8") if manifest.is_file() else "{}"
        with contextlib.suppress(ValueError, AttributeError):
            if json.loads(held).get("fingerprint") == self._fingerprint:
                return
        msg = (
            f"{self._target}: isn't empty, and holds no export of this run; "
            "choose another --out, or delete it"
        )
        raise StorageError(msg)

    def _clean(self, prefix: str) -> None:
        """Delete what killed exports left."""
        parent = self._target.parent
        with explained(str(parent), "look into"):
            beside = list(parent.iterdir()) if parent.is_dir() else []
        for left in beside:
            owner = left.name.removeprefix(prefix).removesuffix("-old")
            ours = left.name.startswith(prefix) and owner.isdigit()
            if ours and (left == self.root or not psutil.pid_exists(int(owner))):
                shutil.rmtree(left, ignore_errors=True)

    def _publish(self) -> None:
        with explained(str(self._target), "write"), self._old_put_aside():
            self.root.replace(self._target)

    @contextlib.contextmanager
    def _old_put_aside(self) -> Iterator[None]:
        """The earlier export is deleted once the new one stands, and put back if it can't."""
        if not self._target.exists():
            yield
            return
        aside = self._target.with_name(f".{self._target.name}.partial-{os.getpid()}-old")
        self._target.replace(aside)
        try:
            yield
        except BaseException:
            aside.replace(self._target)
            raise
        shutil.rmtree(aside, ignore_errors=True)
