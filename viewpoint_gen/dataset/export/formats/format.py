"""What a format is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from viewpoint_gen.dataset.export.folder import ExportFolder
from viewpoint_gen.dataset.export.items import Item


class Writer(Protocol):
    """Puts items where a format wants them."""

    def write(self, item: Item) -> None:
        """Add one item."""
        ...

    def finish(self, splits: Mapping[str, int], families: Mapping[str, int]) -> None:
        """Write what waits, and the files that go with the rows.

        Args:
            splits: questions written of each; no split without any.
            families: the same.
        """
        ...


@dataclass(frozen=True)
class Format:
    """One format of others.

    Attributes:
        name: on the command line.
        writer: of a new export.
        splits: exported unless others are asked for.
        reasons_share: of the questions are answered with their reasons, unless another share is
            asked for; an evaluation has no use for it.
        readme: what to do with the folder; ``{out}`` stands for its path.
    """

    name: str
    writer: Callable[[ExportFolder], Writer]
    splits: tuple[str, ...]
    reasons_share: float
    readme: str


def message_row(folder: ExportFolder, item: Item) -> dict[str, Any]:
    """An item as trainers read it that take messages and the paths of images."""
    return {
        "messages": [
            {"role": "user", "content": item.prompt},
            {"role": "assistant", "content": item.reply},
        ],
        "images": [folder.image(image) for image in item.images],
        "id": item.row["id"],
        "family": item.row["family"],
        "licence": item.row["licence"],
    }
