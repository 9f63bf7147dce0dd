"""The rules of a module and of a cycle: chosen, shown whom they affect, then saved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload, with_polymorphic

from lms import dates
from lms import permissions as can
from lms.access import allow, me, require_version
from lms.centres.models import Centre
from lms.clock import now
from lms.cycles.models import Activity, Cycle, Module, Rule
from lms.cycles.queries import enrolled_people
from lms.cycles.words import RULES
from lms.dates import DEADLINE_ZONE
from lms.extensions import db
from lms.materials.models import Material
from lms.progress import rule_actions, rule_words
from lms.progress.completion_queries import drafts_of
from lms.progress.due_queries import exceptions_of
from lms.progress.effects import Effect
from lms.progress.rule_actions import Wish
from lms.quizzes.models import Quiz
from lms.sessions.models import LiveSession

blueprint = Blueprint("rules", __name__)


# --- a module ---------------------------------------------------------------------------------------------------------
@blueprint.get("/modules/<int:module_id>/rules")
@allow(can.edit_curriculum)
def module(module_id: int) -> ResponseReturnValue:
    return _module_page(find_module(module_id))


@blueprint.post("/modules/<int:module_id>/rules")
@allow(can.edit_curriculum)
def change_module(module_id: int) -> ResponseReturnValue:
    """The first press shows whom the change affects, if anybody; the second one (``seen``) saves it."""
    found = find_module(module_id)
    if not require_version(version_of(found), request.form.get("version", version_of(found))):
        return _module_page(found, meanwhile=rule_words.of_module(found)), 409
    wishes = {activity.id: _wish(activity) for activity in found.activities}
    quizzes = {activity.id for activity in found.activities if activity.type == "quiz"}
    if not all(rule_actions.fitting(one, wishes[one.id], quizzes) for one in found.activities):
        abort(400)
    allowed = {row.id for row in modules_before(found)}
    needs = allowed & set(request.form.getlist("needs", int))
    effect = rule_actions.change_module(found, wishes, needed=_needed(), needs=needs, now=now())
    if effect.touches_anybody and request.form.get("seen") != effect.seal:
        page = _preview(effect, found.title, url_for("rules.module", module_id=found.id), rule_words.of_module(found))
        db.session.rollback()
        return page
    rule_actions.settle(found.cycle, by=me(), now=now())
    db.session.commit()
    flash(_("The rules are saved. Certificates that were given stay."), "done")
    return redirect(url_for("rules.module", module_id=found.id), 303)


def find_module(module_id: int) -> Module:
    every = with_polymorphic(Activity, [Material, Quiz, LiveSession])
    return cast(
        Module,
        db.one_or_404(
            select(Module)
            .where(Module.id == module_id)
            .options(
                joinedload(Module.cycle), selectinload(Module.activities.of_type(every)), selectinload(Module.needs)
            )
        ),
    )


def version_of(module: Module) -> str:
    """Another text whenever the module or an activity of it was saved."""
    return f"{module.version}.{sum(activity.version for activity in module.activities)}"


def modules_before(module: Module) -> Sequence[Any]:
    """The modules that may be asked for before this one: none of them, by whatever way, waits for it."""
    rows = db.session.execute(
        select(Module.id, Module.position, Module.title, Module.title_en, Module.state)
        .where(Module.cycle_id == module.cycle_id)
        .order_by(Module.position, Module.id)
    ).all()
    waiting = rule_actions.waiting_for(module)
    return [row for row in rows if row.id not in waiting]


def _wish(activity: Activity) -> Wish:
    word = request.form.get(f"rule-{activity.id}", activity.rule.value)
    if word not in {rule.value for rule in Rule}:
        abort(400)
    rule = Rule(word)
    if rule is not Rule.PRESENT_OR_CAUGHT_UP:
        return Wish(rule)
    return Wish(rule, request.form.get(f"quiz-{activity.id}", None, int), end_of_day(f"until-{activity.id}"))


def end_of_day(field: str) -> datetime | None:
    try:
        day = date.fromisoformat(request.form.get(field, "").strip())
    except ValueError:
        return None
    return dates.end_of_day(day, DEADLINE_ZONE) if 2000 <= day.year <= 2100 else None


def _day_of(at: datetime | None) -> str:
    """As a field for days has it."""
    return at.astimezone(dates.find_zone(DEADLINE_ZONE)).date().isoformat() if at else ""


def _needed() -> int | None:
    needed = request.form.get("needed", None, int)
    return needed if needed and 0 < needed < 1000 else None


def _module_page(found: Module, meanwhile: list[str] | None = None) -> str:
    return render_template(
        "rules/module.html",
        module=found,
        version=version_of(found),
        sentences=rule_words.of_module(found),
        meanwhile=meanwhile,
        rule_words=RULES,
        quizzes=[activity for activity in found.activities if activity.type == "quiz"],
        required=[activity for activity in found.activities if activity.rule is not Rule.OPTIONAL],
        before=modules_before(found),
        needs={one.id for one in found.needs},
        exceptions=exceptions_of(found),
        of_cycle=exceptions_of(found.cycle),
        **_for_whom(found.cycle),
        day_of=_day_of,
        here="cycles.index",
    )


def _for_whom(cycle: Cycle) -> dict[str, Any]:
    """Who may be given another due time."""
    return {
        "centres": db.session.scalars(select(Centre).where(Centre.archived_at.is_(None)).order_by(Centre.name)).all(),
        "people": db.session.scalars(enrolled_people(cycle)).unique().all(),
    }


def _preview(effect: Effect, title: str, action: str, sentences: list[str]) -> str:
    return render_template(
        "rules/preview.html",
        title=title,
        action=action,
        effect=effect,
        told=rule_words.of_effect(effect),
        sentences=sentences,
        typed=[(name, value) for name, value in request.form.items(multi=True) if name not in {"csrf_token", "seen"}],
        here="cycles.index",
    )


# --- a cycle ----------------------------------------------------------------------------------------------------------
@blueprint.get("/cycles/<slug>/rules")
@allow(can.edit_curriculum)
def cycle(slug: str) -> ResponseReturnValue:
    return _cycle_page(db.one_or_404(select(Cycle).where(Cycle.slug == slug)))


@blueprint.post("/cycles/<slug>/rules")
@allow(can.edit_curriculum)
def change_cycle(slug: str) -> ResponseReturnValue:
    found = db.one_or_404(select(Cycle).where(Cycle.slug == slug))
    if not require_version(found.version, request.form.get("version", found.version)):
        return _cycle_page(found, meanwhile=rule_words.of_cycle(found)), 409
    effect = rule_actions.change_cycle(found, needed=_needed(), due_at=end_of_day("due_on"), now=now())
    if effect.touches_anybody and request.form.get("seen") != effect.seal:
        page = _preview(effect, found.title, url_for("rules.cycle", slug=slug), rule_words.of_cycle(found))
        db.session.rollback()
        return page
    rule_actions.settle(found, by=me(), now=now())
    db.session.commit()
    flash(_("The rules are saved. Certificates that were given stay."), "done")
    return redirect(url_for("rules.cycle", slug=slug), 303)


def _cycle_page(found: Cycle, meanwhile: list[str] | None = None) -> str:
    modules = db.session.scalars(
        select(Module).where(Module.cycle_id == found.id)
        .options(selectinload(Module.activities), selectinload(Module.needs))
        .order_by(Module.position, Module.id)
    ).all()  # fmt: skip
    return render_template(
        "rules/cycle.html",
        cycle=found,
        meanwhile=meanwhile,
        sentences=rule_words.of_cycle(found),
        modules=[(one, rule_words.of_module(one)) for one in modules],
        drafts=drafts_of(found),
        due_on=_day_of(found.due_at),
        exceptions=exceptions_of(found),
        **_for_whom(found),
        here="cycles.index",
    )
