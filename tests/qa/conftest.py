"""One big build that the tests of questions share."""

from __future__ import annotations

import pyarrow as pa
import pytest
from qa_building import Built, build
from synthetic_pairs import synthetic_pairs


@pytest.fixture(scope="session")
def pairs() -> pa.Table:
    return synthetic_pairs(6000)


@pytest.fixture(scope="session")
def built(pairs: pa.Table) -> Built:
    return build(pairs)
