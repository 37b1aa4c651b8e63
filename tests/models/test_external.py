"""Encoders with VGGT's interface."""

import pytest
import torch
from torch import nn

from viewpoint_gen.errors import ModelError
from viewpoint_gen.models.encoders import encoder_from, encoder_named, recipe_of
from viewpoint_gen.models.external import ExternalEncoder, external_encoder
from viewpoint_gen.models.geometry import GeometryEncoder

WIDTH, PATCH, REGISTERS = 8, 14, 4


class Aggregator(nn.Module):
    """VGGT's shapes: per layer (B, S, 1 + 4 + patches, 2 C), and 5, where patches start.

    A patch's token says its mean red in its first place; a camera token the mean red of the
    sample's first image.
    """

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(1.0))
        self.calls = []

    def forward(self, images):
        self.calls.append(tuple(images.shape))
        red = nn.functional.avg_pool2d(images[:, :, 0], PATCH).flatten(2)  # (B, S, P)
        tokens = torch.zeros(*red.shape[:2], 1 + REGISTERS + red.shape[2], WIDTH)
        tokens[:, :, 1 + REGISTERS :, 0] = red * self.scale
        tokens[:, :, 0, 1] = images[:, :1, 0].mean(dim=(2, 3))
        tokens[:, :, 0, 2] = 1e-3
        return [torch.full_like(tokens, torch.nan), tokens], 1 + REGISTERS


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.aggregator = Aggregator()


class Other(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 2)

    def forward(self, images):
        return images


def make():
    return Network()


def number():
    return 7


def broken():
    raise KeyError("weights")


def encoder():
    return ExternalEncoder(Network(), factory="test_external:make", image_px=42)


def test_it_is_a_geometry_encoder_with_the_width_of_what_it_was_given():
    made = encoder()
    assert isinstance(made, GeometryEncoder)
    assert (made.image_px, made.patch_width, made.summary_width) == (42, WIDTH, WIDTH)


def test_patches_keep_their_places_and_samples_their_images():
    made, images = encoder(), torch.rand(6, 3, 42, 42, generator=torch.Generator().manual_seed(0))
    tokens = made.encode(images, [2, 1, 3])
    assert tokens.patches.shape == (6, 3, 3, WIDTH)
    for number, image in enumerate(images):
        for row in range(3):
            for column in range(3):
                mean = image[0, row * 14 : row * 14 + 14, column * 14 : column * 14 + 14].mean()
                assert torch.isclose(tokens.patches[number, row, column, 0], mean, atol=1e-6)
    firsts = [images[k, 0].mean() for k in (0, 0, 2, 3, 3, 3)]
    ratio = tokens.summary[:, 1] / tokens.summary[:, 2]
    assert torch.allclose(ratio, torch.stack(firsts) / 1e-3, rtol=1e-3)
    assert torch.allclose(tokens.summary.square().mean(dim=1), torch.ones(6), atol=1e-3)


def test_samples_of_equal_length_go_through_it_together():
    made = encoder()
    made.network.aggregator.calls.clear()
    made.encode(torch.rand(7, 3, 42, 42), [2, 3, 2])
    assert made.network.aggregator.calls == [(2, 2, 3, 42, 42), (1, 3, 3, 42, 42)]


def test_its_recipe_makes_it_again_where_its_code_is_trusted():
    recipe = recipe_of(encoder())
    again = encoder_from(recipe, trusted="test_external:make")
    assert (again.image_px, again.patch_width) == (42, WIDTH)
    with pytest.raises(ModelError, match="'test_external:make', which isn't viewgen's own"):
        encoder_from(recipe)


@pytest.mark.parametrize(
    "recipe",
    [
        {"factory": "os:system", "arguments": {"command": "true"}},
        {"factory": "viewpoint_gen.models.external:external_encoder", "arguments": {}},
        {"factory": "viewpoint_gen.models.code:importlib.import_module", "config": {}},
    ],
)
def test_a_folder_can_not_run_code_of_its_choice(recipe):
    with pytest.raises((ModelError, TypeError)):
        encoder_from(recipe)


@pytest.mark.parametrize(
    ("factory", "what"),
    [
        ("nowhere_at_all:make", "'nowhere_at_all:make' can't be found: No module named"),
        ("test_external:nothing", "'test_external:nothing' can't be found"),
        ("test_external:WIDTH", "can't be called"),
        ("test_external:number", "made a int, not a PyTorch module"),
        ("test_external:broken", "it fails: KeyError"),
        ("test_external:Other", "not VGGT's interface"),
        (":", "names no code"),
    ],
)
def test_one_line_says_why_an_encoder_can_not_be_used(factory, what):
    with pytest.raises(ModelError) as raised:
        external_encoder(factory, image_px=42)
    assert what in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_folder_without_a_tower_is_refused(tmp_path):
    with pytest.raises(ModelError, match=r"no config\.json"):
        encoder_named(str(tmp_path))
