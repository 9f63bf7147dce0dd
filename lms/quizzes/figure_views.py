"""What a trainer learns from a quiz: people, questions, centres; and the answers as a file."""

from __future__ import annotations

from collections.abc import Iterator

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from lms import downloads
from lms import permissions as can
from lms.access import allow, me, require
from lms.centres.models import Centre
from lms.cycles.queries import visible_to
from lms.display import moment, percent, titled
from lms.extensions import db
from lms.freshness import no_store
from lms.materials.markdown import to_text
from lms.quizzes import asked_queries, figure_queries
from lms.quizzes.items import Item
from lms.quizzes.models import Quiz
from lms.quizzes.tally import Told, Words, said, tally
from lms.quizzes.views import blueprint, counting_words, find_quiz, say_doubt
from lms.spreadsheet import Cell, plain
from lms.typography import typo

PEOPLE_ON_A_PAGE = 100


def find_seen_quiz(quiz_id: int) -> Quiz:
    visible = visible_to(me(), Quiz).where(Quiz.id == quiz_id)
    quiz: Quiz = db.first_or_404(visible.options(joinedload(Quiz.module)))
    return quiz


# --- people -----------------------------------------------------------------------------------------------------------
@blueprint.get("/quizzes/<int:quiz_id>/results")
@allow(can.see_quiz_results)
def results(quiz_id: int) -> ResponseReturnValue:
    """Who tried it, how often, and how it went; a page of people at a time, by name."""
    no_store()
    quiz = find_seen_quiz(quiz_id)
    everybody = figure_queries.results(quiz.id, me())
    count, passed = db.session.execute(
        select(func.count(), func.coalesce(func.sum(everybody.subquery().c.passed), 0))
    ).one()
    pages = max(1, -(-count // PEOPLE_ON_A_PAGE))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    rows = db.session.execute(everybody.limit(PEOPLE_ON_A_PAGE).offset((page - 1) * PEOPLE_ON_A_PAGE)).all()
    return render_template(
        "quizzes/results.html",
        quiz=quiz,
        rows=rows,
        centres=_centre_names(),
        count=count,
        passed=passed,
        counting=counting_words(quiz.counts),
        page=page,
        pages=pages,
        tab_items=_tabs(quiz, "results"),
    )


def _centre_names() -> dict[int, str]:
    return {row.id: titled(row, "name") for row in db.session.execute(select(Centre.id, Centre.name, Centre.name_en))}


def _tabs(quiz: Quiz, current: str) -> list[tuple[str, None, str, bool]]:
    words = {"results": _("People"), "figures": _("Questions"), "centres": _("Centres")}
    return [
        (text, None, url_for(f"quizzes.{name}", quiz_id=quiz.id), name == current)
        for name, text in words.items()
        if name == "results" or can.edit_quiz(me(), quiz)
    ]


# --- questions --------------------------------------------------------------------------------------------------------
@blueprint.get("/quizzes/<int:quiz_id>/figures")
@allow(can.teach)
def figures(quiz_id: int) -> ResponseReturnValue:
    """How each question works, which of them confuse, and how often each answer was given."""
    quiz = find_quiz(quiz_id)
    require(can.edit_quiz(me(), quiz))
    items, given, words = figure_queries.items(quiz.id), figure_queries.given_to(quiz.id), reader_words()
    asked = asked_queries.asked_lately(quiz.id)
    own = {one.id for one in quiz.questions}
    rows = [
        {
            "number": place,
            "id": one.id,
            "own": one.id in own,
            "title": typo(to_text(one.text_html)),
            "item": items.get(one.id, Item(0, 0)),
            "doubts": [say_doubt(doubt) for doubt in items[one.id].doubts] if one.id in items else [],
            "told": _bars(tally(one, given.get(one.id, ()), words), items.get(one.id)),
        }
        for place, one in enumerate(asked, 1)
    ]
    confusing = [place for place, one in enumerate(asked, 1) if one.id in items and items[one.id].confuses]
    return render_template(
        "quizzes/figures.html",
        quiz=quiz,
        rows=rows,
        people=max((item.people for item in items.values()), default=0),
        conclusion=_say_confusing(confusing, len(rows)),
        tab_items=_tabs(quiz, "figures"),
    )


def _bars(told: list[Told], item: Item | None) -> list[tuple[Told, int]]:
    people = item.people if item else 0
    return [(one, min(100, round(100 * one.count / people)) if people else 0) for one in told]


def reader_words() -> Words:
    return Words(true=_("True"), false=_("False"), nothing="—")


def _say_confusing(numbers: list[int], of: int) -> str:
    if not of:
        return ""
    if not numbers:
        return str(_("No question seems to confuse."))
    return str(
        ngettext(
            "Look at question %(numbers)s again: it may confuse.",
            "Look at questions %(numbers)s again: they may confuse.",
            len(numbers),
            numbers=", ".join(map(str, numbers)),
        )
    )


# --- centres ----------------------------------------------------------------------------------------------------------
@blueprint.get("/quizzes/<int:quiz_id>/centres")
@allow(can.teach)
def centres(quiz_id: int) -> ResponseReturnValue:
    quiz = find_quiz(quiz_id)
    require(can.edit_quiz(me(), quiz))
    rows = [
        (titled(row, "name") if row.id else _("without a centre"), row.people, row.passed, round(row.percent or 0))
        for row in figure_queries.by_centre(quiz.id)
    ]
    best = max(rows, key=lambda row: row[3], default=None)
    worst = min(rows, key=lambda row: row[3], default=None)
    conclusion = ""
    if best and worst and best[3] > worst[3]:
        conclusion = _(
            "From %(low)s in %(worst)s to %(high)s in %(best)s on average.",
            low=percent(worst[3]), worst=worst[0], high=percent(best[3]), best=best[0],
        )  # fmt: skip
    return render_template(
        "quizzes/centres.html", quiz=quiz, rows=rows, conclusion=conclusion, tab_items=_tabs(quiz, "centres")
    )


# --- the answers as a file --------------------------------------------------------------------------------------------
@blueprint.get("/quizzes/<int:quiz_id>/answers.csv")
@allow(can.teach)
def answers_csv(quiz_id: int) -> ResponseReturnValue:
    _quiz, lines = _answer_lines(quiz_id)
    return downloads.csv(f"quiz-{quiz_id}-answers", lines)


@blueprint.get("/quizzes/<int:quiz_id>/answers.xlsx")
@allow(can.teach)
def answers_xlsx(quiz_id: int) -> ResponseReturnValue:
    quiz, lines = _answer_lines(quiz_id)
    return downloads.xlsx(f"quiz-{quiz_id}-answers", lines, title=titled(quiz), widths=[28, 22])


def _answer_lines(quiz_id: int) -> tuple[Quiz, Iterator[list[Cell]]]:
    """One line a person, with the attempt that counts; one column a question, also those taken out since."""
    quiz = find_quiz(quiz_id)
    require(can.edit_quiz(me(), quiz))
    attempts = figure_queries.counting_attempts(quiz)
    given = figure_queries.given_in([row.id for row in attempts])
    asked = asked_queries.asked_ever(quiz.id)
    names, words = _centre_names(), reader_words()
    head: list[Cell] = [
        _("Name"), _("Centre"), _("Attempt"), _("Last handed in"), _("Result, per cent"), _("Passed the quiz"),
        *(to_text(one.text_html) for one in asked),
    ]  # fmt: skip
    lines: list[list[Cell]] = [head]
    for row in attempts:
        line: list[Cell] = [
            f"{row.family_name} {row.given_name} {row.patronymic}".strip(), names.get(row.centre_id, ""), row.number,
            moment(row.submitted_at), row.percent if row.percent is not None else "",
            _("yes") if row.passed else _("no"),
        ]  # fmt: skip
        lines.append(line + [said(one, given.get((row.id, one.id)), words) for one in asked])
    return quiz, plain(lines)
