"""Real files of other systems, and what those systems make of them."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from lms.accounts.tables import decode
from lms.quizzes.formats import aiken, gift, moodle_xml, qti
from lms.quizzes.formats.draft import QuestionDraft, Reading
from lms.quizzes.formats.markup import to_plain
from lms.quizzes.kinds import QuestionKind
from tests.conftest import SHARED

QUESTIONS = SHARED / "data" / "questions"
_KINDS = {
    "multichoice": {QuestionKind.SINGLE, QuestionKind.SEVERAL}, "truefalse": {QuestionKind.TRUE_FALSE},
    "shortanswer": {QuestionKind.SHORT}, "numerical": {QuestionKind.NUMBER}, "match": {QuestionKind.MATCHING},
    "essay": {QuestionKind.ESSAY}, "description": {QuestionKind.INFO},
}  # fmt: skip


def folder(name: str) -> Path:
    if not (QUESTIONS / name).exists():
        pytest.skip("the questions of other systems are not here")
    return QUESTIONS / name


@pytest.mark.parametrize(
    ("name", "count"), [("gift_with_json", 100), ("bank_fr_mooc", 242), ("moodle_fixtures_gift", 56)]
)
def test_every_gift_question_is_read_as_moodle_reads_it(name: str, count: int):
    """gift_with_json has 102 entries: two of them are categories, which are topics here."""
    expected = json.loads(folder(f"{name}.expected_by_moodle_4.3.json").read_text())
    read = 0
    for path, told in expected.items():
        reading = gift.read(decode((QUESTIONS / path.removeprefix("handed/")).read_bytes()))
        questions = [one for one in told["questions"] if one["qtype"] != "category"]
        assert reading.problems == [], path
        assert len(reading.drafts) == len(questions), path
        for draft, question in zip(reading.drafts, questions, strict=True):
            assert draft.kind in _KINDS[question["qtype"]], (path, draft)
            _same(draft, question)
        read += len(questions)
    assert read == count


def _same(draft: QuestionDraft, question: dict) -> None:
    match question["qtype"]:
        case "multichoice":
            assert (draft.kind is QuestionKind.SINGLE) == bool(question["single"])
            assert len(draft.choices) == len(question["answer"])
            if any(one.share is not None for one in draft.choices):
                expected = [round(100 * float(one), 3) for one in question["fraction"]]
                assert [round(one.share or 0, 3) for one in draft.choices] == expected
            else:
                assert [one.is_right for one in draft.choices] == [float(one) > 0 for one in question["fraction"]]
            told = [bool(to_plain(one["text"])) for one in question["feedback"]]
            assert [bool(one.feedback) for one in draft.choices] == told
        case "truefalse":
            assert draft.settings["right"] == bool(question["correctanswer"])
            assert bool(draft.settings["feedback"]["true"]) == bool(question["feedbacktrue"]["text"])
        case "shortanswer":
            assert [one["text"] for one in draft.settings["accepted"]] == [
                " ".join(x.split()) for x in question["answer"]
            ]
            assert [one["share"] / 100 for one in draft.settings["accepted"]] == [
                float(x) for x in question["fraction"]
            ]
        case "numerical":
            answers = [float(one) for one in question["answer"] if one != "*"]
            assert [float(one["answer"]) for one in draft.settings["answers"]] == pytest.approx(answers)
            tolerances = [float(one or 0) for one in question["tolerance"]][: len(answers)]
            assert [float(one["tolerance"]) for one in draft.settings["answers"]] == pytest.approx(tolerances)
        case "match":
            assert [one["right"] for one in draft.settings["pairs"]] == [
                right
                for right, left in zip(question["subanswers"], question["subquestions"], strict=True)
                if left["text"]
            ]


def test_moodle_xml_reads_what_can_be_and_names_the_rest():
    files = sorted(folder("moodle_fixtures").glob("**/*.xml"))
    found = {path.relative_to(QUESTIONS / "moodle_fixtures").as_posix(): _read(path) for path in files}
    kinds = Counter(draft.kind.value for reading in found.values() for draft in reading.drafts)
    refused = Counter(one.message for reading in found.values() for one in reading.problems)
    assert kinds == {
        "true_false": 12, "essay": 3, "gaps": 6, "single": 3, "several": 1, "short": 2, "number": 1, "matching": 1,
        "info": 1,
    }  # fmt: skip
    assert refused == {
        "The type “stack” does not exist here.": 19,
        "The type “ddimageortext” does not exist here.": 1,
        "The type “ddmarker” does not exist here.": 1,
        "The text has no gap that could be read.": 2,
        "No answer gives all of the points.": 1,
        "“zero” is no number.": 1,
    }


def _read(path: Path) -> Reading:
    try:
        return moodle_xml.read(path.read_bytes())
    except ValueError as error:
        assert "sample_questions_wrong" in path.name or "examview" in path.name, error
        return Reading()


def test_the_pictures_of_moodle_come_along():
    path = folder("moodle_fixtures") / "format/xml/tests/fixtures/multianswer.xml"
    draft = moodle_xml.read(path.read_bytes()).drafts[0]
    assert {name: content[:4] for name, content in draft.pictures.items()} == {
        "arizona_2.png": b"\x89PNG", "california-state-flag.png": b"\x89PNG",
    }  # fmt: skip
    assert "![California flag](picture:california-state-flag.png)" in draft.text
    assert len(draft.settings["gaps"]) == 5


def test_qti_items_of_the_usual_types_are_read():
    read, refused = Counter[str](), Counter[str]()
    for path in sorted((folder("qti2_ims_items") / "ims" / "items").glob("2_*/*.xml")):
        reading = qti.read(path.read_bytes())
        assert len(reading.drafts) + len(reading.problems) == 1, path
        read.update(draft.kind.value for draft in reading.drafts)
        refused.update(one.message for one in reading.problems)
    assert read.keys() >= {"single", "several", "true_false", "gaps", "matching", "ordering", "essay"}
    assert (read.total(), refused.total()) == (72, 88)


def test_aiken_reads_moodles_own_examples():
    path = folder("moodle_fixtures") / "format/aiken/tests/fixtures"
    good = aiken.read((path / "questions.aiken.txt").read_text())
    bad = aiken.read((path / "aiken_errors.txt").read_text())
    assert (len(good.drafts), good.problems) == (2, [])
    assert [one.line for one in bad.problems] == [1, 14, 18]
