"""``viewgen preview``: a sample of a run as one folder of static files."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

import jinja2
from tqdm import tqdm

from viewpoint_gen.dataset.schema import PAIRS, SCHEMA_VERSION
from viewpoint_gen.dataset.shards import open_part, part_names
from viewpoint_gen.dataset.statistics import ASSETS_NAME, run_statistics
from viewpoint_gen.errors import RunIncomplete, StorageError
from viewpoint_gen.preview.gather import Gathered, gather
from viewpoint_gen.preview.page_data import page_data
from viewpoint_gen.preview.pictures import FOLDER, write_marked, write_views
from viewpoint_gen.preview.rows import Row
from viewpoint_gen.storage import Store, open_store, read, write

PAGE: Final = "index.html"
DATA: Final = "data.js"

SCRIPTS: Final = ("text.js", "drawing.js", "charts.js", "panel.js", "app.js")
"""In the order in which the page loads them, after the data."""

_OWN: Final = frozenset({PAGE, DATA, FOLDER, "style.css", *SCRIPTS})


@dataclass(frozen=True)
class Preview:
    """What was made.

    Attributes:
        page: path or URL of ``index.html``.
        is_local: whether a browser can open it from disk.
        images: pictures written, marked ones included.
    """

    run: str
    page: str
    is_local: bool
    pairs: int
    sets: int
    questions: int
    images: int
    size_bytes: int


def make_preview(run: str, *, out: str | None, pairs: int, seed: int) -> Preview:
    """Write a sample of a finished run as a page that works from disk.

    Args:
        run: directory or fsspec URL.
        out: where to; None: the folder ``preview`` of the run.
        pairs: at most so many are shown.
        seed: of the choice.

    Raises:
        RunIncomplete: there is no finished run.
        StorageError: a file can't be read or written, or the folder holds something else.
    """
    store = open_store(run)
    _refuse_unfinished(store)
    target = open_store(out if out is not None else store.path("preview"))
    _clear(target)
    found = gather(store, pairs=pairs, seed=seed)
    views, marked = _write_pictures(store, target, found)
    data = page_data(_about(store, found), found, run_statistics(store), views, marked)
    script = f"window.VIEWGEN = {_json(data)};\n".encode()
    write(target, DATA, script)
    for name in ("style.css", *SCRIPTS):
        write(target, name, _bundled(name).encode())
    write(target, PAGE, _page(data).encode())
    names = [name for name in target.names("") if name != FOLDER]
    names += [f"{FOLDER}/{name}" for name in target.names(FOLDER)]
    return Preview(
        run=store.location,
        page=target.path(PAGE),
        is_local=target.is_local,
        pairs=len(found.pairs),
        sets=len(found.sets),
        questions=sum(len(item["questions"]) for item in data["items"]),
        images=len(views) + sum(len(files) for files in marked.values()),
        size_bytes=sum(target.size_bytes(name) for name in names),
    )


def _refuse_unfinished(store: Store) -> None:
    if not store.exists("recipe.toml"):
        msg = f"{store.location}: there is no run; make one with `viewgen render` or `viewgen demo`"
        raise RunIncomplete(msg)
    names = part_names(store, "pairs")
    if not store.exists(ASSETS_NAME) or not names:
        msg = (
            f"{store.location}: rendering hasn't finished; "
            "run the same `viewgen render` command again: it goes on where it stopped"
        )
        raise RunIncomplete(msg)
    with open_part(store, names[0]) as part:
        schema = part.schema_arrow
    version = (schema.metadata or {}).get(b"viewgen.schema_version", b"none").decode()
    if version != SCHEMA_VERSION or schema.names != PAIRS.names:
        msg = (
            f"{store.path(names[0])}: schema version {version}, this viewgen reads "
            f"{SCHEMA_VERSION}; render the run again, or use the version that made it"
        )
        raise RunIncomplete(msg)


def _clear(target: Store) -> None:
    """Take away an older preview; the page first, so that what is left never looks whole.

    Raises:
        StorageError: there are files that no preview wrote.
    """
    held = [name for name in target.names("") if not name.startswith(".")]
    foreign = [name for name in held if name not in _OWN]
    if foreign or (held and PAGE not in held and DATA not in held and FOLDER not in held):
        msg = (
            f"{target.location} holds {', '.join((foreign or held)[:3])}, which no preview wrote; "
            "choose another folder with --out"
        )
        raise StorageError(msg)
    target.prepare()
    target.remove(PAGE)
    target.remove(DATA)
    target.remove_folder(FOLDER)


def _write_pictures(
    store: Store, target: Store, found: Gathered
) -> tuple[dict[str, Row], dict[str, list[str]]]:
    asked = [row for rows in found.questions.values() for row in rows if row["marks"]]
    asked += [row for rows in found.sets for row in rows if row["marks"]]
    needed = {view for row in asked for view in row["image_ids"]}
    parts = [name.replace("pairs/", "views/") for name in found.parts]
    ids = found.view_ids
    views: dict[str, Row] = {}
    pictures: dict[str, bytes] = {}
    written = write_views(store, target, ids, marked=needed, first=parts)
    for row, picture in tqdm(written, total=len(ids), desc="pictures", disable=None):
        views[row["view_id"]] = row
        if picture is not None:
            pictures[row["view_id"]] = picture
    missing = [view for view in ids if view not in views]
    if missing:
        msg = f"{store.path('views')}: {missing[0]} is missing; `viewgen verify` says what is wrong"
        raise StorageError(msg)
    return views, write_marked(target, asked, pictures)


def _about(store: Store, found: Gathered) -> dict[str, Any]:
    """The run's name and the settings that a reader wants to see."""
    recipe = tomllib.loads(read(store, "recipe.toml").decode())
    render, sources = recipe.get("render", {}), recipe.get("assets", {})
    name = store.location.rstrip("/").rsplit("/", 1)[-1]
    return {
        "name": name,
        "source": str(sources.get("source", "")).split(":", 1)[0],
        "quality": render.get("quality", ""),
        "engine": render.get("engine", ""),
        "seed": recipe.get("seed", 0),
        "shown_pairs": len(found.pairs),
        "shown_sets": len(found.sets),
    }


def _json(data: Mapping[str, Any]) -> str:
    """ASCII, and without "</", so that it stays data wherever it is put."""
    text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    return text.replace("</", "<\\/")


def _page(data: Mapping[str, Any]) -> str:
    loader = jinja2.FunctionLoader(_bundled)
    pages = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)
    return pages.get_template("index.html.j2").render(
        run=data["run"],
        counts=data["statistics"]["counts"],
        version=data["version"],
        scripts=[DATA, *SCRIPTS],
    )


def _bundled(name: str) -> str:
    return (resources.files("viewpoint_gen.preview") / "page" / name).read_text(encoding="utf-8")
