"""A picture in numbers, held to pictures whose numbers are known."""

from __future__ import annotations

import numpy as np
import pytest
from planted import HEIGHT_PX, WIDTH_PX, paint, png

from viewpoint_gen.audit.pictures import PICTURE_NAMES, picture_numbers


def numbers(image: bytes, mask: bytes) -> dict[str, np.ndarray]:
    values = picture_numbers(image, mask)
    return {name: values[np.array(PICTURE_NAMES) == name] for name in PICTURE_NAMES}


def scene(light: float = 120.0, centre: tuple[float, float] = (10.0, 20.0)) -> tuple[bytes, bytes]:
    rng = np.random.default_rng(3)
    return paint(rng, light=light, centre=np.array(centre), tint=np.zeros(3))


def test_a_brighter_picture_differs_in_brightness_alone():
    dark, bright = numbers(*scene(100.0)), numbers(*scene(120.0))
    assert bright["brightness"] - dark["brightness"] == pytest.approx(20 / 255, abs=1e-3)
    for name in set(PICTURE_NAMES) - {"brightness"}:
        np.testing.assert_allclose(dark[name], bright[name], atol=0.02, err_msg=name)


def test_a_disc_is_where_it_was_painted():
    found = numbers(*scene(centre=(10.0, 20.0)))
    assert found["the object's place across"] == pytest.approx(10 / WIDTH_PX, abs=0.01)
    assert found["the object's height in the picture"] == pytest.approx(20 / HEIGHT_PX, abs=0.01)
    size = np.pi * 6.0**2 / (WIDTH_PX * HEIGHT_PX)
    assert found["the object's share of the picture"] == pytest.approx(size, rel=0.03)
    left, right, top, bottom, _ = found["the object's outline box"]
    assert (left * WIDTH_PX, right * WIDTH_PX) == pytest.approx((4.5, 15.5), abs=0.6)
    assert (top * HEIGHT_PX, bottom * HEIGHT_PX) == pytest.approx((14.5, 25.5), abs=0.6)


def test_a_horizon_is_found_at_its_height_and_slope():
    y, x = np.mgrid[:256, :256]
    sky = (y < 64 + 0.25 * x)[..., None] * np.uint8(200) * np.ones(3, np.uint8)
    found = numbers(png(sky.astype(np.uint8)), png(np.zeros((256, 256), np.uint8)))
    _, strength, left, right = found["horizon"]
    assert strength > 0
    assert left < right
    assert (left + right) / 2 == pytest.approx((64 + 0.25 * 128) / 256, abs=0.08)
    assert np.isnan(found["the object's place across"]).all()


def test_what_is_transparent_counts_as_white():
    shown = np.zeros((32, 40, 4), np.uint8)
    mask = np.zeros((32, 40), np.uint8)
    shown[8:16, 8:16, 3] = mask[8:16, 8:16] = 255
    found = numbers(png(shown), png(mask))
    share = 64 / (32 * 40)
    assert found["brightness"] == pytest.approx(1 - share, abs=0.01)
    assert found["the object's share of the picture"] == pytest.approx(share)
