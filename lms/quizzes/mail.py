"""The letter that an essay is checked."""

from __future__ import annotations

from datetime import datetime, timedelta

from lms.outbox.message import Message
from lms.outbox.render import render
from lms.quizzes.models import Attempt

WORTH_SENDING = timedelta(days=7)


def checked(attempt: Attempt, *, by_name: str, by_email: str, comment: str, now: datetime) -> Message:
    """To the person of the attempt, when its last essay is checked; answers go to who checked it."""
    person, quiz = attempt.person, attempt.quiz
    locale = person.locale or "ru"
    subject, text, html = render(
        "quizzes/checked",
        locale,
        greeting_name=person.greeting_name,
        title=(quiz.title_en if locale == "en" else "") or quiz.title,
        percent=attempt.percent,
        passed=attempt.passed,
        pass_mark=quiz.pass_mark,
        comment=comment,
        attempt_id=attempt.id,
        by=by_name,
    )
    return Message(
        key=f"checked:{attempt.id}:{now:%Y%m%d%H%M%S}",
        recipient=person.email,
        recipient_name=person.name,
        subject=subject,
        text=text,
        html=html,
        reply_to=by_email,
        reply_to_name=by_name,
        person_id=person.id,
        expires_at=now + WORTH_SENDING,
    )
