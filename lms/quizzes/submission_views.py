"""Handing in, and the result."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal
from flask_babel import gettext as _

from lms.access import for_guests, me
from lms.clock import now
from lms.extensions import db
from lms.progress.quiz_actions import hand_in
from lms.quizzes import actions, asked_queries, queries
from lms.quizzes.attempt_views import find_attempt, hold_attempt, posted, tell_overtaken
from lms.quizzes.review import Speech, attempts_left, review
from lms.quizzes.standing import is_settled, is_shown, standing, time_is_up
from lms.quizzes.views import blueprint, counting_words, say_gaps


@blueprint.get("/attempts/<int:attempt_id>/submission")
@for_guests
def submission(attempt_id: int) -> ResponseReturnValue:
    """Asks once whether to hand in with questions unanswered."""
    attempt = find_attempt(attempt_id)
    if attempt.submitted_at is not None:
        return redirect(url_for("quizzes.result", attempt_id=attempt.id))
    if attempt.deadline_at is not None and time_is_up(attempt.deadline_at, attempt.grace_seconds, now()):
        return redirect(url_for("quizzes.attempt", attempt_id=attempt.id))
    gaps = [one for one in queries.questions_on_page(queries.paper_of(attempt)) if not one.is_answered]
    if not gaps:
        return redirect(url_for("quizzes.attempt", attempt_id=attempt.id, _anchor="hand-in"))
    return render_template("quizzes/submission.html", attempt=attempt, gaps=gaps, words=say_gaps(len(gaps)))


@blueprint.post("/attempts/<int:attempt_id>/submission")
@for_guests
def submit(attempt_id: int) -> ResponseReturnValue:
    """Save what the page carries, then grade, once; with gaps only when they were shown before (``with_gaps``).

    When the time is up, what was saved is what counts, and nobody is asked.
    """
    attempt = hold_attempt(attempt_id)
    if not attempt.is_open:
        return redirect(url_for("quizzes.result", attempt_id=attempt.id), 303)
    at = now()
    if not actions.is_over(attempt, at):
        saved = actions.save_form(attempt, posted(), now=at)
        tell_overtaken(saved.overtaken)
        if saved.gaps and "with_gaps" not in request.form:
            db.session.commit()
            return redirect(url_for("quizzes.submission", attempt_id=attempt_id), 303)
    hand_in(attempt, now=at)
    db.session.commit()
    return redirect(url_for("quizzes.result", attempt_id=attempt_id), 303)


@blueprint.get("/attempts/<int:attempt_id>/result")
@for_guests
def result(attempt_id: int) -> ResponseReturnValue:
    attempt = find_attempt(attempt_id)
    if attempt.submitted_at is None:
        return redirect(url_for("quizzes.attempt", attempt_id=attempt.id))
    tries = queries.tries(me(), attempt.quiz_id)
    left = attempts_left(attempt.attempts_allowed, len(tries))
    bounds = {"settled": is_settled(tries, left), "closes_at": attempt.closes_at, "now": now()}
    shown = is_shown(attempt.show_results, **bounds)
    with_key = shown and is_shown(attempt.show_right_answers, **bounds)
    return render_template(
        "quizzes/result.html",
        attempt=attempt,
        shown=shown,
        waits=attempt.percent is None,
        questions=review(asked_queries.graded(queries.paper_of(attempt)), with_key=with_key, speech=_speech())
        if shown
        else [],
        with_key=with_key,
        left=0 if attempt.closes_at is not None and bounds["now"] >= attempt.closes_at else left,
        open_try=next((one for one in tries if one.submitted_at is None), None),
        standing=standing(tries, attempt.counts, attempt.pass_mark),
        counting=counting_words(attempt.counts),
        next_module=queries.next_module(attempt.cycle_id, attempt.module_position) if attempt.passed else None,
    )


def _speech() -> Speech:
    return Speech(
        true=_("True"), false=_("False"), number=lambda value: format_decimal(value, format="#,##0.##########")
    )  # fmt: skip
