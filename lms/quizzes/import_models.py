"""Files of questions on their way into a quiz."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Model


class QuestionImport(Model):
    """A file of questions that waits, for its maker alone, until what to take of it is chosen; then its content goes.

    It is read anew each time it is shown: the same bytes give the same questions.
    """

    __tablename__ = "question_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id", ondelete="CASCADE"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    # The file's name; empty for a pasted text.
    source: Mapped[str] = mapped_column(default="")
    content: Mapped[bytes] = mapped_column(LargeBinary)
