"""``viewgen eval`` from the command line, on a small run and a tiny model."""

from __future__ import annotations

import json
import shutil
import sys

import pytest
from small_run import write_run
from typer.testing import CliRunner

from viewpoint_gen.cli.app import app
from viewpoint_gen.errors import EnvironmentProblem, ModelError, RecipeError, RunIncomplete


def invoke(*args):
    return CliRunner().invoke(app, ["eval", *map(str, args)])


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return write_run(tmp_path_factory.mktemp("cli") / "run")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """An untrained model whose eyes say something all the same."""
    import torch

    from viewpoint_gen.models.loading import load_image_text, save_image_text
    from viewpoint_gen.models.tiny import build_tiny

    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("models") / "tiny"
    texts = ["Image 1: <image>\nWhich way?\nA. left\nB. right\n<answer>A</answer> 0 1 2 3 . - ,"]
    build_tiny(folder, texts, seed=0, image_px=32)
    loaded = load_image_text(str(folder), device="cpu")
    torch.nn.init.normal_(loaded.model.model.multi_modal_projector.linear_2.weight, std=0.1)
    save_image_text(loaded, folder)
    return folder


def test_the_summary_is_the_result_and_lies_beside_the_page(run):
    done = invoke(run, "--model", "random", "--model", "constant", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told == json.loads((run / "eval" / "eval.json").read_text())
    assert [model["name"] for model in told["models"]] == ["random", "constant"]
    assert told["models"][0]["questions"] == 7
    assert (told["split"], told["qa_fingerprint"]) == ("test", "questions")
    assert "<html" in (run / "eval" / "index.html").read_text()
    shutil.rmtree(run / "eval")


def test_people_get_a_table(run, tmp_path):
    done = invoke(run, "--model", "random", "--out", tmp_path, "--split", "train,test")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["random"]
    assert any(line.startswith("choose_view") for line in lines)
    assert lines[-1] == f"All of it: {tmp_path / 'index.html'}"


def test_a_model_of_this_machine_and_the_same_one_blind(run, tiny, tmp_path):
    named = ["--model", tiny, "--model", f"blind:{tiny}", "--max-new-tokens", 4]
    done = invoke(run, *named, "--out", tmp_path, "--json")
    assert done.exit_code == 0, done.output
    sees, blind = json.loads(done.stdout)["models"]
    assert blind["name"] == f"blind:{tiny}"
    assert sees["calibration"]["questions"] == blind["calibration"]["questions"] == 3  # choices
    replies = [
        [json.loads(line) for line in path.read_text().splitlines()]
        for path in sorted((tmp_path / "replies").iterdir())
    ]
    for reply in [each for some in replies for each in some if each["options"]]:
        assert sum(reply["options"].values()) == pytest.approx(1.0)
    # an untrained model that can't see says the same of the same words; one that sees doesn't
    chances = [{each["id"]: each["options"] for each in some} for some in replies]
    assert chances[0] != chances[1]
    before = {path: path.read_bytes() for path in (tmp_path / "replies").iterdir()}
    assert invoke(run, *named, "--out", tmp_path).exit_code == 0
    assert before == {path: path.read_bytes() for path in (tmp_path / "replies").iterdir()}


def test_a_model_that_was_trained_on_is_asked_again(run, tiny, tmp_path):
    from viewpoint_gen.evaluation import Settings, predictor_named

    copy = shutil.copytree(tiny, tmp_path / "model")
    first = predictor_named(str(copy), Settings()).fingerprint()
    assert predictor_named(str(copy), Settings()).fingerprint() == first
    assert predictor_named(f"blind:{copy}", Settings()).fingerprint() != first
    assert predictor_named(str(copy), Settings(max_new_tokens=3)).fingerprint() != first
    weights = copy / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    assert predictor_named(str(copy), Settings()).fingerprint() != first


def test_option_chances_are_those_of_the_reply_it_would_begin(tiny):
    """Against the model's own distribution after the same prompt and ``<answer>``, each alone."""
    import torch
    from small_exam import picture, question, yaw

    from viewpoint_gen.evaluation.predictors.local import letter_chances
    from viewpoint_gen.models.chat import encoded
    from viewpoint_gen.models.loading import load_image_text

    loaded = load_image_text(str(tiny), device="cpu")
    asked = [question(yaw("1", "A")), question(yaw("2", "B") | {"question": "<image><image>Well?"})]
    prompts, shown = [one.prompt for one in asked], [one.pictures() for one in asked]
    got = letter_chances(loaded, prompts, shown, ["ABC", "ABC"])
    tokenizer = loaded.processor.tokenizer
    for chance, prompt, images in zip(got, prompts, shown, strict=True):
        inputs = encoded(loaded, [prompt], [images])
        begun = tokenizer("<answer>", add_special_tokens=False, return_tensors="pt")["input_ids"]
        ids = torch.cat([inputs["input_ids"], begun], dim=1)
        with torch.inference_mode():
            out = loaded.model(
                input_ids=ids, attention_mask=torch.ones_like(ids),
                pixel_values=inputs["pixel_values"],
            )  # fmt: skip
        letters = tokenizer.convert_tokens_to_ids(["A", "B", "C"])
        alone = torch.softmax(out.logits[0, -1, letters].float(), dim=0).tolist()
        assert list(chance.values()) == pytest.approx(alone, abs=1e-4)
    assert picture()


@pytest.mark.parametrize(
    ("args", "kind", "says"),
    [
        (["--model", "no/such/folder"], ModelError, "no such folder"),
        (["--model", "openai:m"], ModelError, "give --base-url"),
        (["--model", "random", "--split", "tests"], RecipeError, "no split is called 'tests'"),
        (["--model", "random", "--benchmark", "blink"], RecipeError, "give --out DIR"),
        (["--model", "random", "--model", "random"], RecipeError, "name each once"),
    ],
)
def test_what_is_wrong_is_one_line(run, args, kind, says):
    done = invoke(run, *args)
    assert isinstance(done.exception, kind), done.output
    assert says in str(done.exception)
    assert "\n" not in str(done.exception)


def test_a_run_without_questions(tmp_path):
    done = invoke(tmp_path, "--model", "random")
    assert isinstance(done.exception, RunIncomplete)
    assert "viewgen qa" in str(done.exception)


def test_without_the_extra_it_says_what_to_install(run, monkeypatch):
    import importlib.util

    found = importlib.util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name, *a: None if name == "torch" else found(name, *a)
    )
    done = invoke(run, "--model", "random")
    assert isinstance(done.exception, EnvironmentProblem)
    assert "pip install 'viewpoint-gen[train]'" in str(done.exception)


def test_help_needs_no_torch():
    import subprocess

    code = (
        "import sys; from viewpoint_gen.cli.app import app; "
        "sys.exit(int('torch' in sys.modules or 'cv2' in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
