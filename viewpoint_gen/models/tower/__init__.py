"""The bundled geometry encoder: small enough for two CPU cores, taught by the renders."""

from viewpoint_gen.models.tower.config import GeometryTowerConfig
from viewpoint_gen.models.tower.tower import GeometryTower

__all__ = ["GeometryTower", "GeometryTowerConfig"]
