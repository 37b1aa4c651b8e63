"""One thing is made wrong at a time; the finding names the check, the file and the row."""

from __future__ import annotations

import hashlib
import io
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image
from verify_runs import Row, blank, build_run, edit, write_file
from verify_scene import encoded

from viewpoint_gen.verify import Report, verify_run

VIEWS, PAIRS, QA = (f"{table}/part-00000.parquet" for table in ("views", "pairs", "qa"))

SEEN_OR_TOLD = ("can_be_seen", "premises")


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_run(tmp_path_factory.mktemp("good"))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_run(tmp_path_factory.mktemp("small"), ("ball",))


@pytest.fixture
def run(good: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(good, tmp_path / "run"))


def named(report: Report) -> set[tuple[str, str, str]]:
    return {(finding.check, finding.file, finding.row_id) for finding in report.findings}


def put(**values: Any) -> Callable[[Row], None]:
    return lambda row: row.update(values)


def flip_letter(row: Row) -> None:
    row["answer_letter"] = {"A": "B", "B": "C", "C": "A"}[row["answer_letter"]]


def tell_an_untruth(row: Row) -> None:
    flip_letter(row)
    row["answer_text"] = row["options"]["ABC".index(row["answer_letter"])]


def swap_options(row: Row) -> None:
    row["options"] = row["options"][::-1][1:] + row["options"][::-1][:1]


def swap_images(row: Row) -> None:
    for name in ("image_ids", "image_sha256", "world_from_camera", "intrinsics"):
        row[name] = row[name][::-1]


def nudge_camera(name: str, *place: int) -> Callable[[Row], None]:
    def change(row: Row) -> None:
        matrix = row[name]
        for index in place[:-1]:
            matrix = matrix[index]
        matrix[place[-1]] += 0.01

    return change


def mirror(name: str) -> Callable[[Row], None]:
    def change(row: Row) -> None:
        for line in row[name][:3]:
            line[0] = -line[0]

    return change


def alter_image_byte(row: Row) -> None:
    row["image"] = row["image"][:-3] + b"\x00" + row["image"][-2:]


def blank_image(row: Row) -> None:
    row["image"] = encoded(Image.new("RGB", (row["width_px"], row["height_px"])), "JPEG")
    row["image_sha256"] = hashlib.sha256(row["image"]).hexdigest()


def small_image(row: Row) -> None:
    row["image"] = encoded(Image.effect_noise((8, 8), 50).convert("RGB"), "JPEG")
    row["image_sha256"] = hashlib.sha256(row["image"]).hexdigest()


def grey_mask(row: Row) -> None:
    mask = np.array(Image.open(io.BytesIO(row["mask"])))
    mask[0, 0] = 128
    row["mask"] = encoded(Image.fromarray(mask), "PNG")


def eight_bit_depth(row: Row) -> None:
    row["depth"] = encoded(Image.new("L", (row["width_px"], row["height_px"]), 9), "PNG")


