"""Every setting of a training; read without PyTorch, so that the command's help stays quick."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Self

import tomli_w
from pydantic import BaseModel, ConfigDict, Field, model_validator

from viewpoint_gen.recipe import fingerprint_of, load_settings

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Count = Annotated[int, Field(ge=1)]
Positive = Annotated[float, Field(gt=0.0)]


class LoraConfig(BaseModel):
    """Low-rank adapters beside the language model's weights, which stay as they are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rank: Count = 16
    alpha: Count = 32
    dropout: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0


class MixConfig(BaseModel):
    """Broader questions that are blended in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    """A Parquet file, or a folder of them: an export for TRL, or the questions of a package."""
    share: Annotated[float, Field(gt=0.0, lt=1.0)]
    """Of all items drawn in one epoch."""


class DataConfig(BaseModel):
    """What is learnt from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    families: tuple[str, ...] = ()
    """Families of questions; empty: all."""
    limit: Count | None = None
    """Most questions of the run, groups kept together; none: all."""
    cot_share: Share = 0.1
    """Of the items, answered with their reasons in <think></think>; the rest directly."""
    balance: Share = 0.5
    """A family is drawn as often as its number of questions to the power of 1 - balance: 0: every
    question once in an epoch; 1: all families equally often, however few questions they have."""
    mixes: tuple[MixConfig, ...] = ()

    @model_validator(mode="after")
    def _leaves_room(self) -> Self:
        total = sum(mix.share for mix in self.mixes)
        if total >= 1.0:
            raise ValueError(f"the mixes' shares sum to {total:g}: nothing is left for the run")
        return self


class OptimiserConfig(BaseModel):
    """AdamW, and how often what it did is kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lr: Positive = 1e-3
    warmup_steps: Annotated[int, Field(ge=0)] = 30
    weight_decay: Annotated[float, Field(ge=0.0)] = 0.01
    max_grad_norm: Positive = 1.0
    accumulation: Count = 1
    """Batches whose gradients make one step."""
    bf16: bool = False
    """Multiply in bfloat16; weights stay as they are."""
    gradient_checkpointing: bool = False
    """Less memory, about a third slower."""
    checkpoint_steps: Count = 100
    """From one checkpoint to the next."""


class LoopConfig(BaseModel):
    """Of a loop of our own; how long it is, and how wide, each says for itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: Annotated[int, Field(ge=0)]
    batch: Count
    lr: Positive = 2e-3
    warmup_steps: Annotated[int, Field(ge=0)] = 50
    cooldown_share: Annotated[float, Field(gt=0.0, le=1.0)] = 0.4
    """Last part of the training, over which the learning rate falls to nothing."""
    weight_decay: Annotated[float, Field(ge=0.0)] = 0.01
    max_grad_norm: Positive = 1.0
    checkpoint_steps: Count = 200


class TowerConfig(LoopConfig):
    """The geometry tower's own schooling on the renders' truth."""

    steps: Count = 2000
    batch: Count = 32
    """Pairs of views in one step."""
    turned: Share = 0.6
    """Of the views in each step, are shown as by a camera that is turned there, and zoomed in."""
    true_flows: Count = 192
    """Pairs in one step of which true displacements alone are read: they cost little."""
    lr: Positive = 1.5e-3
    warmup_steps: Annotated[int, Field(ge=0)] = 150
    cooldown_share: Annotated[float, Field(gt=0.0, le=1.0)] = 0.6
    weight_decay: Annotated[float, Field(ge=0.0)] = 0.03
    check_pairs: Count = 512
    """Of the validation split, that are read at each checkpoint."""


class PrimerConfig(LoopConfig):
    """What the tiny model learns before it sees: to read, from the run's own words."""

    steps: Annotated[int, Field(ge=0)] = 7000
    """0: it begins with pictures, and will hardly find an option's letter."""
    batch: Count = 40
    """Lessons in one step."""
    planned_objects: Count = 1200
    """Boxes whose views are planned, for questions that are answered from motions in words."""


class MisreadConfig(LoopConfig):
    """Then motions are told as a tower might misread them.

    What only ever read the truth is sure of whatever it is told.
    """

    steps: Annotated[int, Field(ge=0)] = 700
    batch: Count = 40
    lr: Positive = 7e-4
    cooldown_share: Annotated[float, Field(gt=0.0, le=1.0)] = 1.0


class SightConfig(LoopConfig):
    """The tiny model's pictures become words that it can read."""

    steps: Annotated[int, Field(ge=0)] = 1000
    """0: its supervised training has to find out what pictures say."""
    batch: Count = 128
    """Pictures in one step."""


