"""Taking a quiz: the page before it, and the answers as they are given."""

from __future__ import annotations

import json
import re

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from lms.access import for_guests, me
from lms.clock import now
from lms.cycles.queries import visible_to
from lms.display import clock_time
from lms.extensions import db
from lms.freshness import no_store
from lms.progress.due_queries import due_times
from lms.progress.path_queries import held_up
from lms.progress.quiz_actions import hand_in
from lms.quizzes import actions, queries
from lms.quizzes.giving import NotOffered
from lms.quizzes.leaves import leaf_of
from lms.quizzes.models import Attempt, Layout, Quiz
from lms.quizzes.review import attempts_left
from lms.quizzes.standing import is_settled, is_shown, time_is_up
from lms.quizzes.standing import standing as standing_of
from lms.quizzes.views import blueprint, captions, counting_words, say_gaps, say_size

LONGEST_SAVE = 128 * 1024  # bytes of one save: the longest essay, with room for how JSON may write it


def find_quiz(quiz_id: int) -> Quiz:
    visible = visible_to(me(), Quiz).where(Quiz.id == quiz_id)
    quiz: Quiz = db.first_or_404(visible.options(joinedload(Quiz.module)))
    return quiz


def turn_back(quiz: Quiz) -> None:
    """Say which modules come first, if any do; an attempt that was begun before is gone on with."""
    if held := held_up(me(), quiz.module_id, now=now()):
        abort(make_response(render_template("progress/locked.html", held=held), 403))


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
    turn_back(quiz)
    outline = queries.outline(quiz.id)
    at = now()
    left = attempts_left(quiz.attempts_allowed, len(tries))
    standing = standing_of(tries, quiz.counts, quiz.pass_mark)
    settled = is_settled(tries, left)
    return render_template(
        "quizzes/show.html",
        quiz=quiz,
        size=say_size(outline.questions, outline.points),
        is_empty=not outline.questions,
        tries=tries,
        left=left,
        standing=standing,
        shows_results=is_shown(quiz.show_results, settled=settled, closes_at=quiz.closes_at, now=at),
        waits=any(one.percent is None for one in tries),
        is_early=quiz.opens_at is not None and at < quiz.opens_at,
        is_closed=quiz.closes_at is not None and at >= quiz.closes_at,
        extra=queries.extra_minutes(quiz.id, me().id) if quiz.time_limit_minutes else 0,
        counting=counting_words(quiz.counts),
        due_at=due_times(quiz.module, [me()], quiz)[me().id] if quiz.module else quiz.due_at,
    )


@blueprint.post("/quizzes/<int:quiz_id>/attempts")
@for_guests
def start(quiz_id: int) -> ResponseReturnValue:
    """A new attempt, or the open one; one whose time is up is handed in first."""
    quiz = find_quiz(quiz_id)
    turn_back(quiz)
    if not quiz.is_published or quiz.lacks is not None:
        flash(_("The quiz is not published yet. Look at it in the preview."), "wait")
        return redirect(url_for("quizzes.show", quiz_id=quiz.id), 303)
    at = now()
    try:
        attempt = actions.start(me(), quiz, now=at)
        if actions.is_over(attempt, at):
            hand_in(attempt, now=at)
            attempt = actions.start(me(), quiz, now=at)
    except (actions.NoAttemptsLeft, actions.NotOpenNow) as refusal:
        db.session.commit()
        flash(_refusal(refusal), "wait")
        return redirect(url_for("quizzes.show", quiz_id=quiz_id), 303)
    address = url_for("quizzes.attempt", attempt_id=attempt.id)
    db.session.commit()  # the write lock is given back: nothing is read after this
    return redirect(address, 303)


def _refusal(refusal: Exception) -> str:
    if isinstance(refusal, actions.NotOpenNow):
        return str(_("The quiz is not open now."))
    return str(_("There are no attempts left."))


# --- answering --------------------------------------------------------------------------------------------------------
@blueprint.get("/attempts/<int:attempt_id>")
@for_guests
def attempt(attempt_id: int) -> ResponseReturnValue:
    """The questions, with what has been saved of them: all on one page, or the one that ``?q=`` says."""
    attempt = find_attempt(attempt_id)
    if attempt.submitted_at is not None:
        return redirect(url_for("quizzes.result", attempt_id=attempt.id))
    at = now()
    if attempt.deadline_at is not None:
        no_store()  # the time that is left is another at every look
        if time_is_up(attempt.deadline_at, attempt.grace_seconds, at):
            return render_template("quizzes/over.html", attempt=attempt)
    questions = queries.questions_on_page(queries.paper_of(attempt))
    asking = [question for question in questions if question.kind.asks]
    gaps = [question for question in asking if not question.is_answered]
    leaf = leaf_of(questions, _wanted(asking, gaps)) if attempt.layout is Layout.ONE_BY_ONE else None
    return render_template(
        "quizzes/attempt.html",
        attempt=attempt,
        questions=leaf.questions if leaf else questions,
        leaf=leaf,
        asking=asking,
        size=say_size(len(asking), sum(question.points for question in asking)),
        next_gap=gaps[0] if gaps else None,
        gaps=say_gaps(len(gaps)),
        captions=captions(questions),
        seconds_left=max(0, int((attempt.deadline_at - at).total_seconds())) if attempt.deadline_at else None,
    )


