"""Procedural objects: real-world things built from numbers, each one different.

Frames: glTF axes. +Y up, metres, the object's front towards +Z, so that its own left is +X.

    >>> thing = build("car", np.random.default_rng(7))
    >>> thing.size_m  # width, height, depth
"""

from viewpoint_gen.assets.procedural.catalogue import CATALOGUE, ProceduralObject, build
from viewpoint_gen.assets.procedural.category import Category, Symmetry

__all__ = ["CATALOGUE", "Category", "ProceduralObject", "Symmetry", "build"]
