"""Which attempt counts, wherever it is told: the trainer's figures, and what is done."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine

from lms.clock import now
from lms.cycles.models import Rule
from lms.extensions import db
from lms.progress.actions import decide
from lms.progress.models import Completion, How, Verdict
from lms.progress.overdue_worker import note_closed_quizzes
from lms.progress.weighing import weigh
from lms.quizzes import figure_queries, queries
from lms.quizzes.models import Attempt, Quiz
from lms.quizzes.standing import standing
from lms.quizzes.standing_queries import standings
from lms.quizzes.terms import Counts, Showing
from tests import factories
from tests.quizzes.conftest import form_of
from tests.quizzes.test_taking import words


def tried(person, quiz, *percents):
    for number, percent in enumerate(percents, 1):
        at = now() - timedelta(hours=10 - number)
        result = {} if percent is None else {"percent": percent, "passed": percent >= quiz.pass_mark}
        factories.attempt(person, quiz, number=number, submitted_at=at, **result)
    db.session.commit()


def who_is_done(quiz):
    return set(db.session.scalars(db.select(Completion.person_id).where(Completion.activity_id == quiz.id)))


# With 60 to pass; an essay of the last attempt waits to be checked.
PERCENTS = [(50, 80, 30, None), (80, 50), (50, 80), (20, 30), (90, 59, 31), (None,)]


@pytest.mark.parametrize("counts", Counts)
def test_the_database_and_the_result_page_agree_on_what_counts(cast, quiz, counts):
    quiz.counts = counts
    people = [factories.person() for _ in PERCENTS]
    for person, percents in zip(people, PERCENTS, strict=True):
        tried(person, quiz, *percents)

    rows = db.session.execute(standings(Quiz.id == quiz.id)).all()
    in_sql = {row.person_id: (row.percent, bool(row.passed)) for row in rows}
    in_python = {person.id: standing(queries.tries(person, quiz.id), counts, quiz.pass_mark) for person in people}

    assert in_sql == {id: (one.percent, one.passed) for id, one in in_python.items() if one.percent is not None}
    listed = next(row for row in figure_queries.listed(quiz.module.cycle_id) if row.id == quiz.id)
    passed = sum(one.passed for one in in_python.values())
    assert (listed.submitted, listed.passed) == (len(people), passed)
    (centre,) = figure_queries.by_centre(quiz.id)
    assert (centre.people, centre.passed) == (len(people), passed)


@pytest.mark.parametrize("counts, told", [(Counts.BEST, "80 %"), (Counts.LAST, "30 %"), (Counts.AVERAGE, "53 %")])
def test_the_trainers_page_shows_the_result_that_counts(cast, as_, quiz, q, counts, told):
    quiz.counts = counts
    tried(cast.volunteer, quiz, 50, 80, 30)

    page = words(as_(cast.trainer).get(f"/quizzes/{quiz.id}/results"))

    assert told in page
    assert {Counts.BEST: "засчитаем лучшую", Counts.LAST: "засчитаем последнюю"}.get(counts, "") in page


@pytest.mark.parametrize(
    "counts, done", [(Counts.BEST, True), (Counts.LAST, False), (Counts.FIRST, False), (Counts.AVERAGE, False)]
)
def test_a_rule_asked_for_later_counts_the_attempt_that_counts(cast, quiz, counts, done):
    quiz.counts, quiz.rule = counts, Rule.OPTIONAL
    tried(cast.volunteer, quiz, 50, 80, 30)
    tried(cast.stranger, quiz, 90)

    quiz.rule = Rule.PASSED
    weigh(quiz)

    assert who_is_done(quiz) == ({cast.volunteer.id} if done else set()) | {cast.stranger.id}


# --- results that are held back ---------------------------------------------------------------------------------------
@pytest.fixture
def hidden(quiz, q):
    quiz.show_results, quiz.closes_at = Showing.AFTER_CLOSE, now() + timedelta(days=1)
    return quiz


@pytest.mark.parametrize("showing", [Showing.AFTER_CLOSE, Showing.NEVER])
def test_before_the_quiz_closes_the_path_of_who_passed_is_the_path_of_who_failed(cast, as_, hidden, right, showing):
    hidden.show_results, hidden.attempts_allowed = showing, 1
    failing = factories.person(centre=cast.volunteer.centre)
    factories.enrolment(failing, hidden.module.cycle)
    pages = []
    for person, given in ((cast.volunteer, right), (failing, {})):
        attempt = factories.attempt(person, hidden)
        client = as_(person)
        client.post(f"/attempts/{attempt.id}/submission", data=form_of(given) | {"with_gaps": "1"})
        addresses = [f"/modules/{hidden.module_id}/", "/path", f"/quizzes/{hidden.id}"]
        pages.append([_main(client.get(address), attempt) for address in addresses])

    assert [one.passed for one in db.session.scalars(db.select(Attempt).order_by(Attempt.id))] == [True, False]
    assert pages[0] == pages[1]
    assert "сдано" in pages[0][0]
    assert who_is_done(hidden) == set()


def _main(response, attempt):
    assert response.status_code == 200
    main = words(response).partition("<main")[2].partition("</main>")[0]
    return main.replace(f"/attempts/{attempt.id}/", "/attempts/…/")


def test_when_the_quiz_has_closed_who_passed_has_done_it(cast, hidden):
    tried(cast.volunteer, hidden, 80)
    tried(cast.stranger, hidden, 20)
    weigh(hidden)

    assert (note_closed_quizzes(), who_is_done(hidden)) == (0, set())
    with time_machine.travel(hidden.closes_at + timedelta(minutes=1)):
        assert (note_closed_quizzes(), note_closed_quizzes()) == (1, 0)
    assert who_is_done(hidden) == {cast.volunteer.id}


def test_what_a_coordinator_took_back_does_not_return_when_the_quiz_closes(cast, hidden):
    tried(cast.volunteer, hidden, 80)
    decide(cast.volunteer, hidden, Verdict.TAKEN_BACK, by=cast.coordinator, reason="Писал другой", now=now())
    db.session.commit()

    with time_machine.travel(hidden.closes_at + timedelta(minutes=1)):
        assert (note_closed_quizzes(), who_is_done(hidden)) == (0, set())


def test_where_results_never_show_and_nothing_closes_the_quiz_it_is_done_at_once_without_a_score(
    cast, as_, quiz, q, right, attempt
):
    quiz.show_results = Showing.NEVER
    client = as_(cast.volunteer)
    client.post(f"/attempts/{attempt.id}/submission", data=form_of(right))

    assert db.session.scalars(db.select(Completion)).one().how is How.PASSED
    assert attempt.score == Decimal(7)
    for address in ("/path", f"/modules/{quiz.module_id}/"):
        assert "7 из 7" not in words(client.get(address))
