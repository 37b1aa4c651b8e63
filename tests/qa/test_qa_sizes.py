"""By how much, by hand: the bins of truths, and ladders that give nothing away."""

from __future__ import annotations

import numpy as np
import pytest
from synthetic_pairs import HERE, Cameras, around, camera, one_pair, synthetic_pairs

from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.draws import keys_of
from viewpoint_gen.qa.facts import facts_of
from viewpoint_gen.qa.families import FAMILIES
from viewpoint_gen.qa.families.family import Verdicts
from viewpoint_gen.qa.families.magnitudes import QUANTITIES, RUNGS, SHADES


def sized(quantity: str, two: Cameras, one: Cameras = HERE, **more: object) -> float | str:
    """The size that both families of a quantity take, or the code of their refusal."""
    facts = facts_of(one_pair(one, two, **more))  # type: ignore[arg-type]
    told = set()
    for kind in ("magnitude", "estimate"):
        verdicts = FAMILIES[f"{kind}_{quantity}"].verdicts(facts, QaConfig())
        codes = [code for code, (which, _) in verdicts.refused.items() if which[0]]
        told.add(codes[0] if codes else round(float(verdicts.value[0]), 6))
    (same,) = told
    return same


@pytest.mark.parametrize("way", [-1, 1])
def test_sizes_are_the_same_either_way(way: int) -> None:
    assert sized("azimuth", around(way * 40)) == 40
    assert sized("yaw", around(way * 40)) == 40
    assert sized("elevation", around(0, way * 25)) == 25
    assert sized("pitch", camera(0, -3, 0, heading_deg=90, pitch_deg=way * 12)) == 12
    assert sized("roll", camera(0, -3, 0, heading_deg=90, roll_deg=way * 20)) == 20
    assert sized("distance", around(0, distance=3 * 1.5**way)) == 1.5
    zoomed = camera(0, -3, 0, heading_deg=90, focal_px=500 * 1.3**way)
    assert sized("focal", zoomed) == 1.3


def test_too_little_and_too_much_are_refused() -> None:
    assert sized("azimuth", around(11.9)) == "tiny"
    assert sized("azimuth", around(12.1)) == 12.1
    assert sized("azimuth", around(150), static_backdrop=True) == "boundary"
    assert sized("roll", camera(0, -3, 0, heading_deg=90, roll_deg=7.9)) == "tiny"
    assert sized("distance", around(0, distance=3 * 1.14)) == "tiny"


def test_a_lens_is_judged_only_from_one_place() -> None:
    elsewhere = camera(0, -3.2, 0, heading_deg=90, focal_px=700)
    assert sized("focal", elsewhere) == "camera_moved"
    assert sized("distance", elsewhere) == "focal_changed"


@pytest.mark.parametrize("quantity", QUANTITIES, ids=lambda quantity: quantity.name)
def test_each_bin_holds_what_its_number_says(quantity) -> None:
    config = QaConfig()
    least = quantity.least(config)
    edges = least * quantity.step ** np.arange(quantity.bins + 1)
    inside = np.sqrt(edges[:-1] * edges[1:])
    assert quantity.bin_of(inside, least).tolist() == list(range(quantity.bins))
    assert quantity.bin_of(edges[:-1] * 1.0001, least).tolist() == list(range(quantity.bins))
    assert quantity.bins >= RUNGS
    assert quantity.step >= 1.15  # options nearer than this are one answer


@pytest.mark.parametrize("quantity", QUANTITIES, ids=lambda quantity: quantity.name)
def test_a_ladder_holds_the_truth_at_every_rank_that_fits(quantity) -> None:
    count = 40_000
    verdicts = Verdicts.open_for(count)
    place = np.arange(count) % quantity.bins
    verdicts.option = place.copy()
    verdicts.option[:10] = -1
    least, shade = quantity.least(QaConfig()), (np.arange(count) // quantity.bins) % SHADES
    verdicts.value = least * quantity.step ** (place + (shade + 0.5) / SHADES)
    verdicts.margin = verdicts.value - least
    family = FAMILIES[f"magnitude_{quantity.name}"]
    assert family.settle is not None
    family.settle(verdicts, keys_of(1, "ladder", map(str, range(count))))
    assert (verdicts.option[:10] == -1).all()
    rank, start = verdicts.option[10:], verdicts.setting[10:] // SHADES
    assert (verdicts.setting[10:] % SHADES == shade[10:]).all()
    assert family.settings == (start.max() + 1) * SHADES
    assert (start + rank == place[10:]).all()
    assert start.min() == 0
    assert start.max() == quantity.bins - RUNGS
    for bin_number in range(quantity.bins):
        ranks = np.bincount(rank[place[10:] == bin_number], minlength=RUNGS)
        possible = [r for r in range(RUNGS) if 0 <= bin_number - r <= quantity.bins - RUNGS]
        share = count / quantity.bins / len(possible)
        assert np.allclose(ranks[possible], share, rtol=0.12)
        assert ranks.sum() == ranks[possible].sum()


def test_swapped_pictures_have_the_same_size() -> None:
    facts = facts_of(synthetic_pairs(3000))
    for quantity in QUANTITIES:
        verdicts = FAMILIES[f"estimate_{quantity.name}"].verdicts(facts, QaConfig())
        there, back = verdicts.option[::2], verdicts.option[1::2]
        both = (there >= 0) & (back >= 0)
        assert both.sum() > 20
        assert np.allclose(verdicts.value[::2][both], verdicts.value[1::2][both])
