"""The images that the questions of one file show: each read once, with the marks drawn in."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from PIL import Image

from viewpoint_gen.dataset.config import StoreConfig
from viewpoint_gen.dataset.images import encode_image
from viewpoint_gen.dataset.marks import Mark, draw_marks
from viewpoint_gen.dataset.package.features import IMAGE
from viewpoint_gen.dataset.package.plan import RunIndex
from viewpoint_gen.dataset.package.tables import EXTENSIONS, image_names
from viewpoint_gen.dataset.shards import open_part
from viewpoint_gen.errors import RunError
from viewpoint_gen.storage import Store

_COLUMNS: Final = ("view_id", "image", "image_format")
_PAINTERS: Final = 4  # threads that draw marks; decoding and encoding leave Python's lock alone


@dataclass(frozen=True)
class Pictures:
    """Encoded images, and which of them each question shows.

    Attributes:
        content: (P,) encoded images.
        names: (P,) a file name for each.
        shown: (S,) index into these of each image shown, one question after the other.
        first: (Q + 1,) where each question's images begin in ``shown``.
    """

    content: pa.Array
    names: pa.Array
    shown: NDArray[np.int64]
    first: NDArray[np.int64]

    def row_bytes(self) -> NDArray[np.int64]:
        """(Q,) bytes of each question's images together."""
        each = pc.binary_length(self.content).to_numpy().astype(np.int64)[self.shown]
        sums = np.concatenate([[0], np.cumsum(each)])
        return np.asarray(sums[self.first[1:]] - sums[self.first[:-1]])

    def of_rows(self, start: int, stop: int) -> pa.Array:
        """One list of images for each of the questions ``start`` to ``stop``."""
        chosen = pa.array(self.shown[self.first[start] : self.first[stop]])
        columns = [self.content.take(chosen), self.names.take(chosen)]
        offsets = pa.array((self.first[start : stop + 1] - self.first[start]).astype(np.int32))
        images = pa.StructArray.from_arrays(columns, fields=list(IMAGE))
        return pa.ListArray.from_arrays(offsets, images, type=pa.list_(IMAGE))


def pictures_of(rows: pa.Table, store: Store, index: RunIndex, encoding: StoreConfig) -> Pictures:
    """Read and draw what some questions show.

    Args:
        rows: of the questions table.
        encoding: of images with marks: that of the run.

    Raises:
        RunError: an image isn't in the run.
    """
    image_ids = rows["image_ids"].combine_chunks()
    flat = image_ids.flatten()
    lengths = pc.list_value_length(image_ids).to_numpy().astype(np.int64)
    views = _views(store, index, rows["asset_uids"].combine_chunks().flatten(), flat)
    ids = views["view_id"].combine_chunks()
    shown = pc.fill_null(pc.index_in(flat, ids), -1).to_numpy().astype(np.int64)
    if (shown < 0).any():
        lost = flat[int(np.argmin(shown))].as_py()
        msg = f"a question shows view {lost}, which isn't there; `viewgen verify` says more"
        raise RunError(msg)
    first = np.concatenate([[0], np.cumsum(lengths)])
    formats = views["image_format"].combine_chunks()
    marked = _Marked(views["image"].combine_chunks(), ids, encoding)
    for number, marks in enumerate(rows["marks"].to_pylist()):
        for image in sorted({mark["image"] for mark in marks or ()}):
            at = first[number] + image
            shown[at] = marked.place(int(shown[at]), [m for m in marks if m["image"] == image])
    drawn, drawn_names = marked.draw()
    content = pa.concat_arrays([marked.plain, drawn])
    names = pa.concat_arrays([image_names(ids, formats), drawn_names])
    return Pictures(content, names, shown, first)


def _views(store: Store, index: RunIndex, uids: pa.Array, wanted: pa.Array) -> pa.Table:
    """The wanted views, each once."""
    places = index.views.holding(np.unique(index.numbers_of(uids)))
    wanted = wanted.unique()
    found = []
    for name, groups in places.items():
        with open_part(store, name) as part:
            for group in groups:
                rows = part.read_row_group(group, columns=list(_COLUMNS)).select(_COLUMNS)
                found.append(rows.filter(pc.is_in(rows["view_id"], wanted)))
    return pa.concat_tables(found)


class _Marked:
    """Draws each view with each set of marks once."""

    def __init__(self, plain: pa.Array, ids: pa.Array, encoding: StoreConfig) -> None:
        self.plain = plain
        self._ids = ids
        self._encoding = encoding
        self._wanted: dict[tuple[int, str], tuple[int, Sequence[dict[str, Any]]]] = {}

    def place(self, view: int, marks: Sequence[dict[str, Any]]) -> int:
        """Where the view with these marks will stand, behind the plain ones."""
        told = json.dumps([[mark["label"], mark["x_px"], mark["y_px"]] for mark in marks])
        place = len(self.plain) + len(self._wanted)
        return self._wanted.setdefault((view, told), (place, marks))[0]

    def draw(self) -> tuple[pa.Array, pa.Array]:
        """Encoded images and their names, in the order of their places."""
        with ThreadPoolExecutor(_PAINTERS) as pool:
            jobs = ((view, marks) for (view, _), (_, marks) in self._wanted.items())
            drawn = list(pool.map(lambda job: self._draw(*job), jobs))
        names = [
            f"{self._ids[view].as_py()}.marked-{hashlib.sha256(told.encode()).hexdigest()[:8]}.{end}"
            for (view, told), (_, end) in zip(self._wanted, drawn, strict=True)
        ]
        content = pa.array([image for image, _ in drawn], pa.binary())
        return content, pa.array(names, pa.string())

    def _draw(self, view: int, marks: Sequence[dict[str, Any]]) -> tuple[bytes, str]:
        points = [Mark(mark["label"], mark["x_px"], mark["y_px"]) for mark in marks]
        with Image.open(io.BytesIO(self.plain[view].as_buffer())) as picture:
            shown = draw_marks(picture, points)
        content, form = encode_image(shown, self._encoding)
        return content, EXTENSIONS[form.value]
