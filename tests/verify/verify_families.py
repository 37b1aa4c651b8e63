"""A small run with questions of every family, each worked out by hand from where cameras stand."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

from verify_runs import (
    ANCHOR,
    DEG,
    RECIPE,
    Row,
    pair_row,
    question_about,
    view_row,
    write_one_asset,
)
from verify_scene import Stand, between

UID = "ball"
FARTHER = 1.302
OVERLAP_12, OVERLAP_21 = 0.58, 0.17
"""From the anchor to the other view; the way back has them swapped."""


def stepped(stand: Stand, *, right: float = 0.0, rise: float = 0.0) -> Stand:
    """The same camera in another place, its axes kept."""
    axis = stand.axes[0]
    x, y, z = (p + right * a for p, a in zip(stand.position, axis, strict=True))
    z += rise
    return Stand(
        azimuth=math.atan2(y, x),
        elevation=math.atan2(z, math.hypot(x, y)),
        distance=math.hypot(x, y, z),
        heading=stand.heading,
        pitch=stand.pitch,
        roll=stand.roll,
        focal=stand.focal,
    )


ORBIT = ANCHOR.moved(azimuth=34.2 * DEG, heading=34.2 * DEG)
SWING = ORBIT.moved(elevation=16.1 * DEG, pitch=-16.1 * DEG, distance=ANCHOR.distance * 0.302)
STANDS = {
    "swing": SWING,
    "roll": ANCHOR.moved(roll=21.3 * DEG),
    "zoom": ANCHOR.moved(focal=ANCHOR.focal * 0.402),
    "pan": ANCHOR.moved(heading=11.2 * DEG),
    "truck": stepped(ANCHOR, right=0.8),
    "tilt": ANCHOR.moved(pitch=9.3 * DEG),
    "pedestal": stepped(ANCHOR, rise=0.6),
    "dolly": ANCHOR.moved(distance=ANCHOR.distance * 0.302),
    "orbit": ORBIT,
    "spin": ANCHOR.moved(object_turn=28.4 * DEG),
    "both": ORBIT.moved(object_turn=28.4 * DEG),
    "light": ANCHOR,
    "same": ANCHOR,
}

LEAST_STEP_BINS = {
    "azimuth": (12.0, 1.5, 6),
    "elevation": (10.0, 1.4, 4),
    "yaw": (8.0, 1.5, 6),
    "pitch": (8.0, 1.45, 4),
    "roll": (8.0, 1.45, 4),
    "distance": (1.15, 1.17, 4),
    "focal": (1.15, 1.17, 4),
}
ASKED = {
    "azimuth": "By how much did it go round the object, about the vertical?",
    "elevation": "By how much did its height angle change?",
    "yaw": "By how much did its compass heading turn?",
    "pitch": "By how much did it tilt against the horizon?",
    "roll": "By how much did it roll about its line of sight?",
    "distance": "By what factor did its distance to the object's centre change?",
    "focal": "By what factor did the focal length change?",
}
WORDS = {
    "dominant": {
        "azimuth": "The azimuth changed most.",
        "elevation": "The elevation changed most.",
        "roll": "The roll changed most.",
    },
    "minimal_pan_truck": {"pan": "turned on the spot", "truck": "slid to the side"},
    "minimal_tilt_pedestal": {"tilt": "a tilt in place", "pedestal": "a shift in height"},
    "minimal_zoom_dolly": {"zoom": "The lens was zoomed.", "dolly": "The camera was moved."},
    "minimal_orbit_spin": {
        "orbit": "The camera circled it.",
        "spin": "The object turned in place.",
    },
    "who_moved": {
        "camera": "only the camera",
        "object": "only the object",
        "both": "camera and object",
        "light": "only the light",
        "nothing": "nothing at all",
    },
    "inverse": {
        "ccw_up": "counter-clockwise and higher",
        "ccw_down": "counter-clockwise and lower",
        "cw_up": "clockwise and higher",
        "cw_down": "clockwise and lower",
    },
    **{
        name: {str(share): f"about {share} %" for share in (20, 40, 60, 80)}
        for name in ("overlap_share", "new_share")
    },
}
STATEMENTS = {
    "roll": "The camera rolled about its own line of sight.",
    "distance": "The camera moved to another distance from the object.",
    "azimuth": "The camera moved round the object to another side.",
    "elevation": "The camera moved to another height angle over the object.",
}
QUESTIONS = {
    "dominant": "Which changed most: azimuth, elevation or roll?",
    "all_that_apply": "Which of these are true?",
    "inverse": "Seen from above, which way back?",
    "pose_tuple": "Azimuth (counter-clockwise from above), elevation, ratio, roll (from behind)?",
    "overlap_share": "How much of the surface in image 1 does image 2 show?",
    "new_share": "How much of the surface in image 2 does image 1 lack?",
}


def size_of(name: str, way: dict[str, float]) -> float:
    """Degrees, or a factor above 1."""
    if name in ("distance", "focal"):
        ratio = way[f"{name}_ratio"]
        return max(ratio, 1.0 / ratio)
    return abs(way["heading_rad" if name == "yaw" else f"{name}_rad"]) / DEG


def written(name: str, size: float) -> str:
    return f"{size:.2f} times" if name in ("distance", "focal") else f"{size:.0f}°"


def magnitude(name: str, way: dict[str, float], number: int) -> Row:
    least, step, bins = LEAST_STEP_BINS[name]
    size = size_of(name, way)
    place = math.floor(math.log(size / least) / math.log(step))
    starts = range(max(place - 3, 0), min(place, bins - 4) + 1)
    rank = place - starts[number % len(starts)]
    rungs = [written(name, size * step ** (k - rank)) for k in range(4)]
    order = rungs[number % 4 :] + rungs[: number % 4]
    text = rungs[rank]
    return {
        "question": ASKED[name],
        "options": [f"about {rung}" for rung in order],
        "answer_letter": "ABCD"[order.index(text)],
        "answer_text": f"about {text}",
        "answer_key": f"rank_{rank}",
        "answer_type": "choice",
        "chance": 0.25,
        "answer_value": size,
        "margin": size - least,
        "unit": "ratio" if text.endswith("times") else "deg",
        "reasons": f"The two differ by {text}. So it is about {text}.",
    }


def estimate(name: str, way: dict[str, float]) -> Row:
    least, step, _ = LEAST_STEP_BINS[name]
    size = size_of(name, way)
    place = math.floor(math.log(size / least) / math.log(step))
    text = written(name, size)
    bare = text.removesuffix("°").removesuffix(" times")
    ratio = text.endswith("times")
    return {
        "question": ASKED[name],
        "options": [],
        "answer_text": bare,
        "answer_key": f"bin_{place}",
        "answer_type": "ratio" if ratio else "angle",
        "tolerance": 0.25 if ratio else 20.0,
        "answer_value": size,
        "margin": size - least,
        "unit": "ratio" if ratio else "deg",
        "reasons": f"Camera 1 and camera 2 differ by {text}. So the answer is {bare}.",
    }


def named(family: str, key: str, number: int, *, value: float, margin: float, unit: str) -> Row:
    texts = list(WORDS[family].values())
    texts = texts[number % len(texts) :] + texts[: number % len(texts)]
    text = WORDS[family][key]
    return {
        "question": QUESTIONS.get(family, "What happened?"),
        "options": texts,
        "answer_letter": "ABCDE"[texts.index(text)],
        "answer_text": text,
        "answer_key": key,
        "answer_type": "choice",
        "chance": 1.0 / len(texts),
        "answer_value": value,
        "margin": margin,
        "unit": unit,
        "reasons": f'So the answer is "{text}".',
    }


def dominant(way: dict[str, float], number: int) -> Row:
    sizes = {name: abs(way[f"{name}_rad"]) for name in ("azimuth", "elevation", "roll")}
    first, second = sorted(sizes.values(), reverse=True)[:2]
    key = max(sizes, key=lambda name: sizes[name])
    row = named("dominant", key, number, value=first, margin=first / 2 - second, unit="rad")
    degrees = ", ".join(f"{size / DEG:.0f}° of {name}" for name, size in sizes.items())
    return {**row, "reasons": f"There are {degrees}. So the {key} changed most."}


def all_that_apply(way: dict[str, float], number: int) -> Row:
    least = {"azimuth": 12 * DEG, "elevation": 10 * DEG, "distance": math.log(1.15)}
    least["roll"] = 8 * DEG
    sizes = {name: abs(way[f"{name}_rad"]) for name in ("azimuth", "elevation", "roll")}
    sizes["distance"] = abs(math.log(way["distance_ratio"]))
    true = [name for name in least if sizes[name] >= least[name]]
    parts = list(STATEMENTS)
    parts = parts[number % 4 :] + parts[: number % 4]
    letters = ", ".join(letter for letter, part in zip("ABCD", parts, strict=True) if part in true)
    told = ", ".join(f"{size_of(name, way):.0f}°" for name in ("azimuth", "elevation", "roll"))
    return {
        "question": QUESTIONS["all_that_apply"],
        "options": [STATEMENTS[part] for part in parts],
        "answer_text": letters,
        "answer_key": "+".join(true),
        "answer_type": "set",
        "answer_value": float(len(true)),
        "margin": min(sizes[name] / least[name] - 1 for name in true),
        "unit": "parts",
        "reasons": f"{told} and {size_of('distance', way):.2f} times; up to 1° or 1.01 times is "
        f"nothing. So the answer is {letters}.",
    }


def pose_tuple(way: dict[str, float]) -> Row:
    angles = [round(way[f"{name}_rad"] / DEG) for name in ("azimuth", "elevation", "roll")]
    text = f"{angles[0]}, {angles[1]}, {way['distance_ratio']:.2f}, {angles[2]}"
    return {
        "question": QUESTIONS["pose_tuple"],
        "options": [],
        "answer_text": text,
        "answer_key": "counterclockwise" if angles[0] > 0 else "clockwise",
        "answer_type": "pose",
        "margin": abs(way["azimuth_rad"]) - 12 * DEG,
        "unit": "rad",
        "reasons": f"Azimuth {angles[0]} degrees, elevation {angles[1]} degrees. So: {text}.",
    }


def inverse(way: dict[str, float], number: int) -> Row:
    azimuth, elevation = way["azimuth_rad"], way["elevation_rad"]
    key = f"{'ccw' if azimuth < 0 else 'cw'}_{'up' if elevation < 0 else 'down'}"
    margin = min(abs(azimuth) - 12 * DEG, abs(elevation) - 10 * DEG)
    return named("inverse", key, number, value=-azimuth, margin=margin, unit="rad")


def share(family: str, one_is_anchor: bool, number: int) -> Row:
    seen = {True: (OVERLAP_12, OVERLAP_21), False: (OVERLAP_21, OVERLAP_12)}[one_is_anchor]
    value = seen[0] if family == "overlap_share" else 1.0 - seen[1]
    key = str(round(value / 0.2) * 20)
    margin = 0.05 - abs(value - int(key) / 100)
    row = named(family, key, number, value=value, margin=margin, unit="share")
    text = f"It is {100 * value:.0f} %, near {key} %. So {row['answer_text']} is the answer."
    return {**row, "reasons": text}


def minimal(family: str, key: str, size: float, number: int) -> Row:
    first = next(iter(WORDS[family])) == key
    unit = "ln_ratio" if family == "minimal_zoom_dolly" else "rad"
    value = size if first else -size
    return named(family, key, number, value=value, margin=size, unit=unit)


def who_moved(key: str, way: dict[str, float], number: int) -> Row:
    turn = way["object_turn_rad"]
    margin = abs(turn) - 12 * DEG if turn else DEG
    return named("who_moved", key, number, value=turn, margin=margin, unit="rad")


Ask = Callable[[dict[str, float], bool, int], Row]


def _asks() -> list[tuple[str, str, Ask]]:
    """Move, family and row of each question."""
    asks: list[tuple[str, str, Ask]] = []

    def add(move: str, family: str, ask: Ask) -> None:
        asks.append((move, family, ask))

    sizes = {"azimuth": "swing", "elevation": "swing", "yaw": "swing", "pitch": "swing"}
    sizes |= {"roll": "roll", "distance": "swing", "focal": "zoom"}
    for name, move in sizes.items():
        add(move, f"magnitude_{name}", lambda way, _, k, name=name: magnitude(name, way, k))
        add(move, f"estimate_{name}", lambda way, _, __, name=name: estimate(name, way))
    for move in ("swing", "roll"):
        add(move, "dominant", lambda way, _, k: dominant(way, k))
        add(move, "all_that_apply", lambda way, _, k: all_that_apply(way, k))
    add("swing", "pose_tuple", lambda way, _, __: pose_tuple(way))
    add("swing", "inverse", lambda way, _, k: inverse(way, k))
    for family in ("overlap_share", "new_share"):
        add("orbit", family, lambda _, there, k, family=family: share(family, there, k))
    alike = [
        ("pan", "minimal_pan_truck", lambda way: abs(way["heading_rad"])),
        ("truck", "minimal_pan_truck", lambda way: abs(way["azimuth_rad"])),
        ("tilt", "minimal_tilt_pedestal", lambda way: abs(way["pitch_rad"])),
        ("pedestal", "minimal_tilt_pedestal", lambda way: abs(way["elevation_rad"])),
        ("zoom", "minimal_zoom_dolly", lambda way: abs(math.log(way["focal_ratio"]))),
        ("dolly", "minimal_zoom_dolly", lambda way: abs(math.log(way["distance_ratio"]))),
        ("orbit", "minimal_orbit_spin", lambda way: abs(way["azimuth_rad"])),
        ("spin", "minimal_orbit_spin", lambda way: abs(way["object_turn_rad"])),
    ]
    for move, family, size in alike:
        add(
            move,
            family,
            lambda way, _, k, move=move, family=family, size=size: minimal(
                family, move, size(way), k
            ),
        )
    movers = {"orbit": "camera", "spin": "object", "both": "both", "light": "light"}
    for move, key in {**movers, "same": "nothing", "pan": "camera"}.items():
        add(move, "who_moved", lambda way, _, k, key=key: who_moved(key, way, k))
    return asks


ASKS = _asks()


def question_row(number: int, family: str, shown: Row, rows: tuple[Row, Row]) -> Row:
    unit = shown.pop("unit")
    told = {**shown, "question": f"<image> <image> {shown['question']}"}
    return question_about(number, family, rows, answer_unit=unit, margin_unit=unit, **told)


def build_family_run(root: Path) -> Path:
    """One asset, one view per move, each pair both ways, and the questions of ``ASKS``."""
    anchor = view_row(UID, "anchor", "anchor", ANCHOR)
    views, pairs, questions = {"anchor": anchor}, [], []
    for move, stand in STANDS.items():
        views[move] = view_row(UID, move, move, stand)
    views["light"]["lighting"] = dict.fromkeys(anchor["lighting"], 0.25)
    number = 0
    for move, stand in STANDS.items():
        for there in (True, False):
            rows = (anchor, views[move]) if there else (views[move], anchor)
            stands = (ANCHOR, stand) if there else (stand, ANCHOR)
            pairs.append(pair_of(rows, stands, move, there=there))
            for asked, family, ask in ASKS:
                if asked == move:
                    shown = ask(between(*stands), there, number)
                    questions.append(question_row(number, family, shown, rows))
                    number += 1
    return write_one_asset(root, list(views.values()), pairs, questions, RECIPE)


def pair_of(rows: tuple[Row, Row], stands: tuple[Stand, Stand], move: str, *, there: bool) -> Row:
    seen = (OVERLAP_12, OVERLAP_21) if there else (OVERLAP_21, OVERLAP_12)
    return {
        **pair_row(*rows, *stands, move),
        "overlap_12": seen[0],
        "overlap_21": seen[1],
        "light_moved": move == "light",
    }
