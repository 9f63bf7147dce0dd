"""How events are said: one sentence each, in the language of the page."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.display import deadline, number, percent, titled
from lms.outbox.models import LetterState
from lms.progress import words as progress_words
from lms.progress.models import How
from lms.quizzes.standing import is_shown
from lms.reports.history import Event, Kind
from lms.sessions import words as session_words

TABS = {
    Kind.DONE: _l("Done"),
    Kind.QUIZ: _l("Quizzes"),
    Kind.SESSION: _l("Sessions"),
    Kind.LETTER: _l("Reminders"),
    Kind.TERMS: _l("Terms"),
}
_SAID = {
    "decided_done": _l("counted as done"),
    "decided_excused": _l("excused"),
    "decided_taken_back": _l("taken back"),
    "cycle": _l("the whole cycle is completed"),
    "enrolled": _l("enrolled"),
    "left": _l("left the cycle"),
    "invited": _l("invited"),
    "answered_yes": _l("answered “I will come”"),
    "answered_maybe": _l("answered “Perhaps”"),
    "answered_no": _l("answered “I can’t”"),
    "answered_waiting": _l("waits for a seat"),
}
_LETTERS = {
    LetterState.SENT: _l("a reminder was sent"),
    LetterState.GATHERED: _l("a reminder went with the letter of the day"),
    LetterState.FAILED: _l("a reminder did not arrive"),
    LetterState.EXPIRED: _l("a reminder was dropped: it was too late for it"),
}


def said(event: Event, now: datetime, *, to_herself: bool = False) -> str:
    """What happened, without the title of the thing it happened to."""
    if event.word in _SAID:
        return str(_SAID[event.word])
    if event.kind is Kind.LETTER:
        return str(_LETTERS.get(LetterState(event.word), _("a reminder waits to be sent")))
    if event.kind is Kind.QUIZ:
        return _attempt(event, now, to_herself=to_herself)
    if event.kind is Kind.SESSION:
        minutes = event.facts["minutes"]
        told = _("was there") + f": {session_words.WAYS[event.facts['how']]}"
        return f"{told}, {session_words.was_there_for(minutes)}" if minutes else told
    if event.kind is Kind.TERMS:
        until = deadline(event.facts["due_at"])
        return (
            _("another due time: %(until)s", until=until)
            if event.word == "due_own"
            else _("another due time for the centre: %(until)s", until=until)
        )
    if event.word.startswith("certificate"):
        return _certificate(event)
    return str(progress_words.ways()[How(event.word)])


def line(event: Event, now: datetime, *, to_herself: bool = False) -> tuple[str, str, str, str]:
    """What, which thing, by whom, why."""
    return said(event, now, to_herself=to_herself), titled(event), event.by, event.reason


def _attempt(event: Event, now: datetime, *, to_herself: bool) -> str:
    facts = event.facts
    if event.word == "begun":
        return _("attempt %(number)s begun", number=facts["number"])
    shown = is_shown(facts["show_results"], settled=False, closes_at=facts["closes_at"], now=now)
    if to_herself and not shown:
        return _("attempt %(number)s handed in", number=facts["number"])
    if event.word == "checking":
        return _("attempt %(number)s handed in, being checked", number=facts["number"])
    score, most = number(float(facts["score"] or 0)), number(float(facts["max_score"] or 0))
    result = _("%(score)s of %(max)s", score=score, max=most) + f" ({percent(facts['percent'])})"
    if event.word == "passed_try":
        return _("attempt %(number)s passed: %(result)s", number=facts["number"], result=result)
    return _("attempt %(number)s not passed: %(result)s", number=facts["number"], result=result)


def _certificate(event: Event) -> str:
    number = event.facts["number"]
    if event.word == "certificate_revoked":
        return _("certificate %(number)s revoked", number=number)
    if event.word == "certificate_renewed":
        return _("certificate %(number)s given with a new name", number=number)
    return _("certificate %(number)s given", number=number)
