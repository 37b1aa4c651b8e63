"""Reinforcement with TRL's GRPO: the scorer is the reward, and what was taught is rehearsed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from torch import Tensor
from trl import GRPOConfig as TrlGrpoConfig
from trl import GRPOTrainer
from trl.trainer.sft_trainer import DataCollatorForVisionLanguageModeling

from viewpoint_gen.models.loading import ImageTextModel
from viewpoint_gen.models.reading import quietly
from viewpoint_gen.recipe import fingerprint_of
from viewpoint_gen.seeding import rng_for
from viewpoint_gen.training.checkpoints import (
    WEIGHTS_NAME,
    KeepsTrainedWeights,
    MarksWhole,
    claim,
    load_weights,
    newest_checkpoint,
)
from viewpoint_gen.training.config import GrpoConfig, TrainRecipe
from viewpoint_gen.training.curriculum import prompts_to_learn, repeated
from viewpoint_gen.training.data import TrainingData, in_style
from viewpoint_gen.training.dev import BEST_FOLDER, DevWatch, best_look, looks
from viewpoint_gen.training.journal import Journal, append, read_log
from viewpoint_gen.training.reference import Reference
from viewpoint_gen.training.rewards import correctness_reward, form_reward
from viewpoint_gen.training.rows import Drawn, dataset_of
from viewpoint_gen.training.scoring_head import score_labelled, scoring_labelled_only
from viewpoint_gen.training.sft import StageSummary, common_arguments, run, summary_of
from viewpoint_gen.training.trainable import choose_trainable

GRPO_FOLDER: Final = "grpo"
_SAME_REWARD: Final = 1e-6
"""Rewards of a group that differ by less are equal: they are sums of rounded parts."""


@dataclass(frozen=True)
class GrpoSummary:
    """What reinforcement did.

    Attributes:
        stage: as of every stage.
        prompts: questions that were neither too easy nor too hard.
        kept_step: of the checkpoint whose weights the model has now; 0: the supervised ones.
        dev_before, dev_after: mean over families on the validation split, of the supervised
            weights and of those that were kept; None: nothing to look at.
    """

    stage: StageSummary
    prompts: int
    kept_step: int
    dev_before: float | None
    dev_after: float | None


def train_grpo(
    loaded: ImageTextModel, data: TrainingData, recipe: TrainRecipe, out: Path
) -> GrpoSummary | None:
    """Go on with a supervised model, in place; from the last checkpoint in ``OUT/grpo``, if any.

    Args:
        loaded: with the supervised weights, also where this goes on from a checkpoint: from them
            the divergence is measured, and they stay where nothing better comes of it.

    Returns:
        None where the recipe asks for no steps.

    Raises:
        RecipeChanged: the folder holds checkpoints of another recipe or of other data.
        ModelError: no question is of middling difficulty, or the loss is no number any more.
    """
    if not recipe.grpo.steps:
        return None
    folder = out / GRPO_FOLDER
    claim(folder, grpo_key(data, recipe))
    choose_trainable(loaded, recipe)
    supervised = Reference(loaded.model)
    prompts = prompts_to_learn(loaded, data.run, recipe, folder)
    found = newest_checkpoint(folder)
    if found is None or found[1] < recipe.grpo.steps:
        cooled = scoring_labelled_only(loaded.model, temperature=recipe.grpo.temperature)
        with quietly(), cooled as ready:
            trainer = _trainer(loaded, data, recipe, folder, prompts=prompts)
            trainer.rehearse(data.supervised(recipe.data, seed=recipe.seed))
            trainer.hold_to(supervised)
            ready()
            run(trainer, found)
    stage = summary_of(folder)
    kept_step = _keep_the_best(loaded, supervised, recipe.grpo, folder)
    devs = {look.step: look.dev for look in looks(folder)}
    return GrpoSummary(stage, len(prompts), kept_step, devs.get(0), devs.get(kept_step))


def grpo_key(data: TrainingData, recipe: TrainRecipe) -> str:
    """Changes with all that decides this stage's weights."""
    return fingerprint_of(recipe.model_dump(mode="json") | {"data": data.fingerprint})


def _keep_the_best(
    loaded: ImageTextModel, supervised: Reference, config: GrpoConfig, folder: Path
) -> int:
    """Give the model the weights that did best on the validation split, and say which."""
    best, all_looks = best_look(folder), looks(folder)
    if best is None or not all_looks:
        path, step = newest_checkpoint(folder) or (folder, 0)
        load_weights(loaded.model, path / WEIGHTS_NAME)
        return step
    lost = all_looks[0].dev - best.dev
    step = 0 if lost > config.dev_most_drop else best.step
    if step:
        load_weights(loaded.model, folder / BEST_FOLDER / WEIGHTS_NAME)
    else:
        supervised.restore()
    if not any(line.get("event") == "kept" for line in read_log(folder)):
        append(folder, config.steps, {"event": "kept", "of_step": step, "dev_lost": lost})
    return step


