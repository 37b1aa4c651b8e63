"""The lexicon reads every option that the builder can write."""

from __future__ import annotations

from pathlib import Path

import viewpoint_gen

WORDING = Path(viewpoint_gen.__file__).parent / "qa" / "wording"
