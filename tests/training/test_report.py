"""The whole command on a tiny run: what comes out is whole, valid, and the same the second time."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import ModelCard
from PIL import Image
from playwright.sync_api import Browser, Page
from seen_run import write_seen_run

from viewpoint_gen.cli import main
from viewpoint_gen.evaluation.predictors.local import folder_digest
from viewpoint_gen.training.journal import read_log

STEPS = {"geometry": 3, "primer": 3, "misread": 3, "sight": 3, "sft": 3, "grpo": 2}
SETTINGS = (
    "tower.steps=3", "tower.batch=2", "tower.check_pairs=4",
    "primer.steps=3", "primer.batch=2", "primer.planned_objects=4",
    "misread.steps=3", "misread.batch=2",
    "sight.steps=3", "sight.batch=2", "sft.steps=3", "sft.batch=4",
    "grpo.steps=2", "grpo.checkpoint_steps=1", "grpo.prompts=2", "grpo.group=2",
    "grpo.max_completion_tokens=8", "grpo.replay_batch=2", "grpo.dev_items=4",
    "grpo.dev_most_drop=1.0", "grpo.curriculum.pool=0", "grpo.warmup_steps=0", "grpo.lr=0.01",
)  # fmt: skip


def command(monkeypatch, capsys, *args: object) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of ``viewgen train-baseline``."""
    monkeypatch.setattr(sys, "argv", ["viewgen", "train-baseline", *map(str, args)])
    with pytest.raises(SystemExit) as ended:
        main()
        raise SystemExit(0)
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


def complaint(err: str) -> str:
    lines = [line for line in err.splitlines() if line.startswith("viewgen: ")]
    assert len(lines) == 1, err
    return lines[0]


@pytest.fixture(scope="module")
def seen_run(tmp_path_factory) -> Path:
    return write_seen_run(tmp_path_factory.mktemp("report") / "things")


@pytest.fixture(scope="module")
def trained(seen_run, tmp_path_factory) -> tuple[Path, dict, dict]:
    """The folder, and what the command said the first and the second time."""
    out = tmp_path_factory.mktemp("baseline")
    said = []
    with pytest.MonkeyPatch.context() as patch:
        printed: list[str] = []
        patch.setattr("viewpoint_gen.cli.output.typer.echo", printed.append)
        settings = [part for setting in SETTINGS for part in ("--set", setting)]
        argv = ["viewgen", "train-baseline", str(seen_run), "--out", str(out), "--json"]
        patch.setattr(sys, "argv", [*argv, "--device", "cpu", "--eval-limit", "4", *settings])
        for _ in range(2):
            with pytest.raises(SystemExit) as ended:
                main()
            assert not ended.value.code
            said.append(json.loads("\n".join(printed)))
            printed.clear()
    return out, said[0], said[1]


def test_every_stage_is_told_with_its_steps(trained):
    out, said, _ = trained
    assert {name: stage["steps"] for name, stage in said["stages"].items()} == STEPS
    for name, steps in STEPS.items():
        losses = [line["loss"] for line in read_log(out / name) if "loss" in line]
        assert len(losses) == steps
        assert said["stages"][name]["first_loss"] == pytest.approx(losses[0], abs=1e-4)
        assert said["stages"][name]["last_loss"] == pytest.approx(losses[-1], abs=1e-4)
    assert said["training"]["learnt_from"]["questions"] == 7 * 4 + 1  # four assets, one asked again
    assert said["training"]["learnt_from"]["objects"] == 4
    assert said["training"]["learnt_from"]["licences"] == {"CC0-1.0": 2, "CC-BY-4.0": 2}


def test_the_exam_is_of_the_test_split_and_has_peers(trained):
    _, said, _ = trained
    exam = said["exams"]["things"]
    assert exam["splits"] == ["test"]
    assert (exam["questions"], exam["objects"]) == (4, 1)
    names = ["after SFT", "after GRPO", "blind", "geometric", "constant", "random"]
    assert list(exam["models"]) == sorted(names)  # JSON sorts them
    assert exam["grpo_minus_sft"] is not None


def test_the_same_command_again_does_nothing_twice_and_says_the_same(trained):
    out, first, second = trained
    assert second["exams"] == first["exams"]
    assert second["stages"] == first["stages"]

    def but_memory(said):  # both times it is that of one process, which may only grow
        return {k: v for k, v in said["training"].items() if k != "peak_memory_mb"}

    assert but_memory(second) == but_memory(first)
    for path in (out / "eval" / "things" / "replies").glob("*.jsonl"):
        ids = [json.loads(line)["id"] for line in path.read_text().splitlines()]
        assert len(ids) == len(set(ids)) == 4, path
    names = {path.name.rsplit("-", 1)[0] for path in (out / "eval/things/replies").iterdir()}
    assert len(names) == len(list((out / "eval/things/replies").iterdir()))  # no model twice


def test_a_card_does_not_change_what_a_model_is_told_by(trained, tmp_path):
    copy = shutil.copytree(trained[0] / "model", tmp_path / "model")
    before = folder_digest(copy)
    (copy / "README.md").write_text("other words")
    assert folder_digest(copy) == before
    (copy / "config.json").write_text("{}")
    assert folder_digest(copy) != before