class _ReinforcingTrainer(KeepsTrainedWeights, GRPOTrainer):
    """TRL's, with supervised items in every step, and a reference that costs no second model."""

    def __init__(self, recipe: TrainRecipe, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._recipe = recipe
        self._replay: _Replay | None = None

    def hold_to(self, supervised: Reference) -> None:
        """Measure the divergence from these weights, and hold it down by ``beta``.

        TRL would load a second model by its name, without what was added to it here.
        """
        self.beta = self._recipe.grpo.beta
        self.ref_model = supervised if self.beta else None

    def rehearse(self, items: list[Drawn]) -> None:
        """Mix supervised items into every step's loss."""
        if self._recipe.grpo.replay_share:
            self._replay = _Replay(items, self.processing_class, self._recipe)

    def _compute_loss(self, model: Any, inputs: dict[str, Any]) -> Tensor:
        policy = super()._compute_loss(model, inputs)
        if self._replay is None or not self.model.training:
            return policy
        step, part = self.state.global_step, self._step % self.args.gradient_accumulation_steps
        batch = self._prepare_input(self._replay.batch(step, part))
        labels = batch.pop("labels")
        with self.accelerator.autocast():
            taught = score_labelled(self.accelerator.unwrap_model(model), batch, labels).loss
        self._metrics["train"]["replay_loss"].append(taught.item())
        share = self._recipe.grpo.replay_share
        return (1 - share) * policy + share * taught / self.current_gradient_accumulation_steps

    def _calculate_rewards(self, *args: Any, **kwargs: Any) -> Tensor:
        rewards = super()._calculate_rewards(*args, **kwargs)
        groups = rewards.sum(dim=1).view(-1, self.num_generations)
        spread = groups.max(dim=1).values - groups.min(dim=1).values
        equal = (spread < _SAME_REWARD).float().mean().item()
        self._metrics["train"]["groups_without_spread"].append(equal)
        return rewards


class _Replay:
    """Batches of supervised items, drawn by the step: a resume draws the same ones."""

    def __init__(self, items: list[Drawn], processor: Any, recipe: TrainRecipe) -> None:
        self._rows = dataset_of(items, completions=True)
        self._recipe = recipe
        self._collate = DataCollatorForVisionLanguageModeling(
            processor, max_length=None, completion_only_loss=True
        )

    def batch(self, step: int, part: int) -> dict[str, Any]:
        size = min(self._recipe.grpo.replay_batch, len(self._rows))
        rng = rng_for(self._recipe.seed, "replay", step, part)
        chosen = rng.choice(len(self._rows), size=size, replace=False)
        return dict(self._collate(self._rows.__getitems__(chosen.tolist())))


def _trainer(
    loaded: ImageTextModel,
    data: TrainingData,
    recipe: TrainRecipe,
    folder: Path,
    *,
    prompts: list[Drawn],
) -> _ReinforcingTrainer:
    config = recipe.grpo
    arguments = TrlGrpoConfig(
        **common_arguments(loaded, config, folder, seed=recipe.seed),
        max_steps=config.steps,
        per_device_train_batch_size=config.prompts * config.group,
        num_generations=config.group,
        max_completion_length=config.max_completion_tokens,
        temperature=config.temperature,
        beta=0.0,  # ours comes with ``hold_to``
        generation_kwargs={"suppress_tokens": _never_said(loaded)},
    )
    each = config.prompts * config.accumulation
    journal = Journal(folder)
    watches = []
    if data.dev is not None:
        dev = in_style(data.dev, np.arange(len(data.dev)), config.thinking_share)
        watches = [DevWatch(loaded, dev, journal, folder, config.max_completion_tokens)]
    return _ReinforcingTrainer(
        recipe=recipe,
        model=loaded.model,
        args=arguments,
        train_dataset=dataset_of(repeated(prompts, each), completions=False),
        processing_class=loaded.processor,
        reward_funcs=[correctness_reward, form_reward],
        callbacks=[journal, *watches, MarksWhole()],
    )


def _never_said(loaded: ImageTextModel) -> list[int]:
    """Tokens that a reply can't hold: what the model leaves out anyway, and the image's."""
    left_out = loaded.model.generation_config.suppress_tokens or []
    return sorted({*left_out, loaded.model.config.image_token_id})
