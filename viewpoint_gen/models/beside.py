"""A geometry encoder beside the eyes of a stock image-text model.

The encoder's tokens are brought to the grid of the model's visual tokens, go through a small
network whose last layer starts at zero, and are added (Spatial-MLLM's way, arXiv 2505.23747). So a
model starts exactly as it was, and what it learns lies in its own weights: one ``state_dict``, and
``forward``, ``generate``, trainers and PEFT know of nothing new.

transformers' own classes are extended on the fly: whatever ``LlavaForConditionalGeneration`` or
``Qwen2_5_VLForConditionalGeneration`` do, they go on doing.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from viewpoint_gen.errors import ModelError
from viewpoint_gen.models.geometry import GeometryEncoder, GeometryTokens
from viewpoint_gen.models.pixels import (
    Normalisation,
    images_by_row,
    images_in,
    resized,
    token_grids,
)
from viewpoint_gen.seeding import seed_for

ATTRIBUTE: Final = "geometry"
"""Of the inner model: where the encoder and its connector stand."""

SUFFIX: Final = "WithGeometry"
"""Of the name of an extended class."""


_WAVES: Final = 4
"""Cosine waves along each side of an image, whose products tell a token's place."""

_LEAST_HIDDEN: Final = 512
"""Width of a connector's layers, however narrow the model is."""


@dataclass(frozen=True)
class Seen:
    """What an encoder says of a batch of images with N images and T visual tokens.

    Attributes:
        patches: (T, D), one for each visual token.
        summaries: (T, S), each image's at all of its tokens; not normalised: their size says how
            far the camera went.
        places: (T, ``_WAVES``²), see ``places_in``.
    """

    patches: Tensor
    summaries: Tensor
    places: Tensor


class Connector(nn.Module):
    """From a geometry token, its image's summary and its place to what is added to a visual token.

    One summary holds many numbers, and all tokens of an image share it: without its place a token
    couldn't say one of them while its neighbour says another.

    Args:
        patch_width: D of the encoder.
        summary_width: S of the encoder.
        width: of the model's visual tokens.
    """

    def __init__(self, patch_width: int, summary_width: int, width: int) -> None:
        super().__init__()
        hidden = max(width, _LEAST_HIDDEN)
        self.norm = nn.RMSNorm(patch_width)
        self.hidden = nn.Linear(patch_width + summary_width + _WAVES**2, hidden)
        self.deeper = nn.Linear(hidden, hidden)
        self.out = nn.Linear(hidden, width)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, seen: Seen) -> Tensor:
        """What is added (T, width)."""
        kind = self.out.weight.dtype
        parts = (self.norm(seen.patches.to(kind)), seen.summaries.to(kind), seen.places.to(kind))
        hidden = functional.gelu(self.hidden(torch.cat(parts, dim=-1)))
        added: Tensor = self.out(functional.gelu(self.deeper(hidden)))
        return added


class GeometryBeside(nn.Module):
    """An encoder and its connector, as a part of a model.

    Attributes:
        encoder: a ``GeometryEncoder``; it is frozen unless its parameters ask for gradients.
        connector: what the model learns to see through.
    """

    def __init__(self, encoder: Any, connector: Connector, normalisation: Normalisation) -> None:
        super().__init__()
        self.encoder = encoder
        self.connector = connector
        self.normalisation = normalisation

    @property
    def trains_encoder(self) -> bool:
        """Whether the encoder learns too."""
        return any(parameter.requires_grad for parameter in self.encoder.parameters())

    def own_weights(self) -> dict[str, Tensor]:
        """Its ``state_dict``, without what PEFT has wrapped around its parts."""
        return {
            f"{part}.{name}": value
            for part in ("encoder", "connector")
            for name, value in _unwrapped(getattr(self, part)).state_dict().items()
        }

    def train(self, mode: bool = True) -> GeometryBeside:
        """As every module; a frozen encoder stays as it is used."""
        super().train(mode)
        if not self.trains_encoder:
            self.encoder.eval()
        return self

    def forward(
        self, images: Sequence[Tensor], counts: Sequence[int], grids: Sequence[tuple[int, int]]
    ) -> Tensor:
        """What is added to the visual tokens of a batch.

        Args:
            images: each (3, H, W), normalised as the model's processor does.
            counts: images of each sample, in order; they sum to the number of images.
            grids: rows and columns of each image's visual tokens.

        Returns:
            (all visual tokens in order, width of the model).
        """
        added: Tensor = self.connector(self.look(images, counts, grids))
        return added

    def shown(self, images: Sequence[Tensor]) -> Tensor:
        """Images as the encoder is shown them (N, 3, S, S), in [0, 1]; see ``forward``."""
        return self.normalisation.undone(resized(images, self.encoder.image_px))

    def look(
        self, images: Sequence[Tensor], counts: Sequence[int], grids: Sequence[tuple[int, int]]
    ) -> Seen:
        """What the encoder says of a batch; see ``forward``."""
        shown = self.shown(images)
        with torch.set_grad_enabled(torch.is_grad_enabled() and self.trains_encoder):
            tokens = self.encoder.encode(shown, [count for count in counts if count])
        return seen_at(tokens, grids)


