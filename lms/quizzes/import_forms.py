"""Questions pasted, or as a file."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import FileField, TextAreaField

from lms.quizzes.formats import reading
from lms.quizzes.formats.draft import MOST_BYTES, Unreadable


class QuestionsForm(FlaskForm):
    file = FileField(_l("File"), description=_l("GIFT, Moodle XML, Aiken, QTI 2 or XLSX, at most 5 MB"))
    text = TextAreaField(_l("Or paste the questions"), description=_l("As GIFT, Aiken or a table"))

    @property
    def source(self) -> str:
        return (self.file.data.filename or "")[:200] if self.file.data else ""

    def read(self) -> bytes | None:
        """The content, once it can be read; else None, with a word at the field."""
        content = (
            self.file.data.read(MOST_BYTES + 1) if self.file.data else (self.text.data or "").encode("utf-8", "replace")
        )
        try:
            reading.read(content)
        except Unreadable as error:
            said = (
                str(_l("Line %(number)s: %(problem)s", number=error.line, problem=str(error)))
                if error.line
                else str(error)
            )
            (self.file if self.file.data else self.text).errors = [said]
            return None
        return bytes(content)
