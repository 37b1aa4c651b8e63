"""Exporting the small run, and loading the files that are handed out with it."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from viewpoint_gen.dataset.export import ExportSummary, Selection, export_run, format_named


def export(run: Path, name: str, out: Path, **settings: Any) -> ExportSummary:
    """What the format exports by itself, unless a selection says otherwise."""
    chosen = format_named(name)
    share = settings.pop("reasons_share", chosen.reasons_share)
    settings.setdefault("splits", chosen.splits)
    return export_run(str(run), chosen, out, Selection(**settings), reasons_share=share)


def load_file(path: Path) -> ModuleType:
    """A Python file as a module, wherever it lies."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
