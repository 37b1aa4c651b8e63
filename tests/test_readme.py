"""The README's code and commands are true."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def fenced(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def commands() -> list[str]:
    found = set(re.findall(r"(?:`|^)viewgen ([a-z-]+)", README, flags=re.MULTILINE))
    return sorted(found)


@pytest.mark.parametrize("command", commands())
def test_every_command_named_exists_and_explains_itself(command):
    shown = subprocess.run(
        [sys.executable, "-m", "viewpoint_gen", command, "--help"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert shown.returncode == 0, shown.stderr
    assert "Usage:" in shown.stdout


def options_in_commands() -> list[tuple[str, str]]:
    found = []
    for block in fenced("sh"):
        for line in block.splitlines():
            match = re.match(r"viewgen ([a-z-]+)(.*?)(#|$)", line)
            if match:
                found += [(match[1], option) for option in re.findall(r"--[a-z-]+", match[2])]
    return found


@pytest.mark.parametrize(("command", "option"), options_in_commands())
def test_every_option_shown_is_one(command, option):
    shown = subprocess.run(
        [sys.executable, "-m", "viewpoint_gen", command, "--help"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert option in shown.stdout


def test_every_make_target_named_exists():
    makefile = (Path(__file__).parents[1] / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", README, flags=re.MULTILINE))
    assert named >= {"demo", "test"}
    for target in named:
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target


def test_every_column_of_the_tables_is_documented():
    from viewpoint_gen.dataset.schema import PAIRS, QUESTIONS, VIEWS

    undocumented = {
        name
        for schema in (VIEWS, PAIRS, QUESTIONS)
        for name in schema.names
        if not re.search(rf"\b{re.escape(re.sub(r'_[12]$', '', name))}\b", README)
    }
    assert undocumented == set()
