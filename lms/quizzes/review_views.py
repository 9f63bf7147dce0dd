"""«Проверка»: essays that wait, and checking one of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from lms import permissions as can
from lms.access import allow, me, require, require_version
from lms.clock import now
from lms.extensions import db
from lms.freshness import no_store
from lms.materials.markdown import to_text
from lms.outbox.actions import put
from lms.progress.quiz_actions import note_result
from lms.quizzes import checking_queries, mail
from lms.quizzes.checking import criteria_of
from lms.quizzes.checking_actions import check
from lms.quizzes.checking_forms import CheckingForm
from lms.quizzes.models import Answer, Attempt
from lms.quizzes.standing import is_shown
from lms.typography import typo

blueprint = Blueprint("reviews", __name__)


@blueprint.get("/reviews/")
@allow(can.teach)
def index() -> ResponseReturnValue:
    no_store()
    return render_template(
        "reviews/index.html",
        waiting=_listed(checking_queries.waiting()),
        checked=_listed(checking_queries.checked_lately()),
    )


def _listed(rows: Any) -> list[tuple[Any, str]]:
    return [(row, typo(to_text(row.text_html)[:120])) for row in rows]


@blueprint.route("/reviews/<int:attempt_id>/<int:question_id>", methods=["GET", "POST"])
@allow(can.teach)
def edit(attempt_id: int, question_id: int) -> ResponseReturnValue:
    no_store()
    answer = _find(attempt_id, question_id)
    require(can.check_answers(me(), answer.attempt.quiz))
    question = answer.question
    out_of = answer.out_of if answer.out_of is not None else Decimal(question.points)
    criteria = criteria_of(question.settings, out_of, whole=_("For the answer as a whole"))
    form = CheckingForm(answer, criteria)
    meanwhile = None
    if form.validate_on_submit():
        if require_version(form.stored(answer)["version"], form.version.data):
            is_settled = check(answer, criteria, form.given, form.comment.data, by=me(), now=now())
            if is_settled:
                _tell(answer)
            db.session.commit()
            flash(_("Checked. The author is told in a letter.") if is_settled else _("Checked."), "done")
            return redirect(_next(attempt_id, question_id), 303)
        meanwhile = form.meanwhile_of(answer)
    page = render_template(
        "reviews/edit.html", form=form, meanwhile=meanwhile, answer=answer, question=question, criteria=criteria,
        words=len(str(answer.given or "").split()), waiting=checking_queries.count_waiting(),
    )  # fmt: skip
    return page, 409 if meanwhile is not None else 422 if form.errors else 200


def _find(attempt_id: int, question_id: int) -> Answer:
    found = checking_queries.essay(attempt_id, question_id)
    if request.method == "POST":
        found = found.with_for_update(of=Answer)
    loading = joinedload(Answer.attempt).joinedload(Attempt.person), joinedload(Answer.question)
    answer: Answer = db.first_or_404(found if request.method == "POST" else found.options(*loading))
    return answer


def _tell(answer: Answer) -> None:
    """The result is there: whoever passed has done the quiz, and the author hears of it where results are shown."""
    person, attempt = me(), answer.attempt
    note_result(attempt, now=now())
    if not is_shown(attempt.quiz.show_results, settled=False, closes_at=attempt.quiz.closes_at, now=now()):
        return
    letter = mail.checked(attempt, by_name=person.name, by_email=person.email, comment=answer.comment, now=now())
    put(letter, now=now())


def _next(attempt_id: int, question_id: int) -> str:
    """The essay that has waited longest, or the list when none is left."""
    rows = checking_queries.waiting()
    following = next((row for row in rows if (row.attempt_id, row.question_id) != (attempt_id, question_id)), None)
    if following is None:
        return url_for("reviews.index")
    return url_for("reviews.edit", attempt_id=following.attempt_id, question_id=following.question_id)
