"""verl: Parquet with ``prompt``, ``images`` and ``reward_model``, and a reward function's file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

import pyarrow as pa

from viewpoint_gen.dataset.export.folder import ExportFolder
from viewpoint_gen.dataset.export.formats.format import Format
from viewpoint_gen.dataset.export.items import Item
from viewpoint_gen.dataset.export.parquet import ShardsBySplit, with_images

_SCHEMA: Final = with_images(
    [
        pa.field("data_source", pa.string()),  # verl reports each by itself: one per family
        pa.field(
            "prompt",
            pa.list_(pa.struct([pa.field("role", pa.string()), pa.field("content", pa.string())])),
        ),
        pa.field("ability", pa.string()),
        pa.field(
            "reward_model",
            pa.struct([pa.field("style", pa.string()), pa.field("ground_truth", pa.string())]),
        ),
        pa.field(
            "extra_info",
            pa.struct(
                [
                    pa.field("split", pa.string()),
                    pa.field("index", pa.int64()),
                    pa.field("id", pa.string()),
                    pa.field("family", pa.string()),
                    pa.field("answer", pa.string()),
                    pa.field("licence", pa.string()),
                ]
            ),
        ),
    ]
)

_README: Final = """\
# viewgen questions for verl

```sh
python -m verl.trainer.main_ppo algorithm.adv_estimator=grpo \\
    data.train_files="[$(ls -m {out}/train-*.parquet | tr -d '\\n ')]" \\
    data.val_files="[$(ls -m {out}/validation-*.parquet | tr -d '\\n ')]" \\
    data.image_key=images data.filter_overlong_prompts=True \\
    custom_reward_function.path={out}/reward.py custom_reward_function.name=compute_score ...
```

The reward scores an answer as viewgen does, and needs viewgen installed. `data_source` is one per
family, so that verl reports each by itself. Never flip the images to augment. Whose work they
show: ATTRIBUTION.md.
"""


class VerlWriter:
    """Prompts with image tags, and what a reward needs as the ground truth."""

    def __init__(self, folder: ExportFolder) -> None:
        self._folder = folder
        self._shards = ShardsBySplit(folder, _SCHEMA)
        self._rows: Counter[str] = Counter()

    def write(self, item: Item) -> None:
        """See Writer."""
        row, split = item.row, item.row["split"]
        index = self._rows[split]
        self._rows[split] += 1
        self._shards.write(
            split,
            {
                "data_source": f"viewgen/{row['family']}",
                "prompt": [{"role": "user", "content": item.prompt}],
                "ability": "viewpoint",
                "reward_model": {"style": "rule", "ground_truth": item.grading},
                "extra_info": {
                    "split": split,
                    "index": index,
                    "id": row["id"],
                    "family": row["family"],
                    "answer": item.answer,
                    "licence": row["licence"],
                },
            },
            item.images,
        )

    def finish(self, splits: Mapping[str, int], families: Mapping[str, int]) -> None:
        """See Writer."""
        self._shards.finish()
        self._folder.ship("verl_reward.py", "reward.py")


VERL: Final = Format(
    name="verl",
    writer=VerlWriter,
    splits=("train", "validation", "test"),
    reasons_share=0.1,
    readme=_README,
)
