"""Rules as sentences: what a module asks for, what is left of it for a learner, and whom a change affects."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from babel.lists import format_list
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from lms.cycles.models import Activity, Cycle, Module, Rule
from lms.display import deadline, titled, weekday_day
from lms.progress.effects import Effect
from lms.progress.matrix import People
from lms.progress.path import Stage, Step

FEW = 12


def all_of(things: list[str], *, one_is_enough: bool = False) -> str:
    """«а, б и в»; «а, б или в»."""
    return format_list(things, style="or" if one_is_enough else "standard", locale=get_locale())


# --- for authors ------------------------------------------------------------------------------------------------------
def of_module(module: Module, activities: Iterable[Activity] | None = None) -> list[str]:
    """What the module asks for, how much of it, and after what it opens: a sentence each."""
    asked = [activity for activity in activities or module.activities if activity.rule is not Rule.OPTIONAL]
    said = [_("“%(title)s” — %(rule)s.", title=titled(one), rule=_of_activity(one)) for one in asked]
    if not asked:
        return [_("Nothing is asked in this module: it holds nobody up.")]
    if module.needed and module.needed < len(asked):
        said.append(
            ngettext("The module is done when %(num)s of these is.", "The module is done when %(num)s of these are.",
                     module.needed)
        )  # fmt: skip
    else:
        said.append(_("The module is done when all of this is."))
    if module.due_at:
        said.append(_("It is due %(day)s.", day=weekday_day(module.due_at)))
    if module.needs:
        said.append(_("It opens to those who have done %(modules)s.", modules=names_of(module.needs)))
    return said


def _of_activity(activity: Activity) -> str:
    rule = activity.rule
    if rule is Rule.PRESENT_OR_CAUGHT_UP:
        quiz = titled(activity.rule_quiz) if activity.rule_quiz else _("the quiz")
        if activity.rule_until:
            return _("be there, or watch the recording and pass “%(quiz)s” %(until)s",
                     quiz=quiz, until=deadline(activity.rule_until))  # fmt: skip
        return _("be there, or watch the recording and pass “%(quiz)s”", quiz=quiz)
    return {
        Rule.READ: _("read it to the end or mark it as read"),
        Rule.MARKED: _("mark it as done"),
        Rule.OPENED: _("open it"),
        Rule.WATCHED: _("watch most of it or mark it as watched"),
        Rule.PASSED: _("pass it"),
        Rule.CLAIMED: _("go through it until the package says that it is done"),
        Rule.PRESENT: _("be there"),
        Rule.PRESENT_OR_WATCHED: _("be there or watch the recording"),
    }[rule]


def of_cycle(cycle: Cycle) -> list[str]:
    said = [_("The cycle is completed when all modules are done.")]
    if cycle.needed:
        said = [
            ngettext("The cycle is completed when %(num)s module is done.",
                     "The cycle is completed when %(num)s modules are done.", cycle.needed)
        ]  # fmt: skip
    if cycle.due_at:
        said.append(_("It is due %(day)s.", day=weekday_day(cycle.due_at)))
    return said


def names_of(modules: Iterable[Module | Stage]) -> str:
    """«модуль 2 „Проекты“ и модуль 3 „Заявка“»."""
    numbered = [
        _("module %(number)s “%(title)s”", title=titled(one),
          number=one.number if isinstance(one, Stage) else one.position)
        for one in modules
    ]  # fmt: skip
    return all_of(numbered)


# --- whom a change affects --------------------------------------------------------------------------------------------
def of_effect(effect: Effect) -> list[tuple[str, list[tuple[str, list[str]]]]]:
    """Sentences, each with the names by centre when they are few."""
    titles = {
        group.slug: titled(group, "name") if group.name else _("Without a centre") for group in effect.matrix.groups
    }

    def names(people: People) -> list[tuple[str, list[str]]]:
        few = people.bit_count() <= FEW
        return [(titles[slug], found) for slug, found in effect.by_centre(people)] if few else []

    said = [
        (effect.gaining, _becoming(effect.gaining.bit_count())),
        (effect.losing, _no_longer(effect.losing.bit_count())),
        (effect.held, _held(effect.held.bit_count())),
        (effect.late, ngettext("%(num)s person will be past due.", "%(num)s people will be past due.",
                               effect.late.bit_count())),
        (effect.completing, ngettext("%(num)s person completes the cycle by it.",
                                     "%(num)s people complete the cycle by it.", effect.completing.bit_count())),
        (effect.keeping, _keeping(effect.keeping.bit_count())),
    ]  # fmt: skip
    return [(text, names(people)) for people, text in said if people]


def _becoming(count: int) -> str:
    return ngettext("The module becomes done for %(num)s person.", "The module becomes done for %(num)s people.", count)


def _no_longer(count: int) -> str:
    said = ngettext("The module is no longer done for %(num)s person.",
                    "The module is no longer done for %(num)s people.", count)  # fmt: skip
    kept = _("What was done is kept and counts again when the rule does.")
    return f"{said} {kept}"


def _held(count: int) -> str:
    return ngettext(
        "%(num)s person has begun the module and must now do another one first.",
        "%(num)s people have begun the module and must now do another one first.",
        count,
    )


def _keeping(count: int) -> str:
    said = ngettext("%(num)s person has completed the cycle already.",
                    "%(num)s people have completed the cycle already.", count)  # fmt: skip
    kept = _("That stays, and so do the certificates.")
    return f"{said} {kept}"


# --- for a learner ----------------------------------------------------------------------------------------------------
def left_of(stage: Stage, now: datetime) -> str:
    """«Осталось прочитать материал и сдать тест — до ср, 9 декабря»; empty when nothing is left or the module waits."""
    left = [step for step in stage.left if not (step.starts_at and step.starts_at > now)]
    if not left or stage.is_locked:
        return ""
    may_choose = stage.missing < len(stage.left)
    deeds = all_of(_deeds(left), one_is_enough=may_choose and stage.missing == 1)
    if may_choose and stage.missing > 1:
        said = ngettext("left: any %(num)s of this: %(deeds)s", "left: any %(num)s of this: %(deeds)s",
                        stage.missing, deeds=deeds)  # fmt: skip
    else:
        said = _("left: %(deeds)s", deeds=deeds)
    dues = [step.due_at for step in left if step.due_at]
    if not dues:
        return said
    if min(dues) < now:
        return _("%(left)s — it was due %(day)s, it can still be done", left=said, day=weekday_day(min(dues)))
    return _("%(left)s — %(until)s", left=said, until=deadline(min(dues)))


def _deeds(steps: list[Step]) -> list[str]:
    """«прочитать два материала», «сдать тест»: one for each kind of deed, in the order of the steps."""
    counted: dict[str, list[Step]] = {}
    for step in steps:
        counted.setdefault("marked" if step.rule == Rule.READ else step.rule, []).append(step)
    return [_deed(rule, found) for rule, found in counted.items()]


def _deed(rule: str, steps: list[Step]) -> str:
    count = len(steps)
    match rule:
        case Rule.MARKED:
            return ngettext("read the material", "read %(num)s materials", count)
        case Rule.OPENED:
            return ngettext("open the file", "open %(num)s files", count)
        case Rule.CLAIMED:
            return ngettext("go through the package", "go through %(num)s packages", count)
        case Rule.PASSED:
            return ngettext("pass the quiz", "pass %(num)s quizzes", count)
        case Rule.PRESENT:
            return ngettext("come to the session", "come to %(num)s sessions", count)
        case Rule.PRESENT_OR_WATCHED | Rule.WATCHED:
            return ngettext("watch the recording", "watch %(num)s recordings", count)
    until = min((step.rule_until for step in steps if step.rule_until), default=None)
    if until:
        return _("watch the recording and pass the quiz %(until)s", until=deadline(until))
    return _("watch the recording and pass the quiz")


def opens_after(stage: Stage) -> str:
    """«Откроется, когда пройдёте модуль 2 „Проекты“.»"""
    return _("Opens when you have done %(modules)s.", modules=names_of(stage.waits_for)) if stage.waits_for else ""
