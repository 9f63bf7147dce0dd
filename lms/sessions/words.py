"""The words for kinds, answers and rules. Pure but for the language of the reader."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from lms.cycles.models import Rule
from lms.sessions.models import AnswerWord, Audience, LiveSessionKind, Presence, Reminded

KINDS = {
    LiveSessionKind.SEMINAR: _l("Seminar"),
    LiveSessionKind.JOINT_MEETING: _l("Joint meeting"),
    LiveSessionKind.VISIT: _l("Visit"),
    LiveSessionKind.CONSULTATION: _l("Consultation"),
}
AUDIENCES = {
    Audience.CYCLE: _l("Everybody in the cycle"),
    Audience.CENTRES: _l("People of certain centres"),
    Audience.INVITED: _l("Only those invited"),
}
RULES = {
    Rule.PRESENT_OR_WATCHED: _l("Was there, or watched the recording"),
    Rule.PRESENT: _l("Was there"),
    Rule.OPTIONAL: _l("Nothing is asked"),
}
# What one said oneself, and what a coordinator reads of others.
ANSWERS = {
    AnswerWord.YES: _l("I will come"),
    AnswerWord.MAYBE: _l("Perhaps"),
    AnswerWord.NO: _l("I can’t"),
    AnswerWord.WAITING: _l("I am waiting for a seat"),
}
ANSWERS_OF_OTHERS = {
    AnswerWord.YES: _l("Is coming"),
    AnswerWord.MAYBE: _l("Perhaps"),
    AnswerWord.NO: _l("Is not coming"),
    AnswerWord.WAITING: _l("Waits for a seat"),
}

# How we know that somebody was there.
WAYS = {
    Presence.ENTERED: _l("entered from here"),
    Presence.SIGNED: _l("signed in on site"),
    Presence.NAMED: _l("wrote the name on site"),
    Presence.LISTED: _l("stands in the room’s list"),
    Presence.ROOM: _l("sat at the centre’s screen"),
    Presence.MARKED: _l("marked by hand"),
}


_PLACES = (
    _l("You are first on the waiting list."),
    _l("You are second on the waiting list."),
    _l("You are third on the waiting list."),
    _l("You are fourth on the waiting list."),
    _l("You are fifth on the waiting list."),
)


def place_in_line(place: int) -> str:
    """«Вы в листе ожидания, третьи.»; ``place`` counts from 1."""
    if 0 < place <= len(_PLACES):
        return str(_PLACES[place - 1])
    return str(_("You are number %(place)s on the waiting list.", place=place))


REMINDED = {
    Reminded.YES: _l("those who will come"),
    Reminded.SILENT: _l("those who have not answered"),
    Reminded.QUIZ: _l("those who have not passed the quiz"),
    Reminded.EVERYBODY: _l("everybody invited who has not said no"),
}


def led_by(names: list[str]) -> str:
    """«Ведёт Дмитрий Савченко.»"""
    if not names:
        return ""
    return str(ngettext("Led by %(names)s.", "Led by %(names)s together.", len(names), names=", ".join(names)))


def people(number: int) -> str:
    """«128 человек»."""
    return str(ngettext("%(num)s person", "%(num)s people", number))


def people_invited(number: int) -> str:
    return str(ngettext("%(num)s person is invited.", "%(num)s people are invited.", number))


def people_told(number: int) -> str:
    return str(
        ngettext("A letter about it goes to %(num)s person.", "A letter about it goes to %(num)s people.", number)
    )


def people_will_come(number: int) -> str:
    return str(ngettext("%(num)s person will come", "%(num)s people will come", number))


def invite_people(number: int) -> str:
    """What stands on the button: «Пригласить 31 человека»."""
    return str(ngettext("Invite %(num)s person", "Invite %(num)s people", number))


REPEATS = {
    "once": _l("one session"),
    "weeks": _l("every so many weeks"),
    "listed": _l("on listed days"),
}


def sessions_published(number: int) -> str:
    return str(ngettext("%(num)s session is published.", "%(num)s sessions are published.", number))


def sessions_saved(number: int) -> str:
    return str(ngettext("%(num)s session is saved as a draft.", "%(num)s sessions are saved as drafts.", number))


def spared(number: int) -> str:
    """What is said of those who got no letter, because they had one this week."""
    if not number:
        return ""
    return str(
        ngettext(
            "%(num)s person was reminded this week already and gets no letter.",
            "%(num)s people were reminded this week already and get no letter.",
            number,
        )
    )


def remind_people(number: int) -> str:
    return str(_("Remind %(number)s", number=number))


def of_centres(number: int) -> str:
    """«из 6 центров»."""
    return str(ngettext("of %(num)s centre", "of %(num)s centres", number))


def people_were_there(number: int) -> str:
    return str(ngettext("%(num)s person was there", "%(num)s people were there", number))


def came_late(minutes: int) -> str:
    """«позже на 25 минут»."""
    return str(ngettext("%(num)s minute late", "%(num)s minutes late", minutes))


def left_early(minutes: int) -> str:
    return str(ngettext("left %(num)s minute early", "left %(num)s minutes early", minutes))


def was_there_for(minutes: int) -> str:
    return str(ngettext("there for %(num)s minute", "there for %(num)s minutes", minutes))
