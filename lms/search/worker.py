"""Every minute the worker takes up what was written meanwhile, so whoever saves a page never waits for the index."""

from __future__ import annotations

from lms.extensions import db
from lms.outbox.worker import every
from lms.search import actions


@every()
def refresh() -> None:
    """Until nothing is left; a few hundred entries a transaction."""
    while actions.refresh():
        db.session.commit()
    db.session.commit()
