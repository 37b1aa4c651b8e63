"""What a training came to: exams, a page to look at, and the model's card."""

from viewpoint_gen.training.report.exams import planned_exams
from viewpoint_gen.training.report.make import TrainingReport, report_training

__all__ = ["TrainingReport", "planned_exams", "report_training"]
