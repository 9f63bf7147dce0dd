"""A cycle is completed once, by the last thing it asks for, and no later rule undoes it."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from lms.clock import now
from lms.cycles.models import Rule, State
from lms.extensions import db
from lms.progress import actions
from lms.progress.completion_queries import cycle_completions, drafts_of, has_completed
from lms.progress.completion_worker import note_completions
from lms.progress.models import CycleCompletion, Ground, How, Verdict
from tests import factories


@pytest.fixture
def school(cast) -> SimpleNamespace:
    """Two modules: a text and a quiz, and a session."""
    cycle = factories.cycle()
    first, second = factories.module(cycle), factories.module(cycle)
    reading, quiz = factories.material(first), factories.quiz(first)
    meeting = factories.live_session(second)
    factories.enrolment(cast.volunteer, cycle)
    factories.enrolment(cast.stranger, cycle)
    return SimpleNamespace(**locals())


def do(person, *activities, how=How.READ) -> None:
    for activity in activities:
        actions.complete(person, activity, how, now=now())


def test_the_last_thing_completes_the_cycle(school, cast):
    do(cast.volunteer, school.reading, school.quiz)
    assert has_completed(cast.volunteer, school.cycle) is None

    do(cast.volunteer, school.meeting)

    found = has_completed(cast.volunteer, school.cycle)
    assert (found.person, found.how, found.by) == (cast.volunteer, Ground.DEED, None)
    assert has_completed(cast.stranger, school.cycle) is None
    assert [row.person for row in db.session.scalars(cycle_completions(school.cycle))] == [cast.volunteer]


def test_a_cycle_that_is_not_whole_yet_is_completed_by_nobody(school, cast):
    draft = factories.module(school.cycle, title="Ещё пишется", state=State.DRAFT)

    do(cast.volunteer, school.reading, school.quiz, school.meeting)

    assert has_completed(cast.volunteer, school.cycle) is None
    assert [row.title for row in drafts_of(school.cycle)] == ["Ещё пишется"]
    draft.state = State.PUBLISHED
    assert [row.module_id for row in drafts_of(school.cycle)] == [draft.id]  # there is nothing in it
    draft.state, draft.publish_at = State.SCHEDULED, now() + timedelta(days=2)
    assert [row.title for row in drafts_of(school.cycle)] == ["Ещё пишется"]
    draft.state = State.PUBLISHED
    factories.quiz(draft, title="Черновик теста", state=State.DRAFT)
    assert [row.title for row in drafts_of(school.cycle)] == ["Черновик теста"]


def test_a_cycle_may_need_fewer_modules_than_it_has(school, cast):
    school.cycle.needed = 1
    factories.module(school.cycle, state=State.DRAFT)

    do(cast.volunteer, school.meeting)

    assert has_completed(cast.volunteer, school.cycle) is not None


def test_excused_from_everything_is_no_completion(school, cast):
    for activity in (school.reading, school.quiz, school.meeting):
        actions.decide(cast.volunteer, activity, Verdict.EXCUSED, by=cast.coordinator, reason="Болезнь", now=now())

    assert has_completed(cast.volunteer, school.cycle) is None


def test_a_decision_completes_it_too_and_is_told_by_whom(school, cast):
    do(cast.volunteer, school.reading, school.quiz)

    actions.decide(cast.volunteer, school.meeting, Verdict.DONE, by=cast.coordinator, reason="По телефону", now=now())

    found = has_completed(cast.volunteer, school.cycle)
    assert (found.how, found.by) == (Ground.DECISION, cast.coordinator)


def test_a_mark_put_by_mistake_takes_the_completion_back(school, cast):
    do(cast.volunteer, school.reading, school.quiz, school.meeting)

    actions.take_back(cast.volunteer, school.meeting)
    db.session.flush()

    assert has_completed(cast.volunteer, school.cycle) is None


def test_more_that_is_asked_later_undoes_nothing(school, cast):
    do(cast.volunteer, school.reading, school.quiz, school.meeting)

    factories.material(school.second)
    note_completions()

    assert has_completed(cast.volunteer, school.cycle) is not None


def test_two_presses_at_once_complete_it_once(school, cast):
    do(cast.volunteer, school.reading, school.quiz, school.meeting)
    do(cast.volunteer, school.meeting)

    actions.put_cycle_completions([{"person_id": cast.volunteer.id, "at": now()}], school.cycle, Ground.DEED, None)

    assert len(db.session.scalars(select(CycleCompletion)).all()) == 1


def test_the_worker_finds_those_who_have_nothing_left_after_a_session_was_called_off(school, cast):
    before = now() - timedelta(days=3)
    for activity in (school.reading, school.quiz):
        actions.complete(cast.volunteer, activity, How.READ, now=before)
    assert note_completions() == 0
    school.meeting.cancelled_at = now()

    assert note_completions() == 1
    assert note_completions() == 0

    found = has_completed(cast.volunteer, school.cycle)
    assert (found.at, found.how) == (before, Ground.DEED)


def test_a_module_that_asks_for_nothing_holds_nobody_up(school, cast):
    factories.material(factories.module(school.cycle), rule=Rule.OPTIONAL)

    do(cast.volunteer, school.reading, school.quiz, school.meeting)

    assert has_completed(cast.volunteer, school.cycle) is not None


def test_completing_asks_one_statement_more_until_the_module_is_done(school, cast, count_queries):
    db.session.commit()
    person, reading = cast.volunteer, school.reading
    db.session.refresh(person)
    db.session.refresh(reading)
    with count_queries() as queries:
        actions.complete(person, reading, How.READ, now=now())

    assert len(queries) <= 4  # look, write, read what was written, look at the module


def test_writing_down_everybody_asks_the_same_of_many(school, cast, count_queries):
    def told() -> int:
        for activity in (school.reading, school.quiz, school.meeting):
            for person in [one for one in people if one not in done]:
                factories.completion(person, activity)
        db.session.flush()
        with count_queries() as queries:
            actions.note_everybody(school.cycle, now=now())
        return len(queries)

    done: list = []
    people = [cast.volunteer]
    few = told()
    done, people = [cast.volunteer], [factories.person() for _number in range(40)]
    for person in people:
        factories.enrolment(person, school.cycle)
    many = told()

    assert few == many <= 9
    assert len(db.session.scalars(cycle_completions(school.cycle)).all()) == 41
