"""What a format says it can carry comes back as it went, for questions of every kind."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings

from lms import spreadsheet
from lms.quizzes.formats import gift, gift_writer, moodle_xml, moodle_xml_writer, qti, qti_writer, sheet, sheet_writer
from lms.quizzes.formats.draft import QuestionDraft, Reading, absolute, tidy, with_pictures
from lms.quizzes.formats.markup import escaped, to_xhtml
from tests.quizzes.formats.drafts import drafts

_quiet = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def _back(reading: Reading, sent: QuestionDraft) -> QuestionDraft:
    assert reading.problems == []
    assert [(one.kind, one.warnings) for one in reading.drafts] == [(sent.kind, [])]
    return replace(reading.drafts[0], line=sent.line)


@_quiet
@given(drafts())
def test_gift(draft: QuestionDraft):
    if gift_writer.carries(draft) and not gift_writer.losses(draft):
        assert _back(gift.read(gift_writer.write([draft])), draft) == _absolute(_stars(draft))


@_quiet
@given(drafts())
def test_moodle_xml(draft: QuestionDraft):
    if moodle_xml_writer.carries(draft) and not moodle_xml_writer.losses(draft):
        assert _back(moodle_xml.read(moodle_xml_writer.write([draft])), draft) == _absolute(_stars(draft))


@_quiet
@given(drafts())
def test_spreadsheet(draft: QuestionDraft):
    if sheet_writer.carries(draft) and not sheet_writer.losses(draft):
        book = b"".join(spreadsheet.xlsx("Вопросы", sheet_writer.lines([draft]), sheet_writer.WIDTHS))
        assert BytesIO(book).read(2) == b"PK"
        assert _back(sheet.read(book), draft) == draft


@_quiet
@given(drafts())
@pytest.mark.parametrize("version", ["2.1", "2.2"])
def test_qti_shows_the_same_and_is_graded_the_same(version: str, draft: QuestionDraft):
    draft = _ordinary(draft)
    if qti_writer.carries(draft) and not qti_writer.losses(draft):
        back = _back(qti.read(qti_writer.write([draft], version)), draft)
        assert _shown(back) == _shown(draft)


@_quiet
@given(drafts())
def test_whatever_is_lost_is_named_and_the_rest_still_comes_back(draft: QuestionDraft):
    expected = [draft.kind] if gift_writer.carries(draft) else []
    assert [one.kind for one in gift.read(gift_writer.write([draft])).drafts] == expected
    assert [one.kind for one in moodle_xml.read(moodle_xml_writer.write([draft])).drafts] == [draft.kind]
    ordinary = _ordinary(draft)
    assert [one.kind for one in qti.read(qti_writer.write([ordinary])).drafts] == [draft.kind]


def _ordinary(draft: QuestionDraft) -> QuestionDraft:
    """With texts as trainers write them: QTI holds XHTML, and not every odd Markdown has its own."""
    pictured = with_pictures(draft.text, {}) if draft.pictures else ""
    text = draft.text if draft.settings.get("gaps") or pictured else f"{escaped(draft.text)}\n\n{_RICH}"
    text = (
        f"**{escaped('флаг: *')}** {draft.text[draft.text.rindex('![') :]}" if pictured and "![" in draft.text else text
    )
    if draft.settings.get("gaps"):
        text = " и ".join(f"[[{at}]]" for at in range(1, len(draft.settings["gaps"]) + 1)) + f"\n\n{_RICH}"
        draft = replace(draft, pictures={})
    settings = _told(draft.settings, {"left", "right"})
    for name in ("items", "extra"):
        if name in settings:
            settings[name] = [escaped(one) for one in settings[name]]
    for gap in settings.get("gaps", []):
        if gap["kind"] == "choice":
            gap["options"] = [one | {"text": escaped(one["text"])} for one in gap["options"]]
    choices = [replace(one, text=escaped(one.text)) for one in draft.choices]
    return tidy(replace(draft, text=text, settings=settings, choices=choices))


_RICH = "**Важно:** *одно*, `код`, [адрес](https://example.org/)\n\n- первое\n- второе\n\n1. раз\n2. два"


def _told(value: object, names: set[str]) -> dict:
    def told(one: object, name: str = "") -> object:
        if isinstance(one, dict):
            return {key: told(inner, key) for key, inner in one.items()}
        if isinstance(one, list):
            return [told(inner) for inner in one]
        return escaped(one) if isinstance(one, str) and name in names else one

    return told(value)  # type: ignore[return-value]


def _absolute(draft: QuestionDraft) -> QuestionDraft:
    """Other systems know no tolerance in per cent: it comes back as the number it is."""
    told = replace(draft, settings=_map_answers(draft.settings))
    return told


def _map_answers(value: object) -> object:
    if isinstance(value, dict):
        told = {name: _map_answers(one) for name, one in value.items()}
        if "answer" in told:
            told["tolerance"] = absolute(str(told["answer"]), str(told["tolerance"]))
        return told
    return [_map_answers(one) for one in value] if isinstance(value, list) else value


def _stars(draft: QuestionDraft) -> QuestionDraft:
    """Where no answer has a star, nothing says whether one would stand for anything."""

    def told(value: object) -> object:
        if isinstance(value, dict):
            found = {name: told(one) for name, one in value.items()}
            if "accepted" in found and not any("*" in one["text"] for one in found["accepted"]):
                found["wildcards"] = False
            return found
        return [told(one) for one in value] if isinstance(value, list) else value

    return replace(draft, settings=told(draft.settings))  # type: ignore[arg-type]


def _shown(draft: QuestionDraft) -> object:
    settings = draft.settings
    return (
        draft.kind, to_xhtml(draft.text), draft.title, draft.points, draft.explanation, draft.pictures,
        [(to_xhtml(one.text), one.is_right, one.share, one.feedback) for one in draft.choices],
        [(to_xhtml(pair["left"]), to_xhtml(pair["right"])) for pair in settings.get("pairs", [])],
        [to_xhtml(one) for one in [*settings.get("extra", []), *settings.get("items", [])]],
        {
            name: value for name, value in _markdown_shown(settings).items()
            if name not in {"pairs", "extra", "items", "wildcards"}
        },
    )  # fmt: skip


def _markdown_shown(settings: dict) -> dict:
    gaps = [
        gap | {"options": [one | {"text": to_xhtml(one["text"])} for one in gap["options"]]}
        if "options" in gap
        else gap
        for gap in settings.get("gaps", [])
    ]
    return settings | ({"gaps": gaps} if gaps else {})
