"""A run as files for the Hub: four tables in Parquet, a card, and a manifest of everything.

``plan`` decides which asset goes into which file, ``rows`` makes their rows, ``build`` writes the
files that aren't there yet, ``package`` is the result.
"""

from viewpoint_gen.dataset.package.build import build_files, content_identity
from viewpoint_gen.dataset.package.licensing import (
    Licensed,
    PackageLicence,
    allowed_licences,
    package_licence,
)
from viewpoint_gen.dataset.package.package import (
    MANIFEST_NAME,
    Package,
    finish_package,
    is_data,
    package_facts,
)
from viewpoint_gen.dataset.package.plan import RunIndex, Shard, index_run, plan_shards
from viewpoint_gen.dataset.package.rows import Packing
from viewpoint_gen.dataset.package.shard_file import PackedFile
from viewpoint_gen.dataset.package.tables import CONFIGS, schema_of

__all__ = [
    "CONFIGS",
    "MANIFEST_NAME",
    "Licensed",
    "Package",
    "PackageLicence",
    "PackedFile",
    "Packing",
    "RunIndex",
    "Shard",
    "allowed_licences",
    "build_files",
    "content_identity",
    "finish_package",
    "index_run",
    "is_data",
    "package_facts",
    "package_licence",
    "plan_shards",
    "schema_of",
]
