"""The README is true: its settings, commands and file names are those that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lms.config import Defaults
from lms.seeds import demo

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()


def section(title: str) -> str:
    """What stands under that heading, up to the next of its level."""
    level = re.search(rf"^(#+) {re.escape(title)}$", README, re.MULTILINE)[1]
    return re.split(rf"^#{{1,{len(level)}}} ", README.split(f"{level} {title}\n")[1], flags=re.MULTILINE)[0]


def first_cells(text: str) -> list[str]:
    return [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]


def test_every_setting_is_told_and_every_setting_told_exists():
    told = {name for cell in first_cells(section("Settings")) for name in re.findall(r"`([A-Z][A-Z0-9_]*)`", cell)}
    assert told == {name for name in vars(Defaults) if name.isupper()}


def test_every_file_it_sends_one_to_is_there():
    places = re.findall(r"`(lms/[\w/.-]+)`", README) + re.findall(r"`(tests/[\w/.]+)`", README)
    assert len(places) > 15
    assert [place for place in places if not (ROOT / place).exists()] == []


def test_every_make_command_it_names_exists():
    named = set(re.findall(r"make ([a-z][a-z-]+)", "\n".join(re.findall(r"`[^`]*`|```.*?```", README, re.DOTALL))))
    made = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    assert {"run", "test", "admin"} <= named
    assert named - made == set()


@pytest.mark.parametrize("email", demo.SIGN_INS.values())
def test_the_sign_ins_are_those_of_the_demo(email):
    assert f"`{email}`" in section("Two commands")
    assert f"`{demo.PASSWORD}`" in section("Two commands")


def test_every_target_of_the_makefile_says_what_it_does():
    targets = re.findall(r"^([a-z-]+):(.*)$", MAKEFILE, re.MULTILINE)
    assert [name for name, rest in targets if "## " not in rest] == []
