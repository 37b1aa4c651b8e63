"""What replies are worth: by family, by group, by slice, and one model against another."""

from viewpoint_gen.evaluation.metrics.comparing import Comparison, compare
from viewpoint_gen.evaluation.metrics.results import FamilyResult, ModelResult, results_of
from viewpoint_gen.evaluation.metrics.scored import Scored

__all__ = ["Comparison", "FamilyResult", "ModelResult", "Scored", "compare", "results_of"]
