"""The bank: topics of questions that stand in no quiz, from which quizzes draw at random or take copies."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from lms import permissions as can
from lms.access import allow, me, require, require_version
from lms.clock import now
from lms.display import titled
from lms.extensions import db
from lms.materials.markdown import to_text
from lms.quizzes import asked_queries, bank_queries, building_actions, figure_queries, question_actions
from lms.quizzes.bank_forms import TopicForm
from lms.quizzes.filling_views import fill, lay_down
from lms.quizzes.kinds import QuestionKind
from lms.quizzes.models import Question, Quiz, Topic
from lms.quizzes.question_forms import KIND_NAMES, QuestionForm
from lms.quizzes.question_views import kinds
from lms.quizzes.views import short
from lms.typography import typo

blueprint = Blueprint("bank", __name__)


def find_topic(topic_id: int) -> Topic:
    require(can.edit_bank(me()))
    topic: Topic = db.first_or_404(select(Topic).where(Topic.id == topic_id))
    return topic


# --- topics -----------------------------------------------------------------------------------------------------------
@blueprint.get("/quizzes/bank")
@allow(can.teach)
def index() -> ResponseReturnValue:
    """The topics, and with ``?q=`` the questions of quizzes and bank in which these words stand."""
    words = " ".join(request.args.get("q", "").split())[:200]
    found = [
        {
            "title": typo((row.title or to_text(row.text_html))[:160]),
            "kind": str(KIND_NAMES[row.kind]),
            "place": row.topic_title or row.quiz_title,
            "in_bank": row.topic_id is not None,
            "href": url_for("questions.edit", quiz_id=row.quiz_id, question_id=row.id)
            if row.quiz_id
            else url_for("bank.edit", topic_id=row.topic_id, question_id=row.id),
        }
        for row in (bank_queries.found(words) if words else [])
    ]
    return render_template(
        "bank/index.html",
        words=words,
        found=found,
        is_cut=len(found) == bank_queries.MOST_FOUND,
        topics=bank_queries.topics(),
        form=TopicForm(formdata=None),
    )


@blueprint.post("/quizzes/bank/topics")
@allow(can.teach)
def new_topic() -> ResponseReturnValue:
    require(can.edit_bank(me()))
    form = TopicForm()
    if not form.validate_on_submit():
        page = render_template("bank/index.html", words="", found=[], topics=bank_queries.topics(), form=form)
        return page, 422
    topic = Topic(title=form.title.data)
    db.session.add(topic)
    db.session.commit()
    flash(_("The topic is made. Now put questions into it."), "done")
    return redirect(url_for("bank.topic", topic_id=topic.id), 303)


@blueprint.route("/quizzes/bank/<int:topic_id>", methods=["GET", "POST"])
@allow(can.teach)
def topic(topic_id: int) -> ResponseReturnValue:
    """The questions of a topic; a POST gives the topic another name."""
    topic = find_topic(topic_id)
    form = TopicForm(data={"title": topic.title, "version": topic.version})
    meanwhile = None
    if form.validate_on_submit():
        if require_version(topic.version, form.version.data):
            topic.title = form.title.data
            db.session.commit()
            flash(_("Saved."), "done")
            return redirect(url_for("bank.topic", topic_id=topic.id), 303)
        meanwhile = form.meanwhile({"title": topic.title, "version": topic.version})
    page = render_template(
        "bank/topic.html",
        form=form,
        meanwhile=meanwhile,
        quizzes=[(row.id, _quiz_words(row)) for row in bank_queries.quizzes_to_put_into()],
        **_shelf(topic),
    )
    return page, 409 if meanwhile is not None else 422 if form.errors else 200


def _quiz_words(row: Any) -> str:
    return f"{row.position}. {titled(row)}" if row.position else titled(row)


def _shelf(topic: Topic) -> dict[str, Any]:
    """What stands around every page of a topic."""
    questions = bank_queries.questions_of(topic.id)
    return {
        "topic": topic,
        "listed": [(one.id, short(one), str(KIND_NAMES[one.kind])) for one in questions],
    }


@blueprint.post("/quizzes/bank/<int:topic_id>/removal")
@allow(can.teach)
def remove_topic(topic_id: int) -> ResponseReturnValue:
    """Only an empty topic goes."""
    topic = find_topic(topic_id)
    row = next(one for one in bank_queries.topics() if one.id == topic.id)
    if row.questions or row.quizzes:
        flash(_("The topic has questions, or quizzes draw from it: empty it first."), "late")
        return redirect(url_for("bank.topic", topic_id=topic.id), 303)
    db.session.delete(topic)
    db.session.commit()
    flash(_("“%(title)s” is deleted.", title=row.title), "done")
    return redirect(url_for("bank.index"), 303)


@blueprint.post("/quizzes/bank/<int:topic_id>/copies")
@allow(can.teach)
def copies(topic_id: int) -> ResponseReturnValue:
    """Copies of the ticked questions at the end of the quiz ``quiz_id``, or with ``move_to`` into another topic."""
    topic = find_topic(topic_id)
    ticked = set(request.form.getlist("question", type=int))
    questions = [one for one in bank_queries.questions_of(topic.id) if one.id in ticked]
    if not questions:
        flash(_("Tick the questions first."), "wait")
        return redirect(url_for("bank.topic", topic_id=topic.id), 303)
    quiz: Quiz = db.first_or_404(select(Quiz).where(Quiz.id == request.form.get("quiz_id", type=int)))
    require(can.edit_quiz(me(), quiz))
    count = building_actions.copy_into(questions, quiz, now=now())
    db.session.commit()
    flash(
        ngettext("%(num)s question is copied into the quiz.", "%(num)s questions are copied into the quiz.", count),
        "done",
    )
    return redirect(url_for("quizzes.edit", quiz_id=quiz.id), 303)


# --- questions --------------------------------------------------------------------------------------------------------
def find_question(topic: Topic, question_id: int) -> Question:
    found = select(Question).where(
        Question.id == question_id, Question.topic_id == topic.id, Question.retired_at.is_(None)
    )
    question: Question = db.first_or_404(found.with_for_update() if request.method == "POST" else found)
    return question


@blueprint.route("/quizzes/bank/<int:topic_id>/questions/new", methods=["GET", "POST"])
@allow(can.teach)
def new(topic_id: int) -> ResponseReturnValue:
    topic = find_topic(topic_id)
    kind = request.args.get("kind", "")
    if request.method == "GET" and kind not in set(QuestionKind):
        return render_template("bank/choose.html", kinds=kinds(), **_shelf(topic))
    form = QuestionForm(kind=QuestionKind(kind) if kind in set(QuestionKind) else None)
    changed_rows = form.is_submitted() and form.change_rows(request.form)
    if not changed_rows and form.validate_on_submit() and lay_down(form):
        question = Question(position=len(_shelf(topic)["listed"]) + 1, updated_at=now())
        fill(question, form)
        question.topic = topic
        db.session.add(question)
        db.session.commit()
        flash(_("The question is added."), "done")
        return redirect(url_for("bank.edit", topic_id=topic.id, question_id=question.id), 303)
    return render_template("bank/new.html", form=form, **_shelf(topic)), 422 if form.errors else 200


@blueprint.route("/quizzes/bank/<int:topic_id>/questions/<int:question_id>/edit", methods=["GET", "POST"])
@allow(can.teach)
def edit(topic_id: int, question_id: int) -> ResponseReturnValue:
    topic = find_topic(topic_id)
    question = find_question(topic, question_id)
    answers = figure_queries.answers_to(question.id)
    form = QuestionForm(question)
    meanwhile = None
    changed_rows = form.is_submitted() and form.change_rows(request.form)
    if not changed_rows and form.validate_on_submit() and _keeps_kind(form, question, answers.all) and lay_down(form):
        question = find_question(topic, question_id)
        if require_version(question.version, form.version.data):
            before = asked_queries.asked_one(question.id)
            fill(question, form)
            db.session.flush()
            question_actions.note_change(question, before, now=now())
            db.session.commit()
            flash(_("Saved."), "done")
            return redirect(url_for("bank.edit", topic_id=topic.id, question_id=question.id), 303)
        meanwhile = form.meanwhile_of(question)
    page = render_template(
        "bank/edit.html",
        form=form,
        meanwhile=meanwhile,
        question=question,
        answers=answers,
        topics=bank_queries.topics(),
        **_shelf(topic),
    )
    return page, 409 if meanwhile is not None else 422 if form.errors else 200


def _keeps_kind(form: QuestionForm, question: Question, people: int) -> bool:
    if not people or form.chosen_kind is question.kind:
        return True
    form.kind.errors = [_("People have answered this question, its type stays. Add a new question instead.")]
    return False


@blueprint.post("/quizzes/bank/<int:topic_id>/questions/<int:question_id>/move")
@allow(can.teach)
def move(topic_id: int, question_id: int) -> ResponseReturnValue:
    """Into the topic ``to``."""
    question = find_question(find_topic(topic_id), question_id)
    other = find_topic(request.form.get("to", type=int) or abort(404))
    building_actions.move_to_bank(question, other)
    db.session.commit()
    flash(_("The question stands in “%(topic)s” now.", topic=other.title), "done")
    return redirect(url_for("bank.edit", topic_id=other.id, question_id=question.id), 303)


@blueprint.post("/quizzes/bank/<int:topic_id>/questions/<int:question_id>/removal")
@allow(can.teach)
def remove(topic_id: int, question_id: int) -> ResponseReturnValue:
    """Out of the bank; results it stands in keep it."""
    topic = find_topic(topic_id)
    question_actions.remove(find_question(topic, question_id), now=now())
    db.session.commit()
    flash(_("The question is deleted."), "done")
    return redirect(url_for("bank.topic", topic_id=topic.id), 303)
