"""Making files by themselves: each of what its owner sees at that moment, in her language and her zone."""

from __future__ import annotations

from datetime import date, datetime
from urllib.parse import parse_qsl

from flask import current_app
from flask_babel import force_locale
from sqlalchemy import delete, select
from werkzeug.datastructures import MultiDict

from lms import permissions as can
from lms import spreadsheet
from lms.accounts.models import Person
from lms.accounts.notice_actions import put_all
from lms.certificates.queries import ready_ids
from lms.display import live_in
from lms.extensions import db
from lms.progress.asking import Asked, NotThere
from lms.progress.export_lines import table_lines
from lms.progress.matrix_queries import scope_of
from lms.progress.models import SavedView
from lms.reports import mail
from lms.reports.export_models import KEPT, Ending, PreparedFile, Rhythm, ScheduledExport


def schedule(view: SavedView, ending: Ending, rhythm: Rhythm, *, today: date) -> ScheduledExport:
    """From the next Monday, or the next first of a month, on. Asking for the same twice makes one."""
    found = db.session.scalar(
        select(ScheduledExport).where(
            ScheduledExport.view_id == view.id, ScheduledExport.ending == ending, ScheduledExport.rhythm == rhythm
        )
    )
    if found is None:
        found = ScheduledExport(
            person_id=view.person_id, view_id=view.id, ending=ending, rhythm=rhythm, last_on=today
        )  # fmt: skip
        db.session.add(found)
    return found


def end(export: ScheduledExport) -> None:
    """No file is made any more, and those that were made are gone."""
    db.session.execute(delete(PreparedFile).where(PreparedFile.export_id == export.id))
    db.session.delete(export)


def make(export: ScheduledExport, *, today: date, now: datetime) -> None:
    """The file of that day, and the letter that says so. Who looks after nobody any more gets nothing."""
    export.last_on = day = export.rhythm.last_day(today)
    if can.look_after_people(export.person):
        file = _prepare(export, now)
        put_all([mail.ready(export, file, day, now=now)], now=now)


def forget_old(*, now: datetime) -> None:
    db.session.execute(delete(PreparedFile).where(PreparedFile.ends_at <= now))


def _prepare(export: ScheduledExport, now: datetime) -> PreparedFile | None:
    """None where the filters name a centre, module or cycle that is not there any more."""
    person = export.person
    live_in(person.zone or current_app.config["ZONE"])
    with force_locale(person.locale or "ru"):
        content = _content(person, export, now)
    if content is None:
        return None
    file = PreparedFile(
        person_id=person.id, export_id=export.id, name=export.view.name, ending=export.ending,
        scope=scope_of(person), made_at=now, ends_at=now + KEPT, content=content,
    )  # fmt: skip
    db.session.add(file)
    db.session.flush()
    return file


def _content(person: Person, export: ScheduledExport, now: datetime) -> bytes | None:
    try:
        asked = Asked(person, MultiDict(parse_qsl(export.view.query)), now=now, ready=ready_ids)
    except NotThere:
        return None
    if asked.cycle is None:
        return None
    title, lines = table_lines(asked)
    if export.ending is Ending.CSV:
        return b"".join(spreadsheet.csv(lines))
    return b"".join(spreadsheet.xlsx(title, lines, [24, 28, 20]))
