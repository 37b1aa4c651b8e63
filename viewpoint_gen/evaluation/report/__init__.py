"""An evaluation as one HTML file that needs nothing beside it."""

from viewpoint_gen.evaluation.report.examples import Example, examples_of
from viewpoint_gen.evaluation.report.page import PAGE_NAME, page_of

__all__ = ["PAGE_NAME", "Example", "examples_of", "page_of"]
