"""One picture of every procedural category, as the real Blender child renders it.

    python benchmarks/contact_sheet.py --out benchmarks/figures/procedural.jpg --seed 7

Every object is seen from its own front left, 20 degrees above; symmetric ones stand in a block
of their own, with what leaves them unchanged.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from viewpoint_gen.assets.generated import FRONT_AZIMUTH_RAD, ProceduralSource
from viewpoint_gen.assets.procedural import CATALOGUE
from viewpoint_gen.geometry.camera import Camera
from viewpoint_gen.geometry.frames import Array
from viewpoint_gen.geometry.orbit import OrbitPosition
from viewpoint_gen.geometry.pose import look_at
from viewpoint_gen.records import Asset, Backdrop, BackdropKind, Lighting, ViewRequest
from viewpoint_gen.render.child import BlenderChild
from viewpoint_gen.render.config import MachineConfig, RenderConfig

Picture = NDArray[np.uint8]

COLUMNS = 12
TO_ITS_LEFT_RAD, ELEVATION_RAD = np.deg2rad(38.0), np.deg2rad(20.0)
DISTANCE = 3.0  # world units; the object's longest side is 1
FINER = 2  # pictures are rendered so many times larger and made smaller, for clean edges
FILL = 0.9  # share of a cell's side that the object's picture fills
HEADING_PX, LABEL_PX, MARGIN_PX = 30, 20, 6
PAPER, INK, FAINT = "#f4f2ee", "#22252a", "#7a7f87"
ABOVE_SRGB = (0.90, 0.92, 0.94)
GROUND = Backdrop(
    BackdropKind.GROUND,
    colour_srgb=ABOVE_SRGB,
    ground_colours_srgb=((0.835, 0.825, 0.81), (0.845, 0.835, 0.82)),
    ground_pattern="noise",
)
SUMMER = Lighting(
    sun_azimuth_rad=np.deg2rad(-115.0),
    sun_elevation_rad=np.deg2rad(48.0),
    sun_strength=2.4,
    sun_angle_rad=0.2,
    ambient_strength=0.75,
)
UNCHANGED_BY = {"c2": "180°", "c4": "90°", "cinf": "any turn"}


def camera_around(points_world: Array, px: int) -> Camera:
    """A camera to the object's own left of its front, which the object fills."""
    place = OrbitPosition(FRONT_AZIMUTH_RAD + TO_ITS_LEFT_RAD, ELEVATION_RAD, DISTANCE)
    pose = look_at(place.point_world(), np.zeros(3))
    rays, _ = Camera(pose, np.eye(3), px, px).project(points_world)
    low, high = rays.min(axis=0), rays.max(axis=0)
    focal_px = FILL * px / float((high - low).max())
    x_px, y_px = px / 2 - focal_px * (low + high) / 2
    intrinsics = np.array([[focal_px, 0, x_px], [0, focal_px, y_px], [0, 0, 1.0]])
    return Camera(pose, intrinsics, px, px)


def picture_of(child: BlenderChild, asset: Asset, px: int) -> Picture:
    loaded = child.load(asset)
    camera = camera_around(loaded.points_world, px)
    request = ViewRequest(asset.uid, "anchor", asset.uid, camera, 0.0, SUMMER, GROUND, 1)
    return child.render(request, loaded).rgba[..., :3]


def pictures(names: Sequence[str], *, seed: int, px: int) -> Iterator[tuple[str, Picture]]:
    render = RenderConfig(width_px=FINER * px, height_px=FINER * px)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        with BlenderChild(render, MachineConfig(), log_path=folder / "blender.log") as child:
            for name in names:
                source = ProceduralSource(seed=seed, categories=(name,), directory=folder)
                yield name, picture_of(child, source.asset(0), FINER * px)


def sections(names: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Groups of directed categories, the largest first; then the symmetric ones."""
    directed: dict[str, list[str]] = defaultdict(list)
    symmetric = []
    for name in names:
        if CATALOGUE[name].symmetry.step_deg is None:
            directed[CATALOGUE[name].group].append(name)
        else:
            symmetric.append(name)
    ordered = sorted(directed.items(), key=lambda item: -len(item[1]))
    symmetric.sort(key=lambda name: CATALOGUE[name].symmetry)
    return [*ordered, ("symmetric, to test ambiguity", symmetric)] if symmetric else ordered


def placed(blocks: list[tuple[str, list[str]]]) -> list[tuple[str, list[tuple[int, int]]]]:
    """(row, column) of each block's members: small groups fill up the rows of larger ones."""
    used: list[int] = []
    cells = []
    for title, members in blocks:
        fits = (row for row, full in enumerate(used) if full + len(members) <= COLUMNS)
        row = next(fits, len(used)) if title in {c.group for c in CATALOGUE.values()} else len(used)
        used += [0] * (row + 1 + (len(members) - 1) // COLUMNS - len(used))
        start = used[row]
        spots = [divmod(start + i, COLUMNS) for i in range(len(members))]
        cells.append((title, [(row + down, column) for down, column in spots]))
        for down, column in cells[-1][1]:
            used[down] = column + 1
    return cells


def sheet(made: dict[str, Picture], *, px: int) -> Image.Image:
    blocks = sections(list(made))
    spots = placed(blocks)
    rows = 1 + max(row for _, cells in spots for row, _ in cells)
    high = HEADING_PX + px + LABEL_PX
    paper = Image.new("RGB", (COLUMNS * px, rows * high + MARGIN_PX), PAPER)
    draw = ImageDraw.Draw(paper)
    heading, small = (ImageFont.load_default(size) for size in (16, 12))
    for (title, members), (_, cells) in zip(blocks, spots, strict=True):
        row, column = cells[0]
        where = (column * px + MARGIN_PX, row * high + HEADING_PX - 4)
        draw.text(where, title, fill=INK, font=heading, anchor="ls")
        for name, (row, column) in zip(members, cells, strict=True):
            x, y = column * px, row * high + HEADING_PX
            tile = Image.fromarray(made[name]).resize((px - 2, px - 2), Image.Resampling.LANCZOS)
            paper.paste(tile, (x + 1, y + 1))
            draw.text((x + px / 2, y + px + 3), caption(name), fill=FAINT, font=small, anchor="ma")
    return paper


def caption(name: str) -> str:
    words = name.replace("_", " ")
    turn = UNCHANGED_BY.get(CATALOGUE[name].symmetry)
    return f"{words} ({turn})" if turn else words


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path("procedural.jpg"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--size", type=int, default=136, metavar="PX", help="of one object")
    parser.add_argument("--categories", nargs="+", choices=CATALOGUE, default=list(CATALOGUE))
    asked = parser.parse_args()
    made = dict(pictures(asked.categories, seed=asked.seed, px=asked.size))
    sheet(made, px=asked.size).save(asked.out, quality=85)
    print(f"{asked.out}: {len(made)} categories, {asked.out.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
