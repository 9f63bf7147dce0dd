"""The trainer's side of a quiz: the list, the settings, the preview, the results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from lms import permissions as can
from lms.access import allow, me, require, require_version
from lms.centres.models import Centre
from lms.clock import now
from lms.cycles.actions import place
from lms.cycles.models import Module
from lms.cycles.queries import current_cycle, visible_cycles, visible_to
from lms.display import locale, percent, titled
from lms.extensions import db
from lms.freshness import no_store
from lms.materials.markdown import to_text
from lms.progress.numerals import number_word
from lms.quizzes import actions, figure_queries, queries
from lms.quizzes.forms import KIND_NAMES, QuizForm
from lms.quizzes.models import Counts, Question, Quiz
from lms.typography import typo

blueprint = Blueprint("quizzes", __name__)

PEOPLE_ON_A_PAGE = 100
# Below this share of right answers a question deserves another look.
LOW_SHARE = 50


def find_quiz(quiz_id: int) -> Quiz:
    """A quiz with its questions, for those who may edit it."""
    quiz: Quiz = db.first_or_404(
        select(Quiz).where(Quiz.id == quiz_id).options(joinedload(Quiz.module), selectinload(Quiz.questions))
    )
    return quiz


# --- the list ---------------------------------------------------------------------------------------------------------
@blueprint.get("/quizzes/")
@allow(can.teach)
def index() -> ResponseReturnValue:
    """The quizzes of one cycle by module, with the share of people who passed."""
    cycles = db.session.scalars(visible_cycles(me())).all()
    chosen = request.args.get("cycle", "")
    cycle = next((one for one in cycles if one.slug == chosen), None) or current_cycle(me())
    quizzes = figure_queries.listed(cycle.id) if cycle else []
    modules = figure_queries.modules_of(cycle.id) if cycle else []
    return render_template(
        "quizzes/index.html",
        cycle=cycle,
        cycles=cycles,
        tab_items=[(titled(one), None, url_for("quizzes.index", cycle=one.slug), one is cycle) for one in cycles],
        modules=[(module, [quiz for quiz in quizzes if quiz.module_id == module.id]) for module in modules],
        percent_passed={quiz.id: round(100 * quiz.passed / quiz.submitted) for quiz in quizzes if quiz.submitted},
    )


# --- settings ---------------------------------------------------------------------------------------------------------
@blueprint.route("/quizzes/new", methods=["GET", "POST"])
@allow(can.teach)
def new() -> ResponseReturnValue:
    """A draft at the end of the module ``?module_id=``; then its questions are written."""
    module = db.first_or_404(select(Module).where(Module.id == request.args.get("module_id", type=int)))
    require(can.edit_curriculum(me()))
    form = QuizForm()
    if form.validate_on_submit():
        quiz = Quiz(created_at=now(), updated_at=now())
        form.fill(quiz)
        place(quiz, module)
        db.session.add(quiz)
        db.session.commit()
        flash(_("The quiz is made, as a draft. Now write its questions."), "done")
        return redirect(url_for("questions.new", quiz_id=quiz.id), 303)
    return render_template("quizzes/new.html", form=form, module=module), 422 if form.is_submitted() else 200


@blueprint.route("/quizzes/<int:quiz_id>/edit", methods=["GET", "POST"])
@allow(can.teach)
def edit(quiz_id: int) -> ResponseReturnValue:
    quiz = find_quiz(quiz_id)
    require(can.edit_quiz(me(), quiz))
    form = QuizForm(quiz)
    meanwhile = None
    if form.validate_on_submit():
        if require_version(quiz.version, form.version.data):
            form.fill(quiz)
            quiz.updated_at = now()
            db.session.commit()
            flash(_("Saved."), "done")
            return redirect(url_for("quizzes.edit", quiz_id=quiz.id), 303)
        meanwhile = form.meanwhile(QuizForm.stored(quiz))
    page = render_template("quizzes/edit.html", form=form, meanwhile=meanwhile, **builder(quiz))
    return page, 409 if meanwhile is not None else 422 if form.is_submitted() else 200


@dataclass(frozen=True, slots=True)
class Listed:
    """A question in the builder's list; ``percent`` of people answered it right, None where nobody has."""

    id: int
    title: str
    kind: str
    share: figure_queries.Share | None

    @property
    def percent(self) -> int | None:
        return self.share.percent if self.share else None

    @property
    def is_low(self) -> bool:
        return self.percent is not None and self.percent < LOW_SHARE


def builder(quiz: Quiz) -> dict[str, Any]:
    """What stands around every page of the builder: the head, and the list of questions with their figures."""
    questions = quiz.live_questions
    shares = figure_queries.shares(quiz.id)
    return {
        "quiz": quiz,
        "facts": _facts(quiz, questions),
        "listed": [
            Listed(question.id, _short(question), str(KIND_NAMES[question.kind]), shares.get(question.id))
            for question in questions
        ],
        "people": max((share.people for share in shares.values()), default=0),
    }


