"""How well a misbehaving Hub is coped with, and at what rate objects come.

A stand-in on this machine serves a small Objaverse. A tenth of the objects each is slow, cut off,
limited (429), missing or forbidden, met by a server error, or replaced by a web page or wrong
bytes; half of what can pass does. Several processes fetch them through the real source; one is
killed halfway through a file and started again. Then the same good files are downloaded one
after the other by plain urllib, without any check or fault: the limit to compare with.

    python benchmarks/fetch.py --objects 500
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from pathlib import Path

import objaverse

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "assets"))

from fetch_farm import CODES, CONFIG, IMPATIENT, KILLED, WORKERS, Farm, fault_at
from small_objaverse import glb, glb_path, repository, uid_of
from stand_in_hub import COMMIT, REPO, Fault, StandIn, stand_in_hub

from viewpoint_gen.assets.fetch_hub import HubFiles
from viewpoint_gen.assets.objaverse_source import ObjaverseSource, open_objaverse


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--objects", type=int, default=500)
    parser.add_argument("--workers", type=int, default=WORKERS)
    parser.add_argument("--kilobytes", type=int, default=200, help="of each object")
    parser.add_argument("--faultless", action="store_true", help="nothing fails, nobody is killed")
    return parser.parse_args()


def misbehave(hub: StandIn, source: ObjaverseSource, paths: dict[str, str]) -> None:
    for index in range(source.size):
        fault = Fault.STALL_ONCE if index == KILLED else fault_at(index)
        if fault is not None:
            hub.faults[paths[source.uid(index)]] = fault


def fetch_all(farm: Farm, hub: StandIn, *, kill: bool) -> float:
    """Seconds until all processes are done; the time in which one stands still isn't hidden."""
    started = time.monotonic()
    processes = [farm.start(number) for number in range(farm.workers)]
    if kill:
        hub.stalled.wait(120)
        processes[KILLED % farm.workers].kill()
        hub.go_on.set()
        processes[KILLED % farm.workers] = farm.start(KILLED % farm.workers)
    for process in processes:
        process.wait()
    return time.monotonic() - started


def plain_download(hub: StandIn, paths: list[str], folder: Path) -> float:
    hub.faults.clear()
    started = time.monotonic()
    for number, path in enumerate(paths):
        url = f"{hub.endpoint}/datasets/{REPO}/resolve/{COMMIT}/{path}"
        urllib.request.urlretrieve(url, folder / f"plain-{number}.glb")
    return time.monotonic() - started


def show(hub: StandIn, root: Path, outcomes: dict[str, str], seconds: float) -> list[str]:
    """Print the table; the paths that should have arrived."""
    expected = {path: CODES.get(hub.faults.get(path, Fault.SLOW), "") for path in outcomes}
    arrived = {str(path.relative_to(root)) for path in root.glob("glbs/*/*.glb")}
    whole = [path for path in arrived if (root / path).read_bytes() == hub.files[path]]
    left = list(root.glob("glbs/*/.*"))
    twice = [path for path in arrived if hub.delivered[path] > 1]
    requests = sum(hub.requests[path] for path in outcomes)
    good = [path for path, code in expected.items() if not code]
    print(f"objects                {len(outcomes)}, of which good {len(good)}")
    print(f"arrived whole          {len(whole)}")
    for code, count in sorted(Counter(outcomes.values()).items()):
        print(f"  {code or 'no code':<20} {count}")
    print(f"wrong outcome          {sum(outcomes[path] != expected[path] for path in outcomes)}")
    print(f"broken or half files   {len(arrived) - len(whole) + len(left)}")
    print(f"sent whole twice       {len(twice)}")
    print(f"requests per object    {requests / len(outcomes):.2f}")
    print(f"seconds                {seconds:.1f}")
    print(f"objects/s              {len(outcomes) / seconds:.1f}")
    return good


def main() -> int:
    given = options()
    with (
        tempfile.TemporaryDirectory() as folder,
        stand_in_hub() as hub,
        Farm(Path(folder), given.workers) as farm,
    ):
        os.environ["XDG_CACHE_HOME"] = folder
        root = Path(folder) / ".objaverse" / "hf-objaverse-v1"
        objaverse._VERSIONED_PATH = str(root)
        hub.files = repository(range(given.objects))
        paths = {uid_of(number): glb_path(number) for number in range(given.objects)}
        hub.files |= {
            glb_path(number): glb(number, given.kilobytes * 1000) for number in range(given.objects)
        }
        files = HubFiles(REPO, "main", hub.endpoint, IMPATIENT)
        source = open_objaverse("", CONFIG, seed=0, hub=files)
        hub.forget()
        if not given.faultless:
            misbehave(hub, source, paths)
        farm.prepare(source)
        seconds = fetch_all(farm, hub, kill=not given.faultless)
        outcomes = {paths[uid]: code for uid, code in farm.outcomes().items()}
        good = show(hub, root, outcomes, seconds)
        plain_s = plain_download(hub, good, Path(folder))
        print(f"plain download         {len(good) / plain_s:.1f} objects/s, one after the other")
    return 0


if __name__ == "__main__":
    sys.exit(main())
