"""``procedural``: objects made by this package, without end, with a known front and size."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from viewpoint_gen.assets.procedural import CATALOGUE, Symmetry, build
from viewpoint_gen.errors import SourceError
from viewpoint_gen.records import Asset
from viewpoint_gen.seeding import rng_for

FRONT_AZIMUTH_RAD = -np.pi / 2
"""glTF's front, +Z, is Blender's -Y."""

_DISTINCT = frozenset({Symmetry.NONE, Symmetry.MIRROR})


def distinct_categories() -> tuple[str, ...]:
    """Categories that look different from every side, which is what questions need."""
    return tuple(name for name, entry in CATALOGUE.items() if entry.symmetry in _DISTINCT)


@dataclass(frozen=True)
class ProceduralSource:
    """An endless list of procedural objects; index i depends on the seed and i alone.

    Attributes:
        seed: of every object.
        categories: taken in turn, in an order shuffled anew for each turn.
        directory: where the GLB files are written.
    """

    seed: int
    categories: tuple[str, ...] = field(default_factory=distinct_categories)
    directory: Path = field(default_factory=lambda: Path(tempfile.gettempdir()) / "viewgen-objects")

    @classmethod
    def of(cls, names: str, *, seed: int) -> ProceduralSource:
        """Read the part after ``procedural:``, a comma-separated list of categories.

        Raises:
            SourceError: a category isn't known.
        """
        categories = tuple(name.strip() for name in names.split(",") if name.strip())
        unknown = [name for name in categories if name not in CATALOGUE]
        if unknown:
            known = ", ".join(CATALOGUE)
            msg = f"source procedural: unknown category {unknown[0]!r}; known: {known}"
            raise SourceError(msg)
        return cls(seed=seed, categories=categories) if categories else cls(seed=seed)

    @property
    def size(self) -> None:
        """Without end."""
        return

    @property
    def folders(self) -> tuple[str, ...]:
        """The folder that objects are written into."""
        return (str(self.directory),)

    def category(self, index: int) -> str:
        """Every category comes once before any comes again."""
        turn, place = divmod(index, len(self.categories))
        order = rng_for(self.seed, "category order", turn).permutation(len(self.categories))
        return self.categories[int(order[place])]

    def uid(self, index: int) -> str:
        """Category, seed and index."""
        return f"{self.category(index)}-s{self.seed}-{index:06d}"

    def asset(self, index: int) -> Asset:
        """Build one object and write it as GLB."""
        category = self.category(index)
        made = build(category, rng_for(self.seed, "object", category, index))
        path = self._write(self.uid(index), made.glb)
        return Asset(
            uid=self.uid(index),
            source="procedural",
            path=str(path),
            source_path=f"{category}/{index:06d}.glb",
            category=category,
            licence="CC0-1.0",
            author="viewgen",
            title=f"{category.replace('_', ' ')} {index}",
            url="",
            sha256=hashlib.sha256(made.glb).hexdigest(),
            front_azimuth_rad=FRONT_AZIMUTH_RAD,
            symmetry=made.symmetry.value,
        )

    def release(self, asset: Asset) -> None:
        """Delete the object's file; it can be built again at any time."""
        Path(asset.path).unlink(missing_ok=True)

    def _write(self, uid: str, glb: bytes) -> Path:
        """Write under a name that holds the content's hash, so that lanes can't disturb it."""
        self.directory.mkdir(parents=True, exist_ok=True)
        path = self.directory / f"{uid}-{hashlib.sha256(glb).hexdigest()[:12]}.glb"
        if not path.exists():
            beside = Path(tempfile.mkstemp(dir=self.directory, prefix=uid)[1])
            beside.write_bytes(glb)
            beside.replace(path)
        return path
