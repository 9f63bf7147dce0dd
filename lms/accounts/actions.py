"""Letting people in, and writing down who they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import astuple
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from lms.accounts import mail, tokens
from lms.accounts.models import PeopleImport, Person, PersonRole, Purpose, Role, Token
from lms.accounts.people_list import Row
from lms.accounts.queries import by_email, guest_by_email
from lms.accounts.verdicts import Fate, Verdict
from lms.extensions import db
from lms.outbox import actions as outbox

# How long a spent or expired secret is still remembered, to say kindly that it is.
_KEPT_FOR = timedelta(days=1)
_LISTS_KEPT_FOR = timedelta(days=30)
_AT_ONCE = 1000


def send_sign_in_letter(email: str, *, now: datetime) -> None:
    """A letter with a link and six digits, if somebody has that address; if not, as much work and nothing more."""
    person = by_email(email)
    if person is None or not person.is_active:
        mail.sign_in(_nobody(email), "-" * 32, "000000", now=now)
        return
    _sweep(person, Purpose.SIGN_IN, now)
    secret, code = tokens.issue(person, Purpose.SIGN_IN, now=now, lifetime=mail.SIGN_IN_WITHIN, with_code=True)
    outbox.put(mail.sign_in(person, secret, code or "", now=now), now=now)


def send_password_letter(email: str, *, now: datetime) -> None:
    """A letter with a link to choose a password; for an address nobody has, as much work and nothing more."""
    person = by_email(email)
    if person is None or not person.is_active:
        mail.set_password(_nobody(email), "-" * 32, now=now)
        return
    _sweep(person, Purpose.SET_PASSWORD, now)
    secret, _code = tokens.issue(person, Purpose.SET_PASSWORD, now=now, lifetime=mail.SET_PASSWORD_WITHIN)
    outbox.put(mail.set_password(person, secret, now=now), now=now)


def register(person: Person, *, now: datetime) -> None:
    """A stranger's own account: a volunteer. Who has one already keeps it as it is, and nobody learns of it."""
    guest = guest_by_email(person.email)
    if guest is not None:
        for name in ("family_name", "given_name", "patronymic", "locale"):
            setattr(guest, name, getattr(person, name) or getattr(guest, name))
        welcome(guest, now=now)
        db.session.flush()
    elif by_email(person.email) is None:
        person.created_at = now
        person.roles = {Role.VOLUNTEER}
        db.session.add(person)
        db.session.flush()
    send_sign_in_letter(person.email, now=now)


def add_guests(names: Mapping[str, str], *, now: datetime) -> list[int]:
    """{address: name} of people nobody knows; ids of all of them, also of those somebody else added meanwhile."""
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    insert_one = dialect.insert(Person.__table__).on_conflict_do_nothing(index_elements=["email"])
    rows = [_guest_row(address, name, now) for address, name in names.items()]
    ids: list[int] = []
    for start in range(0, len(rows), _AT_ONCE):
        some = rows[start : start + _AT_ONCE]
        db.session.execute(insert_one, some)
        ids += db.session.scalars(select(Person.id).where(Person.email.in_([row["email"] for row in some])))
    return ids


def _guest_row(address: str, name: str, now: datetime) -> dict[str, object]:
    """«Анна Иванова» is a given and a family name; where there is none, the address stands for it."""
    given, _space, family = name.rpartition(" ") if name else ("", "", address.partition("@")[0])
    return {
        "email": address,
        "family_name": family[:255],
        "given_name": given[:255],
        "patronymic": "",
        "position": "",
        "locale": "",
        "zone": "",
        "session_version": 1,
        "is_guest": True,
        "created_at": now,
        "version": 1,
    }


def welcome(guest: Person, *, now: datetime) -> None:
    """A guest becomes one of us: she may sign in, and what she answered and did as a guest stays hers."""
    guest.is_guest = False
    guest.roles = {Role.VOLUNTEER}
    guest.created_at = now


def note_sign_in(person: Person, *, now: datetime) -> None:
    """Here now. Written past the version, which tells editors that a person's record changed."""
    db.session.execute(update(Person).where(Person.id == person.id).values(last_seen_at=now))


