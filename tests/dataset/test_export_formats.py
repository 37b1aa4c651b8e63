"""Each format as its own reader takes it, and scored by the files that are handed out with it.

``datasets`` is the real one. Of the trainers and evaluators, what they demand of a row is written
down here anew, after their sources.
"""

from __future__ import annotations

import ast
import base64
import csv
import io
import json
import re
import shutil
import sys
import types
from pathlib import Path

import datasets
import pandas as pd
import pytest
import yaml
from exporting import export, load_file
from PIL import Image
from small_run import DISTRACTORS, nearest_view, questions, write_run

ROWS = {row["id"]: row for row in questions()}
TEST = {name for name, row in ROWS.items() if row["split"] == "test"}
BARE = {"choice": "answer_letter", "set": "answer_text", "pose": "answer_text"}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return write_run(tmp_path_factory.mktemp("formats") / "run")


@pytest.fixture(scope="module")
def exported(run, tmp_path_factory):
    made: dict[str, Path] = {}

    def of(name: str) -> Path:
        if name not in made:
            made[name] = tmp_path_factory.mktemp("exported") / name
            evaluates = name in {"vlmevalkit", "lmms-eval"}
            export(run, name, made[name], reasons_share=0.0 if evaluates else 0.5)
        return made[name]

    return of


def load(kind: str, files: dict[str, list[str]] | list[str], cache: Path) -> datasets.DatasetDict:
    return datasets.load_dataset(kind, data_files=files, cache_dir=str(cache))


def gold(row) -> str:
    """What answers a row, by hand."""
    column = BARE.get(row["answer_type"])
    return row[column] if column else repr(row["answer_value"])


def texts_worth(row) -> list[tuple[str, float]]:
    """Answers to a row, and what each is worth."""
    wrong = DISTRACTORS[row["answer_type"]](row)
    return [
        (f"<answer>{gold(row)}</answer>", 1.0),
        (f"<think>Because.</think><answer>{gold(row)}</answer>", 1.0),
        (f"<answer>{wrong}</answer>", 0.0),
        ("I can't say; perhaps left, perhaps right.", 0.0),
        ("", 0.0),
    ]


def assert_shown(images: list[Image.Image], row) -> None:
    """The right views, in order."""
    assert [nearest_view(image) for image in images] == row["image_ids"]


# TRL


def parts_filled(messages, images):
    """As ``trl.data_utils.prepare_multimodal_messages``: parts of images take them in order."""
    left = list(images)
    filled = []
    for message in messages:
        assert message["role"] in {"user", "assistant", "system", "tool"}
        for part in message["content"]:
            assert part["type"] in {"image", "text"}
            is_open = part["type"] == "image" and "image" not in part
            filled.append(left.pop(0) if is_open else part["text"])
    assert not left
    return filled


def test_trl_rows_load_with_images_where_the_question_names_them(exported, tmp_path):
    folder = exported("trl")
    data = datasets.load_dataset("parquet", data_dir=str(folder / "data"), cache_dir=str(tmp_path))
    assert set(data) == {"train", "validation", "test"}
    assert data["train"].features["images"] == datasets.List(datasets.Image())
    seen = []
    for split, part in data.items():
        for item in part:
            row = ROWS[item["id"]]
            seen.append(item["id"])
            assert row["split"] == split
            prompt = parts_filled(item["prompt"], item["images"])
            assert_shown([each for each in prompt if not isinstance(each, str)], row)
            texts = ["<image>" if not isinstance(each, str) else each for each in prompt]
            assert "".join(texts).startswith(row["question"])
            assert [message["role"] for message in item["completion"]] == ["assistant"]
            assert item["licence"] == row["licence"]
    assert sorted(seen) == sorted(ROWS)


def test_trl_rows_stream(exported):
    files = {"train": sorted(map(str, (exported("trl") / "data").glob("train-*")))}
    stream = datasets.load_dataset("parquet", data_files=files, streaming=True)["train"]
    first = next(iter(stream))
    assert_shown(first["images"], ROWS[first["id"]])