def seen_at(tokens: GeometryTokens, grids: Sequence[tuple[int, int]]) -> Seen:
    """What an encoder says, at the visual tokens of images whose tokens lie in such grids."""
    device = tokens.patches.device
    lengths = torch.tensor([rows * columns for rows, columns in grids], device=device)
    return Seen(
        patches=_brought_to(tokens.patches, grids),
        summaries=tokens.summary.repeat_interleave(lengths, dim=0),
        places=torch.cat([places_in(grid) for grid in grids]).to(device),
    )


@dataclass(frozen=True)
class Features:
    """An image-text model's visual tokens, whichever way it hands them out.

    Attributes:
        flat: (all tokens in order, width).
        lengths: tokens of each image.
    """

    flat: Tensor
    lengths: tuple[int, ...]

    @classmethod
    def of(cls, pooled: Any, images: int) -> Features:
        """From a ``pooler_output``: a tensor, or a list with an entry per image or per sample."""
        entries = [entry.reshape(-1, entry.shape[-1]) for entry in pooled]
        flat = torch.cat(entries)
        lengths = tuple(len(entry) for entry in entries)
        if len(entries) != images or 0 in lengths:  # entries are samples; all images are alike
            lengths = (len(flat) // images,) * images
        return cls(flat, lengths)


def put_beside(model: Any, encoder: GeometryEncoder, normalisation: Normalisation) -> None:
    """Let an encoder stand beside a model's eyes; what the model says stays as it was.

    The encoder is frozen. The connector's weights depend on nothing but their shapes.

    Args:
        model: a stock image-text model of transformers; it changes its class.

    Raises:
        ModelError: it has no visual tokens that something can be added to, or has an encoder.
    """
    inner = model.base_model
    if inner is model or not hasattr(inner, "get_image_features"):
        raise ModelError(f"{type(model).__name__}: it has no visual tokens to add geometry to")
    if geometry_of(model) is not None:
        raise ModelError(f"{type(model).__name__}: it has a geometry encoder already")
    width = model.config.get_text_config().hidden_size
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_for(0, "connector"))
        connector = Connector(encoder.patch_width, encoder.summary_width, width)
    connector = connector.to(device=model.device, dtype=model.dtype)
    assert isinstance(encoder, nn.Module)
    encoder.requires_grad_(False).to(model.device)
    stock: tuple[Any, Any] = type(inner), type(model)
    inner.__class__, model.__class__ = _seeing(stock[0]), _generating(stock[1])
    inner.shown_ids = None
    setattr(
        inner, ATTRIBUTE, GeometryBeside(encoder, connector, normalisation).train(model.training)
    )


def geometry_of(model: Any) -> GeometryBeside | None:
    """The encoder and connector of a model, also inside a ``PeftModel``; None: it has none."""
    for module in model.modules():
        if isinstance(module, GeometryBeside):
            return module
    return None


@functools.cache
def _seeing(base: Any) -> type[Any]:
    """The class of an inner model, with geometry added to the visual tokens."""

    @functools.wraps(base.forward)
    def forward(self: Any, input_ids: Tensor | None = None, *args: Any, **kwargs: Any) -> Any:
        with showing(self, input_ids):
            return base.forward(self, input_ids, *args, **kwargs)

    @functools.wraps(base.get_image_features)  # generate() looks at the parameters' names
    def get_image_features(self: Any, *args: Any, **kwargs: Any) -> Any:
        asked = kwargs.pop("return_dict", None)
        out = base.get_image_features(self, *args, return_dict=True, **kwargs)
        given = inspect.signature(base.get_image_features).bind(self, *args, **kwargs).arguments
        _add(self, out, given["pixel_values"], given.get("image_grid_thw"))
        return out.to_tuple() if asked is False else out

    return _extended(base, forward=forward, get_image_features=get_image_features)


