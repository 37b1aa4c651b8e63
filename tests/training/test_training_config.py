"""The training recipe: round trip, fingerprint, refusals."""

import pytest

from viewpoint_gen.errors import RecipeError
from viewpoint_gen.training.config import TrainRecipe, load_train_recipe


def test_a_recipe_survives_its_own_file(tmp_path):
    mixes = [{"path": "elsewhere/data", "share": 0.25}]
    recipe = load_train_recipe(
        overrides=[("data.mixes", mixes), ("sft.lr", 2e-4), ("lora.rank", 4), ("sft.steps", 7)]
    )
    path = tmp_path / "train.toml"
    path.write_text(recipe.to_toml())
    assert load_train_recipe(path) == recipe
    assert load_train_recipe(path).fingerprint == recipe.fingerprint
    assert recipe.lora.rank == 4
    assert recipe.data.mixes[0].share == 0.25


def test_the_defaults_survive_their_own_file(tmp_path):
    path = tmp_path / "train.toml"
    path.write_text(TrainRecipe().to_toml())
    assert load_train_recipe(path) == TrainRecipe()


@pytest.mark.parametrize(
    "override", [("seed", 1), ("grpo.beta", 0.5), ("data.limit", 3), ("train_tower", True)]
)
def test_every_setting_changes_the_fingerprint(override):
    assert load_train_recipe(overrides=[override]).fingerprint != TrainRecipe().fingerprint


@pytest.mark.parametrize(
    ("override", "message"),
    [
        (("sft.bach", 3), "unknown key sft.bach; did you mean sft.batch?"),
        (("lora.ranc", 3), "unknown key lora.ranc; did you mean lora.rank?"),
        (("grpo.curriculum.poll", 3), "did you mean grpo.curriculum.pool?"),
        (("data.mixes", [{"pth": "x", "share": 0.1}]), "did you mean data.mixes.0.path?"),
        (
            ("data.mixes", [{"path": "a", "share": 0.6}, {"path": "b", "share": 0.5}]),
            "the mixes' shares sum to 1.1: nothing is left for the run",
        ),
        (("grpo.curriculum", {"lowest": 0.8, "highest": 0.2}), "lowest 0.8 is above highest 0.2"),
        (("grpo.group", 1), "grpo.group: Input should be greater than or equal to 2, got 1"),
    ],
)
def test_a_wrong_setting_is_one_line_with_what_to_do(override, message):
    with pytest.raises(RecipeError) as caught:
        load_train_recipe(overrides=[override])
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
