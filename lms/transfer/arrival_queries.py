"""Files that wait to become a cycle: each is its bringer's alone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, select

from lms.accounts.models import Person
from lms.transfer.models import Arrival


def brought_by(person: Person) -> Select[Arrival]:
    """Files she brought, with those that have become a cycle already."""
    return select(Arrival).where(Arrival.by_id == person.id, Arrival.source != "")


def waiting_since(before: datetime) -> Select[Arrival]:
    return select(Arrival).where(Arrival.storage_name != "", Arrival.created_at < before)
