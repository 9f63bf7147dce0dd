"""The builder: one question at a time, beside the list of all."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from lms import permissions as can
from lms.access import allow, me, require, require_version
from lms.clock import now
from lms.extensions import db
from lms.materials.markdown import to_text
from lms.quizzes import asked_queries, bank_queries, building_actions, figure_queries, question_actions, regrade_queries
from lms.quizzes.filling_views import fill, lay_down
from lms.quizzes.kinds import QuestionKind
from lms.quizzes.models import Question, Quiz, Topic
from lms.quizzes.question_forms import KIND_NAMES, QuestionForm
from lms.quizzes.views import builder, find_quiz, say_doubt

blueprint = Blueprint("questions", __name__)

STEPS = {"up": -1, "down": +1}


def find_question(quiz: Quiz, question_id: int) -> Question:
    """A question that is asked now; held, so that two who change it do so one after the other."""
    if request.method != "POST":
        return next((one for one in quiz.live_questions if one.id == question_id), None) or abort(404)
    found = select(Question).where(
        Question.id == question_id, Question.quiz_id == quiz.id, Question.retired_at.is_(None)
    )
    question: Question = db.first_or_404(found.with_for_update())
    return question


@blueprint.route("/quizzes/<int:quiz_id>/questions/new", methods=["GET", "POST"])
@allow(can.teach)
def new(quiz_id: int) -> ResponseReturnValue:
    """First the kind is chosen (``?kind=``), then the question is written."""
    quiz = find_quiz(quiz_id)
    require(can.edit_quiz(me(), quiz))
    kind = request.args.get("kind", "")
    if request.method == "GET" and kind not in set(QuestionKind):
        return render_template("questions/choose.html", kinds=kinds(), **builder(quiz))
    form = QuestionForm(kind=QuestionKind(kind) if kind in set(QuestionKind) else None)
    if form.is_submitted() and form.change_rows(request.form):
        return render_template("questions/new.html", form=form, **builder(quiz))
    if form.validate_on_submit() and lay_down(form):
        question = Question()
        fill(question, form)
        question_actions.append(question, quiz, now=now())
        db.session.add(question)
        db.session.commit()
        flash(_("The question is added."), "done")
        return redirect(url_for("questions.edit", quiz_id=quiz.id, question_id=question.id), 303)
    return render_template("questions/new.html", form=form, **builder(quiz)), 422 if form.is_submitted() else 200


def kinds() -> list[tuple[str, str, str]]:
    """(kind, name, what it is good for)."""
    what_for = {
        QuestionKind.SINGLE: _("One of the choices is right."),
        QuestionKind.SEVERAL: _("Several choices are right; each one ticked counts."),
        QuestionKind.TRUE_FALSE: _("A statement to agree with or not."),
        QuestionKind.SHORT: _("A word or two, typed."),
        QuestionKind.NUMBER: _("A calculation; you say how exact."),
        QuestionKind.MATCHING: _("What belongs to what."),
        QuestionKind.ORDERING: _("Steps to be put in order."),
        QuestionKind.GAPS: _("A text with words or numbers to fill in."),
        QuestionKind.ESSAY: _("A text of their own; you check it."),
        QuestionKind.INFO: _("Something to read before the next questions."),
    }
    return [(kind.value, str(KIND_NAMES[kind]), words) for kind, words in what_for.items()]


@blueprint.route("/quizzes/<int:quiz_id>/questions/<int:question_id>/edit", methods=["GET", "POST"])
@allow(can.teach)
def edit(quiz_id: int, question_id: int) -> ResponseReturnValue:
    quiz = find_quiz(quiz_id)
    require(can.edit_quiz(me(), quiz))
    question = find_question(quiz, question_id)
    answers = figure_queries.answers_to(question.id)
    form = QuestionForm(question)
    meanwhile = None
    changed_rows = form.is_submitted() and form.change_rows(request.form)
    if not changed_rows and form.validate_on_submit() and _keeps_kind(form, question, answers.all) and lay_down(form):
        question = find_question(quiz, question_id)
        if require_version(question.version, form.version.data):
            before, was = asked_queries.asked_one(question.id), building_actions.state_of(question)
            fill(question, form)
            db.session.flush()
            building_actions.keep_for_undo(question, was)
            question_actions.note_change(question, before, now=now())
            return _changed(quiz, question, _after(quiz, question), _("Saved."))
        meanwhile = form.meanwhile_of(question)
    around = builder(quiz)
    number, listed = next((n, one) for n, one in enumerate(around["listed"], 1) if one.id == question.id)
    page = render_template(
        "questions/edit.html",
        form=form,
        meanwhile=meanwhile,
        question=question,
        number=number,
        share=listed,
        answers=answers,
        doubts=[say_doubt(doubt) for doubt in listed.item.doubts] if listed.item else [],
        regradings=bank_queries.regradings_of(question.id) if answers.submitted else [],
        topics=bank_queries.topics(),
        **around,
    )
    return page, 409 if meanwhile is not None else 422 if form.errors else 200


def _changed(quiz: Quiz, question: Question, following: int, words: str) -> ResponseReturnValue:
    """Commit a change, and ask about the results given by then where it would change any."""
    outlook = regrade_queries.outlooks(question).get(quiz.id)
    db.session.commit()
    flash(words, "done")
    if outlook is not None and outlook.changes_something:
        return redirect(url_for("questions.regrading", quiz_id=quiz.id, question_id=question.id), 303)
    return redirect(url_for("questions.edit", quiz_id=quiz.id, question_id=following), 303)


@blueprint.post("/quizzes/<int:quiz_id>/questions/<int:question_id>/undo")
@allow(can.teach)
def undo(quiz_id: int, question_id: int) -> ResponseReturnValue:
    """As it was before the last change; pressed again, as it was after it."""
    quiz = find_quiz(quiz_id)
    require(can.edit_quiz(me(), quiz))
    question = find_question(quiz, question_id)
    address = url_for("questions.edit", quiz_id=quiz.id, question_id=question.id)
    if not require_version(question.version, request.form.get("version")):
        flash(_("The question was changed meanwhile: look at it first."), "wait")
        return redirect(address, 303)
    try:
        building_actions.undo(question, now=now())
    except building_actions.Answered:
        flash(_("People have answered this question, its type stays. Add a new question instead."), "late")
        return redirect(address, 303)
    return _changed(quiz, question, question.id, _("The last change is undone."))


def _keeps_kind(form: QuestionForm, question: Question, people: int) -> bool:
    """What has been answered as a choice cannot be read as a number: an answered question keeps its kind, but for one
    right answer becoming several."""
    if not people or form.chosen_kind is question.kind or (form.chosen_kind.has_choices and question.kind.has_choices):
        return True
    form.kind.errors = [_("People have answered this question, its type stays. Add a new question instead.")]
    return False


def _after(quiz: Quiz, question: Question) -> int:
    """The id of the next question; of the same one at the end."""
    order = [one.id for one in quiz.live_questions]
    return order[min(order.index(question.id) + 1, len(order) - 1)]


@blueprint.route("/quizzes/<int:quiz_id>/questions/<int:question_id>/delete", methods=["GET", "POST"])
@allow(can.teach)
def delete(quiz_id: int, question_id: int) -> ResponseReturnValue:
    """Asks first, saying how many have answered it; their results stay as they are."""
    quiz = find_quiz(quiz_id)
    require(can.edit_quiz(me(), quiz))
    question = find_question(quiz, question_id)
    if request.method == "GET":
        number = quiz.live_questions.index(question) + 1
        return render_template(
            "questions/delete.html",
            quiz=quiz,
            question=question,
            number=number,
            title=to_text(question.text_html),
            answers=figure_queries.answers_to(question.id),
        )
    question_actions.remove(question, now=now())
    db.session.commit()
    flash(_("The question is deleted. You can bring it back with the button under the list."), "done")
    return redirect(url_for("quizzes.edit", quiz_id=quiz.id), 303)


@blueprint.post("/quizzes/<int:quiz_id>/questions/<int:question_id>/return")
@allow(can.teach)
def restore(quiz_id: int, question_id: int) -> ResponseReturnValue:
    """Undo of a deletion."""
    quiz = find_quiz(quiz_id)
    require(can.edit_quiz(me(), quiz))
    question = next((one for one in quiz.questions if one.id == question_id), None) or abort(404)
    question_actions.restore(question, now=now())
    db.session.commit()
    flash(_("The question is back."), "done")
    return redirect(url_for("questions.edit", quiz_id=quiz.id, question_id=question.id), 303)


@blueprint.post("/quizzes/<int:quiz_id>/questions/<int:question_id>/copies")
@allow(can.teach)
def duplicate(quiz_id: int, question_id: int) -> ResponseReturnValue:
    quiz = find_quiz(quiz_id)
    require(can.edit_quiz(me(), quiz))
    made = building_actions.duplicate(find_question(quiz, question_id), quiz, now=now())
    db.session.commit()
    flash(_("This is the copy: change it as you like."), "done")
    return redirect(url_for("questions.edit", quiz_id=quiz.id, question_id=made.id), 303)


@blueprint.post("/quizzes/<int:quiz_id>/questions/<int:question_id>/bank")
@allow(can.teach)
def to_bank(quiz_id: int, question_id: int) -> ResponseReturnValue:
    """Into the topic ``topic_id``: a copy, or with ``move`` the question itself while nobody has answered it."""
    quiz = find_quiz(quiz_id)
    require(can.edit_quiz(me(), quiz))
    question = find_question(quiz, question_id)
    topic = db.first_or_404(select(Topic).where(Topic.id == request.form.get("topic_id", type=int)))
    if "move" not in request.form:
        building_actions.copy_to_bank(question, topic, now=now())
        flash(_("A copy stands in the bank, in “%(topic)s”.", topic=topic.title), "done")
        following = url_for("questions.edit", quiz_id=quiz.id, question_id=question.id)
    else:
        try:
            building_actions.move_to_bank(question, topic)
        except building_actions.Answered:
            flash(_("People have answered this question: it stays here. Put a copy into the bank."), "late")
            return redirect(url_for("questions.edit", quiz_id=quiz.id, question_id=question.id), 303)
        flash(_("The question stands in the bank now, in “%(topic)s”.", topic=topic.title), "done")
        following = url_for("quizzes.edit", quiz_id=quiz.id)
    db.session.commit()
    return redirect(following, 303)


@blueprint.post("/quizzes/<int:quiz_id>/questions/<int:question_id>/position")
@allow(can.teach)
def position(quiz_id: int, question_id: int) -> ResponseReturnValue:
    quiz = find_quiz(quiz_id)
    require(can.edit_quiz(me(), quiz))
    question = find_question(quiz, question_id)
    question_actions.move(quiz, question, STEPS.get(request.form.get("direction", "")) or abort(400))
    db.session.commit()
    return redirect(url_for("questions.edit", quiz_id=quiz.id, question_id=question.id), 303)
