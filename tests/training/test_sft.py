"""Supervised training: it learns, it is kept, and a kill changes nothing."""

import json
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from stock_processors import idefics3_folder
from tiny_training import loaded_from, recipe_with, texts_of

from viewpoint_gen.errors import RecipeChanged
from viewpoint_gen.models.chat import generate_replies, messages_of, reply_message
from viewpoint_gen.models.loading import load_image_text, save_image_text
from viewpoint_gen.training.checkpoints import newest_checkpoint
from viewpoint_gen.training.journal import read_log
from viewpoint_gen.training.scoring_head import IGNORED, score_labelled, scoring_labelled_only
from viewpoint_gen.training.sft import train_sft

HERE = Path(__file__).parent


def losses(out, stage="sft"):
    return {line["step"]: line["loss"] for line in read_log(out / stage) if "loss" in line}


def replies(loaded, data):
    items = [data.run.items[number] for number in range(0, 29, 4)]
    images = [data.run.images(item["pictures"]) for item in items]
    prompts = [item["prompt"] for item in items]
    return generate_replies(loaded, prompts, images, max_new_tokens=12)


def loss_on_text(loaded, data):
    """Of the replies, where the pictures aren't shown."""
    tokenizer, losses = loaded.processor.tokenizer, []
    for item in data.run.items:
        for style in ("", "reasoned_"):
            asked = messages_of(item[f"{style}prompt"].replace("<image>", ""))
            masked = tokenizer.apply_chat_template(
                [*asked, reply_message(item[f"{style}reply"])],
                return_dict=True,
                return_assistant_tokens_mask=True,
                return_tensors="pt",
            )
            ids = masked["input_ids"]
            labels = ids.masked_fill(masked["assistant_masks"].view_as(ids) == 0, IGNORED)
            with torch.no_grad():
                losses.append(score_labelled(loaded.model, {"input_ids": ids}, labels).loss.item())
    return sum(losses) / len(losses)


def test_the_loss_falls_and_the_log_says_how_fast(data, untaught, tmp_path):
    loaded = loaded_from(untaught)
    nothing_known = loss_on_text(loaded, data)
    summary = train_sft(loaded, data, recipe_with(sft={"steps": 10}), tmp_path)
    curve = losses(tmp_path)
    assert list(curve) == list(range(1, 11))
    assert curve[1] == pytest.approx(nothing_known, abs=0.4)
    entries = loaded.model.get_output_embeddings().weight.shape[0]
    assert nothing_known > math.log(entries)  # it is sure of what is wrong
    assert summary.last_loss == curve[10] < curve[1] - 1.0
    assert summary.steps == 10
    line = read_log(tmp_path / "sft")[4]
    assert line["tokens_per_s"] > 0
    assert line["seconds"] > 0
    # one step of warm-up, then half a cosine over the nine that are left
    assert line["lr"] == pytest.approx(1e-3 * (1 + torch.cos(torch.tensor(torch.pi * 3 / 9))) / 2)
    assert list((tmp_path / "sft" / "tensorboard").iterdir())


def test_a_model_that_is_saved_and_loaded_gives_the_same_answers(data, taught, tmp_path):
    loaded = loaded_from(taught)
    before = replies(loaded, data)
    assert all(reply.startswith("<answer>") for reply in before)
    save_image_text(loaded, tmp_path / "again")
    assert replies(loaded_from(tmp_path / "again"), data) == before


def test_killed_and_resumed_the_losses_are_those_of_a_training_that_was_not(
    run, data, untaught, tmp_path
):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    recipe = recipe_with(sft={"steps": 400, "checkpoint_steps": 3})
    command = [sys.executable, str(HERE / "drive_sft.py"), str(run), str(data.run.folder.parent)]
    with subprocess.Popen(
        [*command, str(untaught), str(killed)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([*sys.path])},
        stderr=subprocess.DEVNULL,
    ) as child:
        deadline_s = time.monotonic() + 120.0
        while max(losses(killed), default=0) < 8 and time.monotonic() < deadline_s:
            assert child.poll() is None
            time.sleep(0.02)
        child.send_signal(signal.SIGKILL)
    assert child.returncode == -signal.SIGKILL
    _, kept_step = newest_checkpoint(killed / "sft")
    reached = max(losses(killed))
    assert 3 <= kept_step < 400

    for out in (killed, whole):
        with until_step(reached + 2):
            train_sft(loaded_from(untaught), data, recipe, out)
    assert losses(killed) == losses(whole)
    assert list(losses(killed)) == list(range(1, reached + 3))


