"""Which cameras are asked for, and which images and pairs are kept; part of the recipe."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from viewpoint_gen.records import BackdropKind

Range = tuple[float, float]
"""Least and greatest value, inclusive."""


class MoveWeights(BaseModel):
    """How often each kind of satellite follows an anchor; relative weights."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    orbit: Annotated[float, Field(ge=0)] = 11.0
    """Around the object, facing it as before."""
    far_orbit: Annotated[float, Field(ge=0)] = 20.0
    """The same, to where little or nothing of what was seen is still in view."""
    under_rotated: Annotated[float, Field(ge=0)] = 8.0
    """Around the object, turning too little."""
    over_rotated: Annotated[float, Field(ge=0)] = 8.0
    """Around the object, turning too much."""
    arc: Annotated[float, Field(ge=0)] = 4.0
    """Over the object on a vertical arc, facing it as before."""
    under_tilted: Annotated[float, Field(ge=0)] = 6.5
    """Straight up or down, tilting too little to keep facing the object."""
    over_tilted: Annotated[float, Field(ge=0)] = 8.0
    """Straight up or down, tilting too much."""
    counter_sideways: Annotated[float, Field(ge=0)] = 14.0
    """To one side while turning to the *same* side."""
    counter_vertical: Annotated[float, Field(ge=0)] = 8.0
    """Up while tilting up, or down while tilting down."""
    mixed: Annotated[float, Field(ge=0)] = 31.0
    """Several of azimuth, elevation, distance and roll at once."""
    pan: Annotated[float, Field(ge=0)] = 14.0
    tilt: Annotated[float, Field(ge=0)] = 14.0
    roll: Annotated[float, Field(ge=0)] = 10.0
    truck: Annotated[float, Field(ge=0)] = 14.0
    pedestal: Annotated[float, Field(ge=0)] = 13.5
    dolly: Annotated[float, Field(ge=0)] = 11.0
    zoom: Annotated[float, Field(ge=0)] = 29.0
    still: Annotated[float, Field(ge=0)] = 9.0
    """Nothing at all: another exposure of the same view."""
    light: Annotated[float, Field(ge=0)] = 9.0
    """Only the light moves."""
    object_turn: Annotated[float, Field(ge=0)] = 20.0
    """The object turns, the camera stays; only before a backdrop that stays put."""

    @model_validator(mode="after")
    def _some_weight(self) -> Self:
        if sum(self.model_dump().values()) <= 0:
            msg = "at least one kind of move needs a weight above 0"
            raise ValueError(msg)
        return self


class BackdropWeights(BaseModel):
    """How often each backdrop is used; relative weights."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    transparent: Annotated[float, Field(ge=0)] = 0.0
    solid: Annotated[float, Field(ge=0)] = 1.5
    ground: Annotated[float, Field(ge=0)] = 1.5
    hdri: Annotated[float, Field(ge=0)] = 2.0

    @model_validator(mode="after")
    def _some_weight(self) -> Self:
        if sum(self.model_dump().values()) <= 0:
            msg = "at least one backdrop needs a weight above 0"
            raise ValueError(msg)
        return self

    def of(self, kind: BackdropKind) -> float:
        """The weight of one kind."""
        return float(getattr(self, kind.value))


class RingConfig(BaseModel):
    """The small pictures from all around that show which views could be confused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    azimuths: Annotated[int, Field(ge=4, le=120)] = 12
    """Best a multiple of 12: then symmetries of order 2, 3, 4, 6 and 12 fall on them."""
    repeats: Annotated[int, Field(ge=1, le=16)] = 3
    """Pictures taken again with another noise, to measure it."""
    elevation_deg: Annotated[float, Field(ge=-70, le=70)] = 17.0
    size_px: Annotated[int, Field(ge=16, le=256)] = 64


