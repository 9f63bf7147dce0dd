"""From what was typed into the form of a question to the question, with the picture that came along."""

from __future__ import annotations

from flask import current_app

from lms.access import me
from lms.clock import now
from lms.extensions import db
from lms.materials import actions as materials
from lms.materials import storage
from lms.materials.actions import mention
from lms.quizzes import question_actions
from lms.quizzes.models import Question
from lms.quizzes.question_forms import QuestionForm


def lay_down(form: QuestionForm) -> bool:
    """The picture that came with the form, put in its place before anything is written: that takes its time, and nobody
    shall wait for it meanwhile. False: there is no room; the form says so."""
    if form.picture.data and form.picture.came_ahead is None:
        db.session.rollback()
        largest = current_app.config["UPLOAD_LIMIT"]
        try:
            form.picture.data = materials.laid_down(form.picture.data, storage.here(), largest=largest, now=now())
        except storage.NoRoom:
            form.say_no_room()
            return False
    return True


def fill(question: Question, form: QuestionForm) -> None:
    """What was typed, and a picture that was laid down, under the text."""
    if form.picture.data:
        file = form.picture.data
        if form.picture.came_ahead is None:
            file.uploaded_by_id = me().id
            db.session.add(file)
            db.session.flush()
        words = (form.picture_words.data or "").replace("[", "(").replace("]", ")")
        shown = f"![{words}]{mention(file).partition(']')[2]}" if words else mention(file)
        form.text.data = f"{form.text.data or ''}\n\n{shown}".strip()
    form.fill(question)
    question_actions.show_files(question)