class until_step:  # noqa: N801 - reads as a statement
    """Ends a training after a step, as Ctrl-C would."""

    def __init__(self, step):
        self.step = step

    def __enter__(self):
        self.patch = pytest.MonkeyPatch()
        from viewpoint_gen.training import journal

        written = journal.Journal.note

        def note(this, step, values):
            written(this, step, values)
            if step >= self.step:
                raise KeyboardInterrupt

        self.patch.setattr(journal.Journal, "note", note)

    def __exit__(self, kind, error, trace):
        self.patch.undo()
        return kind is KeyboardInterrupt


def test_a_finished_stage_gives_its_weights_at_once(data, untaught, tmp_path):
    first = loaded_from(untaught)
    train_sft(first, data, recipe_with(), tmp_path)
    log = (tmp_path / "sft" / "log.jsonl").read_bytes()
    again = loaded_from(untaught)
    summary = train_sft(again, data, recipe_with(), tmp_path)
    assert (tmp_path / "sft" / "log.jsonl").read_bytes() == log
    assert summary.steps == 6
    for one, other in zip(first.model.parameters(), again.model.parameters(), strict=True):
        assert torch.equal(one, other)


def test_checkpoints_of_another_recipe_are_refused_in_one_line(data, untaught, tmp_path):
    train_sft(loaded_from(untaught), data, recipe_with(sft={"steps": 1}), tmp_path)
    with pytest.raises(RecipeChanged, match="another recipe or of other data"):
        train_sft(loaded_from(untaught), data, recipe_with(sft={"steps": 2}), tmp_path)
    other_stage = recipe_with(sft={"steps": 1}, grpo={"beta": 0.5})
    train_sft(loaded_from(untaught), data, other_stage, tmp_path)  # GRPO comes later


def test_scoring_labelled_positions_gives_the_model_s_own_loss(data, untaught):
    loaded = loaded_from(untaught)
    ids = torch.randint(8, 300, (3, 12), generator=torch.Generator().manual_seed(0))
    mask = torch.ones_like(ids)
    labels = ids.clone()
    labels[0, :7] = labels[1, :2] = labels[2, 9:] = -100
    inputs = {"input_ids": ids, "attention_mask": mask}
    whole = loaded.model(**inputs, labels=labels)
    ours = score_labelled(loaded.model, inputs, labels)
    assert ours.loss.item() == pytest.approx(whole.loss.item(), rel=1e-5)
    log_probs = torch.log_softmax(whole.logits[:, :-1], dim=-1)
    expected = log_probs.gather(2, ids[:, 1:, None])[..., 0] * (labels[:, 1:] != -100)
    assert torch.allclose(ours.log_probs, expected, atol=1e-5)
    entropy = torch.distributions.Categorical(logits=whole.logits[0, 8]).entropy()
    assert ours.entropy[0, 8].item() == pytest.approx(entropy.item(), rel=1e-4)
    assert ours.entropy[0, 2] == 0.0

    with scoring_labelled_only(loaded.model, temperature=2.0) as ready:
        ready()
        cooler = loaded.model(**inputs, labels=labels, fused_lm_head=True)
        plain = loaded.model(**inputs)
    assert torch.equal(plain.logits, whole.logits)
    halved = torch.log_softmax(whole.logits[:, :-1] / 2, dim=-1).gather(2, ids[:, 1:, None])[..., 0]
    assert torch.allclose(cooler.log_probs[0, 8:], halved[0, 8:], atol=1e-5)
    assert "forward" not in loaded.model.__dict__


def test_lora_trains_another_architecture_and_is_kept(data, tmp_path):
    folder = idefics3_folder(tmp_path / "idefics3", texts_of(data))
    recipe = recipe_with(
        lora={"rank": 4, "alpha": 8}, sft={"steps": 8, "lr": 2e-2, "batch": 4}, model=str(folder)
    )
    loaded = loaded_from(folder)
    before = {name: p.clone() for name, p in loaded.model.named_parameters()}
    train_sft(loaded, data, recipe, tmp_path / "out")
    curve = losses(tmp_path / "out")
    assert curve[8] < curve[1]
    adapted = dict(loaded.model.get_base_model().named_parameters())
    plain = {name.replace(".base_layer", ""): p for name, p in adapted.items()}
    assert all(torch.equal(plain[name], p) for name, p in before.items())
    sizes = [p.numel() for p in loaded.model.parameters() if p.requires_grad]
    checkpoint = newest_checkpoint(tmp_path / "out" / "sft")[0]
    stored = (checkpoint / "trained.safetensors").stat().st_size
    assert stored < 4 * sum(sizes) + 20_000  # the adapters, and a header
    said = replies(loaded, data)
    save_image_text(loaded, tmp_path / "adapter")
    assert replies(load_image_text(str(tmp_path / "adapter"), device="cpu"), data) == said


def test_the_log_of_a_stage_is_json_lines(taught):
    lines = (taught.parent / "sft" / "log.jsonl").read_text().splitlines()
    assert {"step", "loss", "lr", "seconds", "tokens_per_s"} <= set(json.loads(lines[-1]))