def hole_in_depth(row: Row) -> None:
    depth = np.array(Image.open(io.BytesIO(row["depth"])))
    depth[row["height_px"] // 2, row["width_px"] // 2] = 0
    row["depth"] = encoded(Image.fromarray(depth), "PNG")


def stretch_depth(row: Row) -> None:
    row["depth_near"] *= 1.3
    row["depth_far"] *= 1.3


def add(name: str, by: float) -> Callable[[Row], None]:
    return lambda row: row.update({name: row[name] + by})


def shear(row: Row) -> None:
    row["world_from_asset"][0][1] += 0.004


def lift_points(row: Row) -> None:
    points = np.frombuffer(row["surface_points"], dtype="<f4").copy()
    points[2::3] += 0.1
    row["surface_points"] = points.tobytes()


def swap_sights(row: Row) -> None:
    row["seen_in_1"], row["seen_in_2"] = row["seen_in_2"], row["seen_in_1"]


def say_of_all(sight: int) -> Callable[[Row], None]:
    return lambda row: row.update(seen_in_2=bytes([sight]) * len(row["seen_in_2"]))


def say_less(row: Row) -> None:
    row["seen_in_1"] = row["seen_in_1"][1:]


CORRUPTIONS: list[tuple[str, str, int, Callable[[Row], None]]] = [
    ("answer_agrees", QA, 5, flip_letter),
    ("answer_true", QA, 5, tell_an_untruth),
    ("answer_agrees", QA, 5, swap_options),
    ("answer_agrees", QA, 5, put(answer_letter="F")),
    ("answer_agrees", QA, 5, put(answer_letter=None)),
    ("answer_true", QA, 0, put(options=["It did not turn left or right", "Left", "Right"])),
    ("answer_true", QA, 0, swap_images),
    ("question_copies", QA, 0, nudge_camera("world_from_camera", 1, 0, 3)),
    ("question_copies", QA, 0, nudge_camera("intrinsics", 1, 0, 0)),
    ("question_copies", QA, 0, put(image_sha256=["0" * 64, "0" * 64])),
    ("question_copies", QA, 0, put(object_turn_rad=[0.0, 0.1])),
    ("question_copies", QA, 0, put(front_azimuth_rad=None)),
    ("question_copies", QA, 0, put(front_azimuth_rad=0.0)),
    ("question_copies", QA, 0, put(asset_uids=["ball2"])),
    ("question_copies", QA, 0, put(licence="MIT")),
    ("question_copies", QA, 0, put(width_px=65)),
    ("foreign_keys", QA, 0, put(image_ids=["ball-anchor", "nowhere"])),
    ("foreign_keys", QA, 0, put(image_ids=["ball-anchor", "ball-pan"])),
    ("foreign_keys", QA, 0, put(pair_id="nowhere")),
    ("question_shape", QA, 0, put(question="Only one <image>?")),
    ("question_shape", QA, 0, put(family="ego_translation_diagonal")),
    ("question_shape", QA, 0, put(answer_type="number")),
    ("question_shape", QA, 0, put(image_ids=["ball-anchor"])),
    ("frame_named", QA, 6, put(question="<image> <image> Which way round the object?")),
    ("frame_named", QA, 0, put(question="<image> <image> From image 2 to image 1?")),
    ("options", QA, 0, put(options=["left", "Left.", "no"])),
    ("options", QA, 0, put(chance=0.25)),
    ("options_readable", QA, 0, put(options=["Sinister", "To the right", "Neither"])),
    ("options_readable", QA, 0, put(options=["Left", "To the left", "Neither"])),
    ("options_readable", QA, 0, put(options=["Left", "To the right", "Not left but up"])),
    ("answer_value", QA, 0, put(answer_value=0.123)),
    ("answer_value", QA, 0, put(answer_value=None)),
    ("answer_value", QA, 0, put(answer_unit="furlongs")),
    ("margin", QA, 0, put(margin=-0.01)),
    ("margin", QA, 0, add("margin", 1e-3)),
    ("margin", QA, 0, put(margin_unit="deg")),
    ("facts", QA, 0, put(facts=[("heading_rad", 3.0)])),
    ("facts", QA, 0, put(facts=[("heading_rad", None)])),
    ("facts", QA, 0, put(facts=[("mood", 3.0)])),
    ("facts", QA, 0, put(facts=[("overlap_21", 0.4)])),
    ("splits", QA, 0, put(split="test")),
    ("splits", QA, 0, put(split="training")),
    ("fingerprint", QA, 0, put(fingerprint="0" * 64)),
    ("fingerprint", QA, 0, put(qa_fingerprint="0" * 64)),
    ("fingerprint", VIEWS, 2, put(fingerprint="0" * 64)),
    ("fingerprint", PAIRS, 3, put(fingerprint=None)),
    ("camera_rigid", VIEWS, 2, nudge_camera("world_from_camera", 0, 0)),
    ("camera_rigid", VIEWS, 2, mirror("world_from_camera")),
    ("camera_rigid", VIEWS, 2, nudge_camera("world_from_camera", 3, 0)),
    ("camera_rigid", VIEWS, 2, put(world_from_camera=np.full((4, 4), np.nan).tolist())),
    ("intrinsics", VIEWS, 2, nudge_camera("intrinsics", 0, 1)),
    ("intrinsics", VIEWS, 2, put(intrinsics=[[60.0, 0, 99], [0, 60.0, 24], [0, 0, 1]])),
    ("view_numbers", VIEWS, 2, add("azimuth_rad", 1e-4)),
    ("view_numbers", VIEWS, 2, add("azimuth_rad", 2 * math.pi)),
    ("view_numbers", VIEWS, 2, add("elevation_rad", 1e-4)),
    ("view_numbers", VIEWS, 2, add("distance", 1e-4)),
    ("view_numbers", VIEWS, 2, add("heading_rad", 1e-4)),
    ("view_numbers", VIEWS, 2, add("pitch_rad", 1e-4)),
    ("view_numbers", VIEWS, 2, add("roll_rad", 1e-4)),
    ("view_numbers", VIEWS, 2, add("bearing_right_rad", 1e-4)),
    ("view_numbers", VIEWS, 2, add("bearing_down_rad", 1e-4)),
    ("view_numbers", VIEWS, 2, add("focal_px", 1e-2)),
    ("view_numbers", VIEWS, 2, put(heading_rad=None)),
    ("image_sha256", VIEWS, 2, alter_image_byte),
    ("image", VIEWS, 2, blank_image),
    ("image", VIEWS, 2, small_image),
    ("image", VIEWS, 2, put(image=b"not a picture")),
    ("image", VIEWS, 2, put(image_format="png")),
    ("mask", VIEWS, 2, grey_mask),
    ("mask", VIEWS, 2, put(mask=None)),
    ("mask_share", VIEWS, 2, add("mask_share", 1e-3)),
    ("mask_share", VIEWS, 2, put(mask_share=None)),
    ("depth", VIEWS, 2, eight_bit_depth),
    ("depth", VIEWS, 2, put(depth=None)),
    ("depth", VIEWS, 2, put(depth_near=0.0)),
    ("depth", VIEWS, 2, put(depth_far=None)),
    ("mask_depth", VIEWS, 2, hole_in_depth),
    ("object_box", VIEWS, 2, stretch_depth),
    ("object_box", VIEWS, 2, put(world_from_camera=np.eye(4).tolist())),
    ("surface_points", VIEWS, 2, lift_points),
    ("surface_points", VIEWS, 2, put(surface_points=None)),
    ("surface_points", VIEWS, 2, put(surface_points=bytes(11))),
    ("surface_points", VIEWS, 2, put(surface_points=bytes(12 * 65))),
    ("surface_points", VIEWS, 2, put(surface_points=bytes.fromhex("0000c07f") * 3)),
    ("shares", VIEWS, 2, put(in_frame_share=1.2)),
    ("anchors", VIEWS, 2, put(move="anchor")),
    ("anchors", VIEWS, 2, put(anchor_id="nowhere")),
    ("placement", VIEWS, 2, shear),
    ("placement", VIEWS, 8, put(object_turn_rad=0.4)),
    ("unique_ids", VIEWS, 2, put(view_id="ball-anchor")),
    ("unique_ids", PAIRS, 2, put(pair_id="ball-anchor+ball-orbit")),
    ("unique_ids", QA, 2, put(id="q0000")),
    ("foreign_keys", PAIRS, 2, put(view_id_2="nowhere")),
    ("pair_views", PAIRS, 2, put(view_id_2="ball-anchor")),
    ("pair_copies", PAIRS, 2, put(licence="MIT")),
    ("pair_copies", PAIRS, 2, put(image_sha256_2="0" * 64)),
    ("pair_copies", PAIRS, 2, add("azimuth_rad_1", 1e-6)),
    ("pair_copies", PAIRS, 2, put(front_azimuth_1_rad=None)),
    ("pair_copies", PAIRS, 2, nudge_camera("world_from_camera_2", 0, 3)),
    ("pair_copies", PAIRS, 2, put(surface_points_1=b"", seen_in_2=b"")),
    ("pair_copies", PAIRS, 2, put(surface_points_2=None)),
    *(("points_seen", PAIRS, 2, say_of_all(sight)) for sight in (0, 2, 3)),
    ("points_seen", PAIRS, 2, say_less),
    ("points_seen", PAIRS, 2, put(seen_in_2=None)),
    ("points_seen", PAIRS, 2, swap_sights),
    ("reverse_pairs", PAIRS, 2, say_of_all(2)),
    ("pair_numbers", PAIRS, 2, nudge_camera("world_from_camera_2", 0, 3)),
    *(
        ("pair_numbers", PAIRS, 2, add(name, 1e-4))
        for name in ("azimuth_rad", "elevation_rad", "distance_ratio", "heading_rad", "pitch_rad")
    ),
    *(
        ("pair_numbers", PAIRS, 2, add(name, 1e-4))
        for name in ("roll_rad", "right", "down", "forward", "rise", "rotation_rad")
    ),
    ("pair_numbers", PAIRS, 2, add("focal_ratio", 1e-4)),
    ("pair_numbers", PAIRS, 2, add("object_turn_rad", 1e-4)),
    ("reverse_pairs", PAIRS, 2, put(reverse_id="nowhere")),
    ("reverse_pairs", PAIRS, 2, put(reverse_id="ball-anchor+ball-orbit")),
    ("light_moved", PAIRS, 2, put(light_moved=True)),
    ("pair_kind", PAIRS, 2, put(kind="orbit")),
    ("shares", PAIRS, 2, put(overlap_12=-0.1)),
    ("shares", PAIRS, 2, put(overlap_21=None)),
]


@pytest.mark.parametrize(
    ("check", "file", "place", "change"),
    [pytest.param(*item, id=f"{k:02d}-{item[0]}") for k, item in enumerate(CORRUPTIONS)],
)
def test_a_wrong_row_is_named(
    small: Path,
    tmp_path: Path,
    check: str,
    file: str,
    place: int,
    change: Callable[[Row], None],
) -> None:
    run = Path(shutil.copytree(small, tmp_path / "run"))
    edit(run / file, lambda rows: change(rows[place]))
    column = {VIEWS: "view_id", PAIRS: "pair_id", QA: "id"}[file]
    row_id = pq.read_table(run / file).column(column)[place].as_py()
    report = verify_run(run)
    assert (check, file, row_id) in named(report)


@pytest.mark.parametrize("file", [VIEWS, PAIRS, QA, "outcomes/part-00000.parquet"])
@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_a_truncated_file_is_named(run: Path, file: str, share: float) -> None:
    data = (run / file).read_bytes()
    (run / file).write_bytes(data[: int(len(data) * share)])
    assert ("file_whole", file, "") in named(verify_run(run))


def test_damaged_pages_are_findings_too(run: Path) -> None:
    data = bytearray((run / PAIRS).read_bytes())
    data[200:6000] = bytes(5800)
    (run / PAIRS).write_bytes(bytes(data))
    assert ("file_whole", PAIRS, "") in named(verify_run(run))


def test_a_deleted_part_of_views_leaves_pairs_and_questions_without_them(run: Path) -> None:
    (run / "views" / "part-00001.parquet").unlink()
    report = verify_run(run)
    assert report.wrong["foreign_keys"] >= 32
    assert ("counts", "outcomes/part-00001.parquet", "ball2") in named(report)


def test_a_pair_apart_from_its_views_is_named(run: Path) -> None:
    moved: list[Row] = []
    edit(run / PAIRS, lambda rows: moved.append(rows.pop(4)))
    edit(run / "pairs/part-00001.parquet", lambda rows: rows.extend(moved))
    found = named(verify_run(run))
    assert ("points_seen", "pairs/part-00001.parquet", moved[0]["pair_id"]) in found


@pytest.mark.parametrize("table", ["pairs", "rejected"])
def test_a_deleted_part_breaks_the_counts(run: Path, table: str) -> None:
    (run / table / "part-00001.parquet").unlink()
    assert ("counts", "outcomes/part-00001.parquet", "ball2") in named(verify_run(run))


def test_a_deleted_outcome_leaves_rows_without_one(run: Path) -> None:
    (run / "outcomes" / "part-00001.parquet").unlink()
    report = verify_run(run)
    strays = [finding for finding in report.findings if "without an outcome" in finding.what]
    assert {finding.table for finding in strays} == {"views", "pairs", "rejected"}
    assert ("assets", "assets.parquet", "ball2") in named(report)


def test_a_repeated_outcome_is_named(run: Path) -> None:
    edit(run / "outcomes/part-00000.parquet", lambda rows: rows.append(dict(rows[0])))
    report = verify_run(run)
    assert ("unique_ids", "outcomes/part-00000.parquet", "ball 0") in named(report)
    assert ("counts", "outcomes/part-00000.parquet", "ball") in named(report)


@pytest.mark.parametrize(
    "values",
    [
        {"status": "done"},
        {"code": "odd"},
        {"status": "failed", "code": "crashed"},
        {"quota": 3},
    ],
)
def test_a_wrong_outcome_is_named(run: Path, values: Row) -> None:
    edit(run / "outcomes/part-00000.parquet", lambda rows: rows[0].update(values))
    assert ("outcomes", "outcomes/part-00000.parquet", "ball 0") in named(verify_run(run))


@pytest.mark.parametrize(
    "values", [{"pairs": 3}, {"visits": 2}, {"licence": "MIT"}, {"code": "odd"}]
)
def test_a_wrong_asset_is_named(run: Path, values: Row) -> None:
    edit(run / "assets.parquet", lambda rows: rows[1].update(values))
    assert ("assets", "assets.parquet", "ball2") in named(verify_run(run))


def test_a_missing_asset_is_named(run: Path) -> None:
    edit(run / "assets.parquet", lambda rows: rows.pop(1))
    assert ("assets", "assets.parquet", "ball2") in named(verify_run(run))


def test_missing_assets_and_recipe_are_findings(run: Path) -> None:
    (run / "assets.parquet").unlink()
    (run / "recipe.toml").unlink()
    found = named(verify_run(run))
    assert {("file_whole", "assets.parquet", ""), ("recipe", "recipe.toml", "")} <= found


def test_a_recipe_with_another_fingerprint_blames_every_row(run: Path) -> None:
    (run / "recipe.toml").write_text(f"# viewgen recipe, fingerprint {'e' * 16}\n")
    assert verify_run(run).wrong["fingerprint"] > 200


def test_views_with_another_front_than_their_asset_are_found(run: Path) -> None:
    def turn_front(rows: list[Row]) -> None:
        rows[2]["front_azimuth_rad"] += 0.1

    edit(run / VIEWS, turn_front)
    fronts = [f for f in verify_run(run).findings if f.check == "fronts"]
    assert [finding.row_id for finding in fronts] == ["ball"]


def test_a_view_both_kept_and_rejected_is_found(run: Path) -> None:
    edit(
        run / "rejected/part-00000.parquet",
        lambda rows: rows[0].update(subject_id="ball-pan"),
    )
    assert ("kept_or_rejected", VIEWS, "ball-pan") in named(verify_run(run))


def test_a_rejection_without_a_reason_is_found(run: Path) -> None:
    edit(run / "rejected/part-00000.parquet", lambda rows: rows[0].update(code=""))
    found = named(verify_run(run))
    assert ("rejections", "rejected/part-00000.parquet", "view ball-gone") in found


@pytest.mark.parametrize("name", ["part-00002.parquet.tmp", ".part-00002.parquet", "_tmp.parquet"])
def test_half_written_files_are_found(run: Path, name: str) -> None:
    (run / "views" / name).write_bytes(b"PAR1")
    assert ("no_leftovers", f"views/{name}", "") in named(verify_run(run))


def test_on_a_plain_backdrop_a_question_tells_that_the_object_stood_still(run: Path) -> None:
    def on_white(rows: list[Row]) -> None:
        for row in rows:
            row["backdrop"] = "solid"

    def say(rows: list[Row]) -> None:
        for row in rows[1:]:
            row["question"] = f"The object did not move. {row['question']}"

    edit(run / VIEWS, on_white)
    edit(run / PAIRS, on_white)
    edit(run / QA, say)
    rows = pq.read_table(run / QA).to_pylist()
    turned = {row["id"] for row in rows if "turntable" in row["pair_id"]}
    found = {(f.check, f.row_id) for f in verify_run(run).findings}
    silent = {("can_be_seen", rows[0]["id"])}
    assert found == silent | {(check, row) for row in turned for check in SEEN_OR_TOLD}


def test_what_a_question_says_of_the_object_and_the_light_is_checked(run: Path) -> None:
    def say(rows: list[Row]) -> None:
        for row in rows:
            row["question"] = f"Assume a static object. {row['question']}"

    edit(run / QA, say)
    report = verify_run(run)
    rows = pq.read_table(run / QA).to_pylist()
    turned = {row["id"] for row in rows if "turntable" in row["pair_id"]}
    assert {(f.check, f.row_id) for f in report.findings} == {("premises", row) for row in turned}


def test_only_the_camera_changed_means_the_light_did_not(run: Path) -> None:
    def dim(rows: list[Row]) -> None:
        rows[5]["lighting"] = dict.fromkeys(rows[5]["lighting"], 0.25)

    def relight(rows: list[Row]) -> None:
        for row in rows:
            row["light_moved"] = row["light_moved"] != ("tilt" in row["pair_id"])

    def say(rows: list[Row]) -> None:
        for row in rows[:-8]:
            row["question"] = f"Only the camera may have changed. {row['question']}"

    edit(run / VIEWS, dim)
    edit(run / PAIRS, relight)
    edit(run / QA, say)
    report = verify_run(run)
    rows = pq.read_table(run / QA).to_pylist()
    lit = {row["id"] for row in rows if "tilt" in row["pair_id"]}
    assert {(f.check, f.row_id) for f in report.findings} == {("premises", row) for row in lit}


def test_an_untruth_tells_both_values(run: Path) -> None:
    edit(run / QA, lambda rows: tell_an_untruth(rows[0]))
    finding = next(f for f in verify_run(run).findings if f.check == "answer_true")
    row = pq.read_table(run / QA).to_pylist()[0]
    assert finding.row_id == row["id"]
    assert finding.got == f"{row['answer_letter']}: {row['answer_text']}"
    assert finding.expected == "left (40.00 deg)"


def test_an_untruth_also_contradicts_its_swap(run: Path) -> None:
    edit(run / QA, lambda rows: tell_an_untruth(rows[0]))
    swaps = {f.row_id for f in verify_run(run).findings if f.check == "swaps"}
    rows = pq.read_table(run / QA).to_pylist()
    twin = next(
        row["id"]
        for row in rows
        if row["family"] == rows[0]["family"] and row["image_ids"] == rows[0]["image_ids"][::-1]
    )
    assert swaps == {rows[0]["id"], twin}


def test_a_missing_column_is_named_and_the_rest_still_checked(run: Path) -> None:
    table = pq.read_table(run / PAIRS).drop_columns(["rise"])
    pq.write_table(table, run / PAIRS)
    report = verify_run(run)
    assert ("columns", PAIRS, "") in named(report)
    assert report.checked["image_sha256"] == 18


def test_the_kept_details_are_limited_but_all_is_counted() -> None:
    from viewpoint_gen.verify.report import Finding, Tally

    tally = Tally(limit=3)
    for k in range(10):
        tally.found(Finding("check", "qa", "f", str(k), "what", "a", "b"))
    report = tally.report()
    assert len(report.findings) == 3
    assert report.wrong_count == 10
    assert not report.ok


def test_a_stray_row_type_is_kept_apart(run: Path) -> None:
    row = blank("rejected", kind="question", subject_id="q", asset_uid="ball", code="tiny")
    write_file(run / "rejected/part-00009.parquet", "rejected", [row])
    assert verify_run(run).ok


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (put(ratios=bytes(5)), "ratios (bytes)"),
        (put(ratios=None), "ratios (bytes)"),
        (put(elevation_rad=17.0), "elevation_rad"),
        (put(round=3), "row"),
        (put(middle_x=0.6), "middle"),
        (put(middle_y=None), "middle"),
    ],
)
def test_a_ring_of_the_wrong_shape_or_visit_is_found(
    run: Path, change: Callable[[Row], None], what: str
) -> None:
    edit(run / "rings/part-00000.parquet", lambda rows: change(rows[0]))
    findings = [one for one in verify_run(run).findings if one.check == "rings"]
    assert (what, "ball") in {(one.what, one.row_id.split()[0]) for one in findings}


def test_a_visit_without_its_ring_is_found(run: Path) -> None:
    edit(run / "rings/part-00000.parquet", lambda rows: rows.clear())
    assert ("rings", "", "ball 0") in named(verify_run(run))


def test_a_ring_of_a_return_visit_is_found(run: Path) -> None:
    def return_to_the_ball(rows: list[Row]) -> None:
        rows.append(rows[0] | {"round": 1})

    edit(run / "rings/part-00000.parquet", return_to_the_ball)
    edit(run / "outcomes/part-00000.parquet", return_to_the_ball)
    findings = [one for one in verify_run(run).findings if one.check == "rings"]
    assert [(one.what, one.row_id) for one in findings] == [("row", "ball 1")]
