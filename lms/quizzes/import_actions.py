"""Questions of a file into a quiz, and questions of a quiz into a file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from io import BytesIO
from typing import Any
from urllib.parse import unquote

from flask_babel import gettext as _
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage

from lms.accounts.models import Person
from lms.extensions import db
from lms.materials import actions as materials
from lms.materials import filetypes, pictures
from lms.materials.markdown import FILE_ADDRESS, to_html, to_text
from lms.materials.models import StoredFile
from lms.materials.storage import Place
from lms.quizzes.formats.draft import LONGEST_TITLE, ChoiceDraft, QuestionDraft, picture, with_pictures
from lms.quizzes.models import Choice, Question, Quiz, Topic

_OURS = re.compile(rf"!\[([^\]]*)\]\(({FILE_ADDRESS.pattern})\)")


def doubts(draft: QuestionDraft) -> list[str]:
    """What would be left out when it is stored: pictures that are in no list of ours."""
    return [
        _("A file is left out: %(name)s.", name=name[:80])
        for name, content in draft.pictures.items()
        if not _is_picture(name, content)
    ]


def _is_picture(name: str, content: bytes) -> bool:
    try:
        if not filetypes.recognise(filetypes.kept_name(name), BytesIO(content)).is_picture:
            return False
        pictures.check(BytesIO(content))
    except ValueError:
        return False
    return True


def title_of(draft: QuestionDraft) -> str:
    """The words of the question alone."""
    return to_text(to_html(draft.text)) or draft.title


# --- in ---------------------------------------------------------------------------------------------------------------
Laid = list[dict[str, StoredFile]]


def lay_down(drafts: Iterable[QuestionDraft], place: Place, *, largest: int, now: datetime) -> Laid:
    """The pictures of each question in their place, by their names; no rows yet. Does not ask the database.

    Whatever goes wrong, no file is left behind.
    """
    laid: Laid = []
    try:
        for draft in drafts:
            laid.append({})
            for name, content in draft.pictures.items():
                if _is_picture(name, content):
                    upload = FileStorage(BytesIO(content), filename=name)
                    laid[-1][name] = materials.laid_down(upload, place, largest=largest, now=now)
    except BaseException:
        take_away(laid, place)
        raise
    return laid


def take_away(laid: Laid, place: Place) -> None:
    """No question takes them."""
    materials.take_away((file for files in laid for file in files.values()), place)


def take_in(drafts: Iterable[QuestionDraft], laid: Laid, quiz: Quiz, by: Person, *, now: datetime) -> int:
    """The questions at the end of the quiz, with the pictures that were laid down for them; how many."""
    db.session.execute(select(Quiz.id).where(Quiz.id == quiz.id).with_for_update())
    last = db.session.scalar(select(func.max(Question.position)).where(Question.quiz_id == quiz.id)) or 0
    new = [(draft, Question(quiz_id=quiz.id, position=at)) for at, draft in enumerate(drafts, last + 1)]
    return _store(new, laid, by, now=now)


def take_into_bank(drafts: Iterable[QuestionDraft], laid: Laid, otherwise: str, by: Person, *, now: datetime) -> int:
    """Each question into the topic that its file names, the others into ``otherwise``; a topic that is not there yet
    is made. Gives how many questions."""
    shelves: dict[str, Topic] = {}
    ends: Counter[str] = Counter()
    new = []
    for draft in drafts:
        title = (draft.topic or otherwise)[:LONGEST_TITLE]
        if title not in shelves:
            shelves[title] = _shelf(title)
            ends[title] = _last_of(shelves[title])
        ends[title] += 1
        new.append((draft, Question(topic_id=shelves[title].id, position=ends[title])))
    return _store(new, laid, by, now=now)


def _shelf(title: str) -> Topic:
    found = db.session.scalar(select(Topic).where(func.lower(Topic.title) == title.lower()).order_by(Topic.id).limit(1))
    if found is None:
        found = Topic(title=title)
        db.session.add(found)
        db.session.flush()
    return found


def _last_of(topic: Topic) -> int:
    return db.session.scalar(select(func.max(Question.position)).where(Question.topic_id == topic.id)) or 0


def _store(new: list[tuple[QuestionDraft, Question]], laid: Laid, by: Person, *, now: datetime) -> int:
    for file in (file for files in laid for file in files.values()):
        file.uploaded_by_id = by.id
        db.session.add(file)
    db.session.flush()
    for (draft, question), files in zip(new, laid, strict=True):
        question.updated_at = now
        _fill(question, draft, files)
    db.session.add_all([question for _draft, question in new])
    db.session.flush()
    return len(new)


def _fill(question: Question, draft: QuestionDraft, files: dict[str, StoredFile]) -> None:
    question.files = list(files.values())
    addresses = {
        name: f"/files/{file.id}/{filetypes.kept_name(name).replace(' ', '%20')}" for name, file in files.items()
    }

    def shown(text: str) -> str:
        return with_pictures(text, addresses)

    settings = _mapped(draft.settings, shown)
    question.kind, question.title, question.tags = draft.kind, draft.title, draft.tags
    question.text, question.text_html = shown(draft.text), to_html(shown(draft.text))
    question.points, question.explanation, question.settings = draft.points, draft.explanation, settings
    question.choices = [
        Choice(position=at, text=shown(one.text), is_right=one.is_right, share=one.share, feedback=one.feedback)
        for at, one in enumerate(draft.choices, 1)
    ]


def _mapped(value: Any, change: Any) -> Any:
    if isinstance(value, dict):
        return {name: _mapped(one, change) for name, one in value.items()}
    if isinstance(value, list):
        return [_mapped(one, change) for one in value]
    return change(value) if isinstance(value, str) else value


# --- out --------------------------------------------------------------------------------------------------------------
def drafts_of(questions: Iterable[Question], place: Place) -> list[QuestionDraft]:
    return [_draft_of(question, place) for question in questions]


def _draft_of(question: Question, place: Place) -> QuestionDraft:
    files = {file.id: file for file in question.files}
    pictures: dict[str, bytes] = {}

    def named(text: str) -> str:
        def name(found: re.Match[str]) -> str:
            file = files.get(int(found[3]))
            path = place / file.storage_name if file else None
            if file is None or path is None or not path.exists():
                return str(found[1])
            pictures[f"{file.id}-{file.original_name}"] = path.read_bytes()
            return picture(f"{file.id}-{file.original_name}", unquote(found[1]))

        return _OURS.sub(name, text)

    draft = QuestionDraft(
        question.kind, named(question.text), title=question.title, settings=_mapped(question.settings or {}, named),
        points=question.points, explanation=question.explanation, tags=list(question.tags or ()), pictures=pictures,
    )  # fmt: skip
    draft.choices = [
        ChoiceDraft(named(one.text), one.is_right, one.share, one.feedback or "") for one in question.choices
    ]
    return draft
