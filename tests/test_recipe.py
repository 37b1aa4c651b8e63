"""Recipes: defaults, overrides, fingerprints, and errors that name the nearest key."""

from pathlib import Path

import pytest

from viewpoint_gen.assets.generated import distinct_categories
from viewpoint_gen.errors import RecipeError
from viewpoint_gen.recipe import Recipe, load_recipe, parse_override, recipe_from


def test_a_recipe_survives_its_own_file(tmp_path):
    recipe = load_recipe(overrides=[("views.fill", [0.3, 0.5]), ("num_pairs", 7)])
    path = tmp_path / "recipe.toml"
    path.write_text(recipe.to_toml())
    assert load_recipe(path) == recipe
    assert load_recipe(path).fingerprint == recipe.fingerprint


@pytest.mark.parametrize(
    "override",
    [
        "seed=1",
        "num_pairs=5",
        "views.orbit_deg=[20.0,90.0]",
        "render.width_px=64",
        "store.quality=80",
    ],
)
def test_what_changes_rows_changes_the_fingerprint(override):
    changed = load_recipe(overrides=[parse_override(override)])
    assert changed.fingerprint != Recipe().fingerprint


@pytest.mark.parametrize("override", ["machine.lanes=3", "machine.device=cpu", "qa.per_pair=2"])
def test_how_the_work_is_done_does_not_change_the_fingerprint(override):
    changed = load_recipe(overrides=[parse_override(override)])
    assert changed != Recipe()
    assert changed.fingerprint == Recipe().fingerprint


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"veiws": {}}, "unknown key veiws; did you mean views?"),
        ({"views": {"orbit_degs": [1, 2]}}, "views.orbit_degs; did you mean views.orbit_deg?"),
        ({"views": {"move": {"pann": 1}}}, "views.move.pann; did you mean views.move.pan?"),
        ({"num_pairs": 0}, "num_pairs: Input should be greater than or equal to 1, got 0"),
        ({"render": {"engine": "luxcore"}}, "render.engine"),
        ({"views": {"fill": [0.6, 0.3]}}, "the first number must not exceed the second"),
        ({"xyzzy": 1}, "known keys here: seed, num_pairs"),
    ],
)
def test_a_wrong_key_or_value_is_named_with_what_to_do(values, message):
    with pytest.raises(RecipeError) as caught:
        recipe_from(values, origin="my.toml")
    assert message in str(caught.value)
    assert str(caught.value).startswith("my.toml: ")
    assert "\n" not in str(caught.value)


def test_a_missing_or_broken_file_is_one_clear_line(tmp_path):
    with pytest.raises(RecipeError, match="no such file"):
        load_recipe(tmp_path / "none.toml")
    broken = tmp_path / "broken.toml"
    broken.write_text("seed = = 1")
    with pytest.raises(RecipeError, match="not valid TOML"):
        load_recipe(broken)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("seed=3", ("seed", 3)),
        ("views.fill=[0.4,0.6]", ("views.fill", [0.4, 0.6])),
        ("assets.source=folder:some/meshes", ("assets.source", "folder:some/meshes")),
    ],
)
def test_overrides_are_read_as_toml_or_as_plain_text(text, read):
    assert parse_override(text) == read


def test_an_override_without_an_equals_sign_is_refused_with_an_example():
    with pytest.raises(RecipeError, match="expected KEY=VALUE, for example"):
        parse_override("views.fill")


def test_the_baseline_is_examined_on_categories_it_never_saw():
    recipes = Path(__file__).parents[1] / "manifests" / "recipes"
    seen, unseen = (
        set(load_recipe(recipes / name).assets.source.removeprefix("procedural:").split(","))
        for name in ("baseline.toml", "baseline-held-out.toml")
    )
    assert not seen & unseen
    assert seen | unseen == set(distinct_categories())
