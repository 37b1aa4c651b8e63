"""The ledger: an embedded index of what is done, who works, and which assets are dangerous.

The Parquet parts are the truth; what the ledger knows of finished shards can be rebuilt from
them. One process writes it, others may read it at any time.
"""

from __future__ import annotations

import contextlib
import json
import logging
import sqlite3
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from viewpoint_gen.errors import StorageError
from viewpoint_gen.pipeline.totals import ShardTotals, Tally

FILE_NAME: Final = "ledger.sqlite"
VERSION: Final = 1
"""Of the tables below; a ledger of another version is rebuilt."""

LAST_ROUND: Final = 1 << 30

_log = logging.getLogger(__name__)

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS shards (
    round INTEGER, number INTEGER, state TEXT NOT NULL, holder TEXT NOT NULL DEFAULT '',
    leased_at REAL NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0,
    visits INTEGER NOT NULL DEFAULT 0, pairs INTEGER NOT NULL DEFAULT 0,
    views INTEGER NOT NULL DEFAULT 0, seconds REAL NOT NULL DEFAULT 0,
    PRIMARY KEY (round, number));
CREATE TABLE IF NOT EXISTS tallies (
    round INTEGER, number INTEGER, topic TEXT, code TEXT, count INTEGER NOT NULL,
    PRIMARY KEY (round, number, topic, code));
