"""The settings of a quiz, and who has more time for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    FieldList,
    Form,
    FormField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
)
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError

from lms import dates
from lms.cycles.models import FITTING_RULES, Rule
from lms.forms import DayField, EditForm, LineField, ParagraphsField
from lms.quizzes.models import Quiz, QuizDraw
from lms.quizzes.terms import RESULTS_SHOWN, RIGHT_ANSWERS_SHOWN, Counts, Layout, Showing

_RULE_NAMES = {Rule.PASSED: _l("when it is passed"), Rule.OPTIONAL: _l("it is not asked for")}
_COUNTS = {
    Counts.BEST: _l("the best attempt"),
    Counts.LAST: _l("the last attempt"),
    Counts.AVERAGE: _l("the average of the attempts"),
    Counts.FIRST: _l("the first attempt"),
}
_LAYOUTS = {Layout.ALL: _l("all on one page"), Layout.ONE_BY_ONE: _l("one by one")}
_SHOWN = {
    Showing.AT_ONCE: _l("at once after handing in"),
    Showing.SETTLED: _l("when it is passed or no attempts are left"),
    Showing.AFTER_CLOSE: _l("when the quiz has closed"),
    Showing.NEVER: _l("never"),
}
_MOST_DRAWS = 10
_PLAIN = (
    "title", "title_en", "intro", "pass_mark", "attempts_allowed", "shuffle_questions", "shuffle_choices",
    "time_limit_minutes", "penalty",
)  # fmt: skip

# (id, words) of what may be chosen in a list.
Offered = Sequence[tuple[int, str]]


class MomentField(DateTimeLocalField):
    """A day and a time in the platform's zone, or nothing. ``data`` is without a zone, as typed."""

    def __init__(self, label: Any = None, **kwargs: Any) -> None:
        super().__init__(label, [Optional()], format=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"], **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_l("Write the day and the time as 2026-12-31 15:00.")) from None

    @property
    def instant(self) -> datetime | None:
        return self.data.replace(tzinfo=dates.find_zone(current_app.config["ZONE"])) if self.data else None


class DrawForm(Form):
    topic = SelectField(_l("Topic"), coerce=int, validate_choice=False)
    count = IntegerField(_l("Questions"), [Optional()])
    points = IntegerField(_l("Points for each"), [Optional()])

    @property
    def is_empty(self) -> bool:
        return not (self.topic.data and self.count.data)


class QuizForm(EditForm):
    """``topics`` are the bank's with how many questions each has, ``pairs`` the quizzes this one may be entry to."""

    title = LineField(_l("Title"))
    title_en = LineField(_l("Title in English"), optional=True)
    intro = ParagraphsField(_l("What learners read before they begin"), longest=2000)
    pass_mark = IntegerField(
        _l("To pass, per cent of the points"),
        [InputRequired(_l("Write a number.")), NumberRange(1, 100, _l("From 1 to 100."))],
        default=60,
        description=_l("From 1 to 100."),
    )
    attempts_allowed = IntegerField(
        _l("Attempts"),
        [Optional(), NumberRange(1, 100, _l("From 1 to 100, or nothing."))],
        default=2,
        description=_l("Empty: as many as one likes."),
    )
    due_on = DayField(
        _l("To be done by"), description=_l("The day ends at 23:59. Later is late, never closed. Empty: as the module.")
    )
    rule = RadioField(
        _l("Counts as done"), choices=[SelectChoice(rule.value, _RULE_NAMES[rule]) for rule in FITTING_RULES["quiz"]]
    )
    counts = SelectField(_l("As the result counts"), choices=[SelectChoice(w.value, n) for w, n in _COUNTS.items()])
    layout = SelectField(_l("Questions stand"), choices=[SelectChoice(w.value, n) for w, n in _LAYOUTS.items()])
    shuffle_questions = BooleanField(_l("Shuffle the questions"))
    shuffle_choices = BooleanField(_l("Shuffle the choices in each question"))
    penalty = IntegerField(
        _l("A wrong choice takes away, per cent"),
        [Optional(), NumberRange(0, 100, _l("From 0 to 100."))],
        default=0,
        description=_l("Of the question’s points. 0: nothing."),
    )
    opens_at = MomentField(_l("Opens"), description=_l("Empty: as soon as it is published."))
    closes_at = MomentField(_l("Closes"), description=_l("What is open then is handed in by itself. Empty: never."))
    time_limit_minutes = IntegerField(
        _l("Minutes for an attempt"),
        [Optional(), NumberRange(1, 1440, _l("From 1 to 1440, or nothing."))],
        description=_l("Empty: without a limit, which is best for most."),
    )
    show_results = SelectField(
        _l("The result is shown"), choices=[SelectChoice(w.value, _SHOWN[w]) for w in RESULTS_SHOWN]
    )
    show_right_answers = SelectField(
        _l("Right answers are shown"), choices=[SelectChoice(w.value, _SHOWN[w]) for w in RIGHT_ANSWERS_SHOWN]
    )
    pair_of = SelectField(
        _l("It is the entry quiz of"), coerce=int, description=_l("How much was learnt between the two is reported.")
    )
    draws = FieldList(FormField(DrawForm), _l("Random questions from the bank"), max_entries=_MOST_DRAWS)

    def __init__(self, quiz: Quiz | None = None, *, topics: Offered = (), pairs: Offered = ()) -> None:
        super().__init__(data=self.stored(quiz) if quiz else {"rule": Rule.PASSED.value, **_USUAL})
        self.pair_of.choices = [SelectChoice(0, _l("of none")), *(SelectChoice(*pair) for pair in pairs)]
        if self.pair_of.data is None:
            self.pair_of.data = 0
        self.topics = dict(topics)
        for row in self.draws:
            self._offer(row.form)

    def _offer(self, row: Any) -> None:
        row.topic.choices = [SelectChoice(0, "—"), *(SelectChoice(*topic) for topic in self.topics.items())]

    # --- rows of draws ---
    def change_rows(self, pressed: Any) -> bool:
        """Was it "one more row" or "without this row"? Then the form is only shown again."""
        if "drop" in pressed:
            self.draws.entries[:] = [entry for entry in self.draws.entries if entry.name != pressed["drop"]]
        elif "more" in pressed and self.can_add_row:
            self._offer(self.draws.append_entry().form)
        else:
            return False
        return True

    @property
    def can_add_row(self) -> bool:
        return bool(self.topics) and len(self.draws) < _MOST_DRAWS

    @property
    def drawn(self) -> list[tuple[int, int, int | None]]:
        """(topic id, count, points) of each filled row."""
        rows = [row.form for row in self.draws if not row.form.is_empty]
        return [(row.topic.data, row.count.data, row.points.data) for row in rows]

    # --- what must be true ---
    def validate_draws(self, field: FieldList) -> None:
        topics = [topic for topic, _count, _points in self.drawn]
        if any(topic not in self.topics for topic in topics):
            raise ValidationError(_l("Choose a topic of the bank."))
        if len(set(topics)) < len(topics):
            raise ValidationError(_l("Each topic once."))
        if any(not 1 <= count <= 100 or not 1 <= (points or 1) <= 100 for _topic, count, points in self.drawn):
            raise ValidationError(_l("From 1 to 100 questions of 1 to 100 points."))

    def validate_closes_at(self, field: MomentField) -> None:
        if field.data and self.opens_at.data and field.data <= self.opens_at.data:
            raise ValidationError(_l("It closes before it opens."))

    def validate_show_right_answers(self, field: SelectField) -> None:
        if Showing.AFTER_CLOSE in {field.data, self.show_results.data} and not self.closes_at.data:
            raise ValidationError(_l("The quiz has no time of closing: set one, or choose another moment."))

    # --- into the quiz and back ---
    @staticmethod
    def _day_of(quiz: Quiz) -> date | None:
        return _local(quiz.due_at).date() if quiz.due_at else None

    @classmethod
    def stored(cls, quiz: Quiz) -> dict[str, Any]:
        draws = [{"topic": draw.topic_id, "count": draw.count, "points": draw.points} for draw in quiz.draws]
        return {
            **{name: getattr(quiz, name) for name in _PLAIN},
            **{name: getattr(quiz, name).value for name in _WORDS},
            "version": quiz.version,
            "due_on": cls._day_of(quiz),
            "opens_at": _local(quiz.opens_at).replace(tzinfo=None) if quiz.opens_at else None,
            "closes_at": _local(quiz.closes_at).replace(tzinfo=None) if quiz.closes_at else None,
            "pair_of": quiz.pair_of_id or 0,
            "draws": draws,
        }

    def meanwhile_of(self, quiz: Quiz) -> list[tuple[str, str]]:
        """As ``EditForm.meanwhile``, with words where the form has a list."""
        stored = self.stored(quiz)
        draws = [(draw["topic"], draw["count"], draw["points"]) for draw in stored.pop("draws")]
        differing = []
        for name in (*_WORDS, "pair_of"):
            value = stored.pop(name)
            if self[name].data != value:
                words = {choice.value: choice.label for choice in self[name].choices}
                differing.append((str(self[name].label.text), str(words.get(value, value))))
        if draws != self.drawn:
            told = [f"{self.topics.get(topic, '—')}: {count}" for topic, count, _points in draws]
            differing.append((str(self.draws.label.text), "\n".join(told) or "—"))
        return [*self.meanwhile(stored), *differing]

    def fill(self, thing: Any) -> None:
        for name in _PLAIN:
            setattr(thing, name, self[name].data)
        thing.penalty = self.penalty.data or 0
        for name, words in _WORDS.items():
            setattr(thing, name, words(self[name].data))
        thing.due_at = dates.end_of_day(self.due_on.data, current_app.config["ZONE"]) if self.due_on.data else None
        thing.opens_at, thing.closes_at = self.opens_at.instant, self.closes_at.instant
        thing.pair_of_id = self.pair_of.data or None
        kept = {draw.topic_id: draw for draw in thing.draws}
        thing.draws = [
            _draw(kept.get(topic) or QuizDraw(topic_id=topic), count, pts) for topic, count, pts in self.drawn
        ]


_WORDS = {"rule": Rule, "counts": Counts, "layout": Layout, "show_results": Showing, "show_right_answers": Showing}
_USUAL = {"show_results": Showing.AT_ONCE.value, "show_right_answers": Showing.SETTLED.value}


def _draw(draw: QuizDraw, count: int, points: int | None) -> QuizDraw:
    draw.count, draw.points = count, points
    return draw


def _local(at: datetime) -> datetime:
    return at.astimezone(dates.find_zone(current_app.config["ZONE"]))


class ExtraTimeForm(FlaskForm):
    """More minutes for one person, found by her address; 0 takes them back."""

    email = LineField(_l("Address of the person"))
    minutes = IntegerField(
        _l("More minutes"),
        [InputRequired(_l("Write a number.")), NumberRange(0, 1440, _l("From 0 to 1440."))],
        description=_l("0 takes them back."),
    )
