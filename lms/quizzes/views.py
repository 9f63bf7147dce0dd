"""The trainer's side of a quiz: the list, the settings, the preview, the results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from lms import permissions as can
from lms.access import allow, me, require, require_version
from lms.accounts.queries import by_email
from lms.clock import now
from lms.cycles.actions import place
from lms.cycles.models import Module
from lms.cycles.queries import current_cycle, visible_cycles
from lms.display import locale, percent, titled
from lms.extensions import db
from lms.materials.markdown import to_text
from lms.progress.numerals import number_word
from lms.quizzes import actions, bank_queries, figure_queries, queries
from lms.quizzes.forms import ExtraTimeForm, QuizForm
from lms.quizzes.items import Doubt, Item
from lms.quizzes.models import Counts, Question, Quiz
from lms.quizzes.question_forms import KIND_NAMES
from lms.typography import typo

blueprint = Blueprint("quizzes", __name__)


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
    form = QuizForm(topics=bank_queries.offered_topics(), pairs=_pairs(module.cycle_id))
    if form.is_submitted() and form.change_rows(request.form):
        return render_template("quizzes/new.html", form=form, module=module)
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
    pairs = _pairs(quiz.module.cycle_id, but=quiz.id) if quiz.module else []
    form = QuizForm(quiz, topics=bank_queries.offered_topics(), pairs=pairs)
    meanwhile = None
    changed_rows = form.is_submitted() and form.change_rows(request.form)
    if not changed_rows and form.validate_on_submit():
        if require_version(quiz.version, form.version.data):
            form.fill(quiz)
            quiz.updated_at = now()
            actions.reschedule(quiz)
            db.session.commit()
            flash(_("Saved."), "done")
            return redirect(url_for("quizzes.edit", quiz_id=quiz.id), 303)
        meanwhile = form.meanwhile_of(quiz)
    page = render_template(
        "quizzes/edit.html",
        form=form,
        meanwhile=meanwhile,
        extra=bank_queries.extra_times(quiz.id),
        extra_form=ExtraTimeForm(formdata=None),
        **builder(quiz),
    )
    return page, 409 if meanwhile is not None else 422 if form.errors else 200


def _pairs(cycle_id: int, but: int = 0) -> list[tuple[int, str]]:
    """The quizzes of the cycle that another may be the entry quiz of."""
    return [
        (row.id, f"{row.position}. {titled(row)}")
        for row in db.session.execute(
            select(Quiz.id, Quiz.title, Quiz.title_en, Module.position)
            .join(Module, Module.id == Quiz.module_id)
            .where(Module.cycle_id == cycle_id, Quiz.id != but)
            .order_by(Module.position, Quiz.position)
        )
    ]


@blueprint.post("/quizzes/<int:quiz_id>/extra-time")
@allow(can.teach)
def extra_time(quiz_id: int) -> ResponseReturnValue:
    """More minutes for one person, also in an attempt that is open now."""
    quiz = find_quiz(quiz_id)
    require(can.edit_quiz(me(), quiz))
    form = ExtraTimeForm()
    person = by_email((form.email.data or "").strip().lower())
    if not form.validate_on_submit():
        flash(" ".join(str(error) for errors in form.errors.values() for error in errors), "late")
    elif person is None:
        flash(_("Nobody here has the address “%(address)s”.", address=(form.email.data or "")[:80]), "late")
    else:
        actions.give_time(quiz, person, form.minutes.data)
        db.session.commit()
        flash(_("Saved."), "done")
    return redirect(url_for("quizzes.edit", quiz_id=quiz.id, _anchor="extra"), 303)


@dataclass(frozen=True, slots=True)
class Listed:
    """A question in the builder's list; ``percent`` of people answered it right, None where nobody has."""

    id: int
    title: str
    kind: str
    item: Item | None

    @property
    def percent(self) -> int | None:
        return self.item.percent if self.item else None

    @property
    def confuses(self) -> bool:
        return self.item is not None and self.item.confuses


def builder(quiz: Quiz) -> dict[str, Any]:
    """What stands around every page of the builder: the head, and the list of questions with their figures."""
    questions = quiz.live_questions
    items = figure_queries.items(quiz.id)
    return {
        "quiz": quiz,
        "facts": _facts(quiz, questions),
        "listed": [
            Listed(question.id, short(question), str(KIND_NAMES[question.kind]), items.get(question.id))
            for question in questions
        ],
        "people": max((item.people for item in items.values()), default=0),
        "removed": last_removed(quiz),
    }


def last_removed(quiz: Quiz) -> Question | None:
    """The question taken out last, which one press brings back."""
    gone = [one for one in quiz.questions if one.retired_at is not None]
    return max(gone, key=lambda one: (one.retired_at, one.id), default=None)


def short(question: Question, longest: int = 70) -> str:
    text = question.title or to_text(question.text_html)
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


def say_doubt(doubt: Doubt) -> str:
    return {
        Doubt.REVERSED: _("Those who do better in the rest of the quiz answer this one worse: is the key right?"),
        Doubt.MISLEADING: _("One wrong answer is given more often than the right one."),
        Doubt.HARD: _("Fewer than half answer it right."),
        Doubt.BLUNT: _("It hardly tells who knows from who does not."),
    }[doubt]
