"""Writing to people as they wish. Every area writes its reminders and news through ``put_all`` here.

What one asked for (invitations, changes, ways in, certificates) goes at once and always: it may be put through
here too, or straight into the outbox.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from flask_babel import force_locale
from flask_babel import gettext as _
from markupsafe import Markup

from lms.accounts import quiet, tokens
from lms.accounts.models import Purpose
from lms.accounts.wish_queries import Manner, manners_of, usual_manner
from lms.outbox import actions as outbox
from lms.outbox.message import Message
from lms.outbox.queries import ids_by_key
from lms.outbox.render import link, with_foot
from lms.outbox.topics import OPTIONAL

# A letter may be found again long after; its way to end such letters still works.
LINKS_LIVE = timedelta(days=365)


def put_all(messages: Iterable[Message], *, now: datetime) -> dict[str, int]:
    """Queue letters as their readers wish; {key: id of its letter}, with those that were there already.

    A message comes rendered whole, with its ``topic``, a unique ``key``, its ``person_id``, and ``expires_at``, when it
    is no longer worth reading. Of topics that may be switched off (``topics.OPTIONAL``):

    * who switched the topic off gets nothing, and her key is not in the answer (``wish_queries.wants`` leaves such
      people out of a list beforehand, so that a button's number is what it does);
    * the letter gets the headers of one-click unsubscribing (RFC 8058) and a line on which letters to get;
    * in her quiet hours it waits until they end; what is over by then is dropped (state EXPIRED), never late;
    * for a digest it waits for the one letter of the day (state HELD); what cannot wait so long goes alone.
    """
    wanted = {message.key: message for message in messages}
    there = ids_by_key([key for key, message in wanted.items() if message.topic in OPTIONAL])
    new = [message for key, message in wanted.items() if key not in there]
    manners = manners_of(message.person_id for message in new if message.person_id)
    chosen = [
        (message, manner)
        for message in new
        for manner in [manners.get(message.person_id or 0) or usual_manner()]
        if message.topic not in manner.unwanted
    ]
    readers = {message.person_id for message, _manner in chosen if message.person_id and message.topic in OPTIONAL}
    secrets = tokens.issue_many(readers, Purpose.LETTER_WISHES, now=now, expires_at=now + LINKS_LIVE)
    letters = (
        _as_wished(message, manner, secrets.get(message.person_id or 0), now) if message.topic in OPTIONAL else message
        for message, manner in chosen
    )
    return there | outbox.put_all(letters, now=now)


def _as_wished(message: Message, manner: Manner, secret: str | None, now: datetime) -> Message:
    wait_until = quiet.not_before(now, manner.zone, manner.quiet)
    digest_at = quiet.next_digest(now, manner.zone, manner.quiet)
    for_digest = manner.digest and digest_at < message.expires_at
    goes_at = digest_at if for_digest else wait_until
    timed = replace(message, wait_until=goes_at if goes_at > now else None, for_digest=for_digest)
    return with_way_out(timed, manner.locale, secret, message.topic.value) if secret else timed


def with_way_out(message: Message, locale: str, secret: str, topic: str) -> Message:
    """The letter with two ways out: one click in the mail program, which ends the topic (or ``all``), and a link."""
    one_click = link("wishes.unsubscribe", topic=topic, wish_token=secret)
    address = link("wishes.from_letter", wish_token=secret)
    with force_locale(locale):
        words = _("Which letters to get, and when:")
        named = Markup('{} <a href="{}" style="color:#545b6b">{}</a>').format(words, address, _("choose"))
    headers = {"List-Unsubscribe": f"<{one_click}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return replace(
        message,
        text=f"{message.text.rstrip()}\n{words} {address}\n",
        html=with_foot(message.html, named),
        headers={**message.headers, **headers},
    )
