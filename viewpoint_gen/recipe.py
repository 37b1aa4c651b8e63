"""The recipe: every stage's own settings in one file, validated, resolved and fingerprinted."""

from __future__ import annotations

import difflib
import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args

import tomli_w
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from viewpoint_gen.assets.config import AssetsConfig
from viewpoint_gen.dataset.config import StoreConfig
from viewpoint_gen.errors import RecipeError
from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.render.config import MachineConfig, RenderConfig
from viewpoint_gen.views.config import AcceptanceConfig, PairsConfig, ViewsConfig

Settings = TypeVar("Settings", bound=BaseModel)

_NOT_IN_FINGERPRINT = frozenset({"machine", "qa"})
"""How the work is done, and what is asked afterwards: neither changes a rendered row."""


class Recipe(BaseModel):
    """Everything that decides what a run holds.

    Attributes:
        seed: of every random choice.
        num_pairs: ordered pairs in the finished run, exactly.
        machine: how the work is done; changes no row.
        qa: what is asked; has a fingerprint of its own in the rows of questions.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = 0
    num_pairs: Annotated[int, Field(ge=1)] = 1000
    assets: AssetsConfig = AssetsConfig()
    views: ViewsConfig = ViewsConfig()
    acceptance: AcceptanceConfig = AcceptanceConfig()
    pairs: PairsConfig = PairsConfig()
    render: RenderConfig = RenderConfig()
    store: StoreConfig = StoreConfig()
    qa: QaConfig = QaConfig()
    machine: MachineConfig = MachineConfig()

    @property
    def fingerprint(self) -> str:
        """sha256 (16 hex digits) of what decides the rendered rows."""
        return fingerprint_of(self.model_dump(mode="json", exclude=set(_NOT_IN_FINGERPRINT)))

    @property
    def qa_fingerprint(self) -> str:
        """sha256 (16 hex digits) of what decides the questions, beside the rows."""
        return fingerprint_of(self.qa.model_dump(mode="json"))

    def to_toml(self) -> str:
        """The resolved recipe as a TOML file."""
        header = f"# viewgen recipe, fingerprint {self.fingerprint}\n"
        return header + tomli_w.dumps(self.model_dump(mode="json"))

    def with_machine(self, machine: MachineConfig) -> Recipe:
        """The same rows, made in another way."""
        return self.model_copy(update={"machine": machine})


def fingerprint_of(values: Mapping[str, Any]) -> str:
    """Sixteen hex digits that change when any value does."""
    canonical = json.dumps(values, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def load_recipe(path: Path | None = None, *, overrides: Sequence[tuple[str, Any]] = ()) -> Recipe:
    """Read a recipe file, apply dotted overrides, validate.

    Args:
        path: TOML file; None: the defaults.
        overrides: ("views.fill", value) pairs, later ones win.

    Raises:
        RecipeError: the file can't be read, or a key or a value is wrong.
    """
    return load_settings(Recipe, path, overrides=overrides)


def load_settings(
    kind: type[Settings], path: Path | None = None, *, overrides: Sequence[tuple[str, Any]] = ()
) -> Settings:
    """Read a file of settings of one kind, apply dotted overrides, validate; see ``load_recipe``.

    Raises:
        RecipeError: the file can't be read, or a key or a value is wrong.
    """
    values = _read_toml(path) if path is not None else {}
    origin = str(path) if path is not None else "recipe"
    return _overridden(kind, values, overrides, origin=origin)


def with_overrides(recipe: Recipe, overrides: Sequence[tuple[str, Any]]) -> Recipe:
    """A recipe with some dotted keys changed.

    Raises:
        RecipeError: a key or a value is wrong.
    """
    return _overridden(Recipe, recipe.model_dump(mode="json"), overrides, origin="--set")


def recipe_from(values: Mapping[str, Any], *, origin: str) -> Recipe:
    """Validate a nested mapping; ``origin`` names it in messages."""
    return _validated(Recipe, values, origin)


def parse_override(text: str) -> tuple[str, Any]:
    """Read ``key=value`` of the command line; the value as TOML, else as a plain string."""
    key, sign, raw = text.partition("=")
    if not sign or not key.strip():
        msg = f"--set {text!r}: expected KEY=VALUE, for example --set views.fill=[0.4,0.6]"
        raise RecipeError(msg)
    try:
        return key.strip(), tomllib.loads(f"value = {raw}")["value"]
    except tomllib.TOMLDecodeError:
        return key.strip(), raw


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        msg = f"recipe {path}: no such file"
    except (OSError, UnicodeDecodeError) as error:
        msg = f"recipe {path}: can't be read ({error})"
    except tomllib.TOMLDecodeError as error:
        msg = f"recipe {path}: not valid TOML: {error}"
    raise RecipeError(msg)


def _overridden(
    kind: type[Settings],
    values: dict[str, Any],
    overrides: Sequence[tuple[str, Any]],
    *,
    origin: str,
) -> Settings:
    for key, value in overrides:
        _set_dotted(values, key, value)
    return _validated(kind, values, origin)


def _validated(kind: type[Settings], values: Mapping[str, Any], origin: str) -> Settings:
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise RecipeError(_explain(error, origin, kind)) from None


def _set_dotted(values: dict[str, Any], dotted: str, value: Any) -> None:
    *parents, last = dotted.split(".")
    section: Any = values
    for parent in parents:
        section = section.setdefault(parent, {})
        if not isinstance(section, dict):
            msg = f"recipe: {dotted}: {parent} is a value, not a section"
            raise RecipeError(msg)
    section[last] = value


def _explain(error: ValidationError, origin: str, kind: type[BaseModel]) -> str:
    """One line per problem; unknown keys come with the nearest known one."""
    lines = []
    for problem in error.errors():
        where = ".".join(str(part) for part in problem["loc"])
        if problem["type"] == "extra_forbidden":
            lines.append(f"{origin}: unknown key {where}{_suggest(problem['loc'], kind)}")
        else:
            reason = problem["msg"].removeprefix("Value error, ")
            shown = f", got {problem['input']!r}" if not isinstance(problem["input"], dict) else ""
            lines.append(f"{origin}: {where or 'recipe'}: {reason}{shown}")
    return "; ".join(lines)


def _suggest(location: tuple[int | str, ...], kind: type[BaseModel]) -> str:
    model: type[BaseModel] | None = kind
    for part in location[:-1]:
        model = model if isinstance(part, int) else _section(model, part)
    known = list(model.model_fields) if model is not None else []
    nearest = difflib.get_close_matches(str(location[-1]), known, n=1, cutoff=0.5)
    if nearest:
        dotted = ".".join([*(str(part) for part in location[:-1]), nearest[0]])
        return f"; did you mean {dotted}?"
    return f"; known keys here: {', '.join(known)}"


def _section(model: type[BaseModel] | None, name: str) -> type[BaseModel] | None:
    if model is None or name not in model.model_fields:
        return None
    annotation = model.model_fields[name].annotation
    for each in (annotation, *get_args(annotation)):  # a section, one that may be left out, several
        if isinstance(each, type) and issubclass(each, BaseModel):
            return each
    return None