def _short(question: Question, longest: int = 70) -> str:
    text = to_text(question.text_html)
    return typo(text if len(text) <= longest else f"{text[:longest].rpartition(' ')[0].rstrip(' .,;:—–-')}…")


def _facts(quiz: Quiz, questions: list[Question]) -> str:
    """«8 вопросов, 14 баллов · зачёт от 60 % · две попытки»."""
    size = say_size(len(questions), sum(question.points for question in questions), words=False)
    to_pass = _("%(percent)s to pass", percent=percent(quiz.pass_mark))
    return f"{size} · {to_pass} · {say_attempts(quiz.attempts_allowed)}"


# --- as learners see it -----------------------------------------------------------------------------------------------
@blueprint.get("/quizzes/<int:quiz_id>/preview")
@allow(can.teach)
def preview(quiz_id: int) -> ResponseReturnValue:
    """The page learners answer on; nothing given here is kept."""
    quiz = find_quiz(quiz_id)
    require(can.edit_quiz(me(), quiz))
    questions = queries.questions_on_page(queries.Paper(quiz.id, dealt=actions.deal(quiz), seed=quiz.id))
    size = say_size(sum(question.kind.asks for question in questions), sum(question.points for question in questions))
    return render_template(
        "quizzes/preview.html", quiz=quiz, questions=questions, size=size, captions=captions(questions)
    )


# --- results ----------------------------------------------------------------------------------------------------------
@blueprint.get("/quizzes/<int:quiz_id>/results")
@allow(can.see_quiz_results)
def results(quiz_id: int) -> ResponseReturnValue:
    """Who tried it, how often, and how it went; a page of people at a time, by name."""
    no_store()
    quiz = db.first_or_404(visible_to(me(), Quiz).where(Quiz.id == quiz_id).options(joinedload(Quiz.module)))
    everybody = figure_queries.results(quiz.id, me())
    count, passed = db.session.execute(
        select(func.count(), func.coalesce(func.sum(everybody.subquery().c.passed), 0))
    ).one()
    pages = max(1, -(-count // PEOPLE_ON_A_PAGE))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    rows = db.session.execute(everybody.limit(PEOPLE_ON_A_PAGE).offset((page - 1) * PEOPLE_ON_A_PAGE)).all()
    names = db.session.execute(select(Centre.id, Centre.name, Centre.name_en))
    return render_template(
        "quizzes/results.html",
        quiz=quiz,
        rows=rows,
        centres={row.id: titled(row, "name") for row in names},
        count=count,
        passed=passed,
        page=page,
        pages=pages,
    )


# --- words ------------------------------------------------------------------------------------------------------------
def say_size(questions: int, points: int | None, *, words: bool = True) -> str:
    """«Восемь вопросов, 14 баллов», or «8 вопросов, 14 баллов» without words; no points where chance decides."""
    word = number_word(questions, locale()) if words else str(questions)
    count = ngettext("%(word)s question", "%(word)s questions", questions, word=word[:1].upper() + word[1:])
    if points is None:
        return str(count)
    worth = ngettext("%(num)s point", "%(num)s points", points)
    return f"{count}, {worth}"


def captions(questions: Sequence[queries.OnPage]) -> dict[int, str]:
    """«Вопрос 2 из 8 · несколько ответов · 2 балла», by the question's number; each word is translated once."""
    questions = [each for each in questions if each.kind.asks]
    place, kinds, count = _("Question %(number)s of %(count)s"), kind_words(), len(questions)
    points = {one: ngettext("%(num)s point", "%(num)s points", one) for one in {each.points for each in questions}}
    return {
        each.number: f"{place % {'number': each.number, 'count': count}} · {kinds[each.kind]} · {points[each.points]}"
        for each in questions
    }


def say_gaps(count: int) -> str:
    """«Без ответа четыре вопроса»; empty when there are none."""
    word = number_word(count, locale())
    if not count:
        return ""
    return str(ngettext("%(word)s question has no answer", "%(word)s questions have no answer", count, word=word))


def kind_words() -> dict[str, str]:
    return {
        "single": _("one answer"),
        "several": _("several answers"),
        "true_false": _("true or false"),
        "short": _("short answer"),
        "number": _("number"),
        "matching": _("matching"),
        "ordering": _("ordering"),
        "gaps": _("gaps in a text"),
        "essay": _("essay"),
        "info": _("to read"),
    }


def counting_words(counts: Counts) -> str:
    """«засчитаем лучшую»."""
    words = {
        Counts.BEST: _("the best one counts"),
        Counts.LAST: _("the last one counts"),
        Counts.AVERAGE: _("the average counts"),
        Counts.FIRST: _("the first one counts"),
    }
    return str(words[counts])


def say_attempts(count: int | None) -> str:
    """«две попытки»."""
    if count is None:
        return str(_("any number of attempts"))
    words = {1: _("one attempt"), 2: _("two attempts"), 3: _("three attempts")}
    return str(words.get(count) or ngettext("%(num)s attempt", "%(num)s attempts", count))
