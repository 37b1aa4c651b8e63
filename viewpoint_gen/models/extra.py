"""The extra ``train``: is it there?"""

from __future__ import annotations

import importlib.util
from typing import Final

from viewpoint_gen.errors import EnvironmentProblem

_MODULES: Final = ("torch", "transformers", "trl", "peft", "accelerate", "datasets", "cv2")


def require_train_extra() -> None:
    """Refuse in one line where a package of the extra is missing.

    Raises:
        EnvironmentProblem: names what is missing and what to type.
    """
    missing = [name for name in _MODULES if importlib.util.find_spec(name) is None]
    if missing:
        msg = (
            f"training and evaluating need the extra `train` ({', '.join(missing)} not installed): "
            "pip install 'viewpoint-gen[train]'"
        )
        raise EnvironmentProblem(msg)
