"""Fetching one asset ahead changes when assets are fetched, and nothing else."""

import threading
from dataclasses import dataclass, field

import pytest

from viewpoint_gen.errors import FetchFailed
from viewpoint_gen.pipeline.read_ahead import ReadAhead


@dataclass
class Shelf:
    """Hands out its indices as assets, and remembers who fetched what and when."""

    size: int = 9
    folders: tuple[str, ...] = ("shelf",)
    gone: frozenset[int] = frozenset()
    fetched: list[tuple[int, str]] = field(default_factory=list)
    may_go_on: threading.Event = field(default_factory=threading.Event)
    busy: threading.Lock = field(default_factory=threading.Lock)

    def uid(self, index: int) -> str:
        return f"thing-{index}"

    def asset(self, index: int) -> str:
        assert self.busy.acquire(blocking=False), "two threads at once"
        try:
            self.fetched.append((index, threading.current_thread().name))
            if threading.current_thread() is not threading.main_thread():
                assert self.may_go_on.wait(10)
            if index in self.gone:
                raise FetchFailed("fetch_not_found", f"{index} is gone")
            return f"asset {index}"
        finally:
            self.busy.release()

    def release(self, asset: str) -> None:
        self.fetched.append((-1, asset))


def test_the_expected_asset_is_fetched_meanwhile_and_once():
    shelf = Shelf()
    ahead = ReadAhead(shelf)
    assert ahead.asset(0) == "asset 0"
    ahead.expect(1)
    shelf.may_go_on.set()
    assert ahead.asset(1) == "asset 1"
    assert shelf.fetched == [(0, "MainThread"), (1, "fetch")]


def test_another_asset_than_the_expected_one_is_fetched_too():
    shelf = Shelf()
    ahead = ReadAhead(shelf)
    ahead.expect(1)
    shelf.may_go_on.set()
    assert ahead.asset(5) == "asset 5"
    assert [index for index, _ in shelf.fetched] == [1, 5]


def test_asking_again_fetches_again():
    shelf = Shelf()
    ahead = ReadAhead(shelf)
    shelf.may_go_on.set()
    ahead.expect(1)
    assert ahead.asset(1) == ahead.asset(1) == "asset 1"
    assert shelf.fetched == [(1, "fetch"), (1, "MainThread")]


def test_an_error_is_told_to_whoever_asks_for_the_asset_and_to_nobody_else():
    shelf = Shelf(gone=frozenset({1}))
    ahead = ReadAhead(shelf)
    shelf.may_go_on.set()
    ahead.expect(1)
    with pytest.raises(FetchFailed, match="1 is gone"):
        ahead.asset(1)
    ahead.expect(1)
    assert ahead.asset(2) == "asset 2"


def test_the_rest_is_the_sources_own():
    ahead = ReadAhead(Shelf())
    assert (ahead.size, ahead.folders, ahead.uid(3)) == (9, ("shelf",), "thing-3")
    ahead.release("asset 3")
