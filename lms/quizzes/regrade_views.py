"""After a correction: what it would change in results already given, and carrying it into them."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext
from sqlalchemy import select

from lms import permissions as can
from lms.access import allow, me, require
from lms.accounts.models import Person
from lms.clock import now
from lms.extensions import db
from lms.materials.markdown import to_text
from lms.progress.quiz_actions import note_standing
from lms.quizzes import building_actions, regrade_queries
from lms.quizzes.models import Quiz
from lms.quizzes.question_views import blueprint, find_question
from lms.quizzes.regrading import Outlook
from lms.quizzes.views import find_quiz


@blueprint.get("/quizzes/<int:quiz_id>/questions/<int:question_id>/regrading")
@allow(can.teach)
def regrading(quiz_id: int, question_id: int) -> ResponseReturnValue:
    """How many people, whose result rises or falls, who passes: before anything is done."""
    quiz = find_quiz(quiz_id)
    require(can.edit_quiz(me(), quiz))
    question = find_question(quiz, question_id)
    outlook = regrade_queries.outlooks(question).get(quiz.id) or Outlook([])
    return render_template(
        "questions/regrading.html",
        quiz=quiz,
        question=question,
        title=to_text(question.text_html),
        outlook=outlook,
        names=_names(outlook),
    )


def _names(outlook: Outlook) -> dict[int, str]:
    """The names of those whose result differs."""
    wanted = outlook.better | outlook.worse | outlook.newly_passed
    rows = db.session.execute(select(Person.id, Person.family_name, Person.given_name).where(Person.id.in_(wanted)))
    return {row.id: f"{row.family_name} {row.given_name}" for row in rows}


@blueprint.post("/quizzes/<int:quiz_id>/questions/<int:question_id>/regrading")
@allow(can.teach)
def regrade(quiz_id: int, question_id: int) -> ResponseReturnValue:
    quiz = find_quiz(quiz_id)
    require(can.edit_quiz(me(), quiz))
    question = find_question(quiz, question_id)
    outlook = regrade_queries.outlooks(question).get(quiz.id) or Outlook([])
    logged = building_actions.regrade(question, outlook, by=me(), now=now())
    _complete(quiz, outlook)
    db.session.commit()
    flash(
        ngettext(
            "The result of %(num)s person is counted anew.",
            "The results of %(num)s people are counted anew.",
            logged.people,
        ),
        "done",
    )
    return redirect(url_for("questions.edit", quiz_id=quiz.id, question_id=question.id), 303)


def _complete(quiz: Quiz, outlook: Outlook) -> None:
    """Who has passed now has done the activity, if the attempt that is better now counts."""
    if outlook.newly_passed:
        for person in db.session.scalars(select(Person).where(Person.id.in_(outlook.newly_passed))):
            note_standing(person, quiz, now=now())
