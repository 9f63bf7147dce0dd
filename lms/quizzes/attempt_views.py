"""Taking a quiz: the page before it, the answers as they are given, handing in, the result."""

from __future__ import annotations

import json
import re

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from lms.access import for_guests, me
from lms.clock import now
from lms.cycles.models import Rule
from lms.cycles.queries import visible_to
from lms.display import clock_time
from lms.extensions import db
from lms.progress.actions import complete
from lms.progress.models import How
from lms.quizzes import actions, queries
from lms.quizzes.giving import NotOffered
from lms.quizzes.models import Attempt, Quiz
from lms.quizzes.review import Speech, attempts_left, review, shows_key
from lms.quizzes.views import blueprint, captions, say_gaps, say_size

LONGEST_SAVE = 8 * 1024  # bytes of one save


def find_quiz(quiz_id: int) -> Quiz:
    visible = visible_to(me(), Quiz).where(Quiz.id == quiz_id)
    quiz: Quiz = db.first_or_404(visible.options(joinedload(Quiz.module)))
    return quiz


def find_attempt(attempt_id: int) -> queries.Columns:
    """The head of one's own attempt; anybody else's does not exist."""
    own = queries.attempts_of(me()).where(Attempt.id == attempt_id)
    return db.session.execute(queries.heading(own)).first() or abort(404)


def hold_attempt(attempt_id: int) -> Attempt:
    return actions.hold(queries.attempts_of(me()).where(Attempt.id == attempt_id)) or abort(404)


# --- before and between attempts --------------------------------------------------------------------------------------
@blueprint.get("/quizzes/<int:quiz_id>")
@for_guests
def show(quiz_id: int) -> ResponseReturnValue:
    """What the quiz asks for and how one's attempts went; an open attempt is gone on with."""
    quiz = find_quiz(quiz_id)
    tries = queries.tries(me(), quiz.id)
    if tries and tries[-1].submitted_at is None:
        return redirect(url_for("quizzes.attempt", attempt_id=tries[-1].id))
    outline = queries.outline(quiz.id)
    return render_template(
        "quizzes/show.html",
        quiz=quiz,
        size=say_size(outline.questions, outline.points),
        is_empty=not outline.questions,
        tries=tries,
        left=attempts_left(quiz.attempts_allowed, len(tries)),
        best=max((one.percent for one in tries), default=None),
        passed=any(one.passed for one in tries),
        due_at=quiz.due_at or (quiz.module.due_at if quiz.module else None),
    )


@blueprint.post("/quizzes/<int:quiz_id>/attempts")
@for_guests
def start(quiz_id: int) -> ResponseReturnValue:
    quiz = find_quiz(quiz_id)
    if not quiz.is_published or quiz.lacks is not None:
        flash(_("The quiz is not published yet. Look at it in the preview."), "wait")
        return redirect(url_for("quizzes.show", quiz_id=quiz.id), 303)
    try:
        attempt = actions.start(me(), quiz, now=now())
    except actions.NoAttemptsLeft:
        flash(_("There are no attempts left."), "wait")
        return redirect(url_for("quizzes.show", quiz_id=quiz.id), 303)
    db.session.commit()
    return redirect(url_for("quizzes.attempt", attempt_id=attempt.id), 303)


# --- answering --------------------------------------------------------------------------------------------------------
@blueprint.get("/attempts/<int:attempt_id>")
@for_guests
def attempt(attempt_id: int) -> ResponseReturnValue:
    """All questions on one page, with what has been saved of them."""
    attempt = find_attempt(attempt_id)
    if attempt.submitted_at is not None:
        return redirect(url_for("quizzes.result", attempt_id=attempt.id))
    questions = queries.questions_on_page(attempt.quiz_id, attempt.id)
    gaps = [question for question in questions if not question.is_answered]
    return render_template(
        "quizzes/attempt.html",
        attempt=attempt,
        questions=questions,
        size=say_size(len(questions), sum(question.points for question in questions)),
        answered=len(questions) - len(gaps),
        next_gap=gaps[0] if gaps else None,
        gaps=say_gaps(len(gaps)),
        captions=captions(questions),
    )


@blueprint.put("/attempts/<int:attempt_id>/answers/<int:question_id>")
@for_guests
def save_answer(attempt_id: int, question_id: int) -> ResponseReturnValue:
    """One answer as it is given: JSON ``{given, counter}``. Sending it again changes nothing; 200 means committed.

    Answers ``{kept, given, counter, saved_at, clock, answered, of}``: what is stored now, which is something else
    (``kept`` is false) when an answer with the same or a higher counter was there before.
    """
    attempt = hold_attempt(attempt_id)
    if not attempt.is_open:
        return _refuse(409, _("The quiz is handed in, answers can no longer be changed."))
    request.max_content_length = LONGEST_SAVE
    try:
        sent = json.loads(request.get_data(cache=False))
        counter = sent["counter"] if isinstance(sent, dict) else None
        if type(counter) is not int:
            raise NotOffered
        saved = actions.save(attempt, question_id, sent.get("given"), counter, now=now())
    except (ValueError, RecursionError, KeyError):  # NotOffered is a ValueError, as is text that is no JSON
        return _refuse(422, _("This answer does not fit the question. Reload the page: the quiz may have changed."))
    answered, of = queries.answered_of(attempt.quiz_id, attempt.id)
    stored = {
        "kept": saved.kept,
        "given": saved.given,
        "counter": saved.counter,
        "saved_at": saved.saved_at.isoformat(),
        "clock": clock_time(saved.saved_at),
        "answered": answered,
        "of": of,
    }
    db.session.commit()
    return stored


