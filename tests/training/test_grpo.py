"""Reinforcement: weights move where tries differ in worth, and what was taught is rehearsed."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from tiny_training import loaded_from, recipe_with

from viewpoint_gen.errors import ModelError
from viewpoint_gen.qa.score import Score
from viewpoint_gen.training import curriculum, dev, grpo
from viewpoint_gen.training.checkpoints import load_weights
from viewpoint_gen.training.config import CurriculumConfig
from viewpoint_gen.training.curriculum import middling, prompts_to_learn, repeated
from viewpoint_gen.training.grpo import train_grpo
from viewpoint_gen.training.journal import read_log
from viewpoint_gen.training.reference import Reference
from viewpoint_gen.training.trainable import choose_trainable


def lines(out):
    return [line for line in read_log(out / "grpo") if "loss" in line]


def weights(loaded):
    return [p.detach().clone() for p in loaded.model.parameters()]


def moved(before, loaded):
    return any(
        not torch.equal(b, p) for b, p in zip(before, loaded.model.parameters(), strict=True)
    )


def rewarded(monkeypatch, values):
    """Rewards by place in the batch, in turn, whatever is said."""

    def correctness_reward(completions, **_):
        return [values[place % len(values)] for place in range(len(completions))]

    monkeypatch.setattr(grpo, "correctness_reward", correctness_reward)
    monkeypatch.setattr(grpo, "form_reward", lambda completions, **_: [0.0] * len(completions))


NO_REPLAY = {"replay_share": 0.0}


def test_two_steps_move_the_weights_where_tries_differ_in_worth(
    data, taught, tmp_path, monkeypatch
):
    rewarded(monkeypatch, [0.9, 0.0])
    loaded = loaded_from(taught)
    before = weights(loaded)
    summary = train_grpo(loaded, data, recipe_with(grpo=NO_REPLAY), tmp_path)
    assert moved(before, loaded)
    assert summary.stage.steps == 2
    first = lines(tmp_path)[0]
    assert first["reward"] == pytest.approx(0.45)
    assert first["groups_without_spread"] == 0.0
    assert first["kl"] == pytest.approx(0.0, abs=1e-6)  # it is the supervised model still
    assert lines(tmp_path)[1]["kl"] > 1e-6
    assert first["entropy"] > 0.0
    assert 1.0 <= first["completions/mean_length"] <= 24.0
    assert "replay_loss" not in first


def test_where_all_tries_are_worth_the_same_nothing_is_learnt(data, taught, tmp_path, monkeypatch):
    rewarded(monkeypatch, [0.9])
    loaded = loaded_from(taught)
    recipe = recipe_with(grpo=NO_REPLAY | {"beta": 0.0, "weight_decay": 0.0, "steps": 1})
    train_grpo(loaded, data, recipe, tmp_path)
    line = lines(tmp_path)[0]
    assert line["groups_without_spread"] == 1.0
    assert line["loss"] == pytest.approx(0.0, abs=1e-6)
    assert "kl" not in line


def test_no_steps_are_no_stage(data, taught, tmp_path):
    assert train_grpo(loaded_from(taught), data, recipe_with(grpo={"steps": 0}), tmp_path) is None
    assert not (tmp_path / "grpo").exists()


def test_replay_is_its_share_of_the_loss(data, taught, tmp_path, monkeypatch):
    rewarded(monkeypatch, [0.9])  # no policy loss: what is left is the rehearsal
    loaded = loaded_from(taught)
    before = weights(loaded)
    recipe = recipe_with(grpo={"replay_share": 0.25, "beta": 0.0, "steps": 1})
    train_grpo(loaded, data, recipe, tmp_path)
    line = lines(tmp_path)[0]
    assert line["replay_loss"] > 0.05
    assert line["loss"] == pytest.approx(0.25 * line["replay_loss"], rel=1e-4)
    assert moved(before, loaded)


def test_the_reward_is_the_scorer_s_and_both_styles_are_asked(data, taught, tmp_path, monkeypatch):
    seen = []
    real = grpo.correctness_reward

    def correctness_reward(completions, prompts, grading, **_):
        seen.extend(prompts)
        return real(completions, grading)

    monkeypatch.setattr(grpo, "correctness_reward", correctness_reward)
    recipe = recipe_with(grpo={"prompts": 6, "group": 2, "thinking_share": 0.5, "steps": 1})
    train_grpo(loaded_from(taught), data, recipe, tmp_path)
    asked = [prompt[-1]["content"][-1]["text"] for prompt in seen]
    thinking = [text.endswith("inside <think></think>.") for text in asked]
    assert 0 < sum(thinking) < len(thinking)
    line = lines(tmp_path)[0]
    assert line["reward"] == pytest.approx(
        line["rewards/correctness_reward/mean"] + line["rewards/form_reward/mean"], abs=1e-6
    )
    assert line["rewards/form_reward/mean"] <= 0.1


def test_resumed_it_goes_on_as_if_it_had_not_stopped(data, taught, tmp_path, monkeypatch):
    recipe = recipe_with(grpo={"steps": 3})
    train_grpo(loaded_from(taught), data, recipe, tmp_path / "whole")
    save = grpo.MarksWhole.on_save

    def killed_at_the_second(self, args, state, control, **more):
        if state.global_step == 2:
            raise KeyboardInterrupt
        save(self, args, state, control, **more)

    monkeypatch.setattr(grpo.MarksWhole, "on_save", killed_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        train_grpo(loaded_from(taught), data, recipe, tmp_path / "killed")
    monkeypatch.setattr(grpo.MarksWhole, "on_save", save)
    train_grpo(loaded_from(taught), data, recipe, tmp_path / "killed")
    kept = ("step", "loss", "reward", "kl", "replay_loss", "lr")
    whole, killed = (
        [{name: line[name] for name in kept} for line in lines(tmp_path / out)]
        for out in ("whole", "killed")
    )
    assert killed == whole
    assert [line["step"] for line in whole] == [1, 2, 3]


@pytest.mark.parametrize(
    ("devs", "kept"),
    [
        ([0.50, 0.47, 0.45], 0),  # the best lost three points
        ([0.50, 0.493, 0.46], 1),  # within one point
        ([0.50, 0.52, 0.61], 2),
        ([0.50, 0.61, 0.61], 1),  # a later one must do better
    ],
)
def test_the_dev_set_chooses_the_weights(data, taught, tmp_path, monkeypatch, devs, kept):
    given = iter(devs)
    monkeypatch.setattr(
        dev, "scored_tries", lambda *_, **__: [[Score(next(given), False, True, "A")]]
    )
    monkeypatch.setattr(grpo, "in_style", lambda cache, *_: data_rows(cache))
    loaded = loaded_from(taught)
    choose_trainable(loaded, recipe_with())
    supervised = weights(loaded)
    summary = train_grpo(loaded, data, recipe_with(grpo={"dev_items": 1}), tmp_path)
    assert summary.kept_step == kept
    assert summary.dev_before == pytest.approx(0.50)
    assert summary.dev_after == pytest.approx(devs[kept])
    assert moved(supervised, loaded) == (kept > 0)
    if kept == 2:
        own = weights(loaded)
        load_weights(loaded.model, tmp_path / "grpo" / "checkpoint-2" / "trained.safetensors")
        assert not moved(own, loaded)
    assert read_log(tmp_path / "grpo")[-1]["of_step"] == kept

    again = loaded_from(taught)  # it is done: nothing is trained or looked at a second time
    assert train_grpo(again, data, recipe_with(grpo={"dev_items": 1}), tmp_path) == summary
    assert moved(supervised, again) == (kept > 0)


def data_rows(cache):
    return curriculum.in_style(cache, [0], 0.0)


TRIED = {
    "id": ["never", "seldom", "always", "equal", "often", "too often"],
    "family": ["f"] * 6,
    "number": [0, 1, 2, 3, 4, 5],
    "reasoned": [False, True, False, False, True, False],
    "success": [0.0, 0.125, 1.0, 0.5, 0.9, 0.95],
    "spread": [0.0, 1.0, 0.0, 0.0, 1.0, 1.0],
    "well_formed": [1.0] * 6,
}


def test_what_is_neither_too_easy_nor_too_hard_is_kept():
    config = CurriculumConfig(lowest=0.1, highest=0.9)
    assert middling(pa.table(TRIED), config) == [False, True, False, False, True, False]
    wide = CurriculumConfig(lowest=0.0, highest=1.0)
    assert middling(pa.table(TRIED), wide) == [False, True, False, False, True, True]
    with pytest.raises(ModelError, match="of 6 questions that the supervised model tried 8 times"):
        middling(pa.table(TRIED), CurriculumConfig(lowest=0.2, highest=0.4))


def test_the_pool_is_tried_once_and_kept(data, tmp_path, monkeypatch):
    asked = []

    def tried(_, drawn, *, tries, **__):
        asked.append(len(drawn))
        worth = [[1.0] * tries, [0.0] * tries, [1.0, *[0.0] * (tries - 1)]]
        return [[Score(w, w == 1, True, "A") for w in worth[n % 3]] for n in range(len(drawn))]

    monkeypatch.setattr(curriculum, "scored_tries", tried)
    recipe = recipe_with(grpo={"curriculum": {"pool": 12, "samples": 4}, "thinking_share": 0.5})
    kept = prompts_to_learn(None, data.run, recipe, tmp_path)
    table = pq.read_table(tmp_path / "curriculum.parquet").to_pydict()
    assert table["success"] == [1.0, 0.0, 0.25] * 4
    assert [row.number for row in kept] == table["number"][2::3]
    assert [row.reasoned for row in kept] == table["reasoned"][2::3]
    assert len(set(table["number"])) == 12
    assert prompts_to_learn(None, data.run, recipe, tmp_path) == kept
    assert asked == [12]


def test_few_prompts_are_repeated_until_they_fill_a_step():
    assert repeated(["a", "b", "c"], 7) == ["a", "b", "c"] * 3
    assert repeated(["a", "b"], 2) == ["a", "b"]


def test_a_reference_answers_as_the_model_did_and_leaves_it_as_it_is(taught):
    loaded = loaded_from(taught)
    choose_trainable(loaded, recipe_with())
    ids = torch.arange(10, 20)[None]
    before = loaded.model(input_ids=ids).logits
    reference = Reference(loaded.model)
    with torch.no_grad():
        for parameter in loaded.model.parameters():
            parameter.add_(0.01)
    changed = loaded.model(input_ids=ids).logits
    assert not torch.allclose(changed, before)
    assert torch.equal(reference(input_ids=ids).logits, before)
    assert torch.equal(loaded.model(input_ids=ids).logits, changed)
    reference.restore()
    assert torch.equal(loaded.model(input_ids=ids).logits, before)