def test_trl_reward_scores_columns_of_a_batch(exported, tmp_path):
    folder = exported("trl")
    reward = load_file(folder / "reward.py").viewgen_reward
    data = datasets.load_dataset("parquet", data_dir=str(folder / "data"), cache_dir=str(tmp_path))
    for item in data["test"]:
        columns = {
            name: [item[name]] for name in item if name not in {"prompt", "completion", "images"}
        }
        for text, worth in texts_worth(ROWS[item["id"]]):
            for said in (
                text,
                [{"role": "assistant", "content": text}],
                [{"role": "assistant", "content": [{"type": "text", "text": text}]}],
            ):
                got = reward(completions=[said], prompts=None, trainer_state=None, **columns)[0]
                assert got >= 0.999 if worth else got <= 0.1 + 1e-12
        written = reward(completions=[item["completion"]], **columns)[0]
        assert written > 0.97


# ms-swift and LLaMA-Factory


def lines_of(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def assert_messages(item, folder: Path) -> None:
    """As many tags as images, in turns of user and assistant; each path an image."""
    row = ROWS[item["id"]]
    user, assistant = item["messages"]
    assert (user["role"], assistant["role"]) == ("user", "assistant")
    assert user["content"].count("<image>") == len(item["images"])
    assert "<image>" not in assistant["content"]
    assert user["content"].startswith(row["question"])
    assert_shown([Image.open(folder / name) for name in item["images"]], row)


@pytest.mark.parametrize(("name", "stem"), [("ms-swift", ""), ("llama-factory", "viewgen_")])
def test_messages_have_a_tag_for_each_image(exported, name, stem, tmp_path):
    folder = exported(name)
    seen = []
    for split in ("train", "validation", "test"):
        path = folder / f"{stem}{split}.jsonl"
        for item in lines_of(path):
            assert_messages(item, folder)
            assert ROWS[item["id"]]["split"] == split
            seen.append(item["id"])
        loaded = load("json", [str(path)], tmp_path)["train"]  # as both trainers read it
        assert loaded.num_rows == len(lines_of(path))
    assert sorted(seen) == sorted(ROWS)


@pytest.mark.parametrize("name", ["ms-swift", "llama-factory"])
def test_each_image_is_written_once(exported, name):
    folder = exported(name)
    files = [path for path in (folder / "images").rglob("*") if path.is_file()]
    assert len({path.read_bytes() for path in files}) == len(files)
    shown = {
        name for path in folder.glob("*.jsonl") for i in lines_of(path) for name in i["images"]
    }
    assert {path.relative_to(folder).as_posix() for path in files} == shown
    for path in files:
        kind = {".jpg": "JPEG", ".png": "PNG", ".webp": "WEBP"}[path.suffix]
        with Image.open(path) as image:
            assert image.format == kind


def test_llama_factory_is_told_where_everything_is(exported):
    """Its parser: ``columns`` and ``tags`` by their names; missing ones are None."""
    folder = exported("llama-factory")
    info = json.loads((folder / "dataset_info.json").read_text())
    assert set(info) == {"viewgen_train", "viewgen_validation", "viewgen_test"}
    for entry in info.values():
        assert entry["formatting"] == "sharegpt"
        first = lines_of(folder / entry["file_name"])[0]
        tags = entry["tags"]
        message = first[entry["columns"]["messages"]][0]
        assert message[tags["role_tag"]] == tags["user_tag"]
        assert message[tags["content_tag"]].count("<image>") == len(
            first[entry["columns"]["images"]]
        )


@pytest.mark.parametrize("home", ["swift.rewards", "swift.plugin"])
def test_ms_swift_plugin_registers_a_reward_in_old_and_new_versions(exported, home, monkeypatch):
    class ORM:
        def __init__(self, args=None, **_):
            self.args = args

    orms = {}
    monkeypatch.setitem(sys.modules, "swift", types.ModuleType("swift"))
    monkeypatch.setitem(sys.modules, home, types.ModuleType(home))
    sys.modules[home].ORM, sys.modules[home].orms = ORM, orms
    folder = exported("ms-swift")
    load_file(folder / "plugin.py")
    reward = orms["viewgen"](args=None)
    for item in lines_of(folder / "test.jsonl"):
        for text, worth in texts_worth(ROWS[item["id"]]):
            got = reward([text], grading=[item["grading"]], family=[item["family"]])[0]
            assert got >= 0.999 if worth else got <= 0.1 + 1e-12


# verl


def test_verl_rows_hold_what_its_reader_and_its_reward_manager_ask_for(exported, tmp_path):
    folder = exported("verl")
    compute_score = load_file(folder / "reward.py").compute_score
    seen = []
    for path in sorted(folder.glob("*.parquet")):
        part = load("parquet", [str(path)], tmp_path)["train"]
        for place, item in enumerate(part):
            row = ROWS[item["extra_info"]["id"]]
            seen.append(row["id"])
            assert item["data_source"] == f"viewgen/{row['family']}"
            assert item["extra_info"]["index"] == place
            assert item["extra_info"]["answer"] == gold(row)
            assert item["reward_model"]["style"] == "rule"
            content = item["prompt"][0]["content"]
            segments = [each for each in re.split("(<image>|<video>)", content) if each]
            assert segments.count("<image>") == len(item["images"])
            assert_shown(item["images"], row)
            for text, worth in texts_worth(row):
                got = compute_score(
                    data_source=item["data_source"],
                    solution_str=text,
                    ground_truth=item["reward_model"]["ground_truth"],
                    extra_info=item["extra_info"] | {"num_turns": None},
                )
                assert got["acc"] == pytest.approx(worth, abs=1e-9)
                assert got["score"] >= 0.999 if worth else got["score"] <= 0.1 + 1e-12
    assert sorted(seen) == sorted(ROWS)


# lmms-eval


class Loader(yaml.FullLoader):
    """Its YAML: ``!function module.name`` is read from the file beside the task."""


def function_beside(loader, node):
    module, name = loader.construct_scalar(node).rsplit(".", 1)
    return getattr(load_file(Path(loader.name).parent / f"{module}.py"), name)


Loader.add_constructor("!function", function_beside)

TASK_KEYS = {
    "task", "dataset_path", "dataset_kwargs", "test_split", "output_type", "doc_to_visual",
    "doc_to_text", "doc_to_messages", "doc_to_target", "process_results", "generation_kwargs",
    "metric_list", "metadata",
}  # fmt: skip
"""Fields of ``lmms_eval.api.task.TaskConfig`` that are used here."""


@pytest.fixture
def task(exported, tmp_path):
    """The task as lmms-eval has it after loading, from another place than it was made in."""
    moved = tmp_path / "moved"
    shutil.copytree(exported("lmms-eval"), moved)
    (path,) = sorted(moved.rglob("*.yaml"))
    with path.open("rb") as handle:
        config = yaml.load(handle, Loader)
    assert set(config) == TASK_KEYS
    assert config["task"] == path.stem == "viewgen_test"
    data = datasets.load_dataset(
        config["dataset_path"], cache_dir=str(tmp_path / "cache"), **config["dataset_kwargs"]
    )
    return config, list(data[config["test_split"]])


def test_lmms_eval_shows_each_image_where_the_question_names_it(task):
    config, docs = task
    assert sorted(doc["id"] for doc in docs) == sorted(TEST)
    for doc in docs:
        row = ROWS[doc["id"]]
        assert_shown(config["doc_to_visual"](doc), row)
        text = config["doc_to_text"](doc)
        assert text.count("<image>") == len(doc["images"])
        (turn,) = config["doc_to_messages"](doc)
        assert turn["role"] == "user"
        again = ""
        for part in turn["content"]:
            assert part["type"] in {"image", "text"}
            again += "<image>" if part["type"] == "image" else part["text"]
        assert again == text
        assert_shown([part["url"] for part in turn["content"] if part["type"] == "image"], row)
        assert doc[config["doc_to_target"]] == gold(row)


def test_lmms_eval_scores_every_form_of_answer(task):
    config, docs = task
    named = {metric["metric"]: metric for metric in config["metric_list"]}
    for doc in docs:
        plain = {name: value for name, value in doc.items() if name != "images"}
        for text, worth in texts_worth(ROWS[doc["id"]]):
            got = config["process_results"](plain, [text])
            assert set(got) <= set(named)
            assert got["correctness"] == pytest.approx(worth, abs=1e-9)
            assert got[f"correctness_{doc['family']}"] == got["correctness"]
            assert got["groups"]["exact"] == (worth == 1.0)


def test_lmms_eval_numbers_are_put_together(task):
    config, _ = task
    aggregation = {one["metric"]: one["aggregation"] for one in config["metric_list"]}
    assert aggregation["correctness"]([1.0, 0.5, 0.0]) == 0.5
    groups = [("a", True), ("a", True), ("b", True), ("b", False), ("alone", False)]
    values = [{"group": group, "exact": exact} for group, exact in groups]
    assert aggregation["groups"](values) == 0.5
    assert all(one["higher_is_better"] is True for one in config["metric_list"])


def test_lmms_eval_does_not_cut_an_answer_at_an_empty_line(task):
    """Without ``until``, it would stop at the first empty line."""
    assert task[0]["generation_kwargs"]["until"] == []


# VLMEvalKit


class ImageBaseDataset:
    """What ``vlmeval.dataset.image_base.ImageBaseDataset`` does with a table."""

    def __init__(self, dataset: str):
        data = self.load_data(dataset)
        data = data[~pd.isna(data["image"])]
        image_map = dict(zip(data["index"].map(str), data["image"].map(str), strict=True))
        for key, text in image_map.items():
            if len(text) <= 64:
                assert len(image_map[text]) > 64
                image_map[key] = image_map[text]
        data["image"] = [ast.literal_eval(image_map[str(index)]) for index in data["index"]]
        self.data = data
        self.dataset_name = dataset

    def dump_image(self, line) -> list[str]:
        return line["image"]


@pytest.fixture
def kit(exported, monkeypatch):
    """The class that is handed out, on the stand-in above."""
    modules = {
        name: types.ModuleType(name)
        for name in (
            "vlmeval", "vlmeval.dataset", "vlmeval.dataset.image_base", "vlmeval.smp",
            "vlmeval.smp.file",
        )
    }  # fmt: skip
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)
    modules["vlmeval"].dataset = modules["vlmeval.dataset"]
    modules["vlmeval.dataset"].DATASET_CLASSES = []
    modules["vlmeval.dataset"].SUPPORTED_DATASETS = ["MMBench"]
    modules["vlmeval.dataset.image_base"].ImageBaseDataset = ImageBaseDataset
    modules["vlmeval.smp"].load = lambda path: pd.read_csv(path, sep="\t")
    modules["vlmeval.smp"].dump = lambda data, path: data.to_csv(path, sep="\t", index=False)
    modules["vlmeval.smp.file"].get_intermediate_file_path = lambda path, suffix: path.replace(
        ".tsv", f"{suffix}.tsv"
    )
    return load_file(exported("vlmevalkit") / "viewgen_dataset.py").ViewgenDataset


