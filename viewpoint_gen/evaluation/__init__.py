"""What models make of a run's questions, and of other benchmarks'.

An ``Exam`` is a stream of questions; a ``Predictor`` replies; replies go to disk as they come;
``metrics`` scores them by ``qa.score``; ``report`` shows them.
"""

from viewpoint_gen.evaluation.benchmarks import exam_of_benchmark
from viewpoint_gen.evaluation.evaluate import check_names, evaluate, folder_for
from viewpoint_gen.evaluation.evaluation import Evaluation
from viewpoint_gen.evaluation.predictors import Predictor, Settings, predictor_named
from viewpoint_gen.evaluation.question import Exam, Question
from viewpoint_gen.evaluation.run_questions import exam_of_run

__all__ = [
    "Evaluation",
    "Exam",
    "Predictor",
    "Question",
    "Settings",
    "check_names",
    "evaluate",
    "exam_of_benchmark",
    "exam_of_run",
    "folder_for",
    "predictor_named",
]
