"""Numbers of a run as the card's tables and sentences say them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from viewpoint_gen.dataset.audited import Audit, AuditedFamily, Guess
from viewpoint_gen.dataset.card.examples import GROUPS, Example, letters_of
from viewpoint_gen.dataset.card.facts import ConfigFacts
from viewpoint_gen.dataset.escaping import escaped
from viewpoint_gen.dataset.family_statistics import FamilyStatistics
from viewpoint_gen.dataset.statistics import RunStatistics
from viewpoint_gen.qa.families import FAMILIES
from viewpoint_gen.qa.families.family import Form

_ABOUT_CONFIGS: Final[Mapping[str, str]] = {
    "qa": "a question with its images, answer, reasons and cameras",
    "pairs": "two views of one object, and every number between their cameras",
    "views": "an image with its mask, depth and camera",
    "assets": "an object: title, author, licence, source",
}

_FORMS: Final[Mapping[Form, str]] = {
    Form.LADDER: "one of four numbers",
    Form.ANGLE: "degrees",
    Form.RATIO: "a factor",
    Form.SUBSET: "all true statements",
    Form.POSE: "four numbers",
    Form.PICTURED: "one of four images",
    Form.MARKED: "a letter",
}

_WORDS: Final[Mapping[str, str]] = {
    "nothing": "not at all",
    "counterclockwise": "counter-clockwise",
    "ccw": "counter-clockwise",
    "cw": "clockwise",
    "cannot": "none",
}
"""Of answer keys that aren't words."""

_OF_OBJECTS_FRONT: Final = ("object_translation_left_right", "object_translation_front_back")
_FEW_OBJECTS: Final = 30
_SMALL_PX: Final = 256
_FEW_SAMPLES: Final = 4
_LONG: Final = 2000


def count(number: float) -> str:
    """With commas."""
    return f"{number:,.0f}"


def plural(number: int, one: str, many: str = "") -> str:
    """How many of something."""
    return f"{count(number)} {one if number == 1 else many or f'{one}s'}"


def percent(share: float | None, *, decimals: int = 0) -> str:
    """A share in hundredths; a dash for none."""
    return "–" if share is None else f"{100.0 * share:.{decimals}f}\N{NO-BREAK SPACE}%"


def size(number_of_bytes: int) -> str:
    """In units that people read."""
    amount, units = float(number_of_bytes), iter(("B", "KB", "MB", "GB", "TB"))
    unit = next(units)
    while amount >= 1000.0 and unit != "TB":
        amount, unit = amount / 1000.0, next(units)
    return f"{amount:.0f} {unit}" if unit == "B" or amount >= 100.0 else f"{amount:.1f} {unit}"


def duration(seconds: float) -> str:
    """In seconds, minutes or hours."""
    if seconds < 120.0:
        return f"{seconds:.0f} s"
    return f"{seconds / 60.0:.0f} min" if seconds < 7200.0 else f"{seconds / 3600.0:.1f} h"


def configs_table(configs: Sequence[ConfigFacts]) -> list[dict[str, Any]]:
    """A row per config."""
    return [
        {
            "name": config.name,
            "rows": sum(split.rows for split in config.splits),
            "about": _ABOUT_CONFIGS.get(config.name, ""),
            "size": size(sum(split.bytes for split in config.splits)),
        }
        for config in configs
    ]


def family_groups(families: Sequence[FamilyStatistics]) -> list[dict[str, Any]]:
    """The families of which something was asked, by group."""
    asked = {family.family: family for family in families}
    groups = [
        {"title": title, "families": [_family(asked[name]) for name in names if name in asked]}
        for title, names in GROUPS.items()
    ]
    return [group for group in groups if group["families"]]


def kinds_of_questions(families: Sequence[FamilyStatistics]) -> str:
    """The groups of families in a sentence."""
    titles = [group["title"] for group in family_groups(families)]
    words = [title[0].lower() + title[1:] for title in titles]
    return ", ".join(words[:-1]) + (" and " if words[1:] else "") + words[-1]


def _family(family: FamilyStatistics) -> dict[str, Any]:
    key, most = max(family.answers.items(), key=lambda item: item[1])
    of = FAMILIES[family.family]
    named = ", ".join(_named(option) for option in of.options)
    return {
        "name": family.family,
        "asks": escaped(family.asks, most=_LONG),
        "answers": _FORMS.get(of.form, named),
        "asked": family.asked,
        "chance": percent(family.chance),
        "most_frequent": f"{_named(key)}, {percent(most / family.asked)}",
    }


def _named(key: str) -> str:
    head, _, number = key.rpartition("_")
    if head in ("rank", "bin", "round"):
        return ("1st", "2nd", "3rd")[int(number)] if int(number) < 3 else f"{int(number) + 1}th"
    if key.isdecimal():
        return f"{key}\N{NO-BREAK SPACE}%"
    return " ".join(_WORDS.get(word, word) for word in re.split(r"_|(\+)", key) if word)


