"""What is learnt from: a run's questions on this machine, others blended in by their share."""

import pickle
from collections import Counter

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from exporting import export
from small_run import nearest_view, picture_of, questions, view_id
from tiny_training import recipe_with

from viewpoint_gen.dataset.schema import QUESTIONS
from viewpoint_gen.errors import RecipeError, RunIncomplete
from viewpoint_gen.models.chat import SYSTEM_PROMPT
from viewpoint_gen.training.data import in_style, prepare_data
from viewpoint_gen.training.order import SeededOrder
from viewpoint_gen.training.rows import dataset_of, lengths_of

TRAINED_ASSETS = {f"asset{number}" for number in range(4)}
"""Of the small run: the fifth is for validation, the sixth for testing."""


def by_id():
    return {row["id"]: row for row in questions()}


def test_every_question_for_training_is_there_once_and_none_that_is_held_out(data):
    expected = Counter(i for i, row in by_id().items() if row["asset_uids"][0] in TRAINED_ASSETS)
    assert Counter(data.run.items["id"]) == expected
    assert {name.split(".")[0] for name in data.dev.items["id"]} == {"asset4"}


def test_rows_show_the_images_of_their_question_in_order(data):
    rows = dataset_of(in_style(data.run, range(len(data.run)), 0.0), completions=True)
    for row in rows:
        wanted = by_id()[row["id"]]
        assert [nearest_view(image) for image in row["images"]] == wanted["image_ids"]
        system, user = row["prompt"]
        assert system["content"][0]["text"] == SYSTEM_PROMPT
        marks = [part["type"] for part in user["content"]].count("image")
        assert marks == len(row["images"])


def test_the_same_question_is_served_directly_or_with_its_reasons(data):
    number = data.run.items["id"].index("asset1.ego_rotation_yaw")

    def said(share):
        row = dataset_of(in_style(data.run, [number], share), completions=True)[0]
        return row["prompt"][1]["content"][-1]["text"], row["completion"][0]["content"][0]["text"]

    prompt, reply = said(0.0)
    assert reply == "<answer>B</answer>"  # asset 1: the second of left, right, not at all
    assert "<think>" not in prompt
    prompt, reply = said(1.0)
    assert reply == "<think>The chair shows it. So it is that.</think>\n<answer>B</answer>"
    assert prompt.endswith("derive it step by step inside <think></think>.")


def test_each_picture_is_kept_once(data):
    shown = sum(len(pictures) for pictures in data.run.items["pictures"])
    marked = 2 * 4  # drawn into, for each of four assets
    assert len(data.run.pictures) <= 4 * 6 + marked < shown


def test_what_is_there_is_used_again_and_other_settings_make_it_anew(run, tmp_path):
    first = prepare_data(str(run), recipe_with().data, tmp_path, dev_items=3)
    written = (tmp_path / "train" / "items.arrow").stat().st_mtime_ns
    again = prepare_data(str(run), recipe_with().data, tmp_path, dev_items=3)
    assert (tmp_path / "train" / "items.arrow").stat().st_mtime_ns == written
    assert again.fingerprint == first.fingerprint
    fewer = recipe_with(data={"families": ["choose_view"]}).data
    other = prepare_data(str(run), fewer, tmp_path, dev_items=3)
    assert other.fingerprint != first.fingerprint
    assert set(other.run.items["family"]) == {"choose_view"}


def test_a_folder_that_a_kill_left_half_written_is_made_anew(run, tmp_path):
    prepare_data(str(run), recipe_with().data, tmp_path, dev_items=0)
    (tmp_path / "train" / "about.json").unlink()
    (tmp_path / "train" / "items.arrow").write_bytes(b"half")
    assert len(prepare_data(str(run), recipe_with().data, tmp_path, dev_items=0).run) == 29


def test_a_dataset_travels_to_another_process_by_its_path(data):
    rows = dataset_of(in_style(data.run, [3, 5], 0.0), completions=True)
    there = pickle.loads(pickle.dumps(rows))
    assert len(pickle.dumps(rows)) < 10_000
    assert there[1]["prompt"] == rows[1]["prompt"]


