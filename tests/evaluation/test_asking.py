"""Replies are kept as they come; only what is missing is asked."""

from __future__ import annotations

import json

import pytest
from small_exam import Says, exam, question, yaw

from viewpoint_gen.errors import RecipeError, StorageError
from viewpoint_gen.evaluation import evaluate
from viewpoint_gen.evaluation.asking import ask
from viewpoint_gen.evaluation.evaluate import folder_for

ROWS = [yaw(str(number), "A", asset=f"a{number}") for number in range(5)]


def test_a_second_call_asks_nothing(tmp_path):
    first, second = Says(), Says()
    _, replies = ask(exam(ROWS), first, tmp_path)
    rows, again = ask(exam(ROWS), second, tmp_path)
    assert first.seen == ["0", "1", "2", "3", "4"]
    assert second.seen == []
    assert replies == again
    assert [row["id"] for row in rows] == [reply.id for reply in again]


def test_what_came_before_ctrl_c_is_kept(tmp_path):
    class Stops(Says):
        def replies(self, questions):
            for reply in super().replies(questions):
                if reply.id == "3":
                    raise KeyboardInterrupt
                yield reply

    with pytest.raises(KeyboardInterrupt, match="the same command goes on from there"):
        ask(exam(ROWS), Stops(), tmp_path)
    goes_on = Says()
    ask(exam(ROWS), goes_on, tmp_path)
    assert goes_on.seen == ["3", "4"]


def test_a_line_that_was_cut_short_is_asked_again(tmp_path):
    ask(exam(ROWS), Says(), tmp_path)
    [path] = (tmp_path / "replies").iterdir()
    data = path.read_bytes()
    path.write_bytes(data[:-20])
    again = Says()
    ask(exam(ROWS), again, tmp_path)
    assert again.seen == ["4"]
    assert path.read_bytes() == data


def test_a_changed_question_is_asked_again(tmp_path):
    ask(exam(ROWS), Says(), tmp_path)
    changed = [*ROWS[:-1], ROWS[-1] | {"question": "Image 1: <image>\nImage 2: <image>\nWell?"}]
    again = Says()
    ask(exam(changed), again, tmp_path)
    assert again.seen == ["4"]


def test_another_model_has_replies_of_its_own(tmp_path):
    ask(exam(ROWS), Says(name="org/one"), tmp_path)
    other = Says(name="org/two")
    ask(exam(ROWS), other, tmp_path)
    assert len(other.seen) == 5
    names = sorted(path.name for path in (tmp_path / "replies").iterdir())
    assert [name.rsplit("-", 1)[0] for name in names] == ["org-one", "org-two"]


def test_a_broken_line_is_named(tmp_path):
    ask(exam(ROWS), Says(), tmp_path)
    [path] = (tmp_path / "replies").iterdir()
    path.write_text('{"id": "0"}\n')
    with pytest.raises(StorageError, match=r":1: this is no reply .*delete the file"):
        ask(exam(ROWS), Says(), tmp_path)


def test_everything_is_written_and_what_is_undefined_is_null(tmp_path):
    found = evaluate(exam(ROWS, facts={"split": "test"}), [Says(), Says(name="b")], tmp_path)
    told = json.loads((tmp_path / "eval.json").read_text())
    assert told["split"] == "test"
    assert [model["name"] for model in told["models"]] == ["says", "b"]
    assert told["models"][0]["macro"]["value"] == 1.0
    assert told["models"][0]["azimuth_error_deg"] is None
    assert told["comparisons"][0]["macro"] == {"value": 0.0, "low": 0.0, "high": 0.0}
    assert any(line.startswith("ego_rotation_yaw") and "100.0" in line for line in found.lines())


def test_models_must_have_different_names(tmp_path):
    with pytest.raises(RecipeError, match="name each once"):
        evaluate(exam(ROWS), [Says(), Says()], tmp_path)


def test_where_an_evaluation_is_kept(tmp_path):
    assert folder_for(str(tmp_path), None, None) == tmp_path / "eval"
    assert folder_for("s3://bucket/run", tmp_path, None) == tmp_path
    with pytest.raises(RecipeError, match="give --out"):
        folder_for("memory://run", None, None)
    with pytest.raises(RecipeError, match="give --out"):
        folder_for("runs/x", None, "blink")


def test_the_prompt_and_the_images_are_what_was_asked():
    one = question(ROWS[0])
    assert question(ROWS[0]).asked == one.asked
    assert question(ROWS[0], images=1).asked != one.asked
