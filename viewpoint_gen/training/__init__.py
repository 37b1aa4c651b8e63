"""Training: a run's questions in, a model that answers them out.

The geometry tower first, on depth, correspondences and motions; a tiny model learns to read, from
text alone, and its pictures to say the motions between them; then supervised (direct answers and
verified reasons), then GRPO with the scorer as the reward; then exams, a page and the model's card.
Needs the extra ``train``; recipes (``training.config``) are read without it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from viewpoint_gen.training.baseline import TrainingSummary, train_baseline
    from viewpoint_gen.training.report import TrainingReport, planned_exams, report_training

__all__ = [
    "TrainingReport",
    "TrainingSummary",
    "planned_exams",
    "report_training",
    "train_baseline",
]

_WHERE: Final = {
    "TrainingReport": "report",
    "TrainingSummary": "baseline",
    "planned_exams": "report",
    "report_training": "report",
    "train_baseline": "baseline",
}


def __getattr__(name: str) -> Any:
    """The names above, when they are asked for: each brings PyTorch with it."""
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_WHERE[name]}"), name)
