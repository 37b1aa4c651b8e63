"""The four published tables: their columns, and how rows of a run become theirs."""

from __future__ import annotations

import hashlib
import re
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from viewpoint_gen.dataset.package.features import IMAGE, plain, with_features
from viewpoint_gen.dataset.schema import ASSETS, PAIRS, QUESTIONS, VIEWS
from viewpoint_gen.errors import RunError
from viewpoint_gen.qa.prompt import prompt_of

CONFIGS: Final = ("qa", "pairs", "views", "assets")
"""In the order in which they are listed; the first is what is loaded unless one is named."""

EXTENSIONS: Final = {"jpeg": "jpg", "webp": "webp", "png": "png"}

_PROMPT_COLUMNS: Final = ("question", "options", "answer_type")
_PICTURES: Final = {
    "image": "",
    "mask": ".mask.png",
    "depth": ".depth.png",
    "normals": ".normals.png",
}
_ELSEWHERE: Final = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_SPLIT: Final = pa.field("split", pa.string())


def _published(schema: pa.Schema) -> list[pa.Field]:
    return [pa.field(field.name, plain(field.type)) for field in schema]


def _questions_schema() -> pa.Schema:
    shown = [pa.field("images", pa.list_(IMAGE)), pa.field("prompt", pa.string())]
    first, *rest = _published(QUESTIONS)
    return with_features(pa.schema([first, *shown, *rest]))


def _views_schema(*, normals: bool) -> pa.Schema:
    fields = [
        pa.field(field.name, IMAGE if field.name in _PICTURES else field.type)
        for field in _published(VIEWS)
        if field.name != "source_path" and (normals or field.name != "normals")
    ]
    return with_features(pa.schema([*fields[:2], _SPLIT, *fields[2:]]))


def schema_of(config: str, *, normals: bool) -> pa.Schema:
    """The columns of a published table, with the metadata that ``datasets`` reads.

    Args:
        normals: whether the run holds pictures of the surface's normals.
    """
    if config == "qa":
        return _questions_schema()
    if config == "views":
        return _views_schema(normals=normals)
    run_schema = {"pairs": PAIRS, "assets": ASSETS}[config]
    first, *rest = _published(run_schema)
    return with_features(pa.schema([first, _SPLIT, *rest]))


def published_views(rows: pa.Table, schema: pa.Schema, split: str) -> pa.Table:
    """Rows of ``views`` with their pictures as images.

    Raises:
        RunError: a picture isn't the one that was rendered.
    """
    _check_pictures(rows)
    rows = rows.append_column(_SPLIT, _same(split, rows.num_rows))
    columns = []
    for field in schema:
        column = rows[field.name].combine_chunks()
        if field.type == IMAGE:
            column = _images(column, _names(rows, field.name))
        columns.append(column.cast(field.type))
    return pa.Table.from_arrays(columns, schema=schema)


def published_rows(rows: pa.Table, schema: pa.Schema, split: str) -> pa.Table:
    """Rows of a table without pictures."""
    rows = rows.append_column(_SPLIT, _same(split, rows.num_rows))
    if "source_path" in rows.column_names:
        at = rows.column_names.index("source_path")
        names = [bare_path(path) for path in rows["source_path"].to_pylist()]
        rows = rows.set_column(at, "source_path", pa.array(names, pa.string()))
    return rows.select(schema.names).cast(schema)


def published_questions(rows: pa.Table, images: pa.Array, schema: pa.Schema) -> pa.Table:
    """Rows of ``qa`` with their images.

    Args:
        images: one list of images for each row.
    """
    of_prompt = rows.select(_PROMPT_COLUMNS).to_pylist()
    prompts = pa.array([prompt_of(row) for row in of_prompt], pa.string())
    added = {"images": images, "prompt": prompts}
    columns = [
        added[field.name] if field.name in added else _one_array(rows[field.name].cast(field.type))
        for field in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def bare_path(path: str | None) -> str | None:
    """A source's path without the folders of the machine where the run was made."""
    if path is None or (_ELSEWHERE.match(path) and not path.startswith("file:")):
        return path
    return path.rsplit("/", 1)[-1] if path.startswith(("/", "~", "file:")) else path


def image_names(view_ids: pa.Array, formats: pa.Array) -> pa.Array:
    """File names of views' images: ``VIEW_ID.jpg``."""
    endings = pa.array([EXTENSIONS[form] for form in formats.to_pylist()], pa.string())
    return pc.binary_join_element_wise(view_ids, endings, ".")


def _names(rows: pa.Table, column: str) -> pa.Array:
    ids = rows["view_id"].combine_chunks()
    if column == "image":
        return image_names(ids, rows["image_format"].combine_chunks())
    return pc.binary_join_element_wise(ids, _PICTURES[column], "")


def _images(content: pa.Array, names: pa.Array) -> pa.Array:
    """A null where there is no picture."""
    return pa.StructArray.from_arrays([content, names], fields=list(IMAGE), mask=content.is_null())


def _same(value: str, count: int) -> pa.Array:
    return pa.repeat(pa.scalar(value, pa.string()), count)


def _one_array(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def _check_pictures(rows: pa.Table) -> None:
    ids, promised = rows["view_id"].to_pylist(), rows["image_sha256"].to_pylist()
    for view_id, digest, content in zip(ids, promised, rows["image"], strict=True):
        if hashlib.sha256(content.as_buffer()).hexdigest() != digest:
            msg = (
                f"view {view_id}: its image isn't the one that was rendered (sha256 differs); "
                "`viewgen verify` lists all that is damaged"
            )
            raise RunError(msg)
