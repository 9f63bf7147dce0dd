"""What is said about progress, in the language of the page: words of marks and ways, heads of tables, sentences."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from lms.display import locale, percent, titled
from lms.progress.matrix import NOWHERE, Column, Matrix, People
from lms.progress.models import How
from lms.progress.numerals import number_word, people_word
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


def ways() -> dict[How, str]:
    """How something was done."""
    return {
        How.READ: _("read to the end"),
        How.MARKED: _("marked as read"),
        How.OPENED: _("opened"),
        How.PASSED: _("quiz passed"),
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
        people=lambda count: ngettext("%(num)s person", "%(num)s people", count),
        show_others=lambda done, size: _("of %(size)s, show the others", size=size),
        more=lambda count: ngettext("%(num)s more person", "%(num)s more people", count),
        previous=_("Previous people"),
        titles={group.slug: _("Without a centre") if group.slug == NOWHERE else titled(group, "name") for group in matrix.groups},
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


def have_not_done(count: int, number: int) -> str:
    """«Модуль 3 не прошли четверо»."""
    who = people_word(count, locale())
    if who:
        return _("Module %(number)s: %(who)s have not done it", number=number, who=who)
    return ngettext(
        "Module %(number)s: %(num)s person has not done it", "Module %(number)s: %(num)s people have not done it",
        count, number=number,
    )  # fmt: skip


def remind(count: int) -> str:
    """What the button says: «Напомнить четверым», «Напомнить 43»."""
    who = people_word(count, locale(), "dative")
    return _("Remind %(who)s", who=who or count)


def tab(name: str) -> str:
    return {"all": _("All"), "late": _("Fell behind"), "away": _("Not here for 14 days")}[name]
