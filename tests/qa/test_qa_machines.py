"""The same selection whatever processor works it out: same build, other kernels of the libraries.

``OPENBLAS_CORETYPE`` picks the kernels of BLAS, ``NPY_DISABLE_CPU_FEATURES`` turns off NumPy's own
ones, ``GLIBC_TUNABLES`` those of the mathematics library (without fused multiply-add).
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

KERNELS = {
    "oldest": {
        "OPENBLAS_CORETYPE": "Prescott",
        "NPY_DISABLE_CPU_FEATURES": "{all}",
        "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-AVX2_Usable,-FMA_Usable",
    },
    "two threads": {"OPENBLAS_NUM_THREADS": "2", "OPENBLAS_CORETYPE": "Haswell"},
}

PROGRAM = """
import hashlib
from qa_building import build
from synthetic_pairs import synthetic_pairs
families = ("ego_translation_distance", "magnitude_yaw", "who_moved")
built = build(synthetic_pairs(1200), families=families, balance={"block_pairs": 1200})
ids = built.questions.column("id").to_pylist()
print(len(ids), hashlib.sha256("\\n".join(ids).encode()).hexdigest())
"""


def features() -> str:
    """NumPy's optional ones that this processor has."""
    from numpy.core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    return " ".join(name for name in __cpu_dispatch__ if __cpu_features__[name])


def selected(kernels: dict[str, str]) -> tuple[int, str]:
    here = Path(__file__).parent
    paths = os.pathsep.join([str(here), *sys.path])
    more = {name: value.format(all=features()) for name, value in kernels.items()}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": paths, **more},
        capture_output=True,
        text=True,
        check=True,
    )
    count, digest = done.stdout.split()
    return int(count), digest


@pytest.fixture(scope="module")
def as_it_is() -> tuple[int, str]:
    return selected({})


@pytest.mark.parametrize("kernels", KERNELS)
def test_other_kernels_select_the_same_questions(kernels: str, as_it_is: tuple[int, str]) -> None:
    assert as_it_is[0] > 300
    assert selected(KERNELS[kernels]) == as_it_is
