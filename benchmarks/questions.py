"""How fast ``viewgen qa`` asks on one core, what it spends the time on, and whether memory is flat.

Writes runs of made-up pairs (nothing is rendered; one object in ten looks the same from all
around), asks every family about them in a process of its own that is held to one core, and prints
questions per second of processor time, the share of each stage, and the peak of resident memory.

    python benchmarks/questions.py [--pairs 100000 1000000] [--folder DIR]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from render_costs import table

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "qa"))
from synthetic_pairs import synthetic_pairs  # beside the tests, which share it

from viewpoint_gen.dataset.schema import PAIRS, RINGS
from viewpoint_gen.dataset.shards import PartWriter, create_part, part_name
from viewpoint_gen.pipeline import ask
from viewpoint_gen.pipeline.run_directory import RECIPE_NAME
from viewpoint_gen.qa import askers, build
from viewpoint_gen.qa.confusable import Lookalikes
from viewpoint_gen.qa.invisible import Sight
from viewpoint_gen.recipe import Recipe
from viewpoint_gen.storage import Store, open_store, write

PAIRS_PER_PART = 20_000
PAIRS_PER_ASSET = 20  # of views, either way round: as ``synthetic_pairs`` makes them
AZIMUTHS = 12
DIFFERENT, ALIKE = (bytes([code] * (AZIMUTHS * (AZIMUTHS - 1) // 2)) for code in (255, 0))
ALIKE_ONE_IN = 10
OFF_THE_MIDDLE = 0.03  # where the ring of an object without symmetry goes round

STAGES: dict[str, tuple[tuple[Any, str], ...]] = {
    "facts": ((build, "_prepared"), (Lookalikes, "of"), (Sight, "of"), (askers.Units, "of")),
    "invisible": ((build, "refuse_invisible"),),
    "confusable": ((build, "refuse_confusable"),),
    "choosing": ((askers.Asker, "_chosen"), (askers.Gatherer, "_chosen_items")),
    "question rows": ((askers, "question_rows"), (askers, "gathered_rows")),
    "refusal rows": ((askers, "rejection_rows"), (askers, "refused_items")),
    "writing": ((PartWriter, "write"), (PartWriter, "finish")),
}
"""Functions whose time is a stage's; none calls another of them."""


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pairs", type=int, nargs="+", default=[100_000])
    parser.add_argument("--folder", type=Path, help="for the runs, which are deleted")
    parser.add_argument("--ask", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    args = options()
    if args.ask:
        print(json.dumps(asked(args.ask)))
        return
    rows = []
    for pairs in args.pairs:
        with tempfile.TemporaryDirectory(dir=args.folder) as folder:
            write_run(open_store(folder), pairs)
            rows.append({"pairs": pairs, **in_own_process(Path(folder))})
    names = list(rows[0])
    table(("", *(f"{row['pairs']:,} pairs" for row in rows)),
          [(name, *(str(row[name]) for row in rows)) for name in names[1:]])  # fmt: skip


def write_run(store: Store, pairs: int) -> None:
    """A run that looks rendered: recipe, pairs, rings and a list of assets."""
    recipe = Recipe()
    write(store, RECIPE_NAME, recipe.to_toml().encode())
    uids: list[str] = []
    for part, start in enumerate(range(0, pairs, PAIRS_PER_PART)):
        some = part_of_pairs(part, min(PAIRS_PER_PART, pairs - start), recipe.fingerprint)
        uids += some.column("asset_uid").unique().to_pylist()
        with create_part(store, f"pairs/{part_name(0, part)}", PAIRS) as file:
            file.write(some)
    rings = [
        {
            "asset_uid": uid, "round": 0, "azimuths": AZIMUTHS, "elevation_rad": 0.3,
            "ratios": DIFFERENT if number % ALIKE_ONE_IN else ALIKE, "shape_key": uid,
            "middle_x": OFF_THE_MIDDLE if number % ALIKE_ONE_IN else 0.0, "middle_y": 0.0,
            "seed": recipe.seed, "fingerprint": recipe.fingerprint,
        }
        for number, uid in enumerate(uids)
    ]  # fmt: skip
    with create_part(store, f"rings/{part_name(0, 0)}", RINGS) as file:
        file.write(pa.Table.from_pylist(rings, schema=RINGS))
    write(store, "assets.parquet", b"")  # only looked for


def part_of_pairs(part: int, pairs: int, fingerprint: str) -> pa.Table:
    """Other pairs of other assets in every part."""
    made = synthetic_pairs(pairs // 2, seed=part)
    for name in ("asset_uid", "pair_id", "reverse_id", "view_id_1", "view_id_2"):
        place = made.schema.get_field_index(name)
        named = pc.replace_substring(made.column(name), "asset", f"asset{part:04d}-")
        made = made.set_column(place, made.schema.field(name), named)
    for name in ("view_id_1", "view_id_2"):
        place = made.schema.get_field_index(name)
        shown = [in_a_visit(view) for view in made.column(name).to_pylist()]
        made = made.set_column(place, made.schema.field(name), pa.array(shown))
    place = made.schema.get_field_index("fingerprint")
    same = pa.repeat(pa.scalar(fingerprint), made.num_rows)
    return made.set_column(place, made.schema.field("fingerprint"), same)


def in_a_visit(view_id: str) -> str:
    """The view's name as the sampler gives it: eight pairs, or 16 with their reverses, a visit."""
    uid, name = view_id.rsplit("-v", 1)
    pair, side = int(name[:-1]), name[-1]
    return f"{uid}.{pair % PAIRS_PER_ASSET // 8}.{pair % 8:02d}.{'ab'.index(side)}"


def in_own_process(run: Path) -> dict[str, Any]:
    """Ask in a fresh process, where nothing was allocated before and BLAS has one thread."""
    one = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    command = [sys.executable, __file__, "--ask", str(run)]
    done = subprocess.run(
        command, env={**os.environ, **one}, stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def asked(run: Path) -> dict[str, Any]:
    """Ask about a run's pairs on one core; the figures."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    spent: Counter[str] = Counter()
    for stage, functions in STAGES.items():
        for owner, name in functions:
            if isinstance(vars(owner)[name], classmethod):
                bound = timed(getattr(owner, name), stage, spent)
                setattr(owner, name, staticmethod(bound))
            else:
                setattr(owner, name, timed(getattr(owner, name), stage, spent))
    before_mib, began, began_cpu = peak_mib(), time.monotonic(), time.process_time()
    summary = ask.ask_questions(str(run))
    cpu_s = time.process_time() - began_cpu
    shares = {stage: f"{100 * spent[stage] / cpu_s:.0f} %" for stage in STAGES}
    return {
        "questions": summary.asked,
        "questions / CPU s": round(summary.asked / cpu_s),
        "CPU s": round(cpu_s, 1),
        "wall s": round(time.monotonic() - began, 1),
        **shares,
        "the rest": f"{100 * (1 - spent.total() / cpu_s):.0f} %",
        "peak MiB": round(peak_mib()),
        "of it before": round(before_mib),
    }


def timed(function: Callable[..., Any], stage: str, spent: Counter[str]) -> Callable[..., Any]:
    """The same function, with its processor time noted."""

    @wraps(function)
    def noted(*args: Any, **more: Any) -> Any:
        began = time.process_time()
        try:
            return function(*args, **more)
        finally:
            spent[stage] += time.process_time() - began

    return noted


def peak_mib() -> float:
    """Of this process alone; getrusage would begin with its parent's."""
    lines = Path("/proc/self/status").read_text().splitlines()
    (peak,) = (line for line in lines if line.startswith("VmHWM"))
    return int(peak.split()[1]) / 1024


if __name__ == "__main__":
    main()
