"""Materials and the palettes they are drawn from.

Colours are sRGB triples in [0, 1]; `Material.pbr` turns them into glTF's linear factors.
"""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from PIL import Image
from trimesh.visual.material import PBRMaterial

Colour = tuple[float, float, float]


def rgb(code: str) -> Colour:
    """A colour from its "#rrggbb" code."""
    return cast(Colour, tuple(int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)))


def shade(colour: Colour, factor: float) -> Colour:
    """The colour made darker (factor < 1) or lighter (factor > 1, towards white)."""
    if factor <= 1:
        return cast(Colour, tuple(c * factor for c in colour))
    return mix(colour, (1.0, 1.0, 1.0), min(factor - 1.0, 1.0))


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """Colour `a` with a share of colour `b`."""
    return cast(Colour, tuple(x + (y - x) * share for x, y in zip(a, b, strict=True)))


def pick(rng: np.random.Generator, palette: Sequence[str]) -> Colour:
    """A colour of the palette, slightly changed so that no two objects share it."""
    return _jittered(rng, palette[int(rng.integers(len(palette)))])


def pick_several(rng: np.random.Generator, palette: Sequence[str], count: int) -> list[Colour]:
    """Different colours of the palette; `count` may not exceed its length."""
    order = rng.permutation(len(palette))[:count]
    return [_jittered(rng, palette[int(i)]) for i in order]


def _jittered(rng: np.random.Generator, code: str) -> Colour:
    hue, saturation, value = colorsys.rgb_to_hsv(*rgb(code))
    hue = (hue + rng.uniform(-0.012, 0.012)) % 1.0
    saturation = float(np.clip(saturation * rng.uniform(0.92, 1.06), 0, 1))
    value = float(np.clip(value * rng.uniform(0.93, 1.06), 0, 1))
    return colorsys.hsv_to_rgb(hue, saturation, value)


@dataclass(frozen=True, eq=False)
class Material:
    """How a surface looks.

    Attributes:
        name: part of the mesh's name in the file.
        colour: sRGB; multiplies the texture where there is one.
        texture: base colour picture.
        tile_m: size of the texture in metres; None where uv already lies in [0, 1].
        glow: emission as a share of the colour.
    """

    name: str
    colour: Colour = (1.0, 1.0, 1.0)
    metallic: float = 0.0
    roughness: float = 0.6
    texture: Image.Image | None = None
    tile_m: tuple[float, float] | None = None
    glow: float = 0.0

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for materials that look the same and have the same name."""
        look = (self.colour, self.metallic, self.roughness, self.tile_m, self.glow)
        return (self.name, *look, id(self.texture))

    def pbr(self) -> PBRMaterial:
        """The same material for trimesh's exporter."""
        linear = [_linear(c) for c in self.colour]
        return PBRMaterial(  # type: ignore[no-untyped-call]
            name=self.name,
            baseColorFactor=[round(255 * c) for c in linear] + [255],
            metallicFactor=float(self.metallic),
            roughnessFactor=float(self.roughness),
            baseColorTexture=self.texture,
            emissiveFactor=[c * self.glow for c in linear] if self.glow > 0 else None,
        )


def _linear(srgb: float) -> float:
    return srgb / 12.92 if srgb <= 0.04045 else ((srgb + 0.055) / 1.055) ** 2.4


def gloss(name: str, colour: Colour) -> Material:
    """Car paint, enamel, polished plastic."""
    return Material(name, colour, metallic=0.0, roughness=0.22)


def plastic(name: str, colour: Colour) -> Material:
    """Satin plastic or painted wood."""
    return Material(name, colour, roughness=0.45)


def matte(name: str, colour: Colour) -> Material:
    """Cloth, plaster, skin, rubber."""
    return Material(name, colour, roughness=0.85)


def metal(name: str, colour: Colour, roughness: float = 0.3) -> Material:
    """Bare metal."""
    return Material(name, colour, metallic=1.0, roughness=roughness)


def lamp(name: str, colour: Colour, glow: float = 1.0) -> Material:
    """A surface that gives light."""
    return Material(name, colour, roughness=0.3, glow=glow)


def chrome(name: str = "chrome") -> Material:
    """Polished bright metal."""
    return metal(name, rgb("#dcdfe2"), 0.16)


def steel(name: str = "steel") -> Material:
    """Brushed steel."""
    return metal(name, rgb("#a9adb2"), 0.38)


def rubber(name: str = "rubber") -> Material:
    """Tyres, feet, cables."""
    return matte(name, rgb("#1d1d1f"))


def dark_glass(name: str = "glass") -> Material:
    """Window glass as seen from outside by day: dark, smooth, opaque."""
    return Material(name, rgb("#27323b"), metallic=0.0, roughness=0.08)


CAR_PAINTS = (
    "#b3202a", "#1f4e8c", "#e0e3e6", "#2b2e33", "#e2a21b", "#2f6b4a", "#7d8791", "#d9622b",
    "#3b8fb5", "#6d2338", "#f0ece0", "#5a7a3a", "#86b6c9", "#c9b48a",
)  # fmt: skip
BRIGHTS = (
    "#d7263d", "#f46036", "#f2b134", "#2e9e6b", "#1b98e0", "#5b4fc4", "#e0559a", "#17b2a7",
)  # fmt: skip
PASTELS = (
    "#f4c7c3", "#f9e2ae", "#cfe5c3", "#bfdfe6", "#c9c6ea", "#f0d1e4", "#f5e9dc", "#b8d8c8",
)  # fmt: skip
WOODS = ("#a9713f", "#7b4a26", "#c79a62", "#5b3620", "#d8b987", "#8f5a33", "#b58350")
FABRICS = (
    "#7a2f36", "#2f4d63", "#5d7052", "#c0843c", "#8a8378", "#3d3a4b", "#b65a3c", "#4f7f86",
    "#b9a88f", "#6b4a6d",
)  # fmt: skip
PLASTERS = ("#f1e8d8", "#e9d3b4", "#dbe3e0", "#f3dcc9", "#cfd8c4", "#e8e8e4", "#f0d9a8")
BRICKS = ("#9c4a36", "#b3644a", "#87402f", "#a85b3a", "#c28a6a")
ROOFS = ("#8a3b2c", "#5a4a44", "#4b5560", "#a3542f", "#3f4a43", "#6e3a3a")
DARKS = ("#2b2e33", "#3a3f47", "#4a3a34", "#26333d", "#33402f")
ENAMELS = ("#f2f0ea", "#d94a3d", "#8fc1b5", "#2f4858", "#f2c14e", "#e8e4dc", "#9db4c0", "#e58f65")
FURS = ("#8a5a34", "#c48a52", "#3a2c25", "#d9c3a0", "#6e4a35", "#a8a29a", "#e3ddd2")
