"""The tower's schooling on a small run: what is read, what is learnt, and going on after a stop."""

import json

import numpy as np
import pytest
import torch
from seen_run import WALL, write_seen_run
from small_run import ASSETS_COUNT, HEIGHT_PX, VIEWS_EACH, WIDTH_PX, colour_of

from viewpoint_gen.errors import RecipeChanged, RunIncomplete
from viewpoint_gen.storage import open_store
from viewpoint_gen.training.config import TowerConfig
from viewpoint_gen.training.geometry import pretrain
from viewpoint_gen.training.geometry.pretrain import pretrain_tower
from viewpoint_gen.training.geometry.views import SPLITS, tower_views
from viewpoint_gen.training.journal import read_log

CONFIG = TowerConfig(
    steps=8,
    batch=6,
    lr=3e-3,
    warmup_steps=1,
    checkpoint_steps=4,
    check_pairs=8,
)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return open_store(write_seen_run(tmp_path_factory.mktemp("seen") / "run"))


@pytest.fixture(scope="module")
def schooled(store, tmp_path_factory):
    out = tmp_path_factory.mktemp("schooled")
    tower, summary = pretrain_tower(store, CONFIG, out, seed=0, data_fingerprint="x")
    return out, tower, summary


def test_views_are_read_as_the_run_holds_them(store, tmp_path):
    views = tower_views(store, tmp_path / "views", image_px=72)
    assert views.images.shape == (ASSETS_COUNT * VIEWS_EACH, 72, 72, 3)
    assert np.abs(views.images[7].mean(axis=(0, 1)) - colour_of(1, 1)).max() < 4
    np.testing.assert_allclose(views.depth, WALL, rtol=1e-4)
    assert views.on_object.all()
    np.testing.assert_allclose(
        views.intrinsics[0], [[50 / WIDTH_PX, 0, 0.5], [0, 50 / HEIGHT_PX, 0.5], [0, 0, 1]]
    )
    assert (views.split == SPLITS["test"]).sum() == VIEWS_EACH
    assert len(views.pairs(SPLITS["train"])) == 4 * VIEWS_EACH * (VIEWS_EACH - 1)


def test_views_are_read_once(store, tmp_path):
    first = tower_views(store, tmp_path / "views", image_px=72)
    written = (tmp_path / "views" / "images.npy").stat().st_mtime_ns
    again = tower_views(store, tmp_path / "views", image_px=72)
    np.testing.assert_array_equal(first.images, again.images)
    assert (tmp_path / "views" / "images.npy").stat().st_mtime_ns == written
    assert tower_views(store, tmp_path / "views", image_px=48).images.shape[1] == 48


def test_the_loss_falls_and_the_log_says_so(schooled):
    out, _, summary = schooled
    lines = read_log(out / "geometry")
    losses = [line["loss"] for line in lines if "loss" in line]
    assert len(losses) == summary.steps == CONFIG.steps
    assert np.mean(losses[-3:]) < np.mean(losses[:3]) - 0.2
    assert [line["step"] for line in lines if line.get("event") == "readings"] == [4, 8]


def test_its_summaries_vary_by_about_one(schooled, store, tmp_path):
    _, tower, _ = schooled
    views = tower_views(store, tmp_path / "views", image_px=tower.image_px)
    pairs = views.pairs(SPLITS["train"])
    images = torch.from_numpy(views.images[pairs]).permute(0, 1, 4, 2, 3).float() / 255
    with torch.no_grad():
        summary = tower.encode(images.flatten(0, 1), [2] * len(pairs)).summary[1::2]
    half = summary[:, : tower.config.motion_width]
    assert half.mean(dim=0).abs().max() < 0.2  # a few are cut at five standard deviations
    varies = tower.spread_of_motion > tower.spread_of_motion.min()  # the others hardly do
    assert varies.float().mean() > 0.3
    assert ((half.std(dim=0)[varies] - 1).abs() < 0.1).float().mean() > 0.9
    assert half.std(dim=0).max() < 1.1


def test_what_is_finished_is_not_done_again(schooled, store, monkeypatch):
    out, tower, summary = schooled
    monkeypatch.setattr(pretrain, "tower_views", lambda *_, **__: pytest.fail("read again"))
    again, same = pretrain_tower(store, CONFIG, out, seed=0, data_fingerprint="x")
    assert same == summary
    for name, weight in tower.state_dict().items():
        assert torch.equal(weight, again.state_dict()[name]), name


def test_stopped_and_resumed_it_has_the_same_weights(schooled, store, tmp_path, monkeypatch):
    out, tower, _ = schooled
    step = pretrain._School.read

    def stopped(self, number):
        if number == 6:
            raise KeyboardInterrupt
        return step(self, number)

    monkeypatch.setattr(pretrain._School, "read", stopped)
    with pytest.raises(KeyboardInterrupt):
        pretrain_tower(store, CONFIG, tmp_path, seed=0, data_fingerprint="x")
    assert len([line for line in read_log(tmp_path / "geometry") if "loss" in line]) == 6
    monkeypatch.setattr(pretrain._School, "read", step)
    resumed, _ = pretrain_tower(store, CONFIG, tmp_path, seed=0, data_fingerprint="x")
    for name, weight in tower.state_dict().items():
        assert torch.equal(weight, resumed.state_dict()[name]), name
    whole, pieces = (
        [line["loss"] for line in read_log(each / "geometry") if "loss" in line]
        for each in (out, tmp_path)
    )
    assert whole == pieces


def test_another_recipe_is_refused(schooled, store):
    out, _, _ = schooled
    with pytest.raises(RecipeChanged, match="another recipe"):
        pretrain_tower(
            store, CONFIG.model_copy(update={"lr": 1e-3}), out, seed=0, data_fingerprint="x"
        )


def test_views_without_depth_are_one_line(tmp_path):
    from small_run import write_run

    store = open_store(write_run(tmp_path / "run"))
    with pytest.raises(RunIncomplete, match="has no depth"):
        pretrain_tower(store, CONFIG, tmp_path / "out", seed=0, data_fingerprint="x")


def test_the_summary_is_kept(schooled):
    out, _, summary = schooled
    kept = json.loads((out / "geometry" / "summary.json").read_text())
    assert kept["pairs"] == summary.pairs == 4 * VIEWS_EACH * (VIEWS_EACH - 1)
