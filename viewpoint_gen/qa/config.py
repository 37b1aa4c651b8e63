"""Every threshold of the question room; part of the recipe."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Share = Annotated[float, Field(ge=0.0, le=1.0)]
AngleDeg = Annotated[float, Field(gt=0.0, le=180.0)]


class BalanceConfig(BaseModel):
    """How hard it must be to guess an answer without looking at both images.

    A gain bounds a guesser's edge: the best one who sees only that cue is right in at most
    1 / keys + gain of the questions, beside what luck gives it in a small selection.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    block_pairs: Annotated[int, Field(ge=2)] = 25_000
    """Pairs that are weighed together; the only thing that grows memory."""
    axis_gain: Share = 0.05
    """For the signs of the motion's other axes."""
    image_gain: Share = 0.01
    """For what one image alone shows."""
    text_gain: Share = 0.01
    """For the text's note that the object kept still, which goes with the backdrop."""
    slack_questions: Annotated[int, Field(ge=0)] = 3
    """Allowed on top in every count; without it a handful of pairs could ask nothing."""
    axis_slack_questions: Annotated[int, Field(ge=0)] = 1
    """The same for the signs of the motion's other axes, where a few questions already show."""
    image_bins: Annotated[int, Field(ge=2, le=64)] = 12
    """Most bins of one fact that an image shows."""
    coarse_bins: tuple[Annotated[int, Field(ge=2, le=16)], ...] = (2, 4)
    """Parts of one fact that are balanced besides, each of neighbouring bins: the luck that is
    allowed grows with the bins, and a steady trend would hide in that of many."""
    coarse_luck: Share = 0.5
    """Of what luck would give whoever sees the parts alone; they have questions enough."""
    joint_bins: tuple[Annotated[int, Field(ge=2, le=16)], Annotated[int, Field(ge=2, le=16)]] = (
        6,
        4,
    )
    """Bins of two facts of one image together."""
    questions_per_bin: Annotated[int, Field(ge=1)] = 40
    """Of the rarest answer, in the first block: fewer questions are sorted into fewer bins."""


class QaConfig(BaseModel):
    """What is asked, and what is too small, too near a boundary or too hidden to be asked.

    Between what counts as "not at all" (``still_…``) and what counts as a direction
    (``…_least_…``) nothing is asked, so that no answer lies near the boundary of another.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    families: tuple[str, ...] = ()
    """Families to ask; empty: all."""
    per_pair: Annotated[int, Field(ge=0)] = 0
    """Most families per pair of views; 0: all. With a limit, families compete for pairs. Families
    that gather views of their own are not about pairs, and don't take part."""

    sideways_least_deg: AngleDeg = 12.0
    vertical_least_deg: AngleDeg = 10.0
    turn_least_deg: AngleDeg = 8.0
    side_most_deg: AngleDeg = 160.0
    """Beyond it, left and right (or the two ways round) are no longer told apart."""
    distance_least_ratio: Annotated[float, Field(gt=1.0)] = 1.15
    """Farther by this factor, or nearer by its inverse."""
    still_most_deg: AngleDeg = 1.0
    still_most_share: Share = 0.01
    """Of distance 1, for translations; also the distance ratio's distance from 1."""

    pole_deg: AngleDeg = 75.0
    focal_most_ln_ratio: Annotated[float, Field(ge=0.0)] = 0.01
    mask_least_share: Share = 0.01
    in_frame_least_share: Share = 0.85
    overlap_least_share: Share = 0.10
    """In the better direction; not needed where a static backdrop tells the motion."""

    confusable_most_ratio: Annotated[float, Field(ge=0.0)] = 1.2
    """Pictures that differ by up to this, in units of their noise, could be of the same view;
    0 refuses nothing."""

    displacement_least_px: Annotated[float, Field(ge=0.0)] = 4.0
    """By which a wrong answer's motion must move what image 2 shows, in an image 512 wide;
    0 refuses nothing."""

    paraphrase_share: Share = 0.05
    """Of the questions, drawn with their reverses: asked once more in other words, so that answers
    can be held against one another."""
    mark_apart_share: Share = 0.06
    """Of the image's width: least distance of two marks, so that none covers another."""
    mark_edge_share: Share = 0.025
    """Of the image's width: least distance of a marked point from the image's edge."""
    mark_moved_share: Share = 0.03
    """Of the image's width: least distance of every point to choose from in image 2 from the place
    that the marked one has in image 1; else the same pixel would be the answer."""
    mark_mask_least_share: Share = 0.015
    """Of the image, that the object must cover in both: marks would hide a smaller one."""
    point_apart: Annotated[float, Field(gt=0.0)] = 0.05
    """Least distance of two marked points on the object, whose longest side is 1."""
    cannot_tell_most_per_pair: Annotated[float, Field(ge=0.0)] = 0.45
    """Questions for each pair in order; with five to seven of all families, 6 to 9 %. Told by the
    pairs alone, so that it doesn't change with the other families."""

    candidates_least_deg: AngleDeg = 25.0
    """Any two views to choose from lie this far apart, round the object or in height angle."""
    same_side_most_deg: AngleDeg = 45.0
    """Two views that may be of one object or of two show sides up to this far apart."""
    sets_per_visit: Annotated[int, Field(ge=0)] = 12
    """Most sets of views to choose from that are drawn from one visit to an asset."""
    paths_per_visit: Annotated[int, Field(ge=0)] = 12
    """The same of camera paths over three views."""
    quads_per_couple: Annotated[int, Field(ge=0)] = 12
    """The same of sets of four views of two assets."""

    validation_share: Share = 0.05
    test_share: Share = 0.05
    """Of the assets; the rest is for training."""

    balance: BalanceConfig = BalanceConfig()

    @model_validator(mode="after")
    def _leaves_a_gap(self) -> Self:
        least = min(self.sideways_least_deg, self.vertical_least_deg, self.turn_least_deg)
        if self.still_most_deg >= least:
            raise ValueError(f"still_most_deg {self.still_most_deg} reaches {least}, a direction")
        if self.validation_share + self.test_share > 1.0:
            raise ValueError("validation_share + test_share is over 1")
        return self
