"""Writing down which letters somebody wishes for."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite

from lms.accounts.models import Person
from lms.accounts.wish_models import LetterWishes
from lms.accounts.wish_queries import wishes_of
from lms.extensions import db
from lms.outbox.topics import Topic


def row_of(person: Person) -> LetterWishes:
    """Her row, made with what holds for everybody if there was none; two presses at once make one."""
    if db.session.get(LetterWishes, person.id) is None:
        usual = wishes_of(person)
        values = {column.name: getattr(usual, column.name) for column in LetterWishes.__table__.columns}
        dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
        db.session.execute(
            dialect.insert(LetterWishes)
            .values(values | {"version": 1})
            .on_conflict_do_nothing(index_elements=["person_id"])
        )
    return db.session.get_one(LetterWishes, person.id)


def switch_off(person: Person, topic: Topic) -> None:
    """No more letters of that topic, pressed once or ten times; forms that are open learn of it by the version."""
    wishes = row_of(person)
    if wishes.wants(topic):
        column: Any = {Topic.REMINDERS: LetterWishes.reminders, Topic.NEWS: LetterWishes.news}[topic]
        db.session.execute(
            update(LetterWishes)
            .where(LetterWishes.person_id == person.id, column.is_(True))
            .values({column: False, LetterWishes.version: LetterWishes.version + 1})
            .execution_options(synchronize_session=False)
        )
        db.session.expire(wishes)
