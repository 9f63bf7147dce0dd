"""Letters about a live session: the invitation, what follows when it moves or is called off, and the reminder.

Ten thousand people get one letter each, and the letters differ in a name, a link and a calendar's line. So a letter is
rendered once for each language and zone (``Sheet``), and then addressed.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from markupsafe import escape

from lms import dates
from lms.accounts.models import Person
from lms.outbox.actions import SENDER_NAME
from lms.outbox.message import Message
from lms.outbox.render import link, render
from lms.outbox.topics import Topic
from lms.sessions import ical, queries, words
from lms.sessions.models import AnswerWord, Invitation, LiveSession, Reminded, Reminder
from lms.sessions.queries import AnyRow

PARTSTAT = {
    None: "NEEDS-ACTION",
    AnswerWord.YES: "ACCEPTED",
    AnswerWord.MAYBE: "TENTATIVE",
    AnswerWord.NO: "DECLINED",
    AnswerWord.WAITING: "TENTATIVE",
}


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """Which letter it is: its template in mail/sessions/, its key, and what its calendar does, if it has one."""

    template: str
    key: str  # with the person's id in braces
    expires_at: datetime
    method: str = ""  # REQUEST, CANCEL, or none
    topic: Topic
    with_links: bool = True
    values: Mapping[str, object] = field(default_factory=dict)


def invitation(live_session: LiveSession) -> Occasion:
    return Occasion(
        template="sessions/invitation",
        key=f"invite:{live_session.id}:{{}}:{live_session.sequence}",
        expires_at=live_session.ends_at,
        method="REQUEST",
        topic=Topic.INVITATIONS,
    )


def change(live_session: LiveSession, changed: Iterable[str]) -> Occasion:
    """``changed`` are the words for what changed: time, place, room."""
    return Occasion(
        template="sessions/change",
        key=f"invite:{live_session.id}:{{}}:{live_session.sequence}",
        expires_at=live_session.ends_at,
        method="REQUEST",
        topic=Topic.CHANGES,
        values={"changed": set(changed)},
    )


def cancellation(live_session: LiveSession, now: datetime) -> Occasion:
    return Occasion(
        template="sessions/cancellation",
        key=f"cancel:{live_session.id}:{{}}:{live_session.sequence}",
        expires_at=max(live_session.ends_at, now + timedelta(days=1)),
        method="CANCEL",
        topic=Topic.CANCELLATIONS,
        with_links=False,
    )


def removal(live_session: LiveSession, now: datetime) -> Occasion:
    return Occasion(
        template="sessions/removal",
        key=f"cancel:{live_session.id}:{{}}:{live_session.sequence}",
        expires_at=max(live_session.ends_at, now + timedelta(days=1)),
        method="CANCEL",
        topic=Topic.CANCELLATIONS,
        with_links=False,
    )


def reminder(live_session: LiveSession, now: datetime) -> Occasion:
    return Occasion(
        template="sessions/reminder",
        key=f"remind:{live_session.id}:{{}}:{now:%Y%m%d}",
        expires_at=live_session.starts_at,
        topic=Topic.REMINDERS,
    )


def waiting(live_session: LiveSession, place: int, now: datetime) -> Occasion:
    """``place`` counts from 1. Two in one second would be one letter."""
    return Occasion(
        template="sessions/waiting",
        key=f"wait:{live_session.id}:{{}}:{now:%Y%m%d%H%M%S}",
        expires_at=live_session.starts_at,
        method="REQUEST",
        values={"place_in_line": place},
        topic=Topic.CHANGES,
    )


def seat(live_session: LiveSession, now: datetime) -> Occasion:
    return Occasion(
        template="sessions/seat",
        key=f"seat:{live_session.id}:{{}}:{now:%Y%m%d%H%M%S}",
        expires_at=live_session.ends_at,
        method="REQUEST",
        topic=Topic.CHANGES,
    )


def planned(live_session: LiveSession, reminder: Reminder) -> Occasion:
    """A reminder whose time has come; for another time of the session it would be another letter."""
    due = reminder.due_at(live_session.starts_at, live_session.ends_at)
    is_before = due < live_session.starts_at
    return Occasion(
        template="sessions/reminder"
        if reminder.whom is Reminded.SILENT
        else f"sessions/reminder_{reminder.whom.value}",
        key=f"remind:{live_session.id}:{{}}:{reminder.id}:{due:%Y%m%d%H%M}",
        topic=Topic.REMINDERS,
        expires_at=live_session.starts_at if is_before else due + timedelta(days=2),
    )


def followup(live_session: LiveSession, now: datetime) -> Occasion:
    return Occasion(
        template="sessions/followup",
        key=f"after:{live_session.id}:{{}}",
        topic=Topic.REMINDERS,
        expires_at=now + timedelta(days=3),
    )


def missed(live_session: LiveSession, now: datetime) -> Occasion:
    return Occasion(
        template="sessions/missed",
        key=f"missed:{live_session.id}:{{}}",
        topic=Topic.REMINDERS,
        expires_at=now + timedelta(days=3),
    )


def fresh_link(live_session: LiveSession, now: datetime) -> Occasion:
    return Occasion(
        template="sessions/fresh_link",
        key=f"link:{live_session.id}:{{}}:{now:%Y%m%d}",
        expires_at=now + timedelta(days=2),
        topic=Topic.SIGN_IN,
    )


def letters(
    occasion: Occasion,
    live_session: LiveSession,
    addressees: Iterable[AnyRow],
    personal: Mapping[int, str],
    *,
    by: Person | None,
    links_end_at: datetime,
    now: datetime,
) -> Iterator[Message]:
    """One letter for each addressee. ``personal`` are the secrets of their links; answers go to ``by``."""
    sheets: dict[tuple[str, str], Sheet] = {}
    facts = _facts(live_session, by)
    for person in addressees:
        locale, zone = _language(person), _zone(person, live_session)
        sheet = sheets.get((locale, zone))
        if sheet is None:
            sheet = Sheet(occasion, live_session, facts, locale=locale, zone=zone, links_end_at=links_end_at, now=now)
            sheets[locale, zone] = sheet
        yield sheet.to(person, personal.get(person.id, ""), by)


def preview(live_session: LiveSession, person: Person, *, by: Person, now: datetime) -> tuple[str, str]:
    """(subject, text) of an invitation as that person would get it; its links lead nowhere."""
    sheet = Sheet(
        invitation(live_session),
        live_session,
        _facts(live_session, by),
        locale=_language(person),
        zone=_zone(person, live_session),
        links_end_at=live_session.links_end_at,
        now=now,
    )
    return sheet.said(person, "…")


def not_me(token_id: int, invitation: Invitation, to: Person) -> Message:
    """Tells a coordinator that a letter has reached somebody else."""
    live_session, person = invitation.live_session, invitation.person
    locale = _language(to)
    subject, text, html = render(
        "sessions/not_me",
        locale,
        name=person.full_name,
        address=person.email,
        title=_titled(live_session, locale),
        address_of_list=link("invitations.index", live_session_id=live_session.id, state="all"),
    )
    return Message(
        key=f"not-me:{token_id}",
        recipient=to.email,
        recipient_name=to.name,
        person_id=to.id,
        subject=_plain(subject),
        text=_plain(text),
        html=html,
        expires_at=live_session.links_end_at,
    )


class Sheet:
    """One letter in one language and zone, with gaps for what is personal."""

    def __init__(
        self,
        occasion: Occasion,
        live_session: LiveSession,
        facts: Mapping[str, Any],
        *,
        locale: str,
        zone: str,
        links_end_at: datetime,
        now: datetime,
    ) -> None:
        # Nothing that people write can be taken for a gap: its name is made up anew each time.
        gap = secrets.token_hex(8)
        self._secret, self._name = f"secret-{gap}", f"name-{gap}"
        self._occasion = occasion
        self._live_session = live_session
        said = _said(live_session, facts, locale, zone, now)
        self._subject, self._text, self._html = render(
            occasion.template,
            locale,
            name=self._name,
            token=self._secret,
            links_end_on=dates.say_day(_day(links_end_at, zone), locale, _day(now, zone)),
            words=words,
            **said,
            **occasion.values,
        )
        self._subject, self._text = _plain(self._subject), _plain(self._text)
        self._join = link("letter.join", token=self._secret) if occasion.with_links else ""
        self._calendar = None
        if occasion.method:
            event = event_of(
                live_session,
                url=ical.PERSONAL_LINK if occasion.with_links else "",
                locale=locale,
                stamp=now,
                trainers=said["trainers"],
                is_cancelled=occasion.method == "CANCEL",
            )
            self._calendar = ical.Personal(event, occasion.method)

    def said(self, person: Any, secret: str) -> tuple[str, str]:
        name = _greeting(person)
        return (
            self._subject.replace(self._name, name),
            self._text.replace(self._name, name).replace(self._secret, secret),
        )

    def to(self, person: AnyRow, secret: str, by: Person | None) -> Message:
        subject, text = self.said(person, secret)
        name = f"{person.given_name} {person.family_name}".strip()
        calendar = None
        if self._calendar is not None:
            join = self._join.replace(self._secret, secret)
            calendar = self._calendar.to(name, person.email, join, PARTSTAT[person.answer])
        return Message(
            key=self._occasion.key.format(person.id),
            recipient=person.email,
            recipient_name=name,
            person_id=person.id,
            subject=subject,
            text=text,
            html=self._html.replace(self._name, str(escape(_greeting(person)))).replace(self._secret, secret),
            reply_to=by.email if by else "",
            reply_to_name=by.name if by else "",
            calendar=calendar,
            calendar_method=self._occasion.method or "REQUEST",
            references=person.first_message_id or "",
            topic=self._occasion.topic,
            expires_at=self._occasion.expires_at,
        )


# --- calendars --------------------------------------------------------------------------------------------------------
def event_of(
    live_session: Any, *, url: str, locale: str, stamp: datetime, trainers: str = "", is_cancelled: bool = False
) -> ical.Event:
    """The session as a calendar shows it. ``url`` is where one enters: the reader's own link, or our page of it."""
    summary = _titled(live_session, locale, "summary")
    with force_locale(locale):
        enter = _("Enter the session: %(link)s", link=url) if url else ""
        online = "" if live_session.place else url
    return ical.Event(
        uid=f"{live_session.uid}@{current_app.config['MAIL_DOMAIN']}",
        sequence=live_session.sequence,
        stamp=stamp,
        starts_at=live_session.starts_at,
        ends_at=live_session.ends_at,
        zone=live_session.zone,
        summary=_titled(live_session, locale),
        description="\n\n".join(part for part in (summary, trainers, enter) if part),
        location=live_session.place or online,
        url=url,
        organizer=current_app.config["MAIL_DEFAULT_SENDER"],
        organizer_name=SENDER_NAME,
        is_cancelled=is_cancelled,
    )


