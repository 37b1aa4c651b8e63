"""``viewgen publish``: a finished run as a dataset on the Hub."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from viewpoint_gen.dataset.hub import Published, publish, sign_in
from viewpoint_gen.dataset.hub.repository import check_repo_id
from viewpoint_gen.dataset.hub.upload import check_target
from viewpoint_gen.dataset.package import Package
from viewpoint_gen.pipeline.package import MAX_SHARD_BYTES, pack_run

NOBODYS: Final = "you/viewpoint"
"""A name for the card of a package that goes nowhere."""


@dataclass(frozen=True)
class Publication:
    """A package, and what the Hub has of it; None: it was only made."""

    package: Package
    published: Published | None

    def to_dict(self) -> dict[str, Any]:
        """For machines."""
        package = self.package
        return {
            "folder": str(package.folder),
            "licence": package.licence.id,
            "rows": package.rows(),
            "bytes": package.bytes,
            "files": {
                file.name: {"bytes": file.bytes, "rows": file.rows, "sha256": file.sha256}
                for file in package.files
            },
            "published": None if self.published is None else vars(self.published),
        }

    def lines(self) -> list[str]:
        """For people."""
        package = self.package
        shown = [f"{'config':<8} {'split':<11} {'rows':>11} {'files':>6} {'size':>10}"]
        for config, splits in package.rows().items():
            for split, rows in splits.items():
                mine = [f for f in package.files if f.name.startswith(f"{config}/{split}-")]
                size = _megabytes(sum(file.bytes for file in mine))
                shown.append(f"{config:<8} {split:<11} {rows:>11,} {len(mine):>6} {size:>10}")
        shown.append(
            f"{len(package.files)} files, {_megabytes(package.bytes)}, licence {package.licence.id}"
        )
        return [*shown, *self._outcome()]

    def _outcome(self) -> list[str]:
        there = self.published
        if there is None:
            return [f"Nothing was sent (--dry-run). The files are in {self.package.folder}"]
        if not there.sent and not there.removed:
            return [f"Nothing is new: {there.url} holds all of it as {there.tag}"]
        removed = f", {len(there.removed)} old ones removed" if there.removed else ""
        return [
            f"Sent {len(there.sent)} files, {len(there.kept)} were there already{removed}; every "
            "one's hash is right.",
            f"Published: {there.url} as {there.tag} (commit {there.commit[:12]})",
        ]


def publish_run(
    run: str,
    *,
    repo_id: str | None,
    private: bool = False,
    dry_run: bool = False,
    out: str | None = None,
    tag: str | None = None,
    licences: Sequence[str] = (),
    max_shard_bytes: int = MAX_SHARD_BYTES,
) -> Publication:
    """Make the package of a run, and send it.

    Whether it may be sent is found out first, so that nobody waits for nothing.

    Args:
        run: directory or fsspec URL.
        repo_id: "owner/name"; None is enough for a dry run.
        dry_run: make everything, and use no network.

    Raises:
        RecipeError: the repository's name isn't one.
        HubError: the Hub refuses, or can't be reached.
        RunError: see ``pack_run``.
    """
    name = repo_id or NOBODYS
    check_repo_id(name)
    repository = None
    if not dry_run:
        repository = sign_in(name)
        check_target(repository, private=private)
        name = repository.id
    package = pack_run(
        run, repo_id=name, out=out, licences=licences, max_shard_bytes=max_shard_bytes
    )
    if repository is None:
        return Publication(package, None)
    return Publication(package, publish(package, repository, private=private, tag=tag))


def _megabytes(count: int) -> str:
    return f"{count / 1e6:,.1f} MB"
