"""Viewgen's questions as a dataset of VLMEvalKit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
from vlmeval.dataset.image_base import ImageBaseDataset
from vlmeval.smp import dump, load
from vlmeval.smp.file import get_intermediate_file_path

from viewpoint_gen.qa.aggregate import Aggregate, aggregate, aggregate_by_family
from viewpoint_gen.qa.prompt import prompt_of
from viewpoint_gen.qa.score import score

_HERE = Path(__file__).resolve().parent


class ViewgenDataset(ImageBaseDataset):  # type: ignore[misc]
    """Several images a question, each where the text names it; scored without a judge."""

    TYPE = "VQA"
    DEFAULT_JUDGE = "exact_matching"
    force_use_dataset_prompt = True  # models' own prompts would put all images first

    @classmethod
    def supported_datasets(cls) -> list[str]:
        """The tables beside this file."""
        return [path.stem for path in sorted(_HERE.glob("viewgen_*.tsv"))]

    def load_data(self, dataset: str) -> Any:
        """Read a table from beside this file."""
        return load(str(_HERE / f"{dataset}.tsv"))

    def build_prompt(self, line: Any) -> list[dict[str, str]]:
        """The images between the texts of the prompt."""
        if isinstance(line, int):
            line = self.data.iloc[line]
        row = json.loads(line["grading"]) | {"question": line["question"]}
        texts = prompt_of(row).split("<image>")
        message: list[dict[str, str]] = []
        for text, image in zip(texts, [None, *self.dump_image(line)], strict=True):
            if image is not None:
                message.append({"type": "image", "value": image})
            if text.strip():
                message.append({"type": "text", "value": text})
        return message

    def evaluate(self, eval_file: str, **_: Any) -> Any:
        """A row of results for all questions together, and one for each family."""
        answers = load(eval_file)
        rows = [json.loads(text) for text in answers["grading"]]
        scores = [
            score("" if pd.isna(text) else str(text), row)
            for text, row in zip(answers["prediction"], rows, strict=True)
        ]
        parts = {"Overall": aggregate(rows, scores), **aggregate_by_family(rows, scores)}
        results = pd.DataFrame([_result(name, part) for name, part in parts.items()])
        dump(results, get_intermediate_file_path(eval_file, "_acc"))
        return results


def _result(name: str, part: Aggregate) -> dict[str, Any]:
    """One line of the results, shares in per cent as VLMEvalKit prints them."""
    return {
        "family": name,
        "questions": part.questions,
        "correctness": 100.0 * part.correctness,
        "exact": 100.0 * part.exact,
        "chance": 100.0 * part.chance,
        "whole_groups": 100.0 * part.whole_groups,
        "unanswered": 100.0 * part.unanswered,
    }
