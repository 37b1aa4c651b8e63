"""The card's YAML head: what the Hub and ``datasets`` read before anything else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from huggingface_hub import DatasetCardData

from viewpoint_gen.dataset.card.facts import ConfigFacts, PackageFacts, SplitFacts

TASKS: Final = ("visual-question-answering", "image-text-to-text")
TAGS: Final = ("spatial-reasoning", "viewpoint", "camera-motion", "3d", "synthetic", "blender")

_SIZES: Final = (
    (1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"), (100_000_000, "10M<n<100M"),
)  # fmt: skip
_LARGEST: Final = "100M<n<1B"


def front_matter(package: PackageFacts, *, pretty_name: str) -> str:
    """The YAML between the dashes, without them."""
    data = DatasetCardData(
        language=["en"],
        license=package.licence,
        annotations_creators=["machine-generated"],
        multilinguality="monolingual",
        size_categories=[size_category(sum(split.rows for split in package.default.splits))],
        source_datasets=["original"],
        task_categories=list(TASKS),
        pretty_name=pretty_name,
        license_name=package.licence_name or None,
        tags=list(TAGS),
        configs=[_config(config, package.default) for config in package.configs],
        dataset_info=[_info(config) for config in package.configs],
    )
    return str(data.to_yaml(line_break="\n")).strip()


def size_category(rows: int) -> str:
    """The Hub's name for how many rows there are."""
    return next((name for most, name in _SIZES if rows < most), _LARGEST)


def _config(config: ConfigFacts, default: ConfigFacts) -> dict[str, Any]:
    files = [{"split": split.name, "path": _path(config.name, split)} for split in config.splits]
    about: dict[str, Any] = {"config_name": config.name, "data_files": files}
    return about | ({"default": True} if config is default else {})


def _path(config: str, split: SplitFacts) -> str | list[str]:
    """A pattern where the files are named the Hub's way, else all of their names."""
    usual = f"{config}/{split.name}-"
    if all(name.startswith(usual) and name.endswith(".parquet") for name in split.files):
        return f"{usual}*.parquet"
    return list(split.files)


def _info(config: ConfigFacts) -> dict[str, Any]:
    splits = [
        {"name": split.name, "num_bytes": split.content_bytes, "num_examples": split.rows}
        for split in config.splits
    ]
    return {
        "config_name": config.name,
        "features": features_list(config.features),
        "splits": splits,
        "download_size": sum(split.bytes for split in config.splits),
        "dataset_size": sum(split.content_bytes for split in config.splits),
    }


def features_list(features: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Features as the card's YAML has them; the form of ``Features._to_yaml_list``."""
    return [{"name": name, **_feature(feature)} for name, feature in features.items()]


def _feature(feature: Any) -> dict[str, Any]:
    kind = feature.get("_type")
    if kind in ("List", "LargeList"):
        key = "list" if kind == "List" else "large_list"
        inner = _feature(feature["feature"])
        return {key: inner["dtype"] if set(inner) == {"dtype"} else _unnamed(inner)}
    if kind == "Value":
        return {"dtype": feature["dtype"]}
    if kind == "Image":
        return {"dtype": "image"}
    if kind is None:
        return {"struct": features_list(feature)}
    msg = f"no YAML is known for the feature {feature!r}"
    raise ValueError(msg)


def _unnamed(inner: dict[str, Any]) -> Any:
    """What stands below ``list:``; a struct's fields stand there themselves."""
    return inner["struct"] if set(inner) == {"struct"} else inner
