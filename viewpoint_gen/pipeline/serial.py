"""One lane in this very process."""

from __future__ import annotations

import os
import socket

from viewpoint_gen.pipeline.board import SERIAL_LANE, Board, Worker
from viewpoint_gen.pipeline.shard_work import LaneFactory, work_shard
from viewpoint_gen.storage import Store


def run_serial(board: Board, store: Store, lane_factory: LaneFactory) -> None:
    """Work all shards, one after another."""
    worker = Worker(SERIAL_LANE, socket.gethostname(), os.getpid())
    if board.finished:
        return
    with lane_factory(0) as process:
        while (lease := board.lease(worker)) is not None:
            for event in work_shard(lease.shard, process, store, quarantine=lease.quarantine):
                board.note(worker, event)
