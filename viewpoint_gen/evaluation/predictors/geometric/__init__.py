"""The peer that has learned nothing: matched points and epipolar geometry, by OpenCV."""

from viewpoint_gen.evaluation.predictors.geometric.predictor import Geometric

__all__ = ["Geometric"]
