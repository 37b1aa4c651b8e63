"""Pictures become words: the tiny model's image tokens learn to say what the tower sees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional
from tqdm import tqdm

from viewpoint_gen.models.beside import GeometryBeside, Seen, geometry_of, places_in, seen_at
from viewpoint_gen.models.loading import ImageTextModel
from viewpoint_gen.models.tiny import GRID
from viewpoint_gen.recipe import fingerprint_of
from viewpoint_gen.seeding import rng_for
from viewpoint_gen.training.cache import Cache
from viewpoint_gen.training.checkpoints import claim
from viewpoint_gen.training.config import SightConfig, TrainRecipe
from viewpoint_gen.training.loop import Loop
from viewpoint_gen.training.primer.captions import Captions, embedded, in_ids
from viewpoint_gen.training.primer.lessons import sampled

SIGHT_FOLDER: Final = "sight"

_MOST_SAMPLES: Final = 5_000
"""That are looked at: they differ in nothing that words can't say."""

_SAMPLES_AT_ONCE: Final = 32


def teach_to_see(loaded: ImageTextModel, cache: Cache, recipe: TrainRecipe, out: Path) -> None:
    """Teach the tower's connector in place; goes on from what ``OUT/sight`` holds.

    Args:
        loaded: the tiny model that has learnt to read, with a ``GeometryTower`` beside its eyes.
        cache: of the questions whose pictures are shown.

    Raises:
        RecipeChanged: the folder holds the sight of another recipe or of other data.
    """
    folder = out / SIGHT_FOLDER
    before = {"seed", "geometry", "tower", "primer", "misread"}
    key = recipe.model_dump(mode="json", include={*before, "sight"})
    claim(folder, fingerprint_of(key | {"data": cache.key}))
    _Sight(loaded, cache, recipe.sight, folder, seed=recipe.seed).run()


@dataclass(frozen=True)
class _Looked:
    """N pictures as the tower sees them, each after the ones before it, and what it sees there.

    Attributes:
        patches: (N, T, D) at each visual token.
        summaries: (N, S).
        wanted: (N, T, W) words of the motion from the picture before, see ``captions.in_ids``.
    """

    patches: Tensor
    summaries: Tensor
    wanted: Tensor


class _Sight(Loop):
    """What is added to image tokens, held against the embeddings of captions' words."""

    def __init__(
        self, loaded: ImageTextModel, cache: Cache, config: SightConfig, folder: Path, *, seed: int
    ) -> None:
        beside = geometry_of(loaded.model)
        assert beside is not None  # there would be nothing to teach
        self._beside: GeometryBeside = beside
        super().__init__(config, folder, dict(beside.connector.named_parameters()))
        self._seed, self._batch = seed, config.batch
        self._cache = cache
        self._pad = loaded.processor.tokenizer.pad_token_id
        self._captions = Captions(loaded.processor.tokenizer)
        self._prepare = loaded.processor.image_processor
        self._words: Tensor = loaded.model.get_input_embeddings().weight.detach()

    def read(self, step: int) -> tuple[Tensor, dict[str, float]]:
        """Some pictures, of whichever samples."""
        looked = self._looked
        places = rng_for(self._seed, "sight", step).integers(len(looked.patches), size=self._batch)
        chosen = torch.from_numpy(places).to(self._words.device)
        patches = looked.patches[chosen]
        seen = Seen(
            patches=patches.flatten(0, 1),
            summaries=looked.summaries[chosen].repeat_interleave(GRID * GRID, dim=0),
            places=places_in((GRID, GRID)).to(self._words.device).repeat(len(chosen), 1),
        )
        said = self._beside.connector(seen).view(*patches.shape[:2], -1)
        wanted = looked.wanted[chosen]
        loss = functional.mse_loss(said, self._meant(wanted)) / self._words.square().mean()
        return loss, {"words_right": self._right(said, wanted)}

    @cached_property
    def _looked(self) -> _Looked:
        """All pictures of some samples; the tower doesn't learn, so each is looked at once."""
        parts = list(self._look_at(self._samples()))
        patches, summaries, wanted = (torch.cat(each) for each in zip(*parts, strict=True))
        return _Looked(patches, summaries, wanted)

    def _samples(self) -> list[tuple[int, ...]]:
        """Pictures of questions that have two or more, those of as many together."""
        chosen = self._cache.items.select(sampled(len(self._cache)))["pictures"]
        every = sorted({tuple(pictures) for pictures in chosen if len(pictures) > 1})
        order = rng_for(self._seed, "looked at").permutation(len(every))[:_MOST_SAMPLES]
        return sorted((every[place] for place in order), key=len)

    @torch.no_grad()
    def _look_at(self, samples: list[tuple[int, ...]]) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        starts = range(0, len(samples), _SAMPLES_AT_ONCE)
        for start in tqdm(starts, desc="looking at pictures", unit="batch", disable=None):
            some = samples[start : start + _SAMPLES_AT_ONCE]
            counts = [len(sample) for sample in some]
            images = [image for sample in some for image in self._cache.images(sample)]
            pixels = self._prepare(images=images, return_tensors="pt")["pixel_values"]
            shown = list(pixels.to(self._words))
            tokens, moved = self._beside.encoder.read(self._beside.shown(shown), counts)
            seen = seen_at(tokens, [(GRID, GRID)] * len(shown))
            words = [
                caption
                for own in moved.double().cpu().split(counts)
                for caption in self._captions.of_sample(own[1:].numpy())
            ]
            yield (
                seen.patches.unflatten(0, (len(shown), -1)),
                seen.summaries[:: GRID * GRID],
                torch.stack([in_ids(each, self._pad) for each in words]).to(self._words.device),
            )

    def _meant(self, wanted: Tensor) -> Tensor:
        return embedded(wanted, self._words, self._pad)

    def _right(self, said: Tensor, wanted: Tensor) -> float:
        """The share of the sides that are nearest to what is meant."""
        right = []
        for place, sides in self._captions.sides:
            meant = self._meant(in_ids(sides, self._pad).to(self._words.device))
            told = wanted[:, place, 1] != self._pad  # not of a sample's first picture
            near = torch.cdist(said[told, place], meant).argmin(dim=1)
            ids = torch.tensor([side for _, side in sides], device=near.device)
            right.append(ids[near] == wanted[told, place, 1])
        return torch.cat(right).float().mean().item()
