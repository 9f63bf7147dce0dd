"""Questions from a file into a quiz, looked at before anything is stored; and the quiz as a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from lms import downloads
from lms import permissions as can
from lms.access import allow, me, require
from lms.clock import now
from lms.extensions import db
from lms.freshness import no_store
from lms.materials import storage
from lms.quizzes import import_actions
from lms.quizzes.formats import gift_writer, moodle_xml_writer, qti_writer, reading, sheet_writer
from lms.quizzes.formats.draft import QuestionDraft
from lms.quizzes.import_forms import QuestionsForm
from lms.quizzes.import_models import QuestionImport
from lms.quizzes.models import Question, Quiz
from lms.quizzes.question_forms import KIND_NAMES
from lms.quizzes.views import find_quiz

blueprint = Blueprint("question_imports", __name__)

_WRITERS = {
    "gift": gift_writer, "moodle": moodle_xml_writer, "qti21": qti_writer, "qti22": qti_writer, "xlsx": sheet_writer,
}  # fmt: skip
_NAMES = {"gift": "GIFT", "moodle": "Moodle XML", "qti21": "QTI 2.1", "qti22": "QTI 2.2", "xlsx": "XLSX"}


def _edited(quiz_id: int) -> Quiz:
    quiz = find_quiz(quiz_id)
    require(can.edit_quiz(me(), quiz))
    return quiz


def _find(quiz: Quiz, import_id: int) -> QuestionImport:
    """One of my own files for this quiz, or a 404; held when something is done with it."""
    found = select(QuestionImport).where(
        QuestionImport.id == import_id, QuestionImport.quiz_id == quiz.id, QuestionImport.by_id == me().id
    )
    kept: QuestionImport = db.first_or_404(found.with_for_update() if request.method == "POST" else found)
    return kept


# --- in ---------------------------------------------------------------------------------------------------------------
@blueprint.route("/quizzes/<int:quiz_id>/import", methods=["GET", "POST"])
@allow(can.teach)
def new(quiz_id: int) -> ResponseReturnValue:
    quiz = _edited(quiz_id)
    form = QuestionsForm()
    content = form.read() if form.validate_on_submit() else None
    if content is None:
        status = 422 if form.is_submitted() else 200
        return render_template("question_imports/new.html", quiz=quiz, form=form), status
    kept = QuestionImport(quiz_id=quiz.id, by_id=me().id, created_at=now(), source=form.source, content=content)
    db.session.add(kept)
    db.session.commit()
    return redirect(url_for("question_imports.show", quiz_id=quiz_id, question_import_id=kept.id), 303)


@blueprint.get("/quizzes/<int:quiz_id>/imports/<int:question_import_id>")
@allow(can.teach)
def show(quiz_id: int, question_import_id: int) -> ResponseReturnValue:
    """What was read, question by question; nothing is stored yet."""
    no_store()
    quiz = _edited(quiz_id)
    kept = _find(quiz, question_import_id)
    form, read = reading.read(kept.content)
    return render_template(
        "question_imports/show.html",
        quiz=quiz,
        kept=kept,
        format_name=reading.NAMES[form],
        drafts=[
            (place, draft, import_actions.title_of(draft), draft.warnings + import_actions.doubts(draft))
            for place, draft in enumerate(read.drafts)
        ],
        problems=read.problems,
        kind_names=KIND_NAMES,
    )


@blueprint.post("/quizzes/<int:quiz_id>/imports/<int:question_import_id>/questions")
@allow(can.teach)
def write(quiz_id: int, question_import_id: int) -> ResponseReturnValue:
    """The ticked questions at the end of the quiz, all of them or none."""
    drafts = _ticked(_find(_edited(quiz_id), question_import_id))
    if not drafts:
        return _tick_first(quiz_id, question_import_id)
    with _laid_down(drafts) as laid:
        quiz = _edited(quiz_id)
        kept = _find(quiz, question_import_id)
        count = import_actions.take_in(drafts, laid, quiz, me(), now=now())
        db.session.delete(kept)
        db.session.commit()
    flash(ngettext("%(num)s question is added.", "%(num)s questions are added.", count), "done")
    return redirect(url_for("quizzes.edit", quiz_id=quiz_id), 303)


@blueprint.post("/quizzes/<int:quiz_id>/imports/<int:question_import_id>/bank-questions")
@allow(can.teach)
def write_to_bank(quiz_id: int, question_import_id: int) -> ResponseReturnValue:
    """The ticked questions into the bank, by the topics of the file; those without one into a topic named as the
    quiz."""
    quiz = _edited(quiz_id)
    require(can.edit_bank(me()))
    drafts = _ticked(_find(quiz, question_import_id))
    if not drafts:
        return _tick_first(quiz_id, question_import_id)
    with _laid_down(drafts) as laid:
        quiz = _edited(quiz_id)
        kept = _find(quiz, question_import_id)
        count = import_actions.take_into_bank(drafts, laid, quiz.title, me(), now=now())
        db.session.delete(kept)
        db.session.commit()
    flash(ngettext("%(num)s question stands in the bank.", "%(num)s questions stand in the bank.", count), "done")
    return redirect(url_for("bank.index"), 303)


def _ticked(kept: QuestionImport) -> list[QuestionDraft]:
    """Read anew, which takes its time: nobody waits for it."""
    ticked, content = set(request.form.getlist("take", type=int)), kept.content
    db.session.rollback()
    return [draft for place, draft in enumerate(reading.read(content)[1].drafts) if place in ticked]


@contextmanager
def _laid_down(drafts: list[QuestionDraft]) -> Iterator[import_actions.Laid]:
    """Their pictures in their place before anything is written; away with them where it is not."""
    place, largest = storage.here(), current_app.config["UPLOAD_LIMIT"]
    laid = import_actions.lay_down(drafts, place, largest=largest, now=now())
    try:
        yield laid
    except BaseException:
        import_actions.take_away(laid, place)
        raise


def _tick_first(quiz_id: int, question_import_id: int) -> ResponseReturnValue:
    flash(_("Tick the questions first."), "wait")
    return redirect(url_for("question_imports.show", quiz_id=quiz_id, question_import_id=question_import_id), 303)


@blueprint.post("/quizzes/<int:quiz_id>/imports/<int:question_import_id>/end")
@allow(can.teach)
def forget(quiz_id: int, question_import_id: int) -> ResponseReturnValue:
    db.session.delete(_find(_edited(quiz_id), question_import_id))
    db.session.commit()
    flash(_("The file is thrown away, nothing was stored."), "done")
    return redirect(url_for("quizzes.edit", quiz_id=quiz_id), 303)


@blueprint.get("/quizzes/questions-template.xlsx")
@allow(can.teach)
def template() -> ResponseReturnValue:
    return downloads.xlsx(
        _("Questions"), sheet_writer.lines(sheet_writer.examples()), title=_("Questions"), widths=sheet_writer.WIDTHS
    )


# --- out --------------------------------------------------------------------------------------------------------------
def _drafts(quiz: Quiz) -> list[QuestionDraft]:
    found = (
        select(Question)
        .where(Question.quiz_id == quiz.id, Question.retired_at.is_(None))
        .options(selectinload(Question.choices), selectinload(Question.files))
        .order_by(Question.position, Question.id)
    )
    return import_actions.drafts_of(db.session.scalars(found), storage.here())


@blueprint.get("/quizzes/<int:quiz_id>/export")
@allow(can.teach)
def formats(quiz_id: int) -> ResponseReturnValue:
    """The formats, and what each cannot carry of these questions."""
    quiz = _edited(quiz_id)
    drafts = list(enumerate(_drafts(quiz), 1))
    lost = {
        name: [
            (number, writer.carries(draft), ", ".join(writer.losses(draft)))
            for number, draft in drafts
            if not writer.carries(draft) or writer.losses(draft)
        ]
        for name, writer in _WRITERS.items()
    }
    return render_template("question_imports/formats.html", quiz=quiz, names=_NAMES, lost=lost, count=len(drafts))


@blueprint.get("/quizzes/<int:quiz_id>/export/<name>")
@allow(can.teach)
def export(quiz_id: int, name: str) -> ResponseReturnValue:
    quiz = _edited(quiz_id)
    drafts = _drafts(quiz)
    match name:
        case "gift":
            return downloads.download(
                gift_writer.write(drafts).encode(), f"{quiz.title}.gift.txt", "text/plain; charset=utf-8"
            )
        case "moodle":
            return downloads.download(moodle_xml_writer.write(drafts).encode(), f"{quiz.title}.xml", "application/xml")
        case "qti21" | "qti22":
            content = qti_writer.write(drafts, "2.1" if name == "qti21" else "2.2")
            return downloads.download(content, f"{quiz.title}.qti.zip", "application/zip")
        case "xlsx":
            return downloads.xlsx(
                quiz.title, sheet_writer.lines(drafts), title=_("Questions"), widths=sheet_writer.WIDTHS
            )
    abort(404)
