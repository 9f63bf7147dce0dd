"""The form of a live session: what a trainer types becomes instants, a zone and a plan, or an error at its field."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.fields import SelectChoice
from wtforms.validators import NumberRange, Optional

from lms import dates
from lms.accounts.models import Person
from lms.centres.models import Centre
from lms.cycles.models import Cycle, Module, Rule
from lms.extensions import db
from lms.forms import EditForm, LineField, ParagraphsField
from lms.materials import links
from lms.sessions import series, words
from lms.sessions.fields import FIRST_YEAR, LAST_YEAR, CheckboxesField, ClockField, DayField, required
from lms.sessions.models import Audience, LiveSession, LiveSessionKind, Reminder
from lms.sessions.reminder_forms import Plan, ReminderForm, ReminderRows, shown
from lms.texts import one_line


def check_room(_form: FlaskForm, field: StringField) -> None:
    """An address of the web, without a name and a password in it."""
    if not field.data:
        return
    try:
        field.data = links.checked(field.data)
    except ValueError as error:
        raise ValidationError(_("A link begins with https://. Copy it from the room’s page.")) from error


NOT_COMPARED = (
    "invite_all", "number_shown", "reminders", "repeat", "every", "times", "days", "conflicts_shown",
)  # fmt: skip


class LiveSessionForm(EditForm):
    kind = SelectField(_l("Kind"), coerce=str)
    title = LineField(_l("Title"), longest=255)
    title_en = LineField(_l("Title in English"), longest=255, optional=True)
    day = DayField(_l("Day"), validators=[required(_l("Say on which day."))])
    starts = ClockField(_l("From"), validators=[required(_l("Say when it starts."))])
    ends = ClockField(_l("Until"), validators=[required(_l("Say when it ends."))])
    last_day = DayField(_l("Last day"), validators=[Optional()], description=_l("If it takes more than one day."))
    zone = SelectField(_l("Time zone"), validate_choice=False)
    room_url = StringField(
        _l("Link to the room"),
        filters=[one_line],
        validators=[check_room],
        description=_l("Telemost, Jitsi, Zoom: whatever you use. Only those who enter from here see it."),
    )
    place = LineField(
        _l("Place"), longest=255, optional=True, description=_l("For a session on site: town, address, room.")
    )
    summary = ParagraphsField(_l("What the session is about"))
    summary_en = ParagraphsField(_l("The same in English"))
    agenda = ParagraphsField(
        _l("Plan"),
        longest=10000,
        description=_l(
            "One line an item: minutes from the start or a time, what, and after a bar who. "
            "For instance: 05 What to write about | Dmitry Savchenko"
        ),
    )
    trainers = CheckboxesField(_l("Who leads it"), coerce=int)
    module_id = SelectField(_l("Module"), coerce=str)
    audience = SelectField(_l("For whom"), coerce=str)
    centres = CheckboxesField(_l("Centres"), coerce=int)
    capacity = IntegerField(
        _l("Seats"),
        validators=[Optional(), NumberRange(1, 100_000, _l("A number from 1, or leave it empty."))],
        description=_l("Leave it empty where as many may come as like. Whoever says yes too late stands in line."),
    )
    rule = SelectField(_l("Counts as done when a person"), coerce=str)
    reminders = ReminderRows(FormField(ReminderForm), _l("Reminders"), max_entries=20)
    sends_followup = BooleanField(
        _l("A letter after the session"),
        description=_l(
            "The recording, the materials, the quiz and three questions: when the recording is there, or a day later."
        ),
    )
    repeat = SelectField(
        _l("Several at once"),
        choices=[SelectChoice(value, word) for value, word in words.REPEATS.items()],
        default="once",
    )
    every = IntegerField(_l("Every so many weeks"), validators=[Optional(), NumberRange(1, 52)], default=1)
    times = IntegerField(_l("How many sessions"), validators=[Optional(), NumberRange(2, series.MOST)], default=4)
    days = ParagraphsField(_l("Other days"), description=_l("For instance: 10.12.2026, 17.12.2026"))
    # Which conflicts the page showed; others are shown before anything is saved.
    conflicts_shown = HiddenField()
    invite_all = BooleanField()
    # How many people the checkbox spoke of; another number is shown before anybody is written to.
    number_shown = HiddenField()

    def offer(
        self,
        *,
        modules: Iterable[Any],
        cycles: Iterable[Cycle],
        trainers: Iterable[Any],
        centres: Iterable[Centre],
        zone: str,
        english: bool,
    ) -> None:
        """Fill the choices. A module is ``m<id>``; a cycle without a module is ``c<id>``."""
        self.kind.choices = [(kind.value, word) for kind, word in words.KINDS.items()]
        self.audience.choices = [(audience.value, word) for audience, word in words.AUDIENCES.items()]
        self.rule.choices = [(rule.value, word) for rule, word in words.RULES.items()]
        self.trainers.choices = [(row.id, f"{row.family_name} {row.given_name}") for row in trainers]
        self.centres.choices = [(centre.id, (english and centre.name_en) or centre.name) for centre in centres]
        names = dict.fromkeys((*dates.ZONES, zone))
        language = "en" if english else "ru"
        self.zone.choices = [(name, dates.zone_words(name, language)) for name in names]
        by_cycle: dict[int, list[Any]] = {}
        for module in modules:
            by_cycle.setdefault(module.cycle_id, []).append(module)
        self.module_id.choices = [("", _("No cycle and no module"))]
        for cycle in cycles:
            title = (english and cycle.title_en) or cycle.title
            self.module_id.choices.append((f"c{cycle.id}", _("%(cycle)s: no module", cycle=title)))
            for module in by_cycle.get(cycle.id, ()):
                name = (english and module.title_en) or module.title
                self.module_id.choices.append((f"m{module.id}", f"{title}: {module.position}. {name}"))

    # --- checks ------------------------------------------------------------------------------------------------------
    def validate_zone(self, field: SelectField) -> None:
        if not field.data or dates.find_zone(field.data) is None:
            raise ValidationError(_("There is no such time zone. Choose one from the list."))

    def validate_last_day(self, field: DayField) -> None:
        if field.data and self.day.data and field.data < self.day.data:
            raise ValidationError(_("The last day stands before the first."))

    def validate_ends(self, field: ClockField) -> None:
        if self.day.data is None or self.starts.data is None or field.data is None:
            return
        if (self.last_day.data or self.day.data, field.data) <= (self.day.data, self.starts.data):
            raise ValidationError(_("The end must come after the start."))

    def validate_starts(self, field: ClockField) -> None:
        zone = dates.find_zone(self.zone.data or "")
        if self.day.data is None or field.data is None or zone is None:
            return
        local = datetime.combine(self.day.data, field.data, tzinfo=zone)
        if local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
            raise ValidationError(_("The clocks are put forward in that hour: there is no such time on that day."))

    def validate_centres(self, field: CheckboxesField) -> None:
        if self.audience.data == Audience.CENTRES.value and not field.data:
            raise ValidationError(_("Choose at least one centre."))

    def validate_audience(self, field: SelectField) -> None:
        if field.data == Audience.CYCLE.value and not self.module_id.data:
            raise ValidationError(_("Choose a cycle or a module, or another audience."))

    def validate_days(self, field: ParagraphsField) -> None:
        if self.repeat.data != "listed" or self.day.data is None:
            return
        try:
            found = series.listed(self.day.data, field.data or "")
        except ValueError as error:
            raise ValidationError(_("“%(word)s” is no day. For instance, 03.12.2026.", word=str(error))) from error
        if not 2 <= len(found) <= series.MOST or not FIRST_YEAR <= found[0].year <= found[-1].year <= LAST_YEAR:
            raise ValidationError(_("From 2 to %(most)s days, please.", most=series.MOST))

    def all_days(self) -> list[date]:
        """The days of the series; one where it is none."""
        first = self.day.data
        if self.repeat.data == "weeks":
            return series.every(first, self.every.data or 1, self.times.data or 2)  # type: ignore[arg-type]
        return series.listed(first, self.days.data or "") if self.repeat.data == "listed" else [first]  # type: ignore[arg-type, list-item]

    def move_to(self, day: date) -> None:
        """The same on another day."""
        if self.last_day.data is not None and self.day.data is not None:
            self.last_day.data += day - self.day.data
        self.day.data = day

    def must_have_room(self) -> bool:
        """Before it is published a session needs a way to come in; says so at the field and answers False if not."""
        if self.room_url.data or self.place.data:
            return True
        self.room_url.errors = [*self.room_url.errors, _("Give a link to the room, or a place.")]
        return False

    # --- to and from the thing ---------------------------------------------------------------------------------------
    @property
    def starts_at(self) -> datetime:
        return _instant(self.day.data, self.starts.data, self.zone.data)

    @property
    def ends_at(self) -> datetime:
        return _instant(self.last_day.data or self.day.data, self.ends.data, self.zone.data)

    def show(self, live_session: LiveSession) -> None:
        """Fill the fields with what is stored."""
        starts, ends = (at.astimezone(live_session.tz) for at in (live_session.starts_at, live_session.ends_at))
        for name in ("title", "title_en", "zone", "room_url", "place", "summary", "summary_en", "agenda"):
            self[name].data = getattr(live_session, name)
        self.kind.data, self.rule.data = live_session.kind.value, live_session.rule.value
        self.audience.data = live_session.audience.value
        self.capacity.data = live_session.capacity
        self.sends_followup.data = live_session.sends_followup
        self.show_reminders(live_session.reminders, live_session.zone)
        self.day.data, self.starts.data, self.ends.data = starts.date(), starts.time(), ends.time()
        self.last_day.data = ends.date() if ends.date() != starts.date() else None
        self.trainers.data = [person.id for person in live_session.trainers]
        self.centres.data = [centre.id for centre in live_session.centres]
        self.module_id.data = (
            f"m{live_session.module_id}" if live_session.module_id
            else f"c{live_session.cycle_id}" if live_session.cycle_id else ""
        )  # fmt: skip
        self.version.data = live_session.version

    def write(self, live_session: LiveSession, *, now: datetime) -> None:
        """Write what was typed into the thing; its module is put in its place by the view."""
        for name in ("title", "title_en", "zone", "room_url", "place", "summary", "summary_en", "agenda"):
            setattr(live_session, name, self[name].data or "")
        live_session.kind = LiveSessionKind(self.kind.data)
        live_session.rule = Rule(self.rule.data)
        live_session.audience = Audience(self.audience.data)
        live_session.capacity = self.capacity.data
        live_session.sends_followup = bool(self.sends_followup.data)
        live_session.starts_at, live_session.ends_at = self.starts_at, self.ends_at
        live_session.trainers = _all(Person, self.trainers.data)
        live_session.centres = _all(Centre, self.centres.data) if live_session.audience is Audience.CENTRES else []
        live_session.updated_at = now

    def show_reminders(self, reminders: Iterable[Reminder | Plan], zone: str) -> None:
        self.reminders.entries.clear()
        self.reminders.last_index = -1
        for reminder in reminders:
            self.reminders.append_entry(shown(reminder, zone))
        self.offer_more_reminders()

    def offer_more_reminders(self) -> None:
        """Two empty rows after those that are filled."""
        empty = sum(entry.form.is_empty for entry in self.reminders.entries)
        for _number in range(min(2 - empty, 20 - len(self.reminders.entries))):
            self.reminders.append_entry()

    def planned(self) -> list[Plan]:
        """What the rows ask for, each once."""
        plans = [row.form.plan(self.zone.data) for row in self.reminders.entries if not row.form.is_empty]
        return list(dict.fromkeys(plans))

    @property
    def _curriculum(self) -> str:
        """What was chosen of ``module_id``'s choices: ``m<id>``, ``c<id>`` or nothing."""
        chosen = self.module_id.data or ""
        return chosen if chosen in {value for value, _label in self.module_id.choices} else ""

    @property
    def module(self) -> Module | None:
        chosen = self._curriculum
        return db.session.get(Module, int(chosen[1:])) if chosen.startswith("m") else None

    @property
    def cycle_id(self) -> int | None:
        if self._curriculum.startswith("c"):
            return int(self._curriculum[1:])
        return self.module.cycle_id if self.module else None

    def differences(self, stored: LiveSessionForm) -> list[tuple[str, str]]:
        """(label, what is stored now) of every field where that is not what was typed."""
        return [
            (str(field.label.text), _shown(stored[field.name]) or "—")
            for field in self
            if field.name not in {"version", "csrf_token", *NOT_COMPARED}
            and (field.data or None) != (stored[field.name].data or None)
        ]


