"""Which curves of which stage are drawn together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from markupsafe import Markup

from viewpoint_gen.training.geometry.losses import WEIGHTS
from viewpoint_gen.training.geometry.pretrain import GEOMETRY_FOLDER
from viewpoint_gen.training.grpo import GRPO_FOLDER
from viewpoint_gen.training.primer.lessons import KINDS
from viewpoint_gen.training.primer.school import MISREAD_FOLDER, PRIMER_FOLDER
from viewpoint_gen.training.primer.sight import SIGHT_FOLDER
from viewpoint_gen.training.report.curves import Curve, Lines, curve_chart, curves_of, numbers_below
from viewpoint_gen.training.report.stages import Stage
from viewpoint_gen.training.sft import SFT_FOLDER


@dataclass(frozen=True)
class Plot:
    """One chart.

    Attributes:
        keys: in the log -> names in the legend.
        prefix: instead: every key that starts so, named by the rest.
        floor: what the curves are held against; None: nothing.
        note: what the axis means, where the title doesn't say it.
    """

    title: str
    keys: Mapping[str, str]
    prefix: str = ""
    floor: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Drawn:
    """A chart as the page shows it."""

    title: str
    note: str
    svg: Markup
    curves: list[Curve]
    rows: list[tuple[int, list[float | None]]]


_LEARNING_RATE: Final = Plot("Learning rate", {"lr": "learning rate"})
_PACE: Final = (_LEARNING_RATE, Plot("Pace", {"tokens_per_s": "tokens per second"}))
_OWN_PACE: Final = (_LEARNING_RATE, Plot("Pace", {"seconds": "seconds per step"}))
"""Of TRL's trainers, and of our own loop."""

_RIGHT: Final = Plot(
    "Right",
    {f"right_{name}": name for name in KINDS},
    note="Share of the letters, of reasons of all tokens.",
)

_PLOTS: Final[Mapping[str, tuple[Plot, ...]]] = {
    GEOMETRY_FOLDER: (
        Plot("Loss", {"loss": "loss"}),
        Plot("Its parts", {name: name for name in WEIGHTS}, note="Before they are weighted."),
        Plot(
            "Right side, by quantity", {}, prefix="side_", floor=0.5,
            note="Share of the validation pairs whose sign is read right; dashed: chance.",
        ),
        Plot(
            "How far off, by quantity", {}, prefix="error_",
            note="Median absolute error: degrees; of distance and focal a logarithm; of right and "
            "rise parts of the first distance.",
        ),
        Plot(
            "Size right within a fifth, by quantity", {}, prefix="near_",
            note="Share of the validation pairs.",
        ),
        *_OWN_PACE,
    ),
    PRIMER_FOLDER: (
        Plot("Loss", {"loss": "loss"}),
        replace(_RIGHT, note=f"{_RIGHT.note.rstrip('.')}; harder lessons come later."),
        Plot("Words known", {"words": "words"}),
        *_OWN_PACE,
    ),
    MISREAD_FOLDER: (
        Plot("Loss", {"loss": "loss"}),
        _RIGHT,
        *_OWN_PACE,
    ),
    SIGHT_FOLDER: (
        Plot("Loss", {"loss": "loss"}, note="Of it, 1 would be a picture that says nothing."),
        Plot("Directions said right", {"words_right": "share"}),
        *_OWN_PACE,
    ),
    SFT_FOLDER: (
        Plot("Loss", {"loss": "loss"}),
        Plot("Tokens foreseen", {"mean_token_accuracy": "share of reply tokens"}),
        Plot("Entropy", {"entropy": "nats per token"}),
        Plot("Size of the gradient", {"grad_norm": "norm before clipping"}),
        *_PACE,
    ),
    GRPO_FOLDER: (
        Plot(
            "Reward",
            {
                "reward": "all of it",
                "rewards/correctness_reward/mean": "being right",
                "rewards/form_reward/mean": "the asked form",
            },
        ),
        Plot("Validation", {"dev": "mean over families"}, note="Answered at each checkpoint."),
        Plot("Divergence from the supervised model", {"kl": "KL per token"}),
        Plot("Entropy", {"entropy": "nats per token"}),
        Plot("Length of replies", {"completions/mean_length": "tokens"}),
        Plot(
            "Groups without spread", {"groups_without_spread": "share of the groups"},
            note="All tries at a question were worth the same: nothing is learnt from them.",
        ),
        Plot("Loss", {"loss": "of both", "replay_loss": "of rehearsed items"}),
        *_PACE,
    ),
}  # fmt: skip


def plots_of(stage: Stage) -> list[Drawn]:
    """Those of whose curves the log holds two points or more."""
    found = []
    for plot in _PLOTS.get(stage.name, ()):
        curves = curves_of(stage.log, dict(plot.keys) or _starting(stage.log, plot.prefix))
        if any(len(curve.points) > 1 for curve in curves):
            svg = curve_chart(curves, title=f"{stage.title}: {plot.title}", floor=plot.floor)
            found.append(Drawn(plot.title, plot.note, svg, curves, numbers_below(curves)))
    return found


def _starting(lines: Lines, prefix: str) -> dict[str, str]:
    """Keys of a log that start so, in the order in which they first stand there."""
    keys: dict[str, Any] = {}
    for line in lines:
        keys |= dict.fromkeys(key for key in line if key.startswith(prefix))
    return {key: key.removeprefix(prefix).replace("_", " ") for key in keys}
