"""A cycle for a new season, a module in another cycle: the work is copied, the people stay where they were."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from lms.accounts.models import Person
from lms.cycles.models import Cycle, Module
from lms.extensions import db
from lms.transfer import parcel_queries
from lms.transfer.checking import checked
from lms.transfer.models import Arrival
from lms.transfer.shifting import Shift
from lms.transfer.unpacking_actions import Unpacking, fill, make_cycle


def claim(key: str, by: Person, *, now: datetime) -> Arrival | None:
    """A row for this press of a button; None where the same press has made its thing already."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    row = {"key": key, "by_id": by.id, "created_at": now, "source": "", "storage_name": "", "size": 0}
    made = db.session.scalar(insert(Arrival).values(row).on_conflict_do_nothing().returning(Arrival.id))
    return db.session.get(Arrival, made) if made is not None else None


def made_before(key: str, by: Person) -> Arrival | None:
    """What that press of hers has made."""
    return db.session.scalar(select(Arrival).where(Arrival.key == key, Arrival.by_id == by.id))


def copy_cycle(
    cycle: Cycle, *, title: str, title_en: str, starts_on: date, shift: Shift, by: Person, now: datetime
) -> Cycle:
    """A draft of the same cycle for a new season. Files and topics of the bank are shared with the old one."""
    parcel = parcel_queries.of_cycle(cycle)
    tree, _doubts = checked(parcel.tree, trusted=True)
    made = make_cycle(
        Unpacking(tree, by, shift, now, files=parcel.files, topics=parcel.topics), title=title, title_en=title_en
    )
    made.starts_on = starts_on
    return made


def copy_module(module: Module, into: Cycle, *, title: str, shift: Shift, by: Person, now: datetime) -> Module:
    """The same module at the end of a cycle, as a draft."""
    parcel = parcel_queries.of_module(module)
    tree, _doubts = checked(parcel.tree, trusted=True)
    made = fill(Unpacking(tree, by, shift, now, files=parcel.files, topics=parcel.topics), into)[0]
    made.title = title
    made.withdraw()
    return made
