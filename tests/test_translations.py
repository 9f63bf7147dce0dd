"""Every text of code and templates has its Russian, with the same placeholders and all three plural forms."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[1]
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
TAG = re.compile(r"<[^>]*>")
KEYWORDS = {"_": None, "_l": None, "gettext": None, "ngettext": (1, 2)}


@pytest.fixture(scope="module")
def russian() -> Catalog:
    with (ROOT / "lms" / "translations" / "ru" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale="ru")


@pytest.fixture(scope="module")
def wanted() -> Catalog:
    """What ``make translations`` would gather."""
    mappings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["babel"]["mappings"]
    methods = [
        (pattern, mapping["method"])
        for mapping in mappings
        for pattern in ([mapping["pattern"]] if isinstance(mapping["pattern"], str) else mapping["pattern"])
    ]
    catalog = Catalog()
    found = extract_from_dir(ROOT, methods, keywords=KEYWORDS)
    for _file, _line, message, _comments, context in found:
        catalog.add(message, context=context)
    return catalog


def texts(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def sources(message: Message) -> tuple[str, ...]:
    return message.id if isinstance(message.id, tuple) else (message.id,)


def test_every_text_has_its_russian(russian, wanted):
    def is_said(message: Message) -> bool:
        said = russian.get(message.id, message.context)
        return said is not None and all(texts(said))

    assert len(list(wanted)) > 500
    assert [message.id for message in wanted if message.id and not is_said(message)] == []


def test_numbers_have_all_three_russian_forms(russian):
    assert [message.id for message in russian if message.pluralizable and len(texts(message)) != 3] == []


def test_a_translation_has_the_placeholders_of_its_source(russian):
    wrong = []
    for message in russian:
        if not message.id:
            continue
        asked = {name for source in sources(message) for name in PLACEHOLDER.findall(source)}
        for text in texts(message):
            given = set(PLACEHOLDER.findall(text))
            # A form for one may do without the number: «один человек».
            if not (given <= asked and asked - given <= {"num"}):
                wrong.append((message.id, text))
    assert wrong == []


def test_russian_is_written_as_the_house_writes_it(russian):
    """«Ёлочки», long dashes and one sign for three dots."""
    wrong = [
        text
        for message in russian
        if message.id
        for text in (TAG.sub("", text) for text in texts(message))
        if '"' in text or " - " in text or "..." in text
    ]
    assert wrong == []


def test_no_text_hides_inside_another_where_it_is_not_gathered():
    """A call inside an f-string is not seen when texts are gathered (before Python 3.12)."""
    hidden = [
        f"{path.relative_to(ROOT)}:{call.lineno} {ast.unparse(call)}"
        for path in sorted((ROOT / "lms").rglob("*.py"))
        for text in ast.walk(ast.parse(path.read_text()))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in KEYWORDS
    ]
    assert hidden == []
