"""A source that brings the next asset onto the machine while the lane works on this one."""

from __future__ import annotations

import threading
from concurrent.futures import Future

from viewpoint_gen.assets.source import Source
from viewpoint_gen.records import Asset


class ReadAhead:
    """Fetches one asset ahead, in a thread of its own that ends with the process.

    Errors of a fetch are raised when its asset is asked for, as if it had been fetched then.

    Args:
        source: asked by one thread at a time.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._index = -1
        self._coming: Future[Asset] | None = None

    @property
    def size(self) -> int | None:
        """How many assets there are; None: without end."""
        return self._source.size

    @property
    def folders(self) -> tuple[str, ...]:
        """Local folders that hold all files of the assets."""
        return self._source.folders

    def uid(self, index: int) -> str:
        """The asset's uid, known without fetching it."""
        return self._source.uid(index)

    def asset(self, index: int) -> Asset:
        """The asset that was expected, or another, fetched now; errors as in ``Source``."""
        coming = self._settle() if self._coming is not None else None
        if coming is None or self._index != index:
            return self._source.asset(index)
        return coming.result()

    def expect(self, index: int) -> None:
        """Begin to fetch the asset that will be asked for next."""
        if self._coming is not None:
            self._settle()
        self._index, self._coming = index, Future()
        threading.Thread(
            target=self._fetch, args=(index, self._coming), name="fetch", daemon=True
        ).start()

    def release(self, asset: Asset) -> None:
        """Say that the asset's file is no longer needed on this machine."""
        self._source.release(asset)

    def _settle(self) -> Future[Asset]:
        """Wait for what is coming, so that the source is never asked by two threads."""
        assert self._coming is not None
        coming, self._coming = self._coming, None
        coming.exception()
        return coming

    def _fetch(self, index: int, coming: Future[Asset]) -> None:
        try:
            coming.set_result(self._source.asset(index))
        except BaseException as error:  # noqa: BLE001 - handed on to whoever asks for the asset
            coming.set_exception(error)