def test_vlmevalkit_table_has_its_columns_and_whole_images(exported):
    csv.field_size_limit(10**9)
    with (exported("vlmevalkit") / "viewgen_test.tsv").open(newline="") as handle:
        lines = list(csv.DictReader(handle, delimiter="\t"))
    assert {"index", "image", "question", "answer", "category", "l2-category", "split"} <= set(
        lines[0]
    )
    assert [int(line["index"]) for line in lines] == list(range(len(TEST)))
    for line in lines:
        row = ROWS[line["id"]]
        offered = [line[letter] for letter in "ABCDEFGH" if line[letter]]
        assert offered == row["options"]
        assert line["answer"] == gold(row)
        if len(line["image"]) > 64:
            pictures = [base64.b64decode(each) for each in ast.literal_eval(line["image"])]
            assert_shown([Image.open(io.BytesIO(each)) for each in pictures], row)


def test_images_that_an_earlier_row_holds_are_not_stored_again(run, tmp_path, kit, exported):
    export(run, "vlmevalkit", tmp_path / "out", families=("ego_rotation_yaw",), splits=("train",))
    table = pd.read_csv(tmp_path / "out/viewgen_train.tsv", sep="\t")
    again = table[table["id"] == "asset0.ego_rotation_yaw.again"].iloc[0]
    first = table[table["id"] == "asset0.ego_rotation_yaw"].iloc[0]
    short = again if len(again["image"]) <= 64 else first
    long = first if short is again else again
    assert short["image"] == str(long["index"])
    assert (table["image"].str.len() > 64).sum() == 4