def audit_table(audit: Audit) -> dict[str, Any]:
    """What the card says of the audit."""
    leaks = len(audit.leaks)
    passed = "No guess is past its gate."
    failed = f"{leaks} {'guess is' if leaks == 1 else 'guesses are'} past the gate:"
    return {
        "margin": f"{100 * audit.margin:.0f}",
        "bound_margin": f"{100 * audit.bound_margin:.0f}",
        "enough": count(audit.enough),
        "verdict": passed if audit.passed else failed,
        "leaks": audit.leaks,
        "families": [_audited(family) for family in audit.families],
    }


def _audited(family: AuditedFamily) -> dict[str, str]:
    best = family.best_constant
    return {
        "name": family.family,
        "chance": percent(family.chance, decimals=1),
        "text": _guess(family.by_text),
        "image": _guess(family.by_image),
        "numbers": _guess(family.by_numbers),
        "constant": "–" if best is None else f"{best[1]:.2f} ({escaped(best[0])})",
    }


def _guess(guess: Guess | None) -> str:
    if guess is None:
        return "–"
    told = f"{percent(guess.share, decimals=1)} ({100 * guess.low:.0f}–{100 * guess.high:.0f})"
    return f"**{told}**" if guess.past_gate else told


def example_context(example: Example, path: str) -> dict[str, Any]:
    """One example as the template shows it."""
    row = example.row
    stem = [line for line in row["question"].splitlines() if "<image>" not in line]
    letter = row["answer_letter"]
    text = escaped(row["answer_text"], most=_LONG)
    shown = {f"image {letter}", letter}
    return {
        "group": example.group,
        "path": path,
        "caption": f"{len(example.images)} images of a question of the family {row['family']}",
        "question": escaped(" ".join(stem), most=_LONG),
        "options": [(letter, escaped(option, most=_LONG)) for letter, option in letters_of(row)],
        "answer": text if letter is None or row["answer_text"] in shown else f"{letter}. {text}",
        "reasons": escaped(row["reasons"], most=_LONG),
    }


def renders(run: RunStatistics) -> list[str]:
    """One line for each way in which views were rendered."""
    return [
        f"Blender's {engine.capitalize()} on {device}, {samples} samples: {count(views)} images"
        for (engine, device, samples), views in run.renders.items()
    ]


def listed(counts: Mapping[str, int], *, most: int = 6) -> str:
    """The most frequent of some counts, in words."""
    shown = [f"{escaped(name.replace('_', ' '))} {count(n)}" for name, n in counts.items()][:most]
    return ", ".join(shown)


def has_fronts(run: RunStatistics) -> bool:
    """Whether something was asked about an object's own sides."""
    return any(family.family in _OF_OBJECTS_FRONT for family in run.asked_families)


def limits(run: RunStatistics) -> list[str]:
    """What a reader should know before trusting the set; general things last."""
    stems = [family.wordings for family in run.asked_families]
    fewest, most = min(stems), max(stems)
    number = f"{fewest}" if fewest == most else f"{fewest} to {most}"
    english = f"Questions are English and made from templates: {number} stems for each family."
    return [*_limits_of_run(run), *_LIMITS, english]


def _limits_of_run(run: RunStatistics) -> list[str]:
    found = [*_limits_of_audit(run)]
    found += [
        f"The {split} split shows only {plural(run.split_assets[split], 'object')}."
        for split in ("validation", "test")
        if 0 < run.split_assets.get(split, 0) < _FEW_OBJECTS
    ]
    if not has_fronts(run):
        found.append("Nothing is asked about an object's own left, right, front and back.")
    sides = [int(part) for text in run.sizes for part in text.split(" × ")]
    if sides and min(sides) < _SMALL_PX:
        found.append(f"Images are small ({', '.join(run.sizes)} pixels): fine details don't show.")
    if any(samples < _FEW_SAMPLES for _, _, samples in run.renders):
        found.append("Images were rendered with few samples and denoised.")
    if set(run.sources) == {"procedural"}:
        found.append("All objects are built by a program; none was modelled by a person.")
    return found


def _limits_of_audit(run: RunStatistics) -> list[str]:
    if run.audit is None:
        return ["It wasn't audited for answers that the text or one image gives away."]
    found = []
    if not run.audit.passed:
        found.append("The audit found guesses past its gate; see above for which.")
    enough = run.audit.enough
    small = sum(family.asked < enough for family in run.asked_families)
    if small:
        found.append(
            f"{small} of {len(run.asked_families)} families have fewer than {count(enough)} "
            "questions: in those, many weak signs in one image together may still beat chance by "
            "a few points."
        )
    return found


_LIMITS: Final = (
    "One object per image, before a ground, a colour or a panorama; no clutter and no people.",
    "Cameras are pinholes: no lens distortion, no depth of field, no motion blur.",
    "Views that look alike after a turn are found by a ring of small pictures; of equal sides, 11 "
    "and more are recognised only where they look round.",
)
