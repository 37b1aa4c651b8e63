"""Which questions reinforcement learns from: those that the supervised model solves now and then.

Where all tries at a question are worth the same, none is better than the others, and the step
learns nothing from it. So a pool of questions is tried first, several times each.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from viewpoint_gen.errors import ModelError
from viewpoint_gen.models.loading import ImageTextModel
from viewpoint_gen.seeding import rng_for
from viewpoint_gen.storage import explained, open_store
from viewpoint_gen.training.cache import Cache
from viewpoint_gen.training.config import CurriculumConfig, TrainRecipe
from viewpoint_gen.training.data import in_style
from viewpoint_gen.training.rows import Drawn
from viewpoint_gen.training.tries import scored_tries

POOL_NAME: Final = "curriculum.parquet"

_SCHEMA: Final = pa.schema(
    [
        pa.field("id", pa.string()),
        pa.field("family", pa.string()),
        pa.field("number", pa.int64()),
        pa.field("reasoned", pa.bool_()),
        pa.field("success", pa.float64()),
        pa.field("spread", pa.float64()),
        pa.field("well_formed", pa.float64()),
    ]
)
"""``success``: mean correctness of the tries; ``spread``: of the best above the worst."""


def prompts_to_learn(
    loaded: ImageTextModel, cache: Cache, recipe: TrainRecipe, folder: Path
) -> list[Drawn]:
    """Questions for reinforcement, some with reasons; the tries are kept, and made once.

    Raises:
        ModelError: no question of the pool is of middling difficulty.
        StorageError: the tries can't be written.
    """
    grpo = recipe.grpo
    if not grpo.curriculum.pool:
        every = rng_for(recipe.seed, "prompts").permutation(len(cache))
        return in_style(cache, every, grpo.thinking_share)
    path = folder / POOL_NAME
    if not path.exists():
        tried = _tried(loaded, cache, recipe)
        with open_store(folder).create(POOL_NAME) as handle:
            pq.write_table(tried, handle)
    with explained(str(path), "read"):
        tried = pq.read_table(path)
    return [
        Drawn(cache, row["number"], row["reasoned"])
        for row in tried.filter(pa.array(middling(tried, grpo.curriculum))).to_pylist()
    ]


def middling(tried: pa.Table, config: CurriculumConfig) -> list[bool]:
    """Which questions are solved neither too often nor too seldom, and not always equally well.

    Raises:
        ModelError: none is.
    """
    success = tried["success"].to_numpy()
    inside = (success >= config.lowest) & (success <= config.highest)
    kept = inside & (tried["spread"].to_numpy() > 0.0)
    if not kept.any():
        msg = (
            f"of {len(success)} questions that the supervised model tried {config.samples} times, "
            f"none has a mean in [{config.lowest:g}, {config.highest:g}] (mean of all "
            f"{success.mean():.3f}): train it longer, or widen grpo.curriculum"
        )
        raise ModelError(msg)
    return [bool(each) for each in kept]


def repeated(drawn: Sequence[Drawn], at_least: int) -> list[Drawn]:
    """Questions, over and over if they are fewer than one step takes."""
    return list(drawn) * max(1, -(-at_least // len(drawn)))


def _tried(loaded: ImageTextModel, cache: Cache, recipe: TrainRecipe) -> pa.Table:
    config = recipe.grpo.curriculum
    numbers = rng_for(recipe.seed, "pool").permutation(len(cache))[: config.pool]
    pool = in_style(cache, np.sort(numbers), recipe.grpo.thinking_share)
    scores = scored_tries(
        loaded,
        pool,
        tries=config.samples,
        max_tokens=recipe.grpo.max_completion_tokens,
        temperature=recipe.grpo.temperature,
        seed=recipe.seed,
        what="trying the pool",
    )
    rows = []
    for (_, number, reasoned), own in zip(pool, scores, strict=True):
        worth = [each.correctness for each in own]
        item = cache.items[number]
        rows.append(
            {
                "id": item["id"],
                "family": item["family"],
                "number": number,
                "reasoned": reasoned,
                "success": fmean(worth),
                "spread": max(worth) - min(worth),
                "well_formed": fmean(each.well_formed for each in own),
            }
        )
    return pa.Table.from_pylist(rows, schema=_SCHEMA)
