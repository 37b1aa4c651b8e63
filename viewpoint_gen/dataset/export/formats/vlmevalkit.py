"""VLMEvalKit: a TSV with the images in it, and the class that asks and scores it."""

from __future__ import annotations

import base64
import string
from collections import Counter, OrderedDict
from collections.abc import Mapping
from typing import Final

from viewpoint_gen.dataset.export.folder import ExportFolder
from viewpoint_gen.dataset.export.formats.format import Format
from viewpoint_gen.dataset.export.items import Item

_MOST_OPTIONS: Final = 8
"""Letters that have a column; no family offers more."""

_COLUMNS: Final = (
    "index",
    "id",
    "image",
    "question",
    *string.ascii_uppercase[:_MOST_OPTIONS],
    "answer",
    "category",
    "l2-category",
    "split",
    "grading",
    "licence",
)

_REMEMBERED: Final = 4096
"""Sets of images; a later row that shows the same ones names the first row instead."""

_README: Final = """\
# viewgen questions for VLMEvalKit

In a checkout of VLMEvalKit, with viewgen installed beside it:

```sh
cd VLMEvalKit
python {out}/run_viewgen.py --data viewgen_test --model MODEL
```

`run_viewgen.py` makes the class in `viewgen_dataset.py` known and then is VLMEvalKit's own
`run.py`, with all its options. The class puts each image where the question names it, and scores
answers of every form as viewgen does: no judge is asked. VLMEvalKit reads the table as a whole:
export with `--limit` if it is large. Whose work the images show: ATTRIBUTION.md.
"""


class VlmEvalKitWriter:
    """One TSV per split."""

    def __init__(self, folder: ExportFolder) -> None:
        self._folder = folder
        self._rows: Counter[str] = Counter()
        self._shown: dict[str, OrderedDict[tuple[str, ...], int]] = {}

    def write(self, item: Item) -> None:
        """See Writer."""
        row, split = item.row, item.row["split"]
        index = self._rows[split]
        if index == 0:
            self._folder.tsv_line(_file_name(split), _COLUMNS)
        self._rows[split] += 1
        offered = dict(zip(string.ascii_uppercase, row["options"] or [], strict=False))
        values = {
            "index": str(index),
            "id": row["id"],
            "image": self._image(item, index),
            "question": row["question"],
            **offered,
            "answer": item.answer,
            "category": row["family"],
            "l2-category": row["frame"],
            "split": split,
            "grading": item.grading,
            "licence": row["licence"],
        }
        self._folder.tsv_line(_file_name(split), [values.get(name, "") for name in _COLUMNS])

    def finish(self, splits: Mapping[str, int], families: Mapping[str, int]) -> None:
        """See Writer."""
        self._folder.ship("vlmevalkit_dataset.py", "viewgen_dataset.py")
        self._folder.ship("vlmevalkit_run.py", "run_viewgen.py")

    def _image(self, item: Item, index: int) -> str:
        """The images in base64, as a list; or the index of a row that holds the very same."""
        shown = self._shown.setdefault(item.row["split"], OrderedDict())
        key = tuple(image.sha256 for image in item.images)
        if key in shown:
            shown.move_to_end(key)
            return str(shown[key])
        shown[key] = index
        if len(shown) > _REMEMBERED:
            shown.popitem(last=False)
        return repr([base64.b64encode(image.data).decode() for image in item.images])


def _file_name(split: str) -> str:
    return f"viewgen_{split}.tsv"


VLMEVALKIT: Final = Format(
    name="vlmevalkit",
    writer=VlmEvalKitWriter,
    splits=("test",),
    reasons_share=0.0,
    readme=_README,
)
