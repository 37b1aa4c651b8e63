"""The peer that has learned nothing, on points whose cameras are known."""

from __future__ import annotations

import io
import math

import numpy as np
import pytest
from PIL import Image
from small_exam import degrees, yaw

from viewpoint_gen.evaluation import Question
from viewpoint_gen.evaluation.predictors.geometric import Geometric
from viewpoint_gen.evaluation.predictors.geometric.answers import answer_of, net_turn
from viewpoint_gen.evaluation.predictors.geometric.matching import Matches
from viewpoint_gen.evaluation.predictors.geometric.two_view import two_view
from viewpoint_gen.evaluation.predictors.guesses import Random
from viewpoint_gen.geometry.camera import Camera
from viewpoint_gen.geometry.orbit import OrbitPosition
from viewpoint_gen.geometry.pose import pose_from_angles
from viewpoint_gen.geometry.relative import RelativeView

K = np.array([[210.0, 0.0, 80.0], [0.0, 210.0, 60.0], [0.0, 0.0, 1.0]])


def camera(
    azimuth=0.0, elevation=20.0, distance=3.0, *, turn=0.0, tilt=0.0, roll=0.0, aside=0.0
) -> Camera:
    """Looks at the origin from there (degrees), then turned left, tilted up, rolled clockwise."""
    around, up = math.radians(azimuth), math.radians(elevation)
    pose = pose_from_angles(
        OrbitPosition(around, up, distance).point_world(),
        heading_rad=around + math.pi + math.radians(turn),
        pitch_rad=-up + math.radians(tilt),
        roll_rad=math.radians(roll),
    )
    pose[:3, 3] += aside * pose[:3, 0]
    return Camera(pose, K, 160, 120)


def found(one: Camera, two: Camera, *, wrong: int = 15, noise_px: float = 0.02):
    """From 80 points on an object, and some matches that are wrong."""
    rng = np.random.default_rng(0)
    points = rng.uniform(-0.5, 0.5, (80, 3))
    pixels_1, pixels_2 = one.project(points)[0], two.project(points)[0]
    pixels_2 = pixels_2 + rng.normal(0.0, noise_px, pixels_2.shape)
    pixels_2[:wrong] = rng.uniform(20, 100, (wrong, 2))
    got = two_view(Matches(pixels_1, pixels_2), one.intrinsics, two.intrinsics, 160)
    assert got is not None
    return got


START = camera()


def test_a_step_to_the_right_is_a_turn_to_the_left_and_counterclockwise():
    got = found(START, camera(azimuth=25.0))
    motion = got.motion
    assert not got.in_place
    assert motion.right > 0.3
    assert math.degrees(motion.azimuth_rad) == pytest.approx(25.0, abs=4.0)
    assert math.degrees(motion.heading_rad) == pytest.approx(25.0, abs=3.0)


def test_a_step_to_the_left_is_clockwise():
    motion = found(START, camera(azimuth=-25.0)).motion
    assert motion.right < -0.3
    assert math.degrees(motion.azimuth_rad) == pytest.approx(-25.0, abs=4.0)


def test_a_camera_that_climbs_looks_down_more():
    motion = found(START, camera(elevation=40.0)).motion
    assert motion.rise > 0.2
    assert math.degrees(motion.elevation_rad) == pytest.approx(20.0, abs=4.0)
    assert math.degrees(motion.pitch_rad) == pytest.approx(-20.0, abs=3.0)


def test_farther_away_is_a_ratio_above_one():
    got = found(START, camera(distance=4.2))
    assert got.motion.distance_ratio == pytest.approx(1.4, abs=0.08)
    assert got.scale < 1.0


@pytest.mark.parametrize(
    ("turned", "name", "expected"),
    [
        (camera(turn=12.0), "heading_rad", 12.0),
        (camera(turn=-12.0), "heading_rad", -12.0),
        (camera(tilt=10.0), "pitch_rad", 10.0),
        (camera(roll=14.0), "roll_rad", 14.0),
        (camera(roll=-14.0), "roll_rad", -14.0),
    ],
)
def test_a_turn_in_place_has_its_sign_and_no_step(turned, name, expected):
    got = found(START, turned)
    assert got.in_place
    assert got.motion.right == got.motion.rise == 0.0
    assert math.degrees(getattr(got.motion, name)) == pytest.approx(expected, abs=1.0)


def test_a_far_backdrop_tells_the_turn_and_the_object_the_step():
    """100 points so far away that a step doesn't move them, and 30 on the object."""
    rng = np.random.default_rng(1)
    far = rng.normal(0.0, 1.0, (400, 3)) * [0.0, 300.0, 150.0] + [-2000.0, 0.0, -700.0]
    near = rng.uniform(-0.5, 0.5, (30, 3))
    one, two = START, camera(azimuth=18.0)
    seen_1, seen_2 = (each.project(np.vstack([far[:100], near]))[0] for each in (one, two))
    got = two_view(Matches(seen_1, seen_2), K, K, 160)
    truth = RelativeView.between(one, two)
    assert got is not None
    assert got.motion.right > 0.0
    assert math.degrees(got.motion.heading_rad) == pytest.approx(
        math.degrees(truth.heading_rad), abs=2.0
    )