class ViewsConfig(BaseModel):
    """Anchors and the satellites that differ from them by one kind of motion.

    Sizes of motions are log-uniform in their ranges. Places, lenses and sizes in the image vary
    widely beside the motions: a camera at the top of a narrow range can hardly go up, so that one
    image alone would tell the answer. For the same reason satellites keep to the anchors' ranges.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    elevation_deg: Range = (-55.0, 62.0)
    ground_elevation_deg: Range = (-4.0, 64.0)
    """On a ground the camera stays above it."""
    horizontal_fov_deg: Range = (24.0, 72.0)
    roomy_fov_deg: Range = (54.0, 72.0)
    """The same where the object will shift in the image (pan, truck, counter moves, …)."""
    fill: Range = (0.22, 0.86)
    """Share of the image's half-width (or half-height) that a centred object reaches."""
    offset: Range = (0.0, 1.0)
    """Look-at offset, as a share of the room left between the object and the image's edge."""
    upright_roll_deg: Annotated[float, Field(ge=0, le=180)] = 12.0
    """Greatest roll, either way, of cameras among which none rolls."""
    rolled_deg: Annotated[float, Field(ge=0, le=180)] = 45.0
    """The same in clusters in which a camera rolls."""
    satellites_per_anchor: Annotated[int, Field(ge=0, le=64)] = 2
    orbit_deg: Range = (12.4, 60.0)
    far_orbit_deg: Range = (118.0, 174.0)
    arc_deg: Range = (10.3, 16.0)
    misrotation_deg: Range = (9.0, 22.0)
    """How much too little (or too much) a mis-rotated orbit turns."""
    approach_ratio: Range = (1.16, 1.28)
    """Of the distances, where a mis-rotated orbit also comes nearer or backs off."""
    mistilt_deg: Range = (8.5, 18.0)
    """The same for the tilt of a camera that rises or sinks."""
    turn_deg: Range = (8.4, 14.0)
    """Size of a pan, and of the turn in a counter move."""
    tilt_deg: Range = (8.4, 13.0)
    """Size of a tilt, and of the tilt in a counter move."""
    roll_deg: Range = (8.3, 13.0)
    shift_deg: Range = (13.4, 18.0)
    """Size of a truck, as the angle by which the object's aspect changes."""
    rise_deg: Range = (10.4, 14.0)
    """Change of elevation of a camera that goes straight up or down."""
    slight_deg: Range = (1.5, 8.0)
    """Size of the lesser half of a counter move."""
    mixed_azimuth_deg: Range = (12.4, 136.0)
    mixed_elevation_deg: Range = (10.3, 38.0)
    mixed_roll_deg: Range = (8.3, 35.0)
    """In mixed motions, which are the large ones too; small ones tell less about the place."""
    distance_ratio: Range = (1.16, 2.14)
    zoom_ratio: Range = (1.16, 2.14)
    object_turn_deg: Range = (13.0, 150.0)
    move: MoveWeights = MoveWeights()
    backdrop: BackdropWeights = BackdropWeights()
    ring: RingConfig = RingConfig()

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        for name, value in self:
            if isinstance(value, tuple) and value[0] > value[1]:
                msg = f"{name} = {list(value)}: the first number must not exceed the second"
                raise ValueError(msg)
        return self


class AcceptanceConfig(BaseModel):
    """When an image or a pair is not good enough to keep."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_mask_share: Annotated[float, Field(ge=0, le=1)] = 0.01
    min_in_frame_share: Annotated[float, Field(ge=0, le=1)] = 0.85
    min_contrast: Annotated[float, Field(ge=0)] = 2.0
    """Standard deviation of the object's grey levels, 0 to 255; below: flat."""
    max_clipped_share: Annotated[float, Field(ge=0, le=1)] = 0.6
    """Of the object's pixels that are pure white or pure black."""
    max_magenta_share: Annotated[float, Field(ge=0, le=1)] = 0.02
    """Of the object's pixels in the colour of a missing texture."""
    max_inside_share: Annotated[float, Field(ge=0, le=1)] = 0.02
    """Of the object's surface nearer to the camera than ``inside_distance``."""
    inside_distance: Annotated[float, Field(ge=0)] = 0.05
    duplicate_difference: Annotated[float, Field(ge=0)] = 1.5
    """Mean absolute difference (grey levels) over the object below which two views that
    differ in pose look the same."""


class PairsConfig(BaseModel):
    """How many pairs an asset gives."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    per_asset: Annotated[int, Field(ge=1, le=512)] = 16
    """Ordered pairs asked of one asset in one visit, unless the source is too small."""
    max_per_asset: Annotated[int, Field(ge=1)] = 256
    """Over all visits; then an asset is used up."""
    least_visits: Annotated[int, Field(ge=1, le=16)] = 1
    """Visits to each asset, with cameras, light and backdrop of their own each time. From two on,
    two pictures of one object can be as unlike as pictures of two (``same_object``)."""
    spread_over: Annotated[int, Field(ge=1)] = 128
    """A finite source gives pairs of at least this many assets, if it has them."""
    assets_per_shard: Annotated[int, Field(ge=1, le=4096)] = 8
    max_rounds: Annotated[int, Field(ge=1, le=1000)] = 64
    spare_clusters: Annotated[int, Field(ge=0, le=64)] = 3
    """Clusters of views that may be added in a visit when others were rejected."""