def end_links(person: Person, *, now: datetime) -> None:
    """What was sent to an address that is no longer the person's lets nobody in."""
    tokens.revoke(Purpose.SIGN_IN, person.id, None, now)
    tokens.revoke(Purpose.SET_PASSWORD, person.id, None, now)
    tokens.revoke(Purpose.LETTER_WISHES, person.id, None, now)


# --- pasted lists -----------------------------------------------------------------------------------------------------
def keep_list(rows: list[Row], by: Person, *, source: str, centre_id: int | None, now: datetime) -> PeopleImport:
    """Put a list aside until its maker has looked at it; lists that nobody finished in a month are thrown away."""
    db.session.execute(delete(PeopleImport).where(PeopleImport.created_at < now - _LISTS_KEPT_FOR))
    kept = PeopleImport(by_id=by.id, created_at=now, source=source, centre_id=centre_id, rows=[])
    replace_rows(kept, rows)
    db.session.add(kept)
    db.session.flush()
    return kept


def replace_rows(kept: PeopleImport, rows: list[Row]) -> None:
    kept.rows = [list(astuple(row)) for row in rows]


def write_list(kept: PeopleImport, verdicts: list[Verdict], *, now: datetime) -> list[int]:
    """Write down everybody whose row is in order; gives the ids of all of them, also of those left as they are."""
    fates = Counter(verdict.fate for verdict in verdicts)
    kept.added, kept.updated, kept.skipped = fates[Fate.ADD], fates[Fate.UPDATE], fates[Fate.BAD]
    kept.written_at = now
    kept.rows = []
    added = _add([verdict for verdict in verdicts if verdict.fate is Fate.ADD], now)
    _update([verdict for verdict in verdicts if verdict.fate is Fate.UPDATE])
    return added + [verdict.person_id for verdict in verdicts if verdict.person_id is not None]


def _add(verdicts: list[Verdict], now: datetime) -> list[int]:
    ids: list[int] = []
    for start in range(0, len(verdicts), _AT_ONCE):
        rows = [
            {
                "email": verdict.row.email,
                "family_name": verdict.row.family_name,
                "given_name": verdict.row.given_name,
                "patronymic": verdict.row.patronymic,
                "position": verdict.row.position,
                "centre_id": verdict.centre_id,
                "created_at": now,
            }
            for verdict in verdicts[start : start + _AT_ONCE]
        ]
        db.session.execute(insert(Person), rows)
        new = db.session.scalars(select(Person.id).where(Person.email.in_([row["email"] for row in rows]))).all()
        db.session.execute(insert(PersonRole), [{"person_id": person_id, "role": Role.VOLUNTEER} for person_id in new])
        ids += new
    return ids


def _update(verdicts: list[Verdict]) -> None:
    for verdict in verdicts:
        changed = {name for name, _before in verdict.changes}
        values = {name: getattr(verdict.row, name) for name in changed - {"centre"}}
        if "centre" in changed:
            values["centre_id"] = verdict.centre_id
        db.session.execute(
            update(Person).where(Person.id == verdict.person_id).values(version=Person.version + 1, **values)
        )
    _welcome_guests([verdict.person_id for verdict in verdicts if verdict.person_id is not None])


def _welcome_guests(person_ids: list[int]) -> None:
    """Who stands in a list of people is a guest no longer."""
    guests = db.session.scalars(select(Person.id).where(Person.id.in_(person_ids), Person.is_guest)).all()
    if guests:
        db.session.execute(update(Person).where(Person.id.in_(guests)).values(is_guest=False))
        db.session.execute(insert(PersonRole), [{"person_id": one, "role": Role.VOLUNTEER} for one in guests])


def _sweep(person: Person, purpose: Purpose, now: datetime) -> None:
    db.session.execute(
        delete(Token).where(Token.person_id == person.id, Token.purpose == purpose, Token.expires_at < now - _KEPT_FOR)
    )


def _nobody(email: str) -> Person:
    return Person(id=0, email=email, family_name="", given_name="", patronymic="")