def test_matches_that_agree_on_nothing_are_no_motion():
    rng = np.random.default_rng(2)
    random = Matches(rng.uniform(0, 160, (20, 2)), rng.uniform(0, 160, (20, 2)))
    assert two_view(random, K, K, 160) is None
    assert two_view(Matches(np.zeros((3, 2)), np.zeros((3, 2))), K, K, 160) is None


def row(family, options, **more):
    return {**yaw("x", "A"), "family": family, "options": options, **more}


def test_answers_follow_the_motion():
    moved = found(START, camera(azimuth=25.0, elevation=32.0))
    sides = ["to the left", "to the right", "to neither side"]
    assert answer_of(row("ego_translation_sideways", sides), moved) == "B"
    rounds = ["clockwise", "counter-clockwise", "neither way round"]
    assert answer_of(row("object_translation_around", rounds), moved) == "B"
    assert answer_of(row("ego_rotation_yaw", ["right", "left", "neither"]), moved) == "B"
    ladder = ["about 17°", "about 38°", "about 57°", "about 26°"]
    assert answer_of(row("magnitude_azimuth", ladder), moved) == "D"
    number = answer_of(degrees("x", 25.0), moved)
    assert number is not None
    assert float(number) == pytest.approx(25.0, abs=4.0)
    back = [
        "It goes clockwise and sinks.", "It goes counter-clockwise and sinks.",
        "It goes counter-clockwise and rises.", "It goes clockwise and rises.",
    ]  # fmt: skip
    assert answer_of(row("inverse", back), moved) == "A"
    parts = [
        "The cameras differ in roll against the horizon.",
        "The cameras differ in azimuth about the object.",
        "The cameras differ in distance from the object.",
        "The cameras differ in elevation about the object.",
    ]
    assert answer_of(row("all_that_apply", parts, answer_type="set"), moved) == "B, D"
    pose = answer_of(row("pose_tuple", [], answer_type="pose"), moved)
    azimuth, elevation, ratio, roll = map(float, str(pose).split(","))
    assert (azimuth, elevation) == (pytest.approx(25.0, abs=4.0), pytest.approx(12.0, abs=4.0))
    assert (ratio, roll) == (pytest.approx(1.0, abs=0.08), pytest.approx(0.0, abs=3.0))
    assert answer_of(row("who_moved", ["camera", "object"]), moved) is None


def test_a_turn_in_place_is_a_pan_and_a_slide_is_a_truck():
    words = ["its heading changed", "its position changed"]
    asked = row("minimal_pan_truck", words)
    assert answer_of(asked, found(START, camera(turn=12.0))) == "A"
    assert answer_of(asked, found(START, camera(aside=0.6))) == "B"


def test_nothing_is_an_answer_too():
    still = found(START, START, wrong=0)
    assert answer_of(row("ego_rotation_roll", ["clockwise", "neither way"]), still) == "B"


@pytest.mark.parametrize(("azimuth", "letter"), [(0.5, "B"), (-0.5, "A"), (0.01, "C")])
def test_legs_are_put_together(azimuth, letter):
    words = ["It ended up clockwise of the start.", "It ended up counter-clockwise of the start.",
             "It ended up on the side of the start."]  # fmt: skip
    assert net_turn(row("compose", words), azimuth) == letter


def textured(shift_px: int) -> bytes:
    """A picture with marks everywhere, moved to the right by so many pixels."""
    rng = np.random.default_rng(3)
    coarse = Image.fromarray(rng.integers(0, 255, (40, 60), dtype=np.uint8))
    wide = np.asarray(coarse.resize((240, 160), Image.Resampling.BICUBIC))
    buffer = io.BytesIO()
    Image.fromarray(wide[20:140, 40 - shift_px : 200 - shift_px]).save(buffer, "PNG")
    return buffer.getvalue()


def ask(question: Question):
    [reply] = Geometric(Random(dict)).replies([question])
    return reply


def test_pictures_that_move_right_are_a_turn_to_the_left():
    asked = yaw("x", "A", intrinsics=[K.tolist()] * 2, width_px=160)
    reply = ask(Question(asked, "?", (textured(0), textured(40))))
    assert "<answer>A</answer>" in reply.text
    assert not reply.guessed
    turned = math.degrees(math.atan(40 / 210))
    assert f"heading +{turned:.0f}" in reply.text


def test_plain_pictures_are_guessed_and_it_says_so():
    plain = io.BytesIO()
    Image.new("RGB", (160, 120), (90, 90, 90)).save(plain, "PNG")
    asked = yaw("x", "A", intrinsics=[K.tolist()] * 2, width_px=160)
    reply = ask(Question(asked, "?", (plain.getvalue(),) * 2))
    assert reply.guessed
    assert reply.text.startswith("<think>Guessed: too few points match.</think>")


def test_the_matches_around_a_mark_carry_it_over():
    marks = [
        {"image": 0, "label": "REF", "x_px": 70.0, "y_px": 60.0},
        {"image": 1, "label": "A", "x_px": 70.0, "y_px": 60.0},
        {"image": 1, "label": "B", "x_px": 90.0, "y_px": 60.0},
    ]
    asked = row(
        "correspondence", ["point A", "point B"], marks=marks, intrinsics=[K.tolist()] * 2,
        width_px=160,
    )  # fmt: skip
    assert "<answer>B</answer>" in ask(Question(asked, "?", (textured(0), textured(20)))).text
