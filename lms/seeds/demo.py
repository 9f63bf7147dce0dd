"""The demo: a believable cycle in its seventh week, with a sign-in for each role."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from lms.accounts.passwords import hash_password
from lms.cycles.actions import enrol
from lms.extensions import db
from lms.reports.models import GrantPlan
from lms.seeds import completion, curriculum, essays, history, letters, people, surveys

PASSWORD = "masterskaya-demo"
SIGN_INS = {
    "volunteer": "volunteer@example.org",
    "trainer": "trainer@example.org",
    "centre_coordinator": "centre@example.org",
    "coordinator": "coordinator@example.org",
    "admin": "admin@example.org",
}


def load(now: datetime) -> None:
    """Fill an empty database. Whoever calls commits."""
    chance = random.Random("Мастерская")
    begun = now - timedelta(weeks=10)
    everybody = people.make(begun)
    school = curriculum.make(everybody.staff, everybody.centres, now.astimezone(ZoneInfo(curriculum.ZONE)).date())
    enrol((learner.person for learner in everybody.learners), school.cycle, now=begun + timedelta(days=3))
    history.tell(everybody, school, chance, now)
    letters.tell(everybody, school, chance, now)
    planned = {"sessions": 9, "visits": 5, "consultations": 12, "people": 50, "certificates": 40}
    db.session.add(GrantPlan(cycle_id=school.cycle.id, contract="26-1-000000", planned=planned))
    essays.tell(everybody, school, now)
    surveys.tell(everybody, school, chance, now)
    completion.tell(everybody, school, now)
    for person in everybody.all:
        if person.email in SIGN_INS.values():
            person.password_hash = hash_password(PASSWORD)
