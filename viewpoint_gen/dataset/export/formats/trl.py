"""TRL: Parquet with ``prompt``, ``completion`` and ``images``, for SFTTrainer and GRPOTrainer.

TRL puts all images before a prompt that is a plain string, and fills the image parts of one that
is cut into parts; so prompts are cut, and each image stands where the question names it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa

from viewpoint_gen.dataset.export.folder import ExportFolder
from viewpoint_gen.dataset.export.formats.format import Format
from viewpoint_gen.dataset.export.items import IMAGE_TAG, Item, parts_of
from viewpoint_gen.dataset.export.parquet import ShardsBySplit, with_images

_PART: Final = pa.struct([pa.field("type", pa.string()), pa.field("text", pa.string())])
_MESSAGE: Final = pa.struct(
    [pa.field("role", pa.string()), pa.field("content", pa.list_(_PART))],
)
_SCHEMA: Final = with_images(
    [
        pa.field("id", pa.string()),
        pa.field("family", pa.string()),
        pa.field("prompt", pa.list_(_MESSAGE)),
        pa.field("completion", pa.list_(_MESSAGE)),
        pa.field("answer", pa.string()),
        pa.field("grading", pa.string()),
        pa.field("licence", pa.string()),
    ]
)

_README: Final = """\
# viewgen questions for TRL

```python
from datasets import load_dataset

data = load_dataset("parquet", data_dir="{out}/data")   # splits: train, validation, test
```

SFTTrainer takes it as it is (`prompt`, `completion`, `images`; keep `max_length=None`, so that no
image is cut). So does GRPOTrainer, with the reward that scores an answer as viewgen does:

```python
from reward import viewgen_reward                       # {out}/reward.py; needs viewgen installed

GRPOTrainer(model, reward_funcs=viewgen_reward, train_dataset=data["train"])
```

Never flip the images to augment. Whose work they show: ATTRIBUTION.md.
"""


class TrlWriter:
    """Messages cut into parts, and what a reward needs."""

    def __init__(self, folder: ExportFolder) -> None:
        self._folder = folder
        self._shards = ShardsBySplit(folder, _SCHEMA, "data/")

    def write(self, item: Item) -> None:
        """See Writer."""
        self._shards.write(
            item.row["split"],
            {
                "id": item.row["id"],
                "family": item.row["family"],
                "prompt": [{"role": "user", "content": list(map(_part, parts_of(item.prompt)))}],
                "completion": [{"role": "assistant", "content": [_part(item.reply)]}],
                "answer": item.answer,
                "grading": item.grading,
                "licence": item.row["licence"],
            },
            item.images,
        )

    def finish(self, splits: Mapping[str, int], families: Mapping[str, int]) -> None:
        """See Writer."""
        self._shards.finish()
        self._folder.ship("trl_reward.py", "reward.py")


def _part(piece: str) -> dict[str, Any]:
    is_image = piece == IMAGE_TAG
    return {"type": "image" if is_image else "text", "text": None if is_image else piece}


TRL: Final = Format(
    name="trl",
    writer=TrlWriter,
    splits=("train", "validation", "test"),
    reasons_share=0.1,
    readme=_README,
)