def _wanted(asking: list[queries.OnPage], gaps: list[queries.OnPage]) -> int:
    """The number of the question to show: the one asked for, else the first without an answer."""
    wanted = request.args.get("q", 0, type=int)
    if 1 <= wanted <= len(asking):
        return wanted
    return gaps[0].number if gaps else len(asking)


@blueprint.put("/attempts/<int:attempt_id>/answers/<int:question_id>")
@for_guests
def save_answer(attempt_id: int, question_id: int) -> ResponseReturnValue:
    """One answer as it is given: JSON ``{given, counter}``. Sending it again changes nothing; 200 means committed.

    Answers ``{kept, given, fields, counter, saved_at, clock, answered, of}``: what is stored now, which is something
    else (``kept`` is false) when an answer with the same or a higher counter was there before.
    """
    attempt = hold_attempt(attempt_id)
    if not attempt.is_open:
        return _refuse(409, _("The quiz is handed in, answers can no longer be changed."))
    if _hand_in_overdue(attempt):
        return _refuse(409, _("The time is up. The quiz is handed in with the answers that were saved."))
    request.max_content_length = LONGEST_SAVE
    try:
        sent = json.loads(request.get_data(cache=False))
        counter = sent["counter"] if isinstance(sent, dict) else None
        if type(counter) is not int:
            raise NotOffered
        saved = actions.save(attempt, question_id, sent.get("given"), counter, now=now())
    except (ValueError, RecursionError, KeyError):  # NotOffered is a ValueError, as is text that is no JSON
        return _refuse(422, _("This answer does not fit the question. Reload the page: the quiz may have changed."))
    answered, of = queries.answered_of(queries.paper_of(attempt))
    stored = {
        "kept": saved.kept,
        "given": saved.given,
        "fields": saved.fields,
        "counter": saved.counter,
        "saved_at": saved.saved_at.isoformat(),
        "clock": clock_time(saved.saved_at),
        "answered": answered,
        "of": of,
    }
    db.session.commit()
    return stored


def _hand_in_overdue(attempt: Attempt) -> bool:
    """Was its time up? Then it is handed in with what was saved, whatever this request carries."""
    at = now()
    if not actions.is_over(attempt, at):
        return False
    hand_in(attempt, now=at)
    db.session.commit()
    return True


def _refuse(code: int, message: str) -> ResponseReturnValue:
    return {"message": message}, code


@blueprint.post("/attempts/<int:attempt_id>/answers")
@for_guests
def save_answers(attempt_id: int) -> ResponseReturnValue:
    """The whole page saved at a press of a button, for browsers without our script."""
    attempt = hold_attempt(attempt_id)
    if not attempt.is_open or _hand_in_overdue(attempt):
        return _too_late(attempt)
    tell_overtaken(actions.save_form(attempt, posted(), now=now()).overtaken)
    one_by_one = attempt.quiz.layout is Layout.ONE_BY_ONE
    db.session.commit()
    moved = _MOVE.fullmatch(request.form.get("move", ""))
    at = moved["number"] if moved else request.form.get("at", "")
    number = at if re.fullmatch("[0-9]{1,4}", at) else None
    if one_by_one:
        return redirect(url_for("quizzes.attempt", attempt_id=attempt_id, q=number), 303)
    anchor = f"q{number}" if number else None
    return redirect(url_for("quizzes.attempt", attempt_id=attempt_id, _anchor=anchor), 303)


_FIELD = re.compile("c([0-9]{1,18})")
# A line of an ordering was moved by a press of its button, in the question with that number.
_MOVE = re.compile(r"(?P<question>[0-9]{1,18})\.(?P<line>[0-9]{1,3})\.(?P<number>[0-9]{1,4})\.(?P<way>up|down)")


def posted() -> dict[int, tuple[list[str], int]]:
    """From a posted page: ``q<question id>`` is what was given, ``c<question id>`` the counter it was shown with."""
    fields = {
        int(found[1]): (request.form.getlist(f"q{found[1]}"), int(counter))
        for name, counter in request.form.items()
        if (found := _FIELD.fullmatch(name)) and re.fullmatch("[0-9]{1,10}", counter)
    }
    if moved := _MOVE.fullmatch(request.form.get("move", "")):
        values = fields.get(int(moved["question"]), ([], 0))[0]
        here = int(moved["line"])
        there = here + (-1 if moved["way"] == "up" else 1)
        if min(here, there) >= 0 and max(here, there) < len(values):
            values[here], values[there] = values[there], values[here]
    return fields


def tell_overtaken(numbers: list[int]) -> None:
    if numbers:
        which = ", ".join(map(str, numbers))
        flash(_("Saved meanwhile from another page, and kept as it is there: question %(which)s.", which=which), "wait")


def _too_late(attempt: Attempt) -> ResponseReturnValue:
    flash(_("The quiz is handed in, answers can no longer be changed."), "wait")
    return redirect(url_for("quizzes.result", attempt_id=attempt.id), 303)
