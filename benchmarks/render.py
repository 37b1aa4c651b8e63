"""What a view costs, where the time goes, and how good the pictures are.

Renders the same meshes, in one run of this script, with ``viewgen render``; with the same frames,
the small ones of the rings among them, in a bare loop of one Blender process (the limit); and, if
one is given, with another script, run as its users run it: a fresh process per object. CPU seconds
are the operating system's own accounts of whole processes. PSNR is measured against the same
frames at 1,024 samples without a denoiser.

    python benchmarks/render.py --meshes DIR [--peer-script PATH] [--repeat 3] [--json OUT]

The peer is called with ``--object_path FILE --num_renders N --output_dir DIR --engine CYCLES``
after ``--``, which are the options of the script that most people use, Objaverse-XL's
``scripts/rendering/blender_script.py``; it has to write ``000.png`` and so on.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from functools import partial
from pathlib import Path

from render_costs import Cost, measured, medians, table
from render_frames import Recorded, plan_of, record
from render_quality import peer_psnr, preset_rows

HERE = Path(__file__).resolve().parent
BIN = Path(sys.executable).parent
PAIRS_PER_MESH = 16
PARTS = ("costs", "stages", "quality")


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--meshes", type=Path, required=True, help="folder with GLB files")
    parser.add_argument("--count", type=int, default=10, help="meshes, spread over the folder")
    parser.add_argument("--size", type=int, default=512, help="width and height in pixels")
    parser.add_argument("--backdrop", default="", help="one kind only, such as transparent")
    parser.add_argument("--lanes", default="1", help="of viewgen")
    parser.add_argument("--repeat", type=int, default=3, help="runs of viewgen and of the limit")
    parser.add_argument("--peer-script", type=Path, help="a Blender script to compare with")
    parser.add_argument("--peer-views", type=int, default=4, help="views per mesh of the peer")
    parser.add_argument(
        "--parts", default=",".join(PARTS), help=f"of {', '.join(PARTS)}: quality takes longest"
    )
    parser.add_argument("--reference", type=int, default=1024, help="samples to compare with")
    parser.add_argument("--json", type=Path, help="write every figure there")
    return parser.parse_args()


def main() -> None:
    args = options()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        meshes = chosen_meshes(args.meshes, args.count, work / "meshes")
        frames = record(meshes, work, size_px=args.size, pairs=PAIRS_PER_MESH * args.count,
                        backdrop=args.backdrop)  # fmt: skip
        figures = {"meshes": [mesh.name for mesh in meshes], "frames": frames.count}
        if "costs" in args.parts:
            figures |= costs(args, frames, work)
            if args.peer_script:
                figures["peer"] = peer(args, meshes, work)
            report_costs(figures)
        if "stages" in args.parts:
            figures["stages"] = stages(frames, work)
            report_stages(figures["stages"])
        if "quality" in args.parts:
            figures["presets"] = preset_rows(frames, work, args.reference)
            table(("quality", "samples", "CPU s/view", "PSNR median", "least"), figures["presets"])
            if args.peer_script:
                figures["peer_psnr_db"] = peer_psnr(
                    partial(run_peer, args), meshes, work, args.reference
                )
                print(f"PSNR of the peer, median: {figures['peer_psnr_db']:.1f} dB")
        if args.json:
            args.json.write_text(json.dumps(figures, indent=2, default=lambda cost: vars(cost)))


def chosen_meshes(folder: Path, count: int, into: Path) -> list[Path]:
    """Copies of GLB files taken at even steps through the folder's list."""
    files = sorted(folder.rglob("*.glb"))
    into.mkdir()
    picked = [files[(2 * place + 1) * len(files) // (2 * count)] for place in range(count)]
    return [Path(shutil.copy(file, into / file.name)) for file in picked]


def costs(args: argparse.Namespace, frames: Recorded, work: Path) -> dict[str, object]:
    """The command and the limit in turn, several times."""
    limit_plan = plan_of(frames, work / "limit.json", rings=True)
    ours, limit, ratios = [], [], []
    for number in range(args.repeat):
        command = [
            str(BIN / "viewgen"), "render", str(work / f"run-{number}"),
            "--source", f"folder:{work / 'meshes'}", "--lanes", args.lanes, *frames.options,
        ]  # fmt: skip
        ours.append(measured(command))
        limit.append(bare_loop(limit_plan, work))
        ratios.append(limit[-1].wall_s / ours[-1].wall_s)
    return {"viewgen": medians(ours), "limit": medians(limit), "of_limit": sorted(ratios)}


def bare_loop(plan: Path, work: Path) -> Cost:
    return measured(
        [sys.executable, str(HERE / "bare_loop.py"), str(plan), str(work / "loop.json")]
    )


def stages(frames: Recorded, work: Path) -> dict[str, float]:
    """CPU seconds per view by stage; what sampling costs is what remains without the rest."""
    bare_loop(plan_of(frames, work / "full.json"), work)
    full = loop_cpu_s(work)
    bare_loop(plan_of(frames, work / "noisy.json", denoise=False), work)
    noisy = loop_cpu_s(work)
    bare_loop(plan_of(frames, work / "tiny.json", size_px=16), work)
    tiny = loop_cpu_s(work)
    told = {"sync": tiny, "samples": noisy - tiny, "denoise": full - noisy, **frames.stages_cpu_s}
    told["pass on and the rest of Blender"] = frames.frames_cpu_s - full
    return {name: seconds / frames.count for name, seconds in told.items()}


def loop_cpu_s(work: Path) -> float:
    return float(sum(frame["cpu"] for frame in json.loads((work / "loop.json").read_text())))


def peer(args: argparse.Namespace, meshes: list[Path], work: Path) -> dict[str, object]:
    """The other script, a process per object."""
    runs = [run_peer(args, mesh, args.peer_views, 0, work / "peer" / mesh.stem) for mesh in meshes]
    views = args.peer_views * len(meshes)
    total = Cost(sum(run.wall_s for run in runs), sum(run.cpu_s for run in runs))
    return {"script": args.peer_script.name, "views": views, "cost": total}


def run_peer(args: argparse.Namespace, mesh: Path, views: int, samples: int, out: Path) -> Cost:
    return measured([
        sys.executable, str(HERE / "run_peer.py"), str(samples), str(args.peer_script), "--",
        "--object_path", str(mesh), "--num_renders", str(views),
        "--output_dir", str(out), "--engine", "CYCLES",
    ])  # fmt: skip


def report_costs(figures: dict) -> None:
    count, ours, limit = figures["frames"], figures["viewgen"], figures["limit"]
    rows = [("viewgen render", count, ours), ("limit: bare loop", count, limit)]
    if "peer" in figures:
        rows.append((figures["peer"]["script"], figures["peer"]["views"], figures["peer"]["cost"]))
    table(
        ("", "views", "CPU s/view", "wall s/view"),
        [
            (name, views, f"{cost.cpu_s / views:.2f}", f"{cost.wall_s / views:.2f}")
            for name, views, cost in rows
        ],
    )
    ratios = ", ".join(f"{ratio:.2f}" for ratio in figures["of_limit"])
    print(f"\nlimit's wall time over viewgen's: {ratios}")
    if "peer" in figures:
        cost, views = figures["peer"]["cost"], figures["peer"]["views"]
        times = cost.cpu_s / views * count / ours.cpu_s
        print(f"CPU seconds per view, peer over viewgen: {times:.1f}")
    print()


def report_stages(stages: dict[str, float]) -> None:
    total = sum(stages.values())
    table(
        ("stage", "CPU s/view", "share"),
        [(name, f"{s:.3f}", f"{100 * s / total:.1f} %") for name, s in stages.items()],
    )
    sampled = stages["samples"] + stages["denoise"]
    print(f"outside sampling and denoising: {100 * (1 - sampled / total):.1f} %\n")


if __name__ == "__main__":
    main()