class CancellationForm(EditForm):
    reason = LineField(
        _l("Why"),
        longest=255,
        optional=True,
        description=_l(
            "One sentence, it stands in the letter. For instance: the speaker is ill, we will name a new day."
        ),
    )
    version = HiddenField()


class InvitationsForm(FlaskForm):
    """Whom to invite: everybody meant, centres, and people by address or name, one a line."""

    everybody = BooleanField()
    centres = CheckboxesField(_l("Centres"), coerce=int)
    guests = BooleanField()
    people = ParagraphsField(
        _l("People"),
        longest=1_000_000,
        description=_l("Addresses, or family name and given name, one person a line."),
    )
    number_shown = HiddenField()


class AddressForm(FlaskForm):
    email = StringField(_l("Address"), filters=[one_line], validators=[required(_l("Write the address."))])


def _all(kind: Any, ids: list[int] | None) -> list[Any]:
    return list(db.session.query(kind).filter(kind.id.in_(ids or [])).all()) if ids else []


def _instant(day: Any, clock: Any, zone: Any) -> datetime:
    return datetime.combine(day, clock, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _shown(field: Any) -> str:
    """A field's content in words."""
    choices = {value: str(label) for value, label in getattr(field, "choices", None) or ()}
    if isinstance(field, SelectMultipleField):
        return ", ".join(choices.get(value, "") for value in field.data or ())
    if isinstance(field.data, time):
        return f"{field.data:%H:%M}"
    if isinstance(field.data, date):
        return f"{field.data:%d.%m.%Y}"
    return choices.get(field.data, str(field.data or ""))
