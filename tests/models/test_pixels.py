"""What a model was shown, won back from its processor's numbers."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from second import photo
from transformers import (
    Idefics3ImageProcessorPil,
    Qwen2VLImageProcessorPil,
    SiglipImageProcessorPil,
)

from viewpoint_gen.errors import ModelError
from viewpoint_gen.models.pixels import (
    Normalisation,
    images_by_row,
    images_in,
    resized,
    token_grids,
)

PATCHED = SimpleNamespace(patch_size=4, spatial_merge_size=2, temporal_patch_size=2)


def colours(picture):
    return torch.tensor(np.asarray(picture)).permute(2, 0, 1) / 255


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"image_mean": [0.48, 0.45, 0.4], "image_std": [0.26, 0.27, 0.28]},
        {"do_normalize": False},
        {"do_rescale": False, "image_mean": [100.0] * 3, "image_std": [50.0] * 3},
        {"rescale_factor": 1 / 127.5, "image_mean": [1.0] * 3, "image_std": [1.0] * 3},
    ],
)
def test_a_processors_normalisation_is_undone(settings):
    processor = SiglipImageProcessorPil(do_resize=False, **settings)
    picture = photo(3)
    pixels = processor(picture, return_tensors="pt")["pixel_values"]
    normalisation = Normalisation.of(processor)
    assert torch.allclose(normalisation.undone(pixels)[0], colours(picture), atol=1e-5)
    assert Normalisation.from_json(normalisation.as_json()) == normalisation


def test_qwens_patches_become_the_pictures_again():
    processor = Qwen2VLImageProcessorPil(patch_size=4, merge_size=2, do_resize=False)
    pictures = [photo(1).resize((24, 16)), photo(2).resize((8, 40))]  # wide, then high
    out = processor(pictures, return_tensors="pt")
    images = images_in(out["pixel_values"], out["image_grid_thw"], PATCHED)
    for image, picture in zip(images, pictures, strict=True):
        assert torch.allclose(
            Normalisation.of(processor).undone(image), colours(picture), atol=1e-5
        )
    grids = token_grids(images, [6, 5], out["image_grid_thw"], PATCHED)
    assert grids == [(2, 3), (5, 1)]


def test_idefics3s_blank_images_are_left_out():
    processor = Idefics3ImageProcessorPil(
        size={"longest_edge": 32}, max_image_size={"longest_edge": 32}, do_image_splitting=False
    )
    pictures = [photo(number, px=32) for number in range(3)]
    pixels = processor([pictures[:1], pictures[1:]], return_tensors="pt")["pixel_values"]
    assert pixels.shape[:2] == (2, 2)
    images = images_in(pixels, None, PATCHED)
    undone = Normalisation.of(processor).undone(torch.stack(images))
    assert torch.allclose(undone, torch.stack([colours(one) for one in pictures]), atol=1e-5)


def test_unknown_layouts_are_refused():
    with pytest.raises(ModelError, match="no known way"):
        images_in(torch.zeros(3, 4), None, PATCHED)


def test_images_of_any_sizes_become_squares():
    half = torch.cat([torch.zeros(3, 8, 4), torch.ones(3, 8, 4)], dim=2)  # dark left, bright right
    squares = resized([half, torch.ones(3, 30, 20)], 16)
    assert squares.shape == (2, 3, 16, 16)
    assert squares[0, :, :, :4].max() < 0.05
    assert squares[0, :, :, -4:].min() > 0.95
    assert torch.allclose(squares[1], torch.ones(3, 16, 16))


def test_tokens_lie_in_a_grid_of_the_images_shape():
    wide = torch.zeros(3, 20, 40)
    assert token_grids([wide], [8], None, PATCHED) == [(2, 4)]
    with pytest.raises(ModelError, match="17 do not"):
        token_grids([torch.zeros(3, 32, 32)], [17], None, PATCHED)


@pytest.mark.parametrize(
    ("tokens", "lengths", "counts"),
    [
        ([32, 48], [16] * 5, [2, 3]),
        ([16, 0, 32], [16] * 3, [1, 0, 2]),
        ([10, 7], [4, 6, 7], [2, 1]),
        ([33, 48], [16] * 5, [2, 3]),  # one mark too many: a model that said it
    ],
)
def test_rows_hold_as_many_images_as_their_tokens_say(tokens, lengths, counts):
    assert images_by_row(tokens, lengths) == counts


def test_images_without_tokens_are_refused():
    with pytest.raises(ModelError, match="3 images are shown, the text has tokens for 2"):
        images_by_row([16, 16], [16] * 3)
