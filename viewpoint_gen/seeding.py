"""Random numbers that depend on names only: not on order, process, lane or machine."""

from __future__ import annotations

import hashlib

import numpy as np


def seed_for(seed: int, *names: str | int) -> int:
    """Return a 64-bit seed for one purpose, e.g. ``seed_for(0, "cameras", uid, visit)``."""
    text = "\x1f".join([str(seed), *(str(name) for name in names)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")


def rng_for(seed: int, *names: str | int) -> np.random.Generator:
    """Return a fresh generator for one purpose; equal names give equal streams everywhere."""
    return np.random.default_rng(seed_for(seed, *names))
