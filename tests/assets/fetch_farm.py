"""Several processes that fetch one source's assets, each a share of them; one may be killed."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from stand_in_hub import Fault

from viewpoint_gen.assets.config import AssetsConfig
from viewpoint_gen.assets.fetch import Patience
from viewpoint_gen.assets.source import Source
from viewpoint_gen.errors import AssetError

WORKERS = 3
IMPATIENT = Patience(attempts=3, first_wait_s=0.01, longest_wait_s=0.05, read_s=5.0)
CONFIG = AssetsConfig(source="objaverse", licences=("any",), metadata_files=3)

KILLED = 26
"""Index of an object without a fault; the process that fetches it is killed halfway."""

FAULTS = (
    (Fault.SLOW, Fault.SLOW),
    (Fault.CUT_ONCE, Fault.CUT),
    (Fault.LIMITED_ONCE, Fault.RETRY_AFTER_ONCE),
    (Fault.MISSING, Fault.FORBIDDEN),
    (Fault.BUSY_ONCE, Fault.BUSY),
    (Fault.PAGE, Fault.WRONG_BYTES),
)
"""Six kinds, each for a tenth of the objects; a passing fault and a lasting one in turn."""

CODES = {
    Fault.CUT: "fetch_failed",
    Fault.BUSY: "fetch_failed",
    Fault.MISSING: "fetch_not_found",
    Fault.FORBIDDEN: "fetch_forbidden",
    Fault.PAGE: "web_page",
    Fault.WRONG_BYTES: "fetch_corrupt",
}


def fault_at(index: int) -> Fault | None:
    kind, turn = index % 10, index // 10 % 2
    return FAULTS[kind][turn] if kind < len(FAULTS) else None


@dataclass
class Farm:
    """Processes 0 … ``workers`` − 1; number k takes the assets k, k + workers, ….

    Attributes:
        folder: where the source, the processes' diaries and their home are.
    """

    folder: Path
    workers: int
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def prepare(self, source: Source) -> None:
        (self.folder / "source.pickle").write_bytes(pickle.dumps(source))

    def start(self, number: int) -> subprocess.Popen[bytes]:
        """Start a process, or start it again where its diary ends."""
        command = [sys.executable, __file__, str(self.folder), str(number), str(self.workers)]
        environment = os.environ | {
            "HOME": str(self.folder),
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        }
        process = subprocess.Popen(command, env=environment)
        self.processes.append(process)
        return process

    def __enter__(self) -> Farm:
        return self

    def __exit__(self, *error: object) -> None:
        for process in self.processes:
            process.kill()
            process.wait()

    def outcomes(self) -> dict[str, str]:
        """Code by uid; "" for an asset that arrived."""
        told = [
            json.loads(line)
            for diary in sorted(self.folder.glob("diary-*"))
            for line in diary.read_text().splitlines()
        ]
        twice = [uid for uid, times in Counter(uid for uid, _ in told).items() if times > 1]
        assert not twice, twice
        return dict(told)


def fetch_share(folder: Path, number: int, workers: int) -> None:
    """Ask for one asset after the other, and write down how each ended."""
    source: Source = pickle.loads((folder / "source.pickle").read_bytes())
    diary = folder / f"diary-{number}"
    done = len(diary.read_text().splitlines()) if diary.exists() else 0
    assert source.size is not None
    with diary.open("a", buffering=1) as file:
        for index in range(number + done * workers, source.size, workers):
            code = ""
            try:
                source.asset(index)
            except AssetError as error:
                code = error.code
            file.write(json.dumps([source.uid(index), code]) + "\n")


if __name__ == "__main__":
    fetch_share(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
