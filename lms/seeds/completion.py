"""What the demo's coordinators have arranged: hours, a rule between modules, other due times, a view of the table that
comes by itself and has come; and a day before the cycle, done and with its certificates."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import update

from lms.certificates.actions import issue
from lms.cycles.actions import enrol
from lms.cycles.models import Cycle, Module, Rule, State
from lms.extensions import db
from lms.materials.models import Material, MaterialKind
from lms.outbox.models import Letter, LetterState
from lms.progress.actions import complete
from lms.progress.due_actions import except_due
from lms.progress.models import How, SavedView
from lms.reports.export_actions import make, schedule
from lms.reports.export_models import Ending, Rhythm
from lms.seeds.curriculum import ZONE, Curriculum
from lms.seeds.people import Everybody

HOURS = 36


def tell(everybody: Everybody, school: Curriculum, now: datetime) -> None:
    coordinator = everybody.staff["coordinator"]
    school.cycle.hours = HOURS
    last, before = school.taught[-1].module, school.taught[-2].module
    last.needs = [before]
    centre, away = everybody.centres["morozovsk"], everybody.learner("fomina").person
    assert before.due_at is not None
    except_due(
        before, before.due_at + timedelta(days=7), centre_id=centre.id, person_id=None, reason="Ремонт в центре",
        by=coordinator, now=now - timedelta(days=2),
    )  # fmt: skip
    except_due(
        school.cycle, before.due_at + timedelta(days=28), centre_id=None, person_id=away.id,
        reason="В отпуске до декабря", by=coordinator, now=now - timedelta(days=3),
    )  # fmt: skip
    view = SavedView(
        person_id=coordinator.id, name="Сальск, отстали", query="centre=salsk&state=late",
        created_at=now - timedelta(days=9),
    )  # fmt: skip
    db.session.add(view)
    db.session.flush()
    today = now.astimezone(ZoneInfo(ZONE)).date()
    export = schedule(view, Ending.XLSX, Rhythm.WEEKLY, today=today)
    db.session.flush()
    make(export, today=today, now=now - timedelta(hours=1))
    _sent("export:", now - timedelta(minutes=59))
    _introductory_day(everybody, now - timedelta(weeks=9))


def _sent(key: str, at: datetime) -> None:
    """Letters whose keys begin so have gone."""
    letters = update(Letter).where(Letter.key.startswith(key))
    db.session.execute(letters.values(state=LetterState.SENT, sent_at=at))


def _introductory_day(everybody: Everybody, then: datetime) -> None:
    """Three of Сальск did it, before the cycle began, and have their certificates."""
    day: date = then.astimezone(ZoneInfo(ZONE)).date()
    cycle = Cycle(
        slug="intro-2026", title="Вводный день наставников", title_en="Introductory day for mentors",
        starts_on=day, ends_on=day, state=State.HIDDEN, hours=8,
    )  # fmt: skip
    module = Module(
        cycle=cycle, position=1, title="Как стоять рядом", title_en="How to stand by", short_title="День",
        short_title_en="Day", state=State.PUBLISHED,
    )  # fmt: skip
    text = Material(
        module=module, position=1, title="Наставник и центр", title_en="The mentor and the centre", rule=Rule.OPENED,
        state=State.PUBLISHED, created_at=then, updated_at=then, kind=MaterialKind.LINK,
        url="https://docs.example.org/nastavnik",
    )  # fmt: skip
    db.session.add_all([cycle, module, text])
    db.session.flush()
    people = [everybody.learner(mailbox).person for mailbox in ("volunteer", "centre", "lysenko")]
    enrol(people, cycle, now=then)
    for hours, person in enumerate(people, 2):
        complete(person, text, How.OPENED, now=then + timedelta(hours=hours))
    given = then + timedelta(days=1)
    issue(cycle, by=everybody.staff["coordinator"], now=given)
    _sent("certificate:", given + timedelta(minutes=1))
