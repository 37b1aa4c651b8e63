"""Putting an exam to a model: only what it hasn't answered yet, each reply kept as it comes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tqdm import tqdm

from viewpoint_gen.dataset.export.items import GRADING_COLUMNS
from viewpoint_gen.evaluation.predictors import Predictor
from viewpoint_gen.evaluation.question import Exam, Question, Row
from viewpoint_gen.evaluation.replies import Reply, ReplyFile, reply_file

REPLIES: Final = "replies"
"""Folder of the replies, within that of the evaluation."""


KEPT: Final = (
    *GRADING_COLUMNS,
    *("answer_key", "pair_id", "image_ids", "angle_deg", "category", "backdrop", "wording"),
)
"""Of a row, what scores and sums are made from; an exam may have very many."""


def ask(exam: Exam, predictor: Predictor, out: Path) -> tuple[list[Row], list[Reply]]:
    """Every question's row, as far as it is kept, with its reply, in the exam's order.

    Args:
        out: folder of the evaluation; replies of an earlier call are taken from it.

    Raises:
        KeyboardInterrupt: its text tells how to go on.
        ModelError: the model can't be asked.
        StorageError: replies can't be read or written.
    """
    known = reply_file(out / REPLIES, predictor.name, predictor.fingerprint())
    rows: list[Row] = []
    asked: list[str] = []
    waiting: list[Question] = []
    try:
        with tqdm(total=exam.count, desc=predictor.name, unit="question", disable=None) as bar:
            for question in exam.stream():
                rows.append({name: question.row[name] for name in KEPT if name in question.row})
                asked.append(question.id)
                if known.get(question) is not None:
                    bar.update()
                    continue
                waiting.append(question)
                if len(waiting) >= predictor.batch:
                    _put(predictor, waiting, known, bar)
                    waiting = []
            if waiting:
                _put(predictor, waiting, known, bar)
    except KeyboardInterrupt:
        msg = (
            f"stopped; {predictor.name}'s replies so far are kept in {known.path}: "
            "the same command goes on from there"
        )
        raise KeyboardInterrupt(msg) from None
    return rows, [known.reply_to(each) for each in asked]


def _put(
    predictor: Predictor, questions: Sequence[Question], known: ReplyFile, bar: tqdm[None]
) -> None:
    with known.appending() as file:
        for reply in predictor.replies(questions):
            file.add(reply)
            bar.update()
