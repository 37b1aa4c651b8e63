"""A card with nothing but what loads the data."""

from __future__ import annotations

from typing import Any, Final

import yaml

from viewpoint_gen.dataset.card import PackageFacts, RecipeFacts
from viewpoint_gen.storage import Store

_SIZES: Final = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"))


def card_files(
    store: Store, recipe: RecipeFacts, package: PackageFacts, repo_id: str
) -> dict[str, bytes]:
    """README.md alone."""
    rows = sum(split.rows for split in package.default.splits)
    head: dict[str, Any] = {
        "license": package.licence,
        "task_categories": ["visual-question-answering"],
        "size_categories": [next((name for most, name in _SIZES if rows < most), "100K<n<1M")],
        "configs": [
            {
                "config_name": config.name,
                **({"default": True} if config.is_default else {}),
                "data_files": [
                    {"split": split.name, "path": f"{config.name}/{split.name}-*"}
                    for split in config.splits
                ],
            }
            for config in package.configs
            if config.splits
        ],
    }
    text = f"---\n{yaml.safe_dump(head, sort_keys=False)}---\n# {repo_id}\n"
    return {"README.md": text.encode()}
