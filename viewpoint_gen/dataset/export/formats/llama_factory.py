"""LLaMA-Factory: ShareGPT messages in JSON Lines, and the ``dataset_info.json`` that names them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from viewpoint_gen.dataset.export.folder import ExportFolder
from viewpoint_gen.dataset.export.formats.format import Format, message_row
from viewpoint_gen.dataset.export.items import Item

_README: Final = """\
# viewgen questions for LLaMA-Factory

```sh
llamafactory-cli train --stage sft --do_train --model_name_or_path MODEL --template TEMPLATE \\
    --dataset_dir {out} --dataset viewgen_train --eval_dataset viewgen_validation \\
    --cutoff_len 8192 --output_dir OUTPUT
```

Image paths are relative to `dataset_dir`. `cutoff_len` must hold all images of a question, up to
five. Never flip the images to augment. Whose work they show: ATTRIBUTION.md.
"""


class LlamaFactoryWriter:
    """One file per split."""

    def __init__(self, folder: ExportFolder) -> None:
        self._folder = folder

    def write(self, item: Item) -> None:
        """See Writer."""
        self._folder.json_line(_file_name(item.row["split"]), message_row(self._folder, item))

    def finish(self, splits: Mapping[str, int], families: Mapping[str, int]) -> None:
        """See Writer."""
        described = {f"viewgen_{split}": _described(split) for split in splits}
        self._folder.text("dataset_info.json", json.dumps(described, indent=2) + "\n")


def _file_name(split: str) -> str:
    return f"viewgen_{split}.jsonl"


def _described(split: str) -> dict[str, Any]:
    return {
        "file_name": _file_name(split),
        "formatting": "sharegpt",
        "columns": {"messages": "messages", "images": "images"},
        "tags": {
            "role_tag": "role",
            "content_tag": "content",
            "user_tag": "user",
            "assistant_tag": "assistant",
        },
    }


LLAMA_FACTORY: Final = Format(
    name="llama-factory",
    writer=LlamaFactoryWriter,
    splits=("train", "validation", "test"),
    reasons_share=0.1,
    readme=_README,
)
