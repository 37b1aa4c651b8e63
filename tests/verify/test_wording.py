"""The lexicon reads every option that the builder can write."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import viewpoint_gen

WORDING = Path(viewpoint_gen.__file__).parent / "qa" / "wording"
