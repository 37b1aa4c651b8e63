"""Image sizes from headers: Pillow, which writes the files, is the oracle."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import OpenEXR
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from preflight_files import image_bytes

from viewpoint_gen.assets.preflight.images import image_size_px
from viewpoint_gen.assets.preflight.region import Region


def size_px(data: bytes):
    return image_size_px(Region.of_bytes(Path("x"), data))


@pytest.mark.parametrize(
    "kind", ["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "TGA", "DDS", "JPEG2000"]
)
@pytest.mark.parametrize("size", [(7, 5), (300, 2), (1, 1000)])
def test_the_size_is_what_pillow_wrote(kind, size):
    assert size_px(image_bytes(kind, *size)) == size


@pytest.mark.parametrize("options", [{"lossless": True}, {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0"}])
def test_all_kinds_of_webp(options):
    out = io.BytesIO()
    Image.new("RGBA", (33, 17), (1, 2, 3, 4)).save(out, "WEBP", **options)
    assert size_px(out.getvalue()) == (33, 17)


def test_a_jpeg_with_long_segments_before_its_size():
    out = io.BytesIO()
    image = Image.new("RGB", (33, 17))
    image.save(out, "JPEG", progressive=True, icc_profile=bytes(200_000), comment=b"x" * 60_000)
    assert size_px(out.getvalue()) == (33, 17)


def test_openexr_and_radiance(tmp_path):
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    pixels = {"RGB": np.zeros((17, 33, 3), dtype=np.float32)}
    with OpenEXR.File(header, pixels) as file:
        file.write(str(tmp_path / "a.exr"))
    assert size_px((tmp_path / "a.exr").read_bytes()) == (33, 17)
    assert size_px(b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 17 +X 33\n\2\2") == (33, 17)


def test_photoshop():
    head = b"8BPS\0\1" + bytes(6) + b"\0\3" + (17).to_bytes(4, "big") + (33).to_bytes(4, "big")
    assert size_px(head + b"\0\x08\0\3") == (33, 17)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xabKTX 20\xbb\r\n\x1a\n" + bytes(64),
        b"\0\0\0\x1cftypavif" + bytes(64),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\xff\xd8\xff\xe0",
        b"\x89PNG\r\n\x1a\n",
        b"plain text that is no picture",
    ],
)
def test_what_is_no_image_for_blender_has_no_size(data):
    assert size_px(data) is None


HEADS = [image_bytes(kind, 9, 4) for kind in ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "TGA")]


@given(st.sampled_from(HEADS), st.data())
def test_damage_gives_a_size_or_none(head, data):
    spoilt = bytearray(head[: data.draw(st.integers(0, len(head)))])
    for place in data.draw(st.lists(st.integers(0, max(len(spoilt) - 1, 0)), max_size=4)):
        if spoilt:
            spoilt[place] = data.draw(st.integers(0, 255))
    found = size_px(bytes(spoilt))
    assert found is None or (found[0] >= 0 and found[1] >= 0)