def test_the_card_is_valid_and_says_the_figures(trained):
    out, said, _ = trained
    card = ModelCard.load(out / "model" / "README.md")
    data = card.data
    assert (data.library_name, data.pipeline_tag) == ("transformers", "image-text-to-text")
    assert (data.license, data.base_model) == ("apache-2.0", None)
    models = said["exams"]["things"]["models"]
    finished = models["after GRPO"]
    stated = {result.metric_name: result.metric_value for result in data.eval_results}
    assert stated["mean over families"] == pytest.approx(finished["mean"]["value"], abs=1e-4)
    assert all(result.dataset_name == "things" for result in data.eval_results)
    assert said["training"]["data"] in card.text
    for family in said["exams"]["things"]["not_learned"]:
        assert f"`{family}`" in card.text
    assert "/" + str(out).strip("/") not in card.text  # no path of this machine
    attribution = (out / "model" / "ATTRIBUTION.md").read_text()
    assert "author 3" in attribution
    assert "author 5" not in attribution  # held out: not learnt from


def test_the_cards_code_runs(trained, tmp_path):
    card = (trained[0] / "model" / "README.md").read_text()
    code = re.search(r"```python\n(.*?)```", card, re.DOTALL)
    assert code is not None
    for name in ("one.jpg", "two.jpg"):
        Image.new("RGB", (48, 40), "red").save(tmp_path / name)
    text = code[1].replace("path/to/this/folder", str(trained[0] / "model"))
    for name in ("one.jpg", "two.jpg"):
        text = text.replace(name, str(tmp_path / name))
    exec(compile(text, "card", "exec"), {})


@pytest.fixture
def page(browser: Browser, trained) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1300, "height": 900})
    one = context.new_page()
    complaints: list[str] = []
    requests: list[str] = []
    one.on("console", lambda message: complaints.append(message.text))
    one.on("pageerror", lambda error: complaints.append(str(error)))
    one.on("request", lambda request: requests.append(request.url))
    one.goto((trained[0] / "index.html").as_uri())
    yield one
    context.close()
    assert complaints == []
    assert [url for url in requests if not url.startswith(("file://", "data:"))] == []


def test_the_page_shows_curves_results_and_examples(page, trained):
    out, said, _ = trained
    sections = page.locator("section.stage")
    assert [each.get_attribute("data-stage") for each in sections.all()] == list(STEPS)
    loss = page.locator("section[data-stage=sft] figure[data-plot=Loss]")
    corners = loss.locator("polyline").get_attribute("points").split()
    assert len(corners) == STEPS["sft"]
    loss.locator("summary").click()
    assert loss.locator("tbody th").all_inner_texts() == ["1", "2", "3"]
    mean = page.locator("tr[data-figure=mean] td").all_inner_texts()
    values = [each["mean"]["value"] for each in said["exams"]["things"]["models"].values()]
    assert sorted(cell.split(" ")[0] for cell in mean[1:]) == sorted(
        f"{100 * value:.1f}" for value in values
    )
    link = page.locator("a", has_text="everything about it").get_attribute("href")
    assert (out / link).is_file()
    assert page.locator(".example").count() == 4
    for picture in page.locator(".example img").all():
        picture.scroll_into_view_if_needed()
        assert picture.evaluate("img => img.decode().then(() => img.naturalWidth)") == 48


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_scrolls_in_one_direction_only(page, scheme):
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_wrong_words_are_one_line_each(monkeypatch, capsys, seen_run, tmp_path):
    def refused(*args: object) -> tuple[int, str]:
        code, _, err = command(monkeypatch, capsys, *args, "--out", tmp_path / "out")
        return code, complaint(err)

    code, line = refused(seen_run, "--mix", "somewhere")
    assert code == 2
    assert "PATH=SHARE" in line
    code, line = refused(seen_run, "--stages", "sft,dpo")
    assert code == 2
    assert "'dpo'" in line
    assert "geometry, sft, grpo" in line
    code, line = refused(seen_run, "--set", "sft.lrr=1")
    assert code == 2
    assert "sft.lr" in line
    bare = shutil.copytree(seen_run, tmp_path / "bare")
    shutil.rmtree(bare / "qa")
    (bare / "qa.json").unlink()
    code, line = refused(bare)
    assert code == 4
    assert "viewgen qa" in line
    code, line = refused(seen_run, "--eval", bare)  # known before anything is trained
    assert code == 4
    assert not (tmp_path / "out" / "data").exists()


def test_without_the_extra_one_line_says_what_to_type(monkeypatch, capsys, seen_run):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "trl" else find(name)
    )
    code, _, err = command(monkeypatch, capsys, seen_run)
    assert code == 5
    assert "trl not installed" in complaint(err)
    assert "pip install 'viewpoint-gen[train]'" in complaint(err)


def test_the_help_has_examples_and_brings_no_torch(monkeypatch, capsys):
    code, out, _ = command(monkeypatch, capsys, "--help")
    assert code == 0
    assert "viewgen train-baseline runs/chairs" in out
    loaded = subprocess.run(
        [
            sys.executable, "-c",
            "import sys, viewpoint_gen.cli, viewpoint_gen.training.config; print(*sys.modules)",
        ],
        capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    assert not {"torch", "transformers", "trl"} & set(loaded)
