"""What trainers learn: how each question works, centres, growth; at the same cost for many people as for few."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lms.clock import now
from lms.extensions import db
from lms.quizzes import actions, figure_queries
from lms.quizzes.figure_queries import Growth
from lms.quizzes.items import Doubt
from lms.quizzes.terms import Counts
from tests import factories
from tests.quizzes.test_taking import FRESHNESS, words


@pytest.fixture
def three(quiz):
    return [
        factories.question(quiz, right=(f"Да{n}",), wrong=(f"Нет{n}", f"Иное{n}"), text=f"Вопрос {n}?")
        for n in (1, 2, 3)
    ]


def crowd(quiz, questions, marks, centre=None):
    """For each text of marks somebody who answers so: "+-+" is right, wrong, right."""
    for text in marks:
        attempt = factories.attempt(factories.person(centre=centre), quiz)
        given = {
            question.id: ([str(question.choices[0 if mark == "+" else 1].id)], 0)
            for question, mark in zip(questions, text, strict=True)
        }
        actions.save_form(attempt, given, now=now())
        actions.submit(attempt, now=now())
    db.session.commit()


def test_the_database_reckons_shares_and_discrimination_as_by_hand(quiz, three):
    """Six with +++ and six with −−+: the first question parts them wholly (rest 2 and 1, r = 1), the third not."""
    crowd(quiz, three, ["+++"] * 6 + ["--+"] * 6)

    first, second, third = (figure_queries.items(quiz.id)[one.id] for one in three)

    assert (first.people, first.right, first.percent, first.favourite_wrong) == (12, 6, 50, 6)
    assert first.discrimination == second.discrimination == pytest.approx(1.0)
    assert (third.percent, third.discrimination, third.doubts) == (100, None, [])


def test_a_question_with_a_wrong_key_is_found(cast, as_, quiz, three):
    crowd(quiz, three, ["++-"] * 7 + ["--+"] * 5)

    assert Doubt.REVERSED in figure_queries.items(quiz.id)[three[2].id].doubts
    page = words(as_(cast.trainer).get(f"/quizzes/{quiz.id}/figures"))
    assert "Присмотритесь к вопросу 3" in page and "верен ли ключ" in page and "Нет3" in page


def test_results_stand_by_centre(cast, as_, quiz, three):
    crowd(quiz, three, ["+++", "+++"], cast.salsk)
    crowd(quiz, three, ["+--"], cast.bataysk)

    rows = [(row.name, row.people, row.passed, round(row.percent)) for row in figure_queries.by_centre(quiz.id)]
    assert rows == [("Батайск", 1, 0, 33), ("Сальск", 2, 2, 100)]
    page = words(as_(cast.trainer).get(f"/quizzes/{quiz.id}/centres"))
    assert "От 33 %" in page and "до 100 %" in page
    assert as_(cast.centre_coordinator).get(f"/quizzes/{quiz.id}/centres").status_code == 403


def test_growth_is_told_of_those_who_did_both_quizzes_of_a_pair(cast, quiz):
    entry = factories.quiz(quiz.module, title="Входной", pair_of=quiz)
    done = {"submitted_at": now(), "passed": False}
    for person, before, after in ((cast.volunteer, 40, 80), (cast.stranger, 20, 70)):
        factories.attempt(person, entry, percent=before, **done)
        factories.attempt(person, entry, number=2, percent=99, **done)
        factories.attempt(person, quiz, percent=10, **done)
        factories.attempt(person, quiz, number=2, percent=after, **done)
    factories.attempt(cast.trainer, quiz, percent=100, **done)

    found = figure_queries.growth(quiz.module.cycle_id)

    assert found == [Growth("Тест о фандрайзинге", "", 1, 2, 30.0, 75.0)] and found[0].points == 45
    (of_salsk,) = figure_queries.growth(quiz.module.cycle_id, cast.salsk.id)
    assert (of_salsk.people, of_salsk.entry, of_salsk.final) == (1, 40.0, 80.0)


@pytest.mark.parametrize(
    ("counts", "percent"), [(Counts.BEST, 90), (Counts.FIRST, 30), (Counts.LAST, 60), (Counts.AVERAGE, 60)]
)
def test_growth_and_the_file_of_answers_follow_what_counts(cast, quiz, counts, percent):
    quiz.counts = counts
    entry = factories.quiz(quiz.module, title="Входной", pair_of=quiz)
    factories.attempt(cast.volunteer, entry, percent=20, submitted_at=now(), passed=False)
    for number, one in enumerate((30, 90, 60), 1):
        factories.attempt(cast.volunteer, quiz, number=number, percent=one, submitted_at=now(), passed=one > 50)

    (grown,) = figure_queries.growth(quiz.module.cycle_id)
    (row,) = figure_queries.counting_attempts(quiz)

    assert (grown.entry, grown.final, row.percent) == (20.0, float(percent), percent)
    assert row.number == {Counts.BEST: 2, Counts.FIRST: 1, Counts.LAST: 3, Counts.AVERAGE: 2}[counts]


def test_growth_of_a_period_is_of_those_who_finished_in_it_as_it_stood_then(cast, quiz):
    entry = factories.quiz(quiz.module, title="Входной", pair_of=quiz)
    start, end = now() - timedelta(days=10), now() - timedelta(days=1)
    for person, at in ((cast.volunteer, start + timedelta(days=1)), (cast.stranger, start - timedelta(days=1))):
        factories.attempt(person, entry, percent=20, submitted_at=start - timedelta(days=5), passed=False)
        factories.attempt(person, quiz, percent=50, submitted_at=at, passed=True)
    factories.attempt(cast.volunteer, quiz, number=2, percent=100, submitted_at=now(), passed=True)

    (grown,) = figure_queries.growth(quiz.module.cycle_id, between=(start, end))

    assert (grown.people, grown.entry, grown.final) == (1, 20.0, 50.0)
    assert figure_queries.growth(quiz.module.cycle_id, between=(end - timedelta(hours=1), end)) == []


def test_figures_cost_as_many_queries_for_many_people(cast, as_, quiz, three, count_queries):
    client = as_(cast.trainer)
    pages = [f"/quizzes/{quiz.id}/{page}" for page in ("figures", "centres", "results", "answers.csv", "edit")]

    def cost() -> list[int]:
        found = []
        for page in pages:
            client.get(page)
            with count_queries() as queries:
                client.get(page)
            found.append(len([one for one in queries if not one.startswith(FRESHNESS)]))
        return found

    crowd(quiz, three, ["++-"] * 10, cast.salsk)
    few = cost()
    crowd(quiz, three, ["+-+"] * 15, cast.bataysk)
    assert cost() == few and max(few) <= 12
