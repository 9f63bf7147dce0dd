"""Every night what nobody needs of the files is done away with (sweep_actions.py)."""

from __future__ import annotations

from lms.clock import now
from lms.extensions import db
from lms.materials import storage, sweep_actions
from lms.outbox.worker import every


@every(hour="0", minute="40")
def sweep() -> None:
    """Hours are UTC, as huey counts them."""
    place = storage.here()
    names = sweep_actions.drop_rows(sweep_actions.leftovers(place, now=now()))
    db.session.commit()
    sweep_actions.remove(names, place)