def _refuse(code: int, message: str) -> ResponseReturnValue:
    return {"message": message}, code


@blueprint.post("/attempts/<int:attempt_id>/answers")
@for_guests
def save_answers(attempt_id: int) -> ResponseReturnValue:
    """The whole page saved at a press of a button, for browsers without our script."""
    attempt = hold_attempt(attempt_id)
    if not attempt.is_open:
        return _too_late(attempt)
    _tell_overtaken(actions.save_form(attempt, _posted(), now=now()))
    db.session.commit()
    at = request.form.get("at", "")
    anchor = f"q{at}" if re.fullmatch("[0-9]{1,4}", at) else None
    return redirect(url_for("quizzes.attempt", attempt_id=attempt.id, _anchor=anchor), 303)


_FIELD = re.compile("c([0-9]{1,18})")


def _posted() -> dict[int, tuple[list[str], int]]:
    """From a posted page: ``q<question id>`` is what was given, ``c<question id>`` the counter it was shown with."""
    return {
        int(found[1]): (request.form.getlist(f"q{found[1]}"), int(counter))
        for name, counter in request.form.items()
        if (found := _FIELD.fullmatch(name)) and re.fullmatch("[0-9]{1,10}", counter)
    }


def _tell_overtaken(numbers: list[int]) -> None:
    if numbers:
        which = ", ".join(map(str, numbers))
        flash(_("Saved meanwhile from another page, and kept as it is there: question %(which)s.", which=which), "wait")


def _too_late(attempt: Attempt) -> ResponseReturnValue:
    flash(_("The quiz is handed in, answers can no longer be changed."), "wait")
    return redirect(url_for("quizzes.result", attempt_id=attempt.id), 303)


# --- handing in -------------------------------------------------------------------------------------------------------
@blueprint.get("/attempts/<int:attempt_id>/submission")
@for_guests
def submission(attempt_id: int) -> ResponseReturnValue:
    """Asks once whether to hand in with questions unanswered."""
    attempt = find_attempt(attempt_id)
    if attempt.submitted_at is not None:
        return redirect(url_for("quizzes.result", attempt_id=attempt.id))
    questions = queries.questions_on_page(attempt.quiz_id, attempt.id)
    gaps = [question for question in questions if not question.is_answered]
    if not gaps:
        return redirect(url_for("quizzes.attempt", attempt_id=attempt.id, _anchor="hand-in"))
    return render_template("quizzes/submission.html", attempt=attempt, gaps=gaps, words=say_gaps(len(gaps)))


@blueprint.post("/attempts/<int:attempt_id>/submission")
@for_guests
def submit(attempt_id: int) -> ResponseReturnValue:
    """Save what the page carries, then grade, once; with gaps only when they were shown before (``with_gaps``)."""
    attempt = hold_attempt(attempt_id)
    if not attempt.is_open:
        return redirect(url_for("quizzes.result", attempt_id=attempt.id), 303)
    at = now()
    _tell_overtaken(actions.save_form(attempt, _posted(), now=at))
    answered, of = queries.answered_of(attempt.quiz_id, attempt.id)
    if answered < of and "with_gaps" not in request.form:
        db.session.commit()
        return redirect(url_for("quizzes.submission", attempt_id=attempt.id), 303)
    actions.submit(attempt, now=at)
    if attempt.passed and attempt.quiz.rule is Rule.PASSED:
        complete(me(), attempt.quiz, How.PASSED, now=at)
    db.session.commit()
    return redirect(url_for("quizzes.result", attempt_id=attempt.id), 303)


# --- the result -------------------------------------------------------------------------------------------------------
@blueprint.get("/attempts/<int:attempt_id>/result")
@for_guests
def result(attempt_id: int) -> ResponseReturnValue:
    attempt = find_attempt(attempt_id)
    if attempt.submitted_at is None:
        return redirect(url_for("quizzes.attempt", attempt_id=attempt.id))
    tries = queries.tries(me(), attempt.quiz_id)
    left = attempts_left(attempt.attempts_allowed, len(tries))
    with_key = shows_key(ever_passed=any(one.passed for one in tries), left=left)
    return render_template(
        "quizzes/result.html",
        attempt=attempt,
        questions=review(queries.graded(attempt.id), with_key=with_key, speech=_speech()),
        with_key=with_key,
        left=left,
        open_try=next((one for one in tries if one.submitted_at is None), None),
        best=max((one.percent for one in tries if one.percent is not None), default=attempt.percent),
        next_module=queries.next_module(attempt.cycle_id, attempt.module_position) if attempt.passed else None,
    )


def _speech() -> Speech:
    return Speech(
        true=_("True"), false=_("False"), number=lambda value: format_decimal(value, format="#,##0.##########")
    )  # fmt: skip
