"""The one interface of all asset sources."""

from __future__ import annotations

from typing import Protocol

from viewpoint_gen.records import Asset


class Source(Protocol):
    """An ordered list of assets. Index i is the same asset in every process and on every day."""

    @property
    def size(self) -> int | None:
        """How many assets there are; None: without end."""
        ...

    @property
    def folders(self) -> tuple[str, ...]:
        """Local folders that hold all files of the assets; nothing else needs to be read."""
        ...

    def asset(self, index: int) -> Asset:
        """Bring one asset onto this machine.

        Raises:
            AssetError: this asset can't be had; the run goes on without it.
            EnvironmentProblem: none can be had any more (the network is gone); the run stops.
        """
        ...

    def uid(self, index: int) -> str:
        """The asset's uid, known without fetching it."""
        ...

    def release(self, asset: Asset) -> None:
        """Say that the asset's file is no longer needed on this machine."""
        ...
