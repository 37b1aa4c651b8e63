"""What is encoded comes back as it was."""

import io

import numpy as np
import pytest
from PIL import Image

from viewpoint_gen.dataset.config import ImageFormat, StoreConfig
from viewpoint_gen.dataset.images import (
    decode_depth,
    decode_picture,
    encode_depth,
    encode_mask,
    encode_normals,
    encode_picture,
)


def smooth_picture(height=96, width=128) -> np.ndarray:
    y, x = np.mgrid[0:height, 0:width]
    rgb = np.stack([x * 2 % 256, (y + x) % 256, 255 - y * 2 % 256], axis=-1)
    return np.dstack([rgb, np.full((height, width), 255)]).astype(np.uint8)


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / np.mean((one.astype(float) - other.astype(float)) ** 2)))


@pytest.mark.parametrize("image_format", list(ImageFormat))
def test_an_opaque_picture_comes_back_faithfully(image_format):
    rgba = smooth_picture()
    data, used = encode_picture(rgba, StoreConfig(image=image_format))
    assert used is image_format
    decoded = decode_picture(data)
    assert decoded.shape == (96, 128, 3)
    if image_format is ImageFormat.PNG:
        assert np.array_equal(decoded, rgba[..., :3])
    else:
        assert psnr(decoded, rgba[..., :3]) > 30


def test_a_transparent_picture_keeps_its_alpha_even_where_jpeg_was_asked_for():
    rgba = smooth_picture()
    rgba[:, :40, 3] = 0
    data, used = encode_picture(rgba, StoreConfig(image=ImageFormat.JPEG))
    assert used is ImageFormat.WEBP
    assert np.array_equal(decode_picture(data)[..., 3], rgba[..., 3])


def test_depth_comes_back_to_a_65534th_of_its_range_and_nothing_stays_nothing():
    rng = np.random.default_rng(0)
    depth = rng.uniform(1.5, 3.5, (32, 48)).astype(np.float32)
    depth[:5] = np.inf
    data, near, far = encode_depth(depth)
    back = decode_depth(data, near, far)
    assert np.isinf(back[:5]).all()
    assert np.abs(back[5:] - depth[5:]).max() <= (far - near) / 65534
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.mode == "I;16"


@pytest.mark.parametrize("depth", [np.full((4, 5), np.inf), np.full((4, 5), 2.0)])
def test_depth_of_nothing_and_of_one_plane(depth):
    data, near, far = encode_depth(depth.astype(np.float32))
    assert np.allclose(decode_depth(data, near, far), depth)
    assert far > near


def test_masks_and_normals_are_pngs_of_the_stated_kind():
    mask = np.zeros((6, 7), dtype=bool)
    mask[2:4, 3:] = True
    assert np.array_equal(decode_picture(encode_mask(mask)) == 255, mask)
    normals = np.zeros((6, 7, 3), dtype=np.float32)
    normals[..., 2] = 1.0
    assert tuple(decode_picture(encode_normals(normals))[0, 0]) == (128, 128, 255)