# --- words ------------------------------------------------------------------------------------------------------------
def _facts(live_session: LiveSession, by: Person | None) -> dict[str, Any]:
    """What is the same in every language: read from the database once."""
    around = queries.around(live_session)
    return {
        "cycle": live_session.cycle,
        "trainers": [f"{row.given_name} {row.family_name}".strip() for row in queries.trainers_of(live_session)],
        "before": [row for row in around if row.type == "material" and not row.recording_of_id],
        "recordings": [row for row in around if row.recording_of_id == live_session.id],
        "quizzes": [row for row in around if row.type == "quiz"],
        "by": by.name if by else "",
    }


def _said(live_session: LiveSession, facts: Mapping[str, Any], locale: str, zone: str, now: datetime) -> dict[str, Any]:
    """The facts in words of that language, with times as the clock shows them in that zone."""
    starts_on = dates.say_moment(live_session.starts_at, zone, locale, now)
    opens_on = dates.say_day(_day(live_session.opens_at, zone), locale, _day(now, zone))
    with force_locale(locale):
        return {
            "title": _titled(live_session, locale),
            "cycle_title": _titled(facts["cycle"], locale) if facts["cycle"] else "",
            "when": dates.say_when(live_session.starts_at, live_session.ends_at, live_session.zone, zone, locale, now),
            "starts_on": starts_on,
            "starts_on_capital": starts_on[:1].upper() + starts_on[1:],
            "opens_on": opens_on,
            "opens_at": dates.say_time(live_session.opens_at, zone),
            "is_online": bool(live_session.room_url),
            "place": live_session.place,
            "summary": _titled(live_session, locale, "summary"),
            "reason": live_session.cancel_reason,
            "trainers": words.led_by(facts["trainers"]),
            "before": [(row.id, _titled(row, locale)) for row in facts["before"]],
            "recordings": [(row.id, _titled(row, locale)) for row in facts["recordings"]],
            "quizzes": [(row.id, _titled(row, locale)) for row in facts["quizzes"]],
            "by": facts["by"],
            "is_over": now >= live_session.ends_at,
        }


def _titled(thing: Any, locale: str, name: str = "title") -> str:
    english = getattr(thing, f"{name}_en", "") if locale == "en" else ""
    return str(english or getattr(thing, name))


def _language(person: Any) -> str:
    config = current_app.config
    return str(person.locale if person.locale in config["LANGUAGES"] else config["BABEL_DEFAULT_LOCALE"])


def _zone(person: Any, live_session: LiveSession) -> str:
    """Where she lives, if she said so; otherwise times are told as they are where the session is."""
    return str(person.zone if person.zone and dates.find_zone(person.zone) else live_session.zone)


def _greeting(person: Any) -> str:
    return f"{person.given_name} {person.patronymic}".strip() or str(person.family_name)


def _day(at: datetime, zone: str) -> Any:
    return at.astimezone(dates.find_zone(zone)).date()


def _plain(text: str) -> str:
    """Without the spaces and joiners that keep words together on a page: a plain letter is wrapped by its reader."""
    return text.replace("\u00a0", " ").replace("\u2060", "")