class SftConfig(OptimiserConfig):
    """Supervised: the right answer, letter by letter."""

    lr: Positive = 1e-4
    epochs: Positive = 1.0
    """Times that every item is seen, unless ``steps`` is given."""
    steps: Count | None = None
    batch: Count = 32
    sorted_batches: Count = 4
    """Batches whose items are sorted by length among themselves, so that less of each is padding;
    1: none are."""


class CurriculumConfig(BaseModel):
    """Items that the supervised model neither always nor never solves: the others teach nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pool: Annotated[int, Field(ge=0)] = 800
    """Questions that are tried; 0: no curriculum, every question is used."""
    samples: Annotated[int, Field(ge=2)] = 8
    """Tries at each."""
    lowest: Share = 0.1
    highest: Share = 0.9
    """Mean correctness of what is kept."""

    @model_validator(mode="after")
    def _is_a_window(self) -> Self:
        if self.lowest > self.highest:
            raise ValueError(f"lowest {self.lowest} is above highest {self.highest}")
        return self


class GrpoConfig(OptimiserConfig):
    """Reinforcement: several tries at one question, held against one another by their score."""

    lr: Positive = 5e-5
    warmup_steps: Annotated[int, Field(ge=0)] = 5
    max_grad_norm: Positive = 0.5
    checkpoint_steps: Count = 20
    """From one checkpoint, and one look at the validation split, to the next."""

    steps: Annotated[int, Field(ge=0)] = 100
    """0: supervised only."""
    prompts: Count = 8
    """Different questions in one step (of each accumulated batch)."""
    group: Annotated[int, Field(ge=2)] = 8
    """Tries at each."""
    beta: Annotated[float, Field(ge=0.0)] = 0.02
    """Weight of the KL divergence from the supervised model."""
    temperature: Positive = 1.0
    max_completion_tokens: Count = 160
    thinking_share: Share = 0.5
    """Of the prompts, ask for reasons before the answer."""
    replay_share: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.5
    """Of each step's loss, supervised on items of all families, so that nothing is unlearnt."""
    replay_batch: Count = 32
    dev_items: Annotated[int, Field(ge=0)] = 240
    """Of the validation split, that choose the checkpoint; 0: the last one is taken."""
    dev_most_drop: Share = 0.01
    """Of the mean over families on them; where the best checkpoint lost more, the supervised
    weights stay."""
    curriculum: CurriculumConfig = CurriculumConfig()


class TrainRecipe(BaseModel):
    """Everything that decides what a training gives, beside the run it learns from.

    Attributes:
        seed: of every random choice.
        model: ``tiny``, a folder, or a name on the Hub.
        geometry: ``none``, ``tower`` (pre-trained on the run), or the folder of an encoder.
        train_tower: whether that encoder's own weights go on training; its connector always does.
        lora: adapters instead of all weights.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = 0
    model: str = "tiny"
    geometry: str = "tower"
    train_tower: bool = False
    lora: LoraConfig | None = None
    data: DataConfig = DataConfig()
    tower: TowerConfig = TowerConfig()
    primer: PrimerConfig = PrimerConfig()
    misread: MisreadConfig = MisreadConfig()
    sight: SightConfig = SightConfig()
    sft: SftConfig = SftConfig()
    grpo: GrpoConfig = GrpoConfig()

    @property
    def fingerprint(self) -> str:
        """sha256 (16 hex digits) of every setting."""
        return fingerprint_of(self.model_dump(mode="json"))

    @property
    def geometry_factory(self) -> str | None:
        """Code outside viewgen that builds the geometry encoder; None: there is none."""
        is_code = ":" in self.geometry and not Path(self.geometry).exists()
        return self.geometry if is_code else None

    def to_toml(self) -> str:
        """The resolved recipe as a TOML file."""
        values = self.model_dump(mode="json", exclude_none=True)
        return f"# viewgen training recipe, fingerprint {self.fingerprint}\n{tomli_w.dumps(values)}"


def load_train_recipe(
    path: Path | None = None, *, overrides: Sequence[tuple[str, Any]] = ()
) -> TrainRecipe:
    """Read a training recipe, apply dotted overrides, validate.

    Args:
        path: TOML file; None: the defaults.
        overrides: ("sft.lr", value) pairs, later ones win.

    Raises:
        RecipeError: the file can't be read, or a key or a value is wrong.
    """
    return load_settings(TrainRecipe, path, overrides=overrides)