CREATE TABLE IF NOT EXISTS strikes (
    asset INTEGER PRIMARY KEY, uid TEXT NOT NULL,
    lane_deaths INTEGER NOT NULL DEFAULT 0, driver_deaths INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS lanes (
    name TEXT PRIMARY KEY, host TEXT NOT NULL, pid INTEGER NOT NULL, round INTEGER NOT NULL,
    number INTEGER NOT NULL, asset INTEGER NOT NULL, uid TEXT NOT NULL, heartbeat REAL NOT NULL,
    visits INTEGER NOT NULL, pairs INTEGER NOT NULL, views INTEGER NOT NULL);
"""

ShardKey = tuple[int, int]
"""Round and number."""


@dataclass(frozen=True)
class Strikes:
    """How often a process died while it worked on an asset.

    Attributes:
        lane_deaths: a lane's process, apart from the driver.
        driver_deaths: the driver itself, in a serial run; also a user's kill -9.
    """

    uid: str
    lane_deaths: int
    driver_deaths: int


@dataclass(frozen=True)
class LaneState:
    """What a lane is doing; ``visits``, ``pairs`` and ``views`` are of its unfinished shard."""

    name: str
    host: str
    pid: int
    round: int
    number: int
    asset: int
    uid: str
    heartbeat: float
    visits: int
    pairs: int
    views: int


@dataclass(frozen=True)
class Sums:
    """Totals of finished shards."""

    shards: int
    visits: int
    pairs: int
    views: int
    seconds: float


class Ledger:
    """One open ledger. Only the process that holds the run's lock writes."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    @classmethod
    def open(cls, path: Path, *, fingerprint: str) -> Self:
        """Open for writing; a damaged ledger, or one of other rows, is made anew."""
        about = [VERSION, fingerprint]
        for attempt in (1, 2):
            try:
                ledger = cls(path, _connect(path))
                if ledger.fact("fingerprint") in (None, about):
                    ledger.set_fact("fingerprint", about)
                    return ledger
                ledger.close()
                _log.info("%s belongs to another run; starting it anew", path)
            except sqlite3.DatabaseError as error:
                if attempt == 2 or isinstance(error, sqlite3.OperationalError):
                    raise _storage_error(path, error) from error
                _log.warning("%s is damaged (%s); rebuilding it from the parts", path, error)
            delete(path)
        msg = f"can't start {path} anew"
        raise StorageError(msg)

    @classmethod
    def open_to_read(cls, path: Path) -> Self | None:
        """Open without writing; None if there is none, or none that can be read."""
        if not path.is_file():
            return None
        try:
            connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5)
            connection.execute("SELECT 1 FROM shards, lanes, facts LIMIT 0").fetchone()
        except sqlite3.Error as error:
            _log.info("%s can't be read (%s)", path, error)
            return None
        return cls(path, connection)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def fact(self, name: str) -> Any:
        """A single value; None if it was never set."""
        rows = self._read("SELECT value FROM facts WHERE name = ?", (name,))
        return json.loads(rows[0][0]) if rows else None

    def set_fact(self, name: str, value: object) -> None:
        """Set a single value, anything that JSON knows."""
        self._write(("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, json.dumps(value))))

    def lease(self, key: ShardKey, holder: str) -> None:
        """A lane begins a shard."""
        self._write(
            (
                "INSERT INTO shards (round, number, state, holder, leased_at, attempts)"
                " VALUES (?, ?, 'leased', ?, ?, 1) ON CONFLICT DO UPDATE SET state = 'leased',"
                " holder = excluded.holder, leased_at = excluded.leased_at,"
                " attempts = attempts + 1",
                (*key, holder, time.time()),
            )
        )

    def release(self, key: ShardKey, holder: str) -> None:
        """A lane is gone without finishing its shard."""
        self._write(
            ("UPDATE shards SET state = 'free', holder = '' WHERE (round, number) = (?, ?)", key),
            ("DELETE FROM lanes WHERE name = ?", (holder,)),
        )

    def finish(self, key: ShardKey, totals: ShardTotals, holder: str = "") -> None:
        """A shard's parts are written."""
        self._write(
            (
                "INSERT INTO shards (round, number, state, holder, visits, pairs, views, seconds)"
                " VALUES (?, ?, 'done', ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET state = 'done',"
                " holder = excluded.holder, visits = excluded.visits, pairs = excluded.pairs,"
                " views = excluded.views, seconds = excluded.seconds",
                (*key, holder, totals.visits, totals.pairs, totals.views, totals.seconds),
            ),
            ("DELETE FROM tallies WHERE (round, number) = (?, ?)", key),
            *(
                ("INSERT INTO tallies VALUES (?, ?, ?, ?, ?)", (*key, *tally))
                for tally in totals.tallies
            ),
            ("DELETE FROM lanes WHERE name = ?", (holder,)),
        )

    def forget(self, keys: Iterable[ShardKey]) -> None:
        """These shards turned out not to be finished."""
        for key in keys:
            self._write(
                ("DELETE FROM shards WHERE (round, number) = (?, ?)", key),
                ("DELETE FROM tallies WHERE (round, number) = (?, ?)", key),
            )

    def done(self) -> set[ShardKey]:
        """All finished shards."""
        return set(self._read("SELECT round, number FROM shards WHERE state = 'done'"))

    def sums(self, first_round: int = 0, last_round: int = LAST_ROUND) -> Sums:
        """Totals of all finished shards, or of those of some rounds."""
        rows = self._read(
            "SELECT count(*), coalesce(sum(visits), 0), coalesce(sum(pairs), 0),"
            " coalesce(sum(views), 0), coalesce(sum(seconds), 0.0) FROM shards"
            " WHERE state = 'done' AND round BETWEEN ? AND ?",
            (first_round, last_round),
        )
        return Sums(*rows[0])

    def tallies(self) -> list[Tally]:
        """Outcomes and rejections of all finished shards, per topic and code."""
        return self._read(
            "SELECT topic, code, sum(count) FROM tallies GROUP BY topic, code ORDER BY 1, 2"
        )

    def strike_lane(self, asset: int, uid: str) -> None:
        """A lane's process died while it worked on this asset."""
        self._strike(asset, uid, lane=1, driver=0)

    def strike_driver(self, asset: int, uid: str) -> None:
        """The driver died while it worked on this asset itself."""
        self._strike(asset, uid, lane=0, driver=1)

    def strikes(self) -> dict[int, Strikes]:
        """By index of the asset."""
        rows = self._read("SELECT asset, uid, lane_deaths, driver_deaths FROM strikes")
        return {asset: Strikes(*rest) for asset, *rest in rows}

    def put_lane(self, lane: LaneState) -> None:
        """What a lane is doing now."""
        marks = ", ".join("?" * 11)
        values = (
            lane.name,
            lane.host,
            lane.pid,
            lane.round,
            lane.number,
            lane.asset,
            lane.uid,
            lane.heartbeat,
            lane.visits,
            lane.pairs,
            lane.views,
        )
        self._write((f"INSERT OR REPLACE INTO lanes VALUES ({marks})", values))

    def clear_lanes(self) -> None:
        """Nobody works."""
        self._write(
            ("DELETE FROM lanes", ()),
            ("UPDATE shards SET state = 'free', holder = '' WHERE state = 'leased'", ()),
        )

    def lanes(self) -> list[LaneState]:
        """Who works on what."""
        return [LaneState(*row) for row in self._read("SELECT * FROM lanes ORDER BY name")]

    def copy_to(self, path: Path) -> None:
        """A consistent copy, while this one stays in use."""
        with self._explained(), contextlib.closing(sqlite3.connect(path)) as target:
            self._connection.backup(target)

    def _strike(self, asset: int, uid: str, *, lane: int, driver: int) -> None:
        self._write(
            (
                "INSERT INTO strikes VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
                " lane_deaths = lane_deaths + excluded.lane_deaths,"
                " driver_deaths = driver_deaths + excluded.driver_deaths",
                (asset, uid, lane, driver),
            )
        )

    def _read(self, query: str, values: tuple[Any, ...] = ()) -> list[Any]:
        with self._explained():
            return self._connection.execute(query, values).fetchall()

    def _write(self, *statements: tuple[str, tuple[Any, ...]]) -> None:
        """Run statements in one transaction."""
        with self._explained(), self._connection:
            for statement, values in statements:
                self._connection.execute(statement, values)

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise _storage_error(self.path, error) from error


def delete(path: Path) -> None:
    """Remove a ledger and the files that SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=30)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")  # losing the last rows only costs a look
    connection.executescript(_TABLES)
    return connection


def _storage_error(path: Path, error: sqlite3.Error) -> StorageError:
    advice = {
        "SQLITE_FULL": "the disk is full; free some space, then run the same command again",
        "SQLITE_READONLY": "permission denied; choose a place you may write to",
        "SQLITE_CANTOPEN": "permission denied, or no such directory",
    }.get(getattr(error, "sqlite_errorname", "").split("_DIRECTORY")[0], str(error))
    return StorageError(f"can't write {path}: {advice}")
