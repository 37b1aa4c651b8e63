"""Where a model runs, in what kind of number, and whether it fits."""

from __future__ import annotations

from typing import Any, Final

import psutil
import torch
from transformers import AutoModelForImageTextToText

from viewpoint_gen.errors import DeviceUnavailable, ModelError
from viewpoint_gen.models.reading import quietly

DTYPES: Final = {
    "float32": torch.float32,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
}

GIB: Final = 2**30


def device_named(name: str) -> torch.device:
    """The device that a user means.

    Raises:
        DeviceUnavailable: it isn't on this machine.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError as error:
        msg = f"no device is called {name!r}; there are: auto, cpu, cuda, cuda:0 and so on"
        raise DeviceUnavailable(msg) from error
    if device.type == "cuda" and not torch.cuda.is_available():
        raise DeviceUnavailable(f"device {name}: PyTorch finds no GPU on this machine; try cpu")
    return device


def dtype_named(name: str, device: torch.device) -> torch.dtype:
    """The kind of number that a user means.

    Raises:
        ModelError: none is called so.
    """
    if name == "auto":
        return torch.bfloat16 if device.type == "cuda" else torch.float32
    if name not in DTYPES:
        raise ModelError(f"no dtype is called {name!r}; there are: auto, {', '.join(DTYPES)}")
    return DTYPES[name]


def check_size(source: str, config: Any, *, device: torch.device, dtype: torch.dtype) -> None:
    """Refuse a model whose weights alone don't fit, before they are fetched.

    Raises:
        DeviceUnavailable: it is too large for the device's memory.
    """
    with torch.device("meta"), quietly():
        numbers = AutoModelForImageTextToText.from_config(config).num_parameters()
    needed = numbers * dtype.itemsize
    if device.type == "cuda":
        room, where = torch.cuda.mem_get_info(device)[0], f"free on {device}"
    else:
        room, where = psutil.virtual_memory().available, "of memory left here, and no GPU in use"
    if needed > room:
        msg = (
            f"{source}: its {numbers / 1e9:.1f} billion weights take {needed / GIB:.1f} GiB, and "
            f"there are {room / GIB:.1f} GiB {where}: use a smaller model or a larger machine"
        )
        raise DeviceUnavailable(msg)
