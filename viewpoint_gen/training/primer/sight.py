"""Pictures become words: the tiny model's image tokens learn to say the motions in between."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from viewpoint_gen.models.beside import showing
from viewpoint_gen.models.loading import ImageTextModel
from viewpoint_gen.recipe import fingerprint_of
from viewpoint_gen.seeding import rng_for
from viewpoint_gen.training.cache import Cache
from viewpoint_gen.training.checkpoints import claim
from viewpoint_gen.training.config import SightConfig, TrainRecipe
from viewpoint_gen.training.loop import Loop
from viewpoint_gen.training.primer.captions import Captions, SeenMotions

SIGHT_FOLDER: Final = "sight"
_LANGUAGE: Final = "language_model."


def teach_to_see(
    loaded: ImageTextModel, cache: Cache, recipe: TrainRecipe, out: Path, *, seen: SeenMotions
) -> None:
    """Teach a model's eyes and its connector in place; goes on from what ``OUT/sight`` holds.

    Args:
        loaded: the tiny model that has learnt to read, with the tower beside its eyes.
        cache: of the questions whose pictures are shown.
        seen: motions between them.

    Raises:
        RecipeChanged: the folder holds the sight of another recipe or of other data.
    """
    folder = out / SIGHT_FOLDER
    key = recipe.model_dump(mode="json", include={"seed", "primer", "sight"})
    claim(folder, fingerprint_of(key | {"data": cache.key, "seen": seen.key}))
    _Sight(loaded, cache, recipe.sight, folder, seed=recipe.seed, seen=seen).run()


class _Sight(Loop):
    """Image tokens held against the embeddings of captions' words."""

    def __init__(
        self,
        loaded: ImageTextModel,
        cache: Cache,
        config: SightConfig,
        folder: Path,
        *,
        seed: int,
        seen: SeenMotions,
    ) -> None:
        self._inner: Any = loaded.model.model
        super().__init__(config, folder, _eyes(self._inner))
        self._seed, self._batch = seed, config.batch
        self._cache, self._seen = cache, seen
        self._captions = Captions(loaded.processor.tokenizer)
        self._prepare = loaded.processor.image_processor
        self._words: Tensor = self._inner.language_model.embed_tokens.weight.detach()

    def read(self, step: int) -> tuple[Tensor, dict[str, float]]:
        """Samples of as many pictures each as one that is drawn has."""
        rng = rng_for(self._seed, "sight", step)
        samples = self._seen.samples
        pictures = len(samples[rng.integers(len(samples))])
        alike = self._alike[pictures]
        count = max(1, 2 * self._batch // pictures)
        drawn = [alike[place] for place in rng.integers(len(alike), size=count)]
        wanted = torch.tensor(
            [self._captions.of_sample(self._seen.of_sample(sample)) for sample in drawn],
            device=self._words.device,
        )
        said = self._tokens(drawn).view(*wanted.shape, -1)
        loss = functional.mse_loss(said, self._words[wanted]) / self._words.square().mean()
        return loss, {"words_right": self._right(said[:, 1:], wanted[:, 1:])}

    @cached_property
    def _alike(self) -> dict[int, list[tuple[int, ...]]]:
        """Samples by their number of pictures."""
        found: dict[int, list[tuple[int, ...]]] = defaultdict(list)
        for sample in self._seen.samples:
            found[len(sample)].append(sample)
        return found

    def _tokens(self, samples: list[tuple[int, ...]]) -> Tensor:
        """Image tokens of all pictures in order, as the language model is given them."""
        images = [image for sample in samples for image in self._cache.images(sample)]
        pixels = self._prepare(images=images, return_tensors="pt")["pixel_values"]
        pixels = pixels.to(self._words)
        config = self._inner.config
        ids = torch.full(
            (len(samples), len(samples[0]) * config.image_seq_length),
            config.image_token_id,
            device=self._words.device,
        )
        self._inner.train()
        with showing(self._inner, ids):
            out = self._inner.get_image_features(pixel_values=pixels, return_dict=True)
        return torch.cat([tokens.flatten(0, -2) for tokens in out.pooler_output])

    def _right(self, said: Tensor, wanted: Tensor) -> float:
        """The share of the directions whose nearest word, of those of this batch, is theirs."""
        directions = wanted[..., ::2]
        words = directions.unique()
        nearest = torch.cdist(said[..., ::2, :].flatten(0, -2), self._words[words]).argmin(dim=1)
        return (words[nearest] == directions.flatten()).float().mean().item()


def _eyes(inner: Any) -> dict[str, nn.Parameter]:
    """All that isn't the language model's, and learns."""
    return {
        name: parameter
        for name, parameter in inner.named_parameters()
        if not name.startswith(_LANGUAGE) and parameter.requires_grad
    }
