"""What is kept gives nothing away: measured on the rows' stored facts, not by the balancer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from qa_building import DIRECTIONS, PAIRED, Built, build, fact, matrices
from synthetic_pairs import REALISTIC_MIX, synthetic_pairs

from viewpoint_gen.qa.balance import Balancer
from viewpoint_gen.qa.config import BalanceConfig, QaConfig
from viewpoint_gen.qa.cues import EVERY_IMAGE, IMAGE_FACTS, Cue, setting_cue
from viewpoint_gen.qa.families import FAMILIES
from viewpoint_gen.qa.guessers import Rules

DEG = np.deg2rad(1.0)
AXES = {
    "sideways": ("right_share", 0.01),
    "vertical": ("rise_share", 0.01),
    "distance": ("ln_distance_ratio", np.log(1.01)),
    "around": ("azimuth_rad", DEG),
    "yaw": ("heading_rad", DEG),
    "pitch": ("pitch_rad", DEG),
    "roll": ("roll_rad", DEG),
}
SLACK = 3


def truth_sign(rows: pa.Table) -> np.ndarray:
    """+1 or -1, and 0 for "not at all"."""
    value = rows.column("answer_value").to_numpy()
    unit = rows.column("answer_unit")[0].as_py()
    still = {"rad": DEG, "ln_ratio": np.log(1.01)}.get(unit, 0.01)
    return np.where(np.abs(value) <= still, 0.0, np.sign(value))


def agreement(truth: np.ndarray, guess: np.ndarray) -> tuple[float, int]:
    """How often a guess (+1, -1 or 0: none) is right among directions, and of how many."""
    told = (truth != 0) & (guess != 0)
    return float((truth[told] == guess[told]).mean()) if told.any() else 0.5, int(told.sum())


def bound(count: int) -> float:
    """The gain of 0.05 each way, what luck may add, and the slack of a few questions."""
    return 0.05 + 0.5 / np.sqrt(max(count, 1)) + SLACK / max(count, 1) + 1e-9


def luck(bins: np.ndarray, keys: int) -> float:
    """Share in which the commonest of K like keys is expected to be ahead, bin by bin."""
    counts = np.bincount(bins)
    greatest = 0.4 + 0.55 * np.log(keys)  # standard deviations; a little above Blom's
    return float(greatest * np.sqrt(counts * (keys - 1)).sum() / keys / counts.sum())


def keys_of(rows: pa.Table, family: str) -> np.ndarray:
    """(N,) place of the row's answer key."""
    options = FAMILIES[family].options
    return np.array([options.index(key) for key in rows.column("answer_key").to_pylist()])


def best_guess(bins: np.ndarray, key: np.ndarray) -> float:
    """How often whoever knows each bin's commonest key is right."""
    counts = np.zeros((bins.max() + 1, key.max() + 1))
    np.add.at(counts, (bins, key), 1)
    return float(counts.max(axis=1).sum() / len(key))


@pytest.mark.parametrize("family", sorted(PAIRED))
def test_every_option_is_true_equally_often(built: Built, family: str) -> None:
    truths = list(built.summary.families[family].truths.values())
    assert min(truths) > 30
    assert max(truths) - min(truths) <= SLACK


@pytest.mark.parametrize(
    ("family", "axis"), [(name, axis) for name in DIRECTIONS for axis in FAMILIES[name].other_axes]
)
def test_no_other_axis_tells_the_direction(built: Built, family: str, axis: str) -> None:
    rows = built.of(family)
    name, still = AXES[axis]
    values = fact(rows, name)
    guess = np.where(np.abs(values) <= still, 0.0, np.sign(values))
    share, count = agreement(truth_sign(rows), guess)
    assert abs(share - 0.5) <= bound(count)


@pytest.mark.parametrize("view", [1, 2])
@pytest.mark.parametrize("cue", [cue for cue in EVERY_IMAGE if cue != "focal"])
@pytest.mark.parametrize("family", sorted(PAIRED))
def test_no_image_alone_tells_the_answer(built: Built, family: str, cue: str, view: int) -> None:
    """The best guesser who sees eight bins of one fact of one image."""
    rows = built.of(family)
    values = np.round(fact(rows, f"{IMAGE_FACTS[cue]}_{view}"), 4)
    (cuts,) = built.summary.families[family].cuts[cue]
    assert len(cuts) >= 1
    bins = np.searchsorted(cuts, values, side="right")
    key, chance = keys_of(rows, family), 1 / len(FAMILIES[family].options)
    allowed = chance + 0.03 + luck(bins, len(FAMILIES[family].options)) + SLACK / len(key)
    assert best_guess(bins, key) <= allowed + 1e-9