def test_vlmevalkit_shows_each_image_where_the_question_names_it(kit):
    assert kit.supported_datasets() == ["viewgen_test"]
    asked = kit("viewgen_test")
    assert kit.force_use_dataset_prompt  # models' own prompts put all images first
    for place in range(len(asked.data)):
        row = ROWS[asked.data.iloc[place]["id"]]
        message = asked.build_prompt(place)
        images = [part["value"] for part in message if part["type"] == "image"]
        assert_shown([Image.open(io.BytesIO(base64.b64decode(each))) for each in images], row)
        first_text = row["question"].split("<image>")[0]
        assert message[0] == {"type": "text", "value": first_text}
        assert "<answer></answer>" in message[-1]["value"]
        for option in row["options"]:
            if not option.startswith("image "):
                assert option in message[-1]["value"]


@pytest.mark.parametrize("which", range(5))
def test_vlmevalkit_answers_are_scored_without_a_judge(kit, tmp_path, which):
    table = kit("viewgen_test").data.drop(columns=["image"])
    told = [texts_worth(ROWS[name])[which] for name in table["id"]]
    table["prediction"] = [text for text, _ in told]
    table.to_csv(tmp_path / "model_viewgen_test.tsv", sep="\t", index=False)
    results = kit("viewgen_test").evaluate(str(tmp_path / "model_viewgen_test.tsv"))
    assert results["family"].tolist()[0] == "Overall"
    assert sorted(results["family"][1:]) == sorted({ROWS[name]["family"] for name in TEST})
    assert results["correctness"].tolist() == pytest.approx([100.0 * told[0][1]] * len(results))
    assert results["questions"].tolist()[0] == len(TEST)
    assert (tmp_path / "model_viewgen_test_acc.tsv").exists()


def test_vlmevalkit_run_makes_the_dataset_known_and_runs_its_own_main(
    kit, exported, tmp_path, monkeypatch
):
    """``run.py`` of a checkout is run as it is, with the dataset in the lists that it reads."""
    (tmp_path / "run.py").write_text(
        "import pathlib, vlmeval.dataset as known\n"
        "names = [c.__name__ for c in known.DATASET_CLASSES]\n"
        "pathlib.Path('seen').write_text(f'{__name__} {names} {known.SUPPORTED_DATASETS}')\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "viewgen_dataset", raising=False)
    load_file(exported("vlmevalkit") / "run_viewgen.py").main()
    assert (tmp_path / "seen").read_text() == (
        "__main__ ['ViewgenDataset'] ['MMBench', 'viewgen_test']"
    )
    monkeypatch.delitem(sys.modules, "viewgen_dataset")
