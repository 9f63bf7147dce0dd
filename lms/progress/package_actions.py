"""What a package says, and that it was opened: where its rule counts that, it is done; else it is set aside."""

from __future__ import annotations

from datetime import datetime

from lms.accounts.models import Person
from lms.packages.actions import is_done
from lms.packages.models import Package
from lms.progress.actions import complete
from lms.progress.models import How
from lms.progress.weighing import COUNTED, set_aside


def note(person: Person, package: Package, how: How, *, now: datetime) -> None:
    if how in COUNTED[package.rule]:
        complete(person, package, how, now=now)
    else:
        set_aside(person, package, how, now=now)


def note_claims(person: Person, package: Package, *, now: datetime) -> None:
    """Call when a package has said something. What was done once stays done, whatever it says later."""
    if is_done(person, package):
        note(person, package, How.CLAIMED, now=now)