@functools.cache
def _generating(base: Any) -> type[Any]:
    """The class of an outer model: generate() encodes images before it calls any forward."""

    @functools.wraps(base.generate)
    def generate(self: Any, inputs: Tensor | None = None, *args: Any, **kwargs: Any) -> Any:
        with showing(self.base_model, kwargs.get("input_ids", inputs)):
            return base.generate(self, inputs, *args, **kwargs)

    def from_pretrained(_: type[Any], source: Any, *_args: Any, **_kwargs: Any) -> Any:
        raise ModelError(f"{source}: a model with geometry is loaded by load_image_text")

    return _extended(base, generate=generate, from_pretrained=classmethod(from_pretrained))


def _extended(base: type[Any], **methods: Any) -> type[Any]:
    name = f"{base.__name__}{SUFFIX}"
    return type(name, (base,), {**methods, "__module__": __name__, "__doc__": base.__doc__})


@contextmanager
def showing(inner: Any, input_ids: Tensor | None) -> Iterator[None]:
    """Let the model know, while it works, whose images it is shown."""
    before = inner.shown_ids
    inner.shown_ids = before if input_ids is None else input_ids
    try:
        yield
    finally:
        inner.shown_ids = before


def _add(inner: Any, out: Any, pixel_values: Tensor, grids_thw: Tensor | None) -> None:
    """Add geometry to a ``pooler_output`` in place of the one that is there."""
    config, pooled = inner.config, out.pooler_output
    images = images_in(pixel_values, grids_thw, config.vision_config)
    features = Features.of(pooled, len(images))
    grids = token_grids(images, features.lengths, grids_thw, config.vision_config)
    if inner.shown_ids is None:
        msg = "geometry needs input_ids: they say which images belong together"
        raise ModelError(msg)
    by_row = (inner.shown_ids == config.image_token_id).sum(dim=1).tolist()
    added = inner.geometry(images, images_by_row(by_row, features.lengths), grids)
    summed = features.flat + added.to(features.flat)
    if isinstance(pooled, Tensor):
        out.pooler_output = summed.view(pooled.shape)
        return
    sizes = [entry.shape[:-1].numel() for entry in pooled]
    pieces = zip(summed.split(sizes), pooled, strict=True)
    out.pooler_output = type(pooled)(piece.view(entry.shape) for piece, entry in pieces)


@functools.cache
def places_in(grid: tuple[int, int]) -> Tensor:
    """Where each token of a grid stands, row by row: products of cosine waves (R C, ``_WAVES``²).

    The slowest waves of the two-dimensional discrete cosine transform, which tell all tokens of a
    grid of ``_WAVES`` in each direction apart.
    """
    rows, columns = (_waves_along(length) for length in grid)
    return torch.einsum("iv,jw->ijvw", rows, columns).reshape(-1, _WAVES**2)


def _waves_along(length: int) -> Tensor:
    """(length, ``_WAVES``) cosines at the middles of equal parts."""
    middles = (torch.arange(length) + 0.5) / length
    return torch.cos(torch.pi * middles[:, None] * torch.arange(_WAVES))


def _unwrapped(part: Any) -> Any:
    return getattr(part, "original_module", part)


def _brought_to(patches: Tensor, grids: Sequence[tuple[int, int]]) -> Tensor:
    """Patches (N, g, g, D) as the tokens of all grids in order (T, D)."""
    square = patches.permute(0, 3, 1, 2)
    if len(set(grids)) == 1:  # all at once
        return _at_grid(square, grids[0])
    places = zip(square, grids, strict=True)
    return torch.cat([_at_grid(one[None], grid) for one, grid in places])


def _at_grid(square: Tensor, grid: tuple[int, int]) -> Tensor:
    """(N, D, g, g) as tokens (N · rows · columns, D): averaged, or interpolated where finer."""
    if grid[0] <= square.shape[-2] and grid[1] <= square.shape[-1]:
        brought = functional.adaptive_avg_pool2d(square, grid)
    else:
        brought = functional.interpolate(square, size=grid, mode="bilinear", align_corners=False)
    return brought.flatten(2).transpose(1, 2).flatten(0, 1)
