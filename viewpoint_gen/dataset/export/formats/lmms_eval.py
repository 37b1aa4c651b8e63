"""lmms-eval: a task folder for ``--include_path``: YAML, Parquet, and the functions it names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pyarrow as pa

from viewpoint_gen.dataset.export.folder import ExportFolder
from viewpoint_gen.dataset.export.formats.format import Format
from viewpoint_gen.dataset.export.items import Item
from viewpoint_gen.dataset.export.parquet import ShardsBySplit, with_images

_SCHEMA: Final = with_images(
    [
        pa.field("id", pa.string()),
        pa.field("family", pa.string()),
        pa.field("prompt", pa.string()),
        pa.field("answer", pa.string()),
        pa.field("grading", pa.string()),
        pa.field("licence", pa.string()),
    ]
)

_TASK: Final = """\
# Questions about camera motion, made with viewgen. lmms-eval --include_path THIS_FOLDER's parent.
task: viewgen_{split}
dataset_path: parquet
dataset_kwargs:
  data_files:
    {split}: !function utils.{constant}
test_split: {split}
output_type: generate_until
doc_to_visual: !function utils.doc_to_visual
doc_to_text: !function utils.doc_to_text
doc_to_messages: !function utils.doc_to_messages
doc_to_target: answer
process_results: !function utils.process_results
generation_kwargs:
  max_new_tokens: 1024
  temperature: 0
  do_sample: false
  until: []  # else an answer would end at its first empty line
metric_list:
{metrics}metadata:
  version: 1.0
"""

_METRIC: Final = """\
  - metric: {name}
    aggregation: !function utils.{aggregation}
    higher_is_better: true
"""

_README: Final = """\
# viewgen questions for lmms-eval

```sh
python -m lmms_eval --model MODEL --model_args ... \\
    --include_path {out} --tasks viewgen_test --batch_size 1
```

Needs viewgen installed beside lmms-eval: answers of every form are scored as viewgen scores them.
`correctness` is graded (numbers earn by their error), `exact` is wholly right, `groups` the share
of groups of questions that must agree in which all are right; `correctness_FAMILY` is one
family's. Models that take messages see each image where the question names it. Whose work the
images show: ATTRIBUTION.md.
"""


class LmmsEvalWriter:
    """One task per split, all in the folder ``viewgen``."""

    def __init__(self, folder: ExportFolder) -> None:
        self._folder = folder
        self._shards = ShardsBySplit(folder, _SCHEMA, "viewgen/data/")

    def write(self, item: Item) -> None:
        """See Writer."""
        self._shards.write(
            item.row["split"],
            {
                "id": item.row["id"],
                "family": item.row["family"],
                "prompt": item.prompt,
                "answer": item.answer,
                "grading": item.grading,
                "licence": item.row["licence"],
            },
            item.images,
        )

    def finish(self, splits: Mapping[str, int], families: Mapping[str, int]) -> None:
        """See Writer."""
        self._shards.finish()
        self._folder.ship("lmms_eval_utils.py", "viewgen/utils.py")
        means = ["correctness", "exact", "well_formed", *(f"correctness_{f}" for f in families)]
        metrics = "".join(_METRIC.format(name=name, aggregation="mean") for name in means)
        metrics += _METRIC.format(name="groups", aggregation="whole_groups")
        for split in splits:
            task = _TASK.format(split=split, constant=split.upper(), metrics=metrics)
            self._folder.text(f"viewgen/viewgen_{split}.yaml", task)


LMMS_EVAL: Final = Format(
    name="lmms-eval",
    writer=LmmsEvalWriter,
    splits=("test",),
    reasons_share=0.0,
    readme=_README,
)
