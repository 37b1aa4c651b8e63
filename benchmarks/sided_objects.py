"""Objects with so many equal sides: one sector, copied round."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import trimesh

from viewpoint_gen.assets.procedural.materials import (
    ENAMELS,
    WOODS,
    gloss,
    matte,
    pick,
    plastic,
)
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.shapes import box, cylinder, lathe, rod, sphere
from viewpoint_gen.records import Asset
from viewpoint_gen.seeding import rng_for


def _vase(model: Model, sides: int, rng: np.random.Generator) -> None:
    """A lathe with so many segments: flat faces, all alike."""
    height, belly = 0.4, rng.uniform(0.1, 0.2)
    neck, waist = belly * rng.uniform(0.3, 0.8), rng.uniform(0.3, 0.6) * height
    outline = [(belly * 0.7, 0.0), (belly, waist), (neck, 0.85 * height), (neck * 1.3, height)]
    body = lathe([*outline, (neck * 0.8, height), (0.0, 0.6 * height)], segments=sides)
    model.add("body", gloss("glaze", pick(rng, ENAMELS)), body)


def _stool(model: Model, sides: int, rng: np.random.Generator) -> None:
    """A round seat on splayed legs."""
    reach, height = rng.uniform(0.16, 0.26), rng.uniform(0.4, 0.7)
    seat = cylinder(0.2, height, height + 0.04, bevel=0.01, segments=90)
    model.add("seat", plastic("seat", pick(rng, ENAMELS)), seat)
    leg = rod((0.0, height, 0.1), (0.0, 0.0, reach), 0.02)
    model.add("leg", matte("wood", pick(rng, WOODS)), leg.ring(sides))


def _flower(model: Model, sides: int, rng: np.random.Generator) -> None:
    """Petals round a ball on a stem."""
    length, height = rng.uniform(0.12, 0.25), rng.uniform(0.2, 0.5)
    petal = sphere((0.04, 0.02, length / 2), (0.0, height, length / 2 + 0.03))
    model.add("petal", gloss("petal", pick(rng, ENAMELS)), petal.ring(sides))
    model.add("heart", gloss("heart", pick(rng, ENAMELS)), sphere(0.06, (0.0, height, 0.0)))
    model.add("stem", plastic("stem", pick(rng, ENAMELS)), cylinder(0.02, 0.0, height))


def _paddle_wheel(model: Model, sides: int, rng: np.random.Generator) -> None:
    """Upright blades round a post."""
    width, height = rng.uniform(0.1, 0.3), rng.uniform(0.15, 0.45)
    blade = box((-0.012, 0.03, 0.03), (0.012, height, width))
    model.add("blade", plastic("blade", pick(rng, ENAMELS)), blade.ring(sides))
    model.add("post", gloss("post", pick(rng, ENAMELS)), cylinder(0.03, 0.0, height + 0.1))


KINDS = {"vase": _vase, "stool": _stool, "flower": _flower, "paddle_wheel": _paddle_wheel}


@dataclass(frozen=True)
class SidedSource:
    """As many objects as kinds and numbers of sides, and then again others of each.

    Attributes:
        sides: how many equal ones, taken in turn.
        directory: where the GLB files are written.
    """

    seed: int
    sides: tuple[int, ...]
    directory: Path
    size: None = None

    @property
    def folders(self) -> tuple[str, ...]:
        return (str(self.directory),)

    def sides_of(self, index: int) -> int:
        return self.sides[index % len(self.sides)]

    def category(self, index: int) -> str:
        kind = tuple(KINDS)[index // len(self.sides) % len(KINDS)]
        return f"{kind}_{self.sides_of(index)}"

    def uid(self, index: int) -> str:
        return f"{self.category(index)}-{index:04d}"

    def asset(self, index: int) -> Asset:
        path = self.directory / f"{self.uid(index)}.glb"
        self.directory.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(self._scene(index).export(file_type="glb")))
        return Asset(
            uid=self.uid(index), source="sided", path=str(path), source_path=path.name,
            category=self.category(index), licence="CC0-1.0", author="viewgen",
            title=self.uid(index), url="", sha256="", front_azimuth_rad=-np.pi / 2,
            symmetry=None,
        )  # fmt: skip

    def axis_world(self, index: int) -> np.ndarray:
        """(2,) where the axis stands once the bounding box is centred and its longest side 1."""
        low, high = self._scene(index).bounds
        right, _, front = -(low + high) / 2.0 / (high - low).max()
        return np.array([right, -front])  # glTF's front, +Z, is the world's -Y

    def _scene(self, index: int) -> trimesh.Scene:
        model = Model()
        kind = self.category(index).rsplit("_", 1)[0]
        KINDS[kind](model, self.sides_of(index), rng_for(self.seed, "sided", index))
        return model.scene()

    def release(self, asset: Asset) -> None:
        Path(asset.path).unlink(missing_ok=True)
