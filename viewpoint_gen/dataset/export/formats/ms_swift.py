"""ms-swift: JSON Lines with ``messages`` and ``images``; other columns reach the rewards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from viewpoint_gen.dataset.export.folder import ExportFolder
from viewpoint_gen.dataset.export.formats.format import Format, message_row
from viewpoint_gen.dataset.export.items import Item

_README: Final = """\
# viewgen questions for ms-swift

Image paths are relative to this folder, so tell ms-swift where it is:

```sh
export ROOT_IMAGE_DIR={out}
swift sft --model MODEL --dataset {out}/train.jsonl
swift rlhf --rlhf_type grpo --model MODEL --dataset {out}/train.jsonl \\
    --external_plugins {out}/plugin.py --reward_funcs viewgen
```

The reward scores an answer as viewgen does, and needs viewgen installed. Never flip the images to
augment. Whose work they show: ATTRIBUTION.md.
"""


class MsSwiftWriter:
    """One file per split."""

    def __init__(self, folder: ExportFolder) -> None:
        self._folder = folder

    def write(self, item: Item) -> None:
        """See Writer."""
        row = message_row(self._folder, item) | {"grading": item.grading}
        self._folder.json_line(f"{item.row['split']}.jsonl", row)

    def finish(self, splits: Mapping[str, int], families: Mapping[str, int]) -> None:
        """See Writer."""
        self._folder.ship("ms_swift_plugin.py", "plugin.py")


MS_SWIFT: Final = Format(
    name="ms-swift",
    writer=MsSwiftWriter,
    splits=("train", "validation", "test"),
    reasons_share=0.1,
    readme=_README,
)
