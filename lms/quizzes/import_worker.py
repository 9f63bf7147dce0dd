"""Files of questions that nobody chose from are thrown away after a week."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete

from lms.clock import now
from lms.extensions import db
from lms.outbox.worker import every
from lms.quizzes.import_models import QuestionImport

KEPT = timedelta(days=7)


@every(hour="3", minute="50")
def forget_old_imports() -> None:
    db.session.execute(delete(QuestionImport).where(QuestionImport.created_at < now() - KEPT))
    db.session.commit()