@pytest.fixture(scope="module")
def exported(run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("mix") / "trl"
    export(run, "trl", folder, splits=("train", "test"), families=("choose_view",))
    return folder


def package_file(folder):
    """Three questions as a package holds them: two for training, one held out."""
    rows = [row for row in questions() if row["family"] == "estimate_yaw"][2:5]
    images = [
        [{"bytes": picture_of(int(name[5]), int(name[-1]))[0], "path": name} for name in ids]
        for ids in (row["image_ids"] for row in rows)
    ]
    full = [{name: row.get(name) for name in QUESTIONS.names} for row in rows]
    table = pa.Table.from_pylist(full, schema=QUESTIONS)
    folder.mkdir()
    pq.write_table(table.append_column("images", pa.array(images)), folder / "part.parquet")
    return folder


def test_mixes_make_their_share_of_the_items_drawn(run, exported, tmp_path):
    mixes = [
        {"path": str(exported), "share": 0.3},
        {"path": str(package_file(tmp_path / "qa")), "share": 0.2},
    ]
    families = ["ego_rotation_yaw", "pose_tuple"]
    config = recipe_with(data={"mixes": mixes, "families": families, "cot_share": 0.0}).data
    data = prepare_data(str(run), config, tmp_path / "data", dev_items=0)
    own, trl, package = data.run, data.mixes[0][0], data.mixes[1][0]
    assert len(own) == 9
    assert sorted(trl.items["id"]) == [f"asset{number}.choose_view" for number in range(4)]
    assert sorted(package.items["id"]) == ["asset2.estimate_yaw", "asset3.estimate_yaw"]

    drawn = data.supervised(config, seed=5)
    counts = Counter(row.cache.folder.name for row in drawn)
    # 9 of the run are a half: 18 in all, so 5.4 and 3.6 of the mixes
    assert counts == {"train": 9, "mix-0": 5, "mix-1": 4}
    of_mix = Counter(row.number for row in drawn if row.cache is trl)
    assert set(of_mix.values()) == {1, 2}  # four of them: all, and one again
    rows = dataset_of(drawn, completions=True)
    shown = {row["id"]: row for row in rows}["asset2.choose_view"]
    assert [nearest_view(image) for image in shown["images"]] == [
        view_id(2, view) for view in (0, 2, 3, 4, 5)
    ]
    assert shown["completion"][0]["content"][0]["text"] == "<answer>C</answer>"


def families_drawn(data, balance):
    drawn = data.supervised(recipe_with(data={"balance": balance}).data, seed=0)
    assert len(drawn) == len(data.run)
    return Counter(data.run.items["family"][row.number] for row in drawn), drawn


def test_families_are_drawn_as_often_as_the_balance_says(data):
    own = Counter(data.run.items["family"])
    assert len(set(own.values())) > 1  # or there would be nothing to balance
    as_they_are, drawn = families_drawn(data, 0.0)
    assert as_they_are == own
    assert len({row.number for row in drawn}) == len(drawn)  # every question once
    alike, drawn = families_drawn(data, 1.0)
    assert max(alike.values()) - min(alike.values()) <= 1
    often = Counter(row.number for row in drawn)
    for family in own:  # none comes a second time before all came once
        counts = [
            often[number] for number, name in enumerate(data.run.items["family"]) if name == family
        ]
        assert max(counts) - min(counts) <= 1
    between, _ = families_drawn(data, 0.5)
    weights = {family: count**0.5 for family, count in own.items()}
    for family, weight in weights.items():
        assert abs(between[family] - len(data.run) * weight / sum(weights.values())) <= 1


def test_another_mix_is_another_fingerprint(run, exported, tmp_path):
    def fingerprint(share):
        config = recipe_with(data={"mixes": [{"path": str(exported), "share": share}]}).data
        return prepare_data(str(run), config, tmp_path, dev_items=0).fingerprint

    assert len({fingerprint(0.1), fingerprint(0.2), fingerprint(0.2)}) == 2


def test_refusals_are_one_line(run, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(RunIncomplete, match="viewgen qa"):
        prepare_data(str(empty), recipe_with().data, tmp_path / "data", dev_items=0)

    def with_mix(path):
        config = recipe_with(data={"mixes": [{"path": str(path), "share": 0.1}]}).data
        prepare_data(str(run), config, tmp_path / "data", dev_items=0)

    with pytest.raises(RecipeError, match="no Parquet file for training there"):
        with_mix(empty)
    pq.write_table(pa.table({"prompt": ["a"], "images": [[]]}), empty / "x.parquet")
    with pytest.raises(RecipeError, match=r"of no schema that is known \(completion missing\)"):
        with_mix(empty / "x.parquet")
    said = {"prompt": ["What?"], "completion": ["That."]}
    pq.write_table(
        pa.table(said | {"images": [[{"bytes": None, "path": "a"}]]}), empty / "p.parquet"
    )
    with pytest.raises(RecipeError, match="its images aren't in the file, only their paths"):
        with_mix(empty / "p.parquet")
    marked = said | {"prompt": ["<image>What?"], "images": [[]]}
    pq.write_table(pa.table(marked), empty / "m.parquet")
    with pytest.raises(RecipeError, match="names more images than it has"):
        with_mix(empty / "m.parquet")
    (empty / "y.parquet").write_bytes(b"nothing")
    with pytest.raises(RecipeError, match="not a Parquet file"):
        with_mix(empty / "y.parquet")


def test_a_run_without_anything_to_train_on_is_refused(tmp_path):
    held_out = [dict(row, split="test") for row in questions()]
    full = [{name: row.get(name) for name in QUESTIONS.names} for row in held_out]
    (tmp_path / "run" / "qa").mkdir(parents=True)
    table = pa.Table.from_pylist(full, schema=QUESTIONS)
    pq.write_table(table, tmp_path / "run" / "qa" / "part-00-000000.parquet")
    (tmp_path / "run" / "qa.json").write_text("{}")
    with pytest.raises(RecipeError, match="no question in train"):
        prepare_data(str(tmp_path / "run"), recipe_with().data, tmp_path / "data", dev_items=0)


def test_the_order_shows_every_item_in_each_pass_and_like_lengths_together():
    lengths = [7, 1, 5, 3, 2, 8, 6, 4]
    order = list(SeededOrder(lengths, batch=2, batches=8, together=4, seed=3))
    assert sorted(order[:8]) == sorted(order[8:]) == list(range(8))
    assert order[:8] != order[8:]
    for start in range(0, 16, 2):
        one, other = sorted(lengths[place] for place in order[start : start + 2])
        assert other - one == 1
    assert order == list(SeededOrder(lengths, batch=2, batches=8, together=4, seed=3))
    assert order != list(SeededOrder(lengths, batch=2, batches=8, together=4, seed=4))


def test_questions_with_more_images_count_as_longer(data):
    drawn = in_style(data.run, range(len(data.run)), 0.5)
    lengths = lengths_of(drawn, lambda texts: {"input_ids": [text.split() for text in texts]})
    images = [len(data.run.items[row.number]["pictures"]) for row in drawn]
    five = min(n for n, count in zip(lengths, images, strict=True) if count == 5)
    assert five > max(n for n, count in zip(lengths, images, strict=True) if count == 2)
