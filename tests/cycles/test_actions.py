"""Enrolling is the same however often it is done; orders stay whole."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lms.cycles import actions
from lms.cycles.models import Cycle, Enrolment, Lack, Module, Rule
from lms.extensions import db
from lms.materials.models import MaterialKind
from tests import factories

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
LATER = datetime(2026, 11, 25, 9, tzinfo=UTC)


def enrolled(cycle):
    rows = db.session.scalars(
        db.select(Enrolment).where(Enrolment.cycle_id == cycle.id).order_by(Enrolment.person_id)
    ).all()
    return {row.person_id: (row.enrolled_at, row.left_at) for row in rows}


def test_enrolling_twice_is_enrolling_once(app, cast):
    cycle = factories.cycle()

    first = actions.enrol([cast.volunteer, cast.stranger, cast.volunteer], cycle, now=AT)
    second = actions.enrol([cast.volunteer, cast.stranger], cycle, now=LATER)

    assert (first, second) == (2, 0)
    assert enrolled(cycle) == {cast.volunteer.id: (AT, None), cast.stranger.id: (AT, None)}


def test_who_left_can_come_back_and_the_row_is_the_same(app, cast):
    cycle = factories.cycle()
    actions.enrol([cast.volunteer], cycle, now=AT)

    assert actions.unenrol([cast.volunteer, cast.stranger], cycle, now=AT) == 1
    assert enrolled(cycle) == {cast.volunteer.id: (AT, AT)}
    assert actions.unenrol([cast.volunteer], cycle, now=LATER) == 0
    assert actions.enrol([cast.volunteer], cycle, now=LATER) == 1
    assert enrolled(cycle) == {cast.volunteer.id: (LATER, None)}


def test_enrolling_nobody_changes_nothing(app):
    assert actions.enrol([], factories.cycle(), now=AT) == 0


def titles(module):
    db.session.expire_all()
    return [activity.title for activity in module.activities]


@pytest.mark.parametrize(
    ("which", "step", "order"),
    [
        (1, -1, ["б", "а", "в"]),
        (1, +1, ["а", "в", "б"]),
        (0, -1, ["а", "б", "в"]),
        (2, +1, ["а", "б", "в"]),
    ],
)
def test_an_activity_moves_one_place_and_not_beyond_the_ends(app, which, step, order):
    module = factories.module(factories.cycle())
    made = [factories.material(module, title=title) for title in "абв"]

    actions.move(made[which], step)

    assert titles(module) == order


def test_moving_mends_an_order_with_equal_positions(app):
    module = factories.module(factories.cycle())
    made = [factories.material(module, title=title, position=0) for title in "абв"]

    actions.move(made[2], -1)

    assert titles(module) == ["а", "в", "б"]
    assert [activity.position for activity in module.activities] == [1, 2, 3]


def test_moving_does_not_disturb_who_has_the_thing_open_in_a_form(app):
    module = factories.module(factories.cycle())
    first, second = factories.material(module), factories.material(module)
    versions = first.version, second.version

    actions.move(second, -1)

    db.session.expire_all()
    assert (first.version, second.version) == versions


def test_a_module_moves_within_its_own_cycle_only(app):
    cycle, other = factories.cycle(), factories.cycle()
    first, second = factories.module(cycle, title="первый"), factories.module(cycle, title="второй")
    foreign = factories.module(other)

    actions.move(second, -1)

    db.session.expire_all()
    assert [module.title for module in cycle.modules] == ["второй", "первый"]
    assert (first.position, foreign.position) == (2, 1)


def test_what_is_placed_stands_at_the_end(app):
    cycle = factories.cycle()
    module = factories.module(cycle, position=3)
    factories.material(module, position=7)
    activity = factories.material(factories.module(factories.cycle()))
    made = Module(title="новый")

    actions.place(activity, module)
    actions.append_module(made, cycle)

    assert (activity.module_id, activity.position) == (module.id, 8)
    assert (made.cycle_id, made.position) == (cycle.id, 4)


@pytest.mark.parametrize(
    ("title", "taken", "slug"),
    [
        ("Школа ресурсных центров", [], "shkola-resursnyh-tsentrov-2026"),
        ("Школа — 2026", ["shkola-2026"], "shkola-2026-2"),
        ("Школа — 2026", ["shkola-2026", "shkola-2026-2"], "shkola-2026-3"),
        ("研究", [], "cycle-2026"),
    ],
)
def test_a_cycle_is_given_an_address_of_its_own(app, title, taken, slug):
    for other in taken:
        factories.cycle(slug=other)
    cycle = Cycle(title=title)

    actions.name_cycle(cycle, 2026)

    assert cycle.slug == slug


def test_each_type_says_what_it_lacks(app):
    module = factories.module(factories.cycle())
    quiz = factories.quiz(module)
    asked = factories.quiz(module)
    factories.question(asked, right=("да",), wrong=("нет",))

    assert [
        factories.material(module, body="  ").lacks,
        factories.material(module, kind=MaterialKind.FILE).lacks,
        factories.material(module, kind=MaterialKind.LINK).lacks,
        factories.material(module, kind=MaterialKind.RECORDING).lacks,
        quiz.lacks,
        factories.live_session(module, room_url="", place="").lacks,
    ] == [Lack.TEXT, Lack.FILE, Lack.ADDRESS, Lack.RECORDING, Lack.QUESTIONS, Lack.ROOM]
    assert [
        factories.material(module).lacks,
        factories.material(module, kind=MaterialKind.LINK, url="https://a.example").lacks,
        asked.lacks,
        factories.live_session(module, room_url="", place="Сальск").lacks,
    ] == [None, None, None, None]


def test_what_lacks_something_cannot_be_published(app):
    quiz = factories.quiz(factories.module(factories.cycle()), state="draft")

    with pytest.raises(ValueError, match="questions"):
        quiz.publish()

    assert not quiz.is_published


def test_the_first_fitting_rule_is_the_usual_one(app):
    module = factories.module(factories.cycle())
    usual = [factories.material(module, kind=kind).fitting_rules[0] for kind in MaterialKind]
    usual += [factories.quiz(module).fitting_rules[0], factories.live_session(module).fitting_rules[0]]

    assert usual == [Rule.READ, Rule.OPENED, Rule.OPENED, Rule.WATCHED, Rule.PASSED, Rule.PRESENT_OR_WATCHED]
