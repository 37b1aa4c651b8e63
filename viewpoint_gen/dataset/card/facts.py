"""What the card must be told: the package that it describes, and the recipe of the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


class RecipeFacts(Protocol):
    """What the card says of a recipe; ``viewpoint_gen.recipe.Recipe`` is one."""

    seed: int

    @property
    def fingerprint(self) -> str:
        """Of what decides the rendered rows."""
        ...

    def model_dump(self, *, mode: str) -> dict[str, Any]:
        """Every setting, by section."""
        ...


@dataclass(frozen=True)
class SplitFacts:
    """The files of one split of one config.

    Attributes:
        files: paths in the repository, e.g. ``qa/train-00000-of-00002.parquet``.
        rows: in all of them.
        bytes: size of the files.
        content_bytes: size of the rows in memory (Arrow), for ``dataset_info``.
    """

    name: str
    files: Sequence[str]
    rows: int
    bytes: int
    content_bytes: int


@dataclass(frozen=True)
class ConfigFacts:
    """One config of the package.

    Attributes:
        features: as the ``huggingface`` metadata of its Parquet files has them, which is what
            ``datasets.Features.to_dict`` gives: ``{"image": {"_type": "Image"}, …}``.
        is_default: what ``load_dataset`` takes if no config is named.
    """

    name: str
    splits: Sequence[SplitFacts]
    features: Mapping[str, Any]
    is_default: bool = False


@dataclass(frozen=True)
class PackageFacts:
    """A package that is ready to be published.

    Attributes:
        licence: the Hub's id, e.g. ``cc-by-4.0``; "other" needs ``licence_name``.
        licence_name: of a licence that the Hub has no id for; "" otherwise.
        tag: of the version that is published, e.g. "v1"; "" if not known yet.
    """

    configs: Sequence[ConfigFacts]
    licence: str
    licence_name: str = ""
    tag: str = ""

    @property
    def default(self) -> ConfigFacts:
        """The config that is loaded if none is named; the first if none is marked."""
        marked = (config for config in self.configs if config.is_default)
        return next(marked, self.configs[0])
