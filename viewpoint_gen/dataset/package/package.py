"""A finished package: its files, what they hold, and the manifest that says so.

The manifest is written last: a folder with one is whole.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from viewpoint_gen import __version__
from viewpoint_gen.dataset.card import ConfigFacts, PackageFacts, SplitFacts
from viewpoint_gen.dataset.package.build import FORMAT_VERSION
from viewpoint_gen.dataset.package.features import features_of
from viewpoint_gen.dataset.package.licensing import PackageLicence
from viewpoint_gen.dataset.package.shard_file import PackedFile
from viewpoint_gen.dataset.package.tables import CONFIGS
from viewpoint_gen.qa.draws import SPLITS
from viewpoint_gen.storage import open_store, write

MANIFEST_NAME: Final = "package.json"


@dataclass(frozen=True)
class Package:
    """Files that lie in ``folder`` under the names that they have on the Hub.

    Attributes:
        files: all of them, the manifest last.
        content: what decides the rows, in one hash.
    """

    folder: Path
    files: tuple[PackedFile, ...]
    licence: PackageLicence
    content: str

    @property
    def bytes(self) -> int:
        """Of all files."""
        return sum(file.bytes for file in self.files)

    def rows(self) -> dict[str, dict[str, int]]:
        """Config -> split -> rows."""
        counts: dict[str, dict[str, int]] = {config: {} for config in CONFIGS}
        for split in SPLITS:
            for file in self.files:
                config, of_split = _config_and_split(file.name)
                if is_data(file.name) and of_split == split:
                    counts[config][split] = counts[config].get(split, 0) + file.rows
        return counts


def is_data(name: str) -> bool:
    """Whether a name is one of a package's Parquet files."""
    config, _, rest = name.partition("/")
    split = rest.partition("-")[0]
    return config in CONFIGS and split in SPLITS and name.endswith(".parquet")


def package_facts(
    files: Sequence[PackedFile], schemas: Mapping[str, pa.Schema], licence: PackageLicence
) -> PackageFacts:
    """What the card says about the files."""
    configs = []
    for config in CONFIGS:
        splits = []
        for split in SPLITS:
            mine = [file for file in files if _config_and_split(file.name) == (config, split)]
            if mine:
                splits.append(
                    SplitFacts(
                        name=split,
                        files=[file.name for file in mine],
                        rows=sum(file.rows for file in mine),
                        bytes=sum(file.bytes for file in mine),
                        content_bytes=sum(file.content_bytes for file in mine),
                    )
                )
        features = features_of(schemas[config])
        configs.append(ConfigFacts(config, splits, features, is_default=config == CONFIGS[0]))
    return PackageFacts(configs, licence=licence.id, licence_name=licence.name)


def finish_package(
    folder: Path,
    data: Sequence[PackedFile],
    card: Mapping[str, bytes],
    *,
    licence: PackageLicence,
    content: str,
    about: Mapping[str, Any],
) -> Package:
    """Write the card's files and then the manifest.

    Args:
        about: of the run: its fingerprints.
    """
    store = open_store(folder)
    for name in store.names("figures"):
        if f"figures/{name}" not in card:
            store.remove(f"figures/{name}")
    written = []
    for name, text in sorted(card.items()):
        write(store, name, text)
        written.append(_small(name, text))
    listed = [*sorted(data, key=lambda file: file.name), *written]
    manifest = {
        "format": FORMAT_VERSION,
        "viewgen": __version__,
        **about,
        "content": content,
        "licence": licence.id,
        "files": {
            file.name: {"rows": file.rows, "bytes": file.bytes, "sha256": file.sha256}
            for file in listed
        },
    }
    text = json.dumps(manifest, indent=2).encode() + b"\n"
    write(store, MANIFEST_NAME, text)
    return Package(folder, (*listed, _small(MANIFEST_NAME, text)), licence, content)


def _small(name: str, content: bytes) -> PackedFile:
    return PackedFile(name, 0, len(content), 0, hashlib.sha256(content).hexdigest())


def _config_and_split(name: str) -> tuple[str, str]:
    config, _, rest = name.partition("/")
    return config, rest.partition("-")[0]
