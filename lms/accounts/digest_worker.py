"""One letter a day for those who want it so: it gathers what waits for it."""

from __future__ import annotations

from itertools import groupby

from lms.accounts.digest_actions import gather
from lms.clock import now
from lms.extensions import db
from lms.outbox.queries import held_letters
from lms.outbox.worker import every


@every(minute="*/10")
def send_digests() -> None:
    at = now()
    for person_id, letters in groupby(held_letters(at), key=lambda letter: letter.person_id):
        gather(person_id, list(letters), now=at)
        db.session.commit()
