"""Building a quiz out of what there is: copies, the bank, corrections carried into results."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from lms.accounts.models import Person
from lms.extensions import db
from lms.materials.markdown import to_html
from lms.quizzes import asked_queries, figure_queries, question_actions
from lms.quizzes.kinds import QuestionKind
from lms.quizzes.models import Answer, Attempt, Choice, Question, Quiz, Regrading, Topic
from lms.quizzes.regrading import Outlook


class Answered(Exception):
    """People have answered the question: it stays where it is, and may be copied."""


# --- copies, and the bank ---------------------------------------------------------------------------------------------
def copy(question: Question, *, now: datetime) -> Question:
    """The same question anew, with no place yet and nobody's answers."""
    made = Question(
        kind=question.kind, title=question.title, tags=list(question.tags or ()), text=question.text,
        text_html=question.text_html, points=question.points, explanation=question.explanation,
        settings=question.settings, updated_at=now, files=list(question.files), position=0,
    )  # fmt: skip
    made.choices = [
        Choice(position=one.position, text=one.text, is_right=one.is_right, share=one.share, feedback=one.feedback)
        for one in question.choices
    ]
    return made


def duplicate(question: Question, quiz: Quiz, *, now: datetime) -> Question:
    """A copy right after the question."""
    made = copy(question, now=now)
    db.session.execute(
        update(Question)
        .where(Question.quiz_id == quiz.id, Question.position > question.position)
        .values(position=Question.position + 1)
    )
    made.position, made.quiz_id = question.position + 1, quiz.id
    db.session.add(made)
    db.session.flush()
    return made


def copy_into(questions: Iterable[Question], quiz: Quiz, *, now: datetime) -> int:
    """Copies at the end of the quiz; how many."""
    count = 0
    for question in questions:
        made = copy(question, now=now)
        question_actions.append(made, quiz, now=now)
        db.session.add(made)
        count += 1
    return count


def copy_to_bank(question: Question, topic: Topic, *, now: datetime) -> Question:
    made, position = copy(question, now=now), _end_of(topic)
    made.topic, made.position = topic, position
    db.session.add(made)
    return made


def move_to_bank(question: Question, topic: Topic) -> None:
    """Out of its quiz or topic into this one. Raises Answered where people's results hang on it."""
    if question.quiz_id is not None and figure_queries.answers_to(question.id).all:
        raise Answered
    position = _end_of(topic)
    question.quiz_id, question.topic_id, question.position = None, topic.id, position


def _end_of(topic: Topic) -> int:
    last = db.session.scalar(
        select(Question.position).where(Question.topic_id == topic.id).order_by(Question.position.desc()).limit(1)
    )
    return (last or 0) + 1


# --- undo -------------------------------------------------------------------------------------------------------------
def state_of(question: Question) -> dict[str, Any]:
    """All that its form says, as JSON."""
    names = ("kind", "text", "points", "title", "tags", "explanation", "settings")
    choices = [[one.id, one.text, one.is_right, one.feedback, one.share] for one in question.choices]
    return {name: getattr(question, name) for name in names} | {"choices": choices}


def keep_for_undo(question: Question, was: dict[str, Any]) -> None:
    """Call when a question was rewritten and flushed; a save that changed nothing leaves the last change to undo."""
    if state_of(question) != was:
        question.before_change = was


def undo(question: Question, *, now: datetime) -> None:
    """The question as it was before its last change; a second time, as it was after it.

    Raises Answered where it was of another kind then, and people have answered it since.
    """
    was, asked, present = question.before_change, asked_queries.asked_one(question.id), state_of(question)
    if was is None:
        return
    kind = QuestionKind(was["kind"])
    if kind is not question.kind and figure_queries.answers_to(question.id).all:
        raise Answered
    for name in ("text", "points", "title", "tags", "explanation", "settings"):
        setattr(question, name, was[name])
    question.kind, question.text_html = kind, to_html(was["text"])
    gone = {row[0] for row in was["choices"]} - {choice.id for choice in question.choices}
    again = [Choice(id=id) for id in gone if db.session.get(Choice, id) is None]  # answers speak of them by their ids
    question_actions.rewrite_choices(question, [tuple(row) for row in was["choices"]], again)
    question_actions.show_files(question)
    db.session.flush()
    question.before_change = present
    question_actions.note_change(question, asked, now=now)


# --- corrections ------------------------------------------------------------------------------------------------------
def regrade(question: Question, outlook: Outlook, *, by: Person, now: datetime) -> Regrading:
    """Carry the corrected question into results that are given, and write down what that changed."""
    for change in outlook.changes:
        db.session.execute(
            update(Answer)
            .where(Answer.attempt_id == change.attempt_id, Answer.question_id == question.id)
            .values(points=change.points, edition=question.edition)
        )
        db.session.execute(
            update(Attempt)
            .where(Attempt.id == change.attempt_id)
            .values(score=change.score, percent=change.percent, passed=change.passed)
        )
    logged = Regrading(
        question_id=question.id, edition=question.edition, at=now, by_id=by.id, people=outlook.people,
        better=len(outlook.better), worse=len(outlook.worse), newly_passed=len(outlook.newly_passed),
        kept_passes=len(outlook.kept_passes),
    )  # fmt: skip
    db.session.add(logged)
    return logged
