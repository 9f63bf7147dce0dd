"""What is said about progress, in the language of the page: words of marks and ways, heads of tables, sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from lms.clock import now
from lms.display import deadline, locale, number, percent, titled, weekday_day, when
from lms.progress import rule_words
from lms.progress.matrix import NOWHERE, Column, Matrix, People
from lms.progress.models import How
from lms.progress.numerals import number_word, people_word
from lms.progress.path import Stage, Step, Try
from lms.progress.rules import Mark
from lms.progress.table import Words


def marks() -> dict[Mark, str]:
    """As coordinators read them."""
    return {
        Mark.DONE: _("completed"),
        Mark.NOW: _("in progress"),
        Mark.WAIT: _("being checked"),
        Mark.LATE: _("overdue"),
        Mark.NONE: _("not begun"),
        Mark.OFF: _("excused"),
    }


def learner_marks() -> dict[Mark, str]:
    """As a learner reads them: nobody is called late to her face."""
    return {
        Mark.DONE: _("Completed"),
        Mark.NOW: _("In progress"),
        Mark.WAIT: _("Being checked"),
        Mark.LATE: _("Past due"),
        Mark.NONE: _("Ahead"),
        Mark.OFF: _("Not needed"),
    }


def kinds(steps: Iterable[Step]) -> str:
    """«материал, тест» of what is left."""
    counted = Counter(step.type for step in steps)
    said = []
    if counted["live_session"]:
        said.append(_("session") if counted["live_session"] == 1 else _("sessions"))
    if counted["material"]:
        said.append(_("material") if counted["material"] == 1 else _("materials"))
    if counted["package"]:
        said.append(_("package") if counted["package"] == 1 else _("packages"))
    if counted["quiz"]:
        said.append(_("quiz") if counted["quiz"] == 1 else _("quizzes"))
    return ", ".join(said)


def own_answer(answer: str) -> str:
    """What she answered to an invitation, as it is told to herself."""
    if answer == "yes":
        return _("you answered “I will come”")
    if answer == "waiting":
        return _("you are waiting for a seat")
    return _("you answered “Perhaps”") if answer == "maybe" else _("you answered “I can’t”")


def stage_note(stage: Stage) -> str:
    """One line under the name of a module: when its session is, how it went, what is left."""
    said = []
    session = next((step for step in stage.sessions if not step.is_cancelled), None)
    if session is not None and session.starts_at is not None:
        is_ahead = session.starts_at > now()
        said.append(when(session) if is_ahead else weekday_day(session.starts_at, session.zone or ""))
        if is_ahead and session.answer:
            said.append(own_answer(session.answer))
        if session.how == How.WATCHED:
            said.append(_("you watched the recording"))
    if stage.mark.is_settled:
        at = now()
        said += [_score(step, best) for step in stage.steps if (best := step.best_try) and best.is_told(at)]
    elif stage.is_locked:
        said.append(rule_words.opens_after(stage))
    elif stage.mark in {Mark.LATE, Mark.NOW} and (left := rule_words.left_of(stage, now())):
        said.append(left)
    elif stage.due_at:
        said.append(deadline(stage.due_at))
    return " · ".join(said)


def _score(step: Step, attempt: Try) -> str:
    if step.average is not None:
        return _("quiz %(share)s on average", share=percent(step.average))
    return _("quiz %(score)s of %(max)s", score=number(attempt.score or 0), max=number(attempt.max_score or 0))


def for_learner() -> dict[str, Any]:
    """What templates/progress/parts.html needs beside its arguments."""
    before, _zero, after = url_for("progress.module", module_id=0).rpartition("0")
    return {
        "learner_words": learner_marks(),
        "kinds": kinds,
        "own_answer": own_answer,
        "stage_note": stage_note,
        "opens_after": rule_words.opens_after,
        # A path names every module two or three times: its address is built once and the id put in.
        "module_address": lambda stage: f"{before}{stage.id}{after}",
    }


def ways() -> dict[How, str]:
    """How something was done."""
    return {
        How.READ: _("read to the end"),
        How.MARKED: _("marked as read"),
        How.OPENED: _("opened"),
        How.PASSED: _("quiz passed"),
        How.CLAIMED: _("by the package’s own account"),
        How.PRESENT: _("was there"),
        How.WATCHED: _("watched the recording"),
        How.BY_HAND: _("counted by hand"),
        How.EXCUSED: _("excused"),
    }


def of_table(matrix: Matrix) -> Words:
    return Words(
        marks=marks(),
        all_centres=_("All centres"),
        nobody_yet=_("nobody has done it yet"),
        of_all=_("of %(all)s", all=len(matrix.columns)),
        people=cache(lambda count: ngettext("%(num)s person", "%(num)s people", count)),
        of_centre=cache(lambda size: _("of %(all)s", all=size)),
        more=lambda count: ngettext("%(num)s more person", "%(num)s more people", count),
        previous=_("Previous people"),
        titles={
            group.slug: _("Without a centre") if group.slug == NOWHERE else titled(group, "name")
            for group in matrix.groups
        },
    )


def table_head(matrix: Matrix, columns: list[Column]) -> list[str | int]:
    """The first line of an exported table."""
    return [
        _("Centre"),
        _("Person"),
        _("Position"),
        *(f"{column.number}. {titled(column)}" for column in columns),
        _("Modules done of %(all)s", all=len(matrix.columns)),
    ]


def summary(matrix: Matrix, shown: People) -> str:
    """«128 участников в шести центрах. Из шести начатых модулей в среднем пройдено 81 %.»"""
    people = ngettext("%(num)s participant", "%(num)s participants", shown.bit_count())
    centres = sum(1 for group in matrix.groups if group.slug != NOWHERE and group.people & shown)
    parts = [people]
    if centres > 1:
        parts = [
            ngettext("%(people)s in %(count)s centre.", "%(people)s in %(count)s centres.", centres,
                     people=people, count=number_word(centres, locale(), "of"))
        ]  # fmt: skip
    else:
        parts = [f"{people}."]
    average = matrix.average(shown)
    if average is not None:
        begun = len(matrix.begun_columns(shown))
        parts.append(
            ngettext("Of %(count)s module begun, %(share)s is done on average.",
                     "Of %(count)s modules begun, %(share)s is done on average.", begun,
                     count=number_word(begun, locale(), "of"), share=percent(average))
        )  # fmt: skip
    return " ".join(parts)


def have_not_done(count: int, module: int) -> str:
    """«Модуль 3 не прошли четверо»."""
    who = people_word(count, locale())
    if who:
        return _("Module %(number)s: %(who)s have not done it", number=module, who=who)
    return ngettext(
        "Module %(number)s: %(num)s person has not done it", "Module %(number)s: %(num)s people have not done it",
        count, number=module,
    )  # fmt: skip


def remind(count: int) -> str:
    """What the button says: «Напомнить четверым», «Напомнить 43»."""
    if count == 1:
        return _("Remind")
    who = people_word(count, locale(), "dative")
    return _("Remind %(who)s", who=who or count)


def tab(name: str) -> str:
    return {
        "all": _("All"),
        "late": _("Fell behind"),
        "away": _("Not here for 14 days"),
        "checking": _("Being checked"),
        "ready": _("Ready for a certificate"),
    }[name]
