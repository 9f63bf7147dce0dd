"""A file that nobody made a cycle of is thrown away after a week."""

from __future__ import annotations

from datetime import timedelta

from lms.clock import now
from lms.extensions import db
from lms.materials import storage
from lms.outbox.worker import every
from lms.transfer.arrival_queries import waiting_since

KEPT = timedelta(days=7)


@every(hour="4", minute="10")
def forget_old_arrivals() -> None:
    """The rows first: what no row names is swept, should we not come to the files."""
    gone = db.session.scalars(waiting_since(now() - KEPT)).all()
    names = [arrival.storage_name for arrival in gone]
    for arrival in gone:
        db.session.delete(arrival)
    db.session.commit()
    for name in names:
        storage.remove(storage.here(), name)
