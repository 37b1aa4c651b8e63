"""Death between any two steps: whatever the driver was about to do, a rerun mends it."""

from __future__ import annotations

import contextlib

import pytest
from farm_fakes import FakeLanes, FakeSource, assert_same_rows, make_recipe, visits_made

from viewpoint_gen.pipeline.ledger import Ledger
from viewpoint_gen.pipeline.progress import NoProgress
from viewpoint_gen.pipeline.run import run_render
from viewpoint_gen.storage import LocalStore

FEW = [2, 9, 16, 24, 33, 41, 64, 95, 126, 157, 199, 221, 230]
"""Steps at which to die; ALL of them take minutes."""


class Death(BaseException):
    """Not an Exception, so that nothing mends it on the way out."""


class Mortal:
    """Counts what touches the disk, and dies at one such step; the dead touch nothing."""

    def __init__(self, patch: pytest.MonkeyPatch, last_step: int) -> None:
        self.steps = 0
        self.last_step = last_step
        create = LocalStore.create

        @contextlib.contextmanager
        def creating(store, name):
            self.step()
            with create(store, name) as handle:
                yield handle
                self.step()
            self.step()

        patch.setattr(LocalStore, "create", creating)
        for owner, name in (
            (LocalStore, "remove"),
            (LocalStore, "remove_folder"),
            (LocalStore, "prepare"),
            (Ledger, "_write"),
        ):
            patch.setattr(owner, name, self.counted(getattr(owner, name)))

    def step(self) -> None:
        self.steps += 1
        if self.steps >= self.last_step:
            raise Death

    def counted(self, method):
        def steps_first(*args, **kwargs):
            self.step()
            return method(*args, **kwargs)

        return steps_first


def render(run, diary):
    lanes = FakeLanes(diary=str(diary))
    run_render(make_recipe(), FakeSource(40), run, lane_factory=lanes, progress=NoProgress())


@pytest.mark.parametrize("step", FEW)
def test_death_at_any_step_costs_at_most_the_asset_in_flight(tmp_path, undisturbed, step):
    run, diary = tmp_path / "run", tmp_path / "diary"
    diary.touch()
    with pytest.MonkeyPatch.context() as patch:
        mortal = Mortal(patch, step)
        with contextlib.suppress(Death):
            render(run, diary)
    assert mortal.steps >= step
    render(run, diary)
    assert_same_rows(run, undisturbed)
    made = visits_made(diary)
    assert len(made) - len(set(made)) <= 1