@pytest.mark.parametrize("view", [1, 2])
@pytest.mark.parametrize("cue", [cue for cue in EVERY_IMAGE if cue != "focal"])
@pytest.mark.parametrize("family", DIRECTIONS)
def test_the_half_of_a_range_tells_less_than_its_bins(
    built: Built, family: str, cue: str, view: int
) -> None:
    """A trend through all bins: held to half the luck of two bins, beside gain and slack."""
    rows = built.of(family)
    values = np.round(fact(rows, f"{IMAGE_FACTS[cue]}_{view}"), 4)
    (cuts,) = built.summary.families[family].cuts[cue]
    half = (values >= cuts[(len(cuts) + 1) // 2 - 1]).astype(int)
    key = keys_of(rows, family)
    allowed = 1 / 3 + 0.01 + 0.5 * luck(half, 3) + SLACK / len(key)
    assert best_guess(half, key) <= allowed + 1e-9


@pytest.mark.parametrize("view", [1, 2])
@pytest.mark.parametrize(
    "family", ["object_translation_left_right", "object_translation_front_back"]
)
def test_the_side_that_is_seen_doesnt_tell_the_way(built: Built, family: str, view: int) -> None:
    rows = built.of(family)
    centre = matrices(rows, "world_from_camera", 4)[:, view - 1, :3, 3]
    front = rows.column("front_azimuth_rad").to_numpy()
    angle = np.arctan2(centre[:, 1], centre[:, 0]) - front
    seen = np.sin(angle) if family.endswith("left_right") else np.cos(angle)
    share, count = agreement(truth_sign(rows), np.sign(seen))
    # five points of all questions are seven and a half of the two thirds that have a direction;
    # the side changes inside a bin, which the rule doesn't see
    assert abs(share - 0.5) <= 1.5 * bound(count) + 0.02
    assert count > 200


@pytest.mark.parametrize("family", DIRECTIONS)
def test_the_note_in_the_text_doesnt_tell_nothing_from_a_direction(
    built: Built, family: str
) -> None:
    rows = built.of(family)
    noted = np.array([".still" in name for name in rows.column("wording_id").to_pylist()])
    still = truth_sign(rows) == 0
    assert 0.1 < noted.mean() < 0.9
    most = 2 / 3 + 0.02 + SLACK / len(still) + luck(noted.astype(int), 3)
    assert best_guess(noted.astype(int), still.astype(int)) <= most


@pytest.mark.parametrize("family", DIRECTIONS)
def test_a_question_and_its_reverse_stay_together(built: Built, family: str) -> None:
    """Where both can be asked, both are kept or neither; so most questions have their mirror."""
    groups = built.of(family).column("group_id").to_pylist()
    sizes = np.unique(groups, return_counts=True)[1]
    assert sizes.max() == 2
    assert (sizes == 2).mean() > (0.5 if family == "ego_translation_vertical" else 0.9)


def test_large_orbits_stay_in_the_mix(built: Built) -> None:
    rows = built.of("ego_translation_sideways")
    moved = truth_sign(rows) != 0
    degrees = np.rad2deg(np.abs(fact(rows, "azimuth_rad")))[moved]
    assert (degrees > 45).mean() > 0.15
    assert degrees.max() > 120


def test_most_of_what_the_rules_allow_is_kept(built: Built) -> None:
    """Floors under what was measured: questions per pair of images in order.

    Those of trends that made-up cameras have (the nearer an image, the likelier a step back) are
    lower than those of other families: no half of a range may tell what its bins don't.
    """
    pairs = built.pairs.num_rows
    floors = {
        "ego_translation_sideways": 0.10,
        "ego_translation_vertical": 0.025,
        "ego_translation_distance": 0.04,
        "object_translation_around": 0.10,
        "object_translation_left_right": 0.045,
        "object_translation_front_back": 0.035,
        "ego_rotation_yaw": 0.10,
        "ego_rotation_pitch": 0.045,
        "ego_rotation_roll": 0.025,
        "magnitude_azimuth": 0.15,
        "dominant": 0.04,
        "pose_tuple": 0.3,
    }
    for family, floor in floors.items():
        assert built.summary.families[family].asked / pairs > floor, family


def test_the_rules_hold_over_many_small_blocks(pairs: pa.Table) -> None:
    """Counts are carried over: the whole is as balanced as a single block would be."""
    built = build(pairs.slice(0, 6000), families=DIRECTIONS, balance={"block_pairs": 1500})
    for family, summary in built.summary.families.items():
        assert max(summary.truths.values()) - min(summary.truths.values()) <= SLACK
        rows = built.of(family)
        for axis in FAMILIES[family].other_axes:
            name, still = AXES[axis]
            values = fact(rows, name)
            guess = np.where(np.abs(values) <= still, 0.0, np.sign(values))
            share, count = agreement(truth_sign(rows), guess)
            assert abs(share - 0.5) <= bound(count), (family, axis)


def test_plain_orbits_alone_give_no_question_of_sideways_or_yaw() -> None:
    """There, right is always left-turning: one bit, whichever family asks for it."""
    mix = {"orbit_only": 0.9, "still": 0.1}
    built = build(synthetic_pairs(1500, mix=mix), families=DIRECTIONS)
    for family in ("ego_translation_sideways", "ego_rotation_yaw"):
        assert built.summary.families[family].asked <= 30 * SLACK
        assert built.summary.families[family].refused["balance"] > 1000


def test_without_not_at_all_nothing_is_asked_and_the_reason_is_told() -> None:
    mix = {kind: share for kind, share in REALISTIC_MIX.items() if kind == "orbit"}
    summary = build(synthetic_pairs(400, mix=mix), families=DIRECTIONS).summary.families[
        "object_translation_around"
    ]
    assert summary.asked == 0
    assert "no pair has the answer nothing" in summary.none_because


def _cue(bins: np.ndarray, size: int, gain: float = 0.05) -> Cue:
    return Cue("other", bins, size, gain, BalanceConfig().slack_questions)


def _kept(balancer: Balancer, cues: list[Cue], key: np.ndarray, unit: np.ndarray) -> np.ndarray:
    return balancer.keep(cues, key, unit, np.arange(unit.max() + 1, dtype=np.uint64))


@pytest.mark.parametrize("keys", [2, 3, 4, 5, 7])
def test_the_rules_hold_for_any_number_of_keys_and_block_after_block(keys: int) -> None:
    rng = np.random.default_rng(keys)
    balancer = Balancer(BalanceConfig(), keys)
    seen, answers = [], []
    for _ in range(3):
        key = rng.choice(keys, 2000, p=np.arange(1, keys + 1) / np.arange(1, keys + 1).sum())
        told = np.where(rng.uniform(size=2000) < 0.4, key, rng.integers(0, keys, 2000))
        kept = _kept(balancer, [_cue(told, keys)], key, np.arange(2000) // 2)
        assert (kept[0::2] == kept[1::2]).all()
        seen.append(told[kept])
        answers.append(key[kept])
        key, told = np.concatenate(answers), np.concatenate(seen)
        counts = np.bincount(key, minlength=keys)
        assert np.ptp(counts) <= SLACK
        allowed = 1 / keys + 0.05 + SLACK / len(key) + luck(told, keys)
        assert best_guess(told, key) <= allowed
        assert balancer.edges()["other"] == pytest.approx(best_guess(told, key) - 1 / keys)
    assert len(key) > 600


def test_by_hand_few_orbits_are_kept_beside_ten_counterexamples() -> None:
    """Of n questions about two ways, n / 2 + 0.05 n + 3 and luck at the most agree with the cue.

    Luck is 0.59 standard deviations of each of two bins: 0.59 * 2 * sqrt(n / 2 / 4). With 20 that
    disagree, 20 + agree = n: agree <= 0.55 n + 3 + 0.42 sqrt(n) gives agree <= 38.
    """
    key = np.array([0, 1] * 110)
    agrees = np.arange(220) < 200
    kept = _kept(Balancer(BalanceConfig(), 2), [_cue(np.where(agrees, key, 1 - key), 2)], key,
                 np.arange(220) // 2)  # fmt: skip
    assert kept[~agrees].sum() >= 18
    assert 22 <= kept[agrees].sum() <= 38


def test_by_hand_a_coarse_eye_sees_the_sums_of_neighbouring_bins() -> None:
    cues = [
        Cue("five", np.zeros(1, np.int64), 5, 0.0, 0, coarse=(2, 5), coarse_luck=0.5),
        Cue("two", np.zeros(1, np.int64), 2, 0.0, 0, coarse=(2,)),
    ]
    rules = Rules.of(cues, 2)
    assert rules.names == ("five", "two", "five/2")
    counts = np.array([[1, 2], [4, 8], [16, 32], [64, 128], [256, 512], [3, 5], [7, 9],
                       [999, 999], [999, 999]], dtype=float)  # fmt: skip
    cells = rules.in_cells(counts)
    assert cells[:7].tolist() == counts[:7].tolist()
    assert cells[7:].tolist() == [[5, 10], [336, 672]]  # bins 0, 1 and 2, 3, 4
    worth = np.zeros((9, 2))
    worth[:, 0] = [1, 2, 3, 4, 5, 6, 7, 10, 20]
    assert rules.in_bins(worth)[:, 0].tolist() == [11, 12, 23, 24, 25, 6, 7, 0, 0]
    assert rules.luck[2] == pytest.approx(0.5 * rules.luck[0])


def test_a_steady_trend_is_held_to_the_luck_of_two_bins() -> None:
    """Key 0 gets commoner and key 1 rarer from bin to bin: by 16 points of 100 at either end.

    Of 650 questions 12 bins let luck be ahead by 0.41 sqrt(12 * 650) = 36, 2 bins by half of 15.
    """
    rng = np.random.default_rng(3)
    bins = np.arange(720) % 12
    trend = 0.03 * (bins - 5.5)
    drawn = rng.uniform(size=720)
    key = np.where(drawn < 1 / 3 + trend, 0, np.where(drawn < 2 / 3, 1, 2))
    cue = Cue("other", bins, 12, 0.01, SLACK)

    def edge_and_limit(asked: Cue) -> tuple[float, float, int]:
        kept = _kept(Balancer(BalanceConfig(), 3), [asked], key, np.arange(720))
        half = bins[kept] // 6
        limit = 0.01 + 0.5 * luck(half, 3) + SLACK / kept.sum()
        return best_guess(half, key[kept]) - 1 / 3, limit, int(kept.sum())

    edge, limit, _ = edge_and_limit(cue)
    assert edge > limit  # the luck of twelve bins hides it
    config = BalanceConfig()
    edge, limit, count = edge_and_limit(
        replace(cue, coarse=config.coarse_bins, coarse_luck=config.coarse_luck)
    )
    assert edge <= limit
    assert count > 600


def test_what_is_already_balanced_is_kept_nearly_whole() -> None:
    key = np.tile([0, 1, 2], 100)
    kept = _kept(Balancer(BalanceConfig(), 3), [_cue(np.arange(300) // 3 % 2, 2)], key,
                 np.arange(300))  # fmt: skip
    assert kept.sum() >= 297


def test_a_setting_tells_nothing() -> None:
    rng = np.random.default_rng(0)
    key = rng.integers(0, 4, 1200)
    setting = np.where(rng.uniform(size=1200) < 0.3, key, rng.integers(0, 6, 1200))
    kept = _kept(Balancer(BalanceConfig(), 4), [setting_cue(setting, 6, BalanceConfig())], key,
                 np.arange(1200))  # fmt: skip
    assert kept.sum() > 400
    most = 0.25 + SLACK / kept.sum() + luck(setting[kept], 4)
    assert best_guess(setting[kept], key[kept]) <= most


def test_a_single_key_keeps_everything_and_a_missing_one_nothing() -> None:
    key = np.zeros(10, dtype=np.int64)
    cue = _cue(np.arange(10) % 2, 2)
    assert _kept(Balancer(BalanceConfig(), 1), [cue], key, np.arange(10)).all()
    assert not _kept(Balancer(BalanceConfig(), 2), [cue], key, np.arange(10)).any()


def test_a_later_block_makes_good_what_an_earlier_one_lacked() -> None:
    balancer = Balancer(BalanceConfig(), 2)
    key = np.array([0, 1] * 100)
    unit = np.arange(200) // 2
    first = _kept(balancer, [_cue(key, 2)], key, unit)
    assert first.sum() <= 8 * SLACK
    turned = np.where(np.arange(200) < 100, key, 1 - key)
    assert _kept(balancer, [_cue(turned, 2)], key, unit).sum() > 170


def test_nothing_to_choose_from_is_fine() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    keep = Balancer(BalanceConfig(), 3).keep
    assert keep([_cue(nothing, 2)], nothing, nothing, np.zeros(0, np.uint64)).size == 0


def test_a_handful_of_pairs_still_asks_something() -> None:
    assert build(synthetic_pairs(100, seed=2)).summary.asked > 60


def test_gains_are_configurable(pairs: pa.Table) -> None:
    open_handed = {"axis_gain": 1.0, "image_gain": 1.0}
    some = pairs.slice(0, 3000)
    loose = build(some, families=DIRECTIONS, balance=open_handed).summary.asked
    assert loose > 1.5 * build(some, families=DIRECTIONS).summary.asked
    assert QaConfig().balance.axis_gain == 0.05
