"""Essays wait with a count, are checked by criterion, and their authors told in a letter."""

from __future__ import annotations

import email
from decimal import Decimal
from email import policy

import pytest

from lms.clock import now
from lms.extensions import db
from lms.outbox.models import Letter
from lms.progress.models import Completion
from lms.quizzes import actions
from lms.quizzes.checking import Criterion, criteria_of, points_of
from lms.quizzes.models import QuestionKind
from tests import factories
from tests.quizzes.test_taking import words

RUBRIC = {"rubric": [{"criterion": "Ясно", "points": 2}, {"criterion": "По делу", "points": 1}], "words": [None, None]}


@pytest.fixture
def essay(quiz):
    return factories.question(quiz, QuestionKind.ESSAY, points=6, settings=RUBRIC, text="Напишите обращение.")


def hand_in(person, quiz, essay, text="Уважаемый сосед, приходите."):
    attempt = factories.attempt(person, quiz)
    actions.save_form(attempt, {essay.id: ([text], 0)}, now=now())
    actions.submit(attempt, now=now())
    db.session.commit()
    return attempt


def form(*points: str, comment: str = "Хорошо.", version: str = "") -> dict[str, str]:
    return {f"points-{n}": one for n, one in enumerate(points)} | {"comment": comment, "version": version}


def text_of(letter: Letter) -> str:
    """The plain text, with ordinary spaces and line ends."""
    body = email.message_from_bytes(letter.mime, policy=policy.default).get_body(("plain",)).get_content()
    return body.replace("\r\n", "\n").replace("\u00a0", " ").replace("\u2060", "")


def test_points_are_the_share_of_the_criteria():
    criteria = [Criterion("Ясно", Decimal(2)), Criterion("По делу", Decimal(1))]

    assert points_of(criteria, [Decimal(2), Decimal(1)], Decimal(6)) == 6
    assert points_of(criteria, [Decimal(1), Decimal("0.5")], Decimal(6)) == 3
    assert points_of(criteria, [Decimal(1), Decimal(0)], Decimal(1)) == Decimal("0.33")
    assert criteria_of({}, Decimal(4), whole="За ответ") == [Criterion("За ответ", Decimal(4))]


def test_essays_wait_with_a_count(cast, as_, quiz, essay):
    hand_in(cast.volunteer, quiz, essay)
    hand_in(cast.stranger, quiz, essay, text="")
    client = as_(cast.trainer)

    assert "Проверка <small>1</small>" in client.get("/quizzes/").get_data(as_text=True)
    page = words(client.get("/reviews/"))
    assert "Ковалёва Ирина" in page and "Чужинова" not in page


def test_a_checked_essay_gives_the_result_and_a_letter(cast, as_, quiz, essay):
    attempt = hand_in(cast.volunteer, quiz, essay)
    assert attempt.waits_for_checking
    address = f"/reviews/{attempt.id}/{essay.id}"
    client = as_(cast.trainer)

    assert "Уважаемый сосед, приходите." in words(client.get(address))
    response = client.post(address, data=form("2", "0,5"))

    assert (response.status_code, response.location) == (303, "/reviews/")
    answer = attempt.answers[0]
    assert (answer.points, answer.criteria, answer.comment) == (Decimal("5.00"), ["2.0", "0.5"], "Хорошо.")
    assert (answer.checked_by_id, attempt.percent, attempt.passed) == (cast.trainer.id, 83, True)
    assert [row.person_id for row in db.session.scalars(db.select(Completion))] == [cast.volunteer.id]
    letter = db.session.scalars(db.select(Letter)).one()
    assert letter.subject == "Проверено: Тест о фандрайзинге"
    assert text_of(letter).startswith(
        "Здравствуйте, Ирина!\n\nВаш тест «Тест о фандрайзинге» проверен: 83 %, зачёт.\n\n"
        "Дмитрий Савченко пишет:\n\nХорошо.\n\n"
        f"Посмотреть результат: https://lms.test/attempts/{attempt.id}/result\n"
    )
    assert "Хорошо." in words(as_(cast.volunteer).get(f"/attempts/{attempt.id}/result"))


def test_two_who_check_at_once_see_both_checks(cast, as_, quiz, essay):
    attempt = hand_in(cast.volunteer, quiz, essay)
    address = f"/reviews/{attempt.id}/{essay.id}"
    as_(cast.coordinator).post(address, data=form("2", "1", comment="Прекрасно."))
    late = as_(cast.trainer).post(address, data=form("0", "0", comment="Слабо."))

    assert late.status_code == 409 and "Прекрасно." in words(late) and "Слабо." in words(late)
    assert attempt.percent == 100


def test_a_pass_once_given_stays_when_the_check_is_changed(cast, as_, quiz, essay):
    attempt = hand_in(cast.volunteer, quiz, essay)
    address = f"/reviews/{attempt.id}/{essay.id}"
    as_(cast.trainer).post(address, data=form("2", "1"))
    checked = attempt.answers[0].checked_at.isoformat()
    as_(cast.trainer).post(address, data=form("0", "0", version=checked))

    assert (attempt.percent, attempt.passed) == (0, True)


@pytest.mark.parametrize("points", [("3", "1"), ("-1", "1"), ("много", "1"), ("1",)])
def test_points_that_are_none_are_not_kept(cast, as_, quiz, essay, points):
    attempt = hand_in(cast.volunteer, quiz, essay)
    response = as_(cast.trainer).post(f"/reviews/{attempt.id}/{essay.id}", data=form(*points, comment="Моё слово."))

    assert response.status_code == 422 and "Моё слово." in words(response)
    assert attempt.answers[0].points is None


def test_only_those_who_teach_check_and_only_what_is_handed_in(cast, as_, quiz, essay, q):
    attempt = hand_in(cast.volunteer, quiz, essay)
    for person in (cast.volunteer, cast.centre_coordinator):
        assert as_(person).get("/reviews/").status_code == 403
        assert as_(person).post(f"/reviews/{attempt.id}/{essay.id}").status_code == 403
    assert as_(cast.trainer).get(f"/reviews/{attempt.id}/{q.single.id}").status_code == 404
    open_attempt = factories.attempt(cast.stranger, quiz)
    assert as_(cast.trainer).get(f"/reviews/{open_attempt.id}/{essay.id}").status_code == 404


def test_the_list_costs_as_many_queries_for_many_essays(cast, as_, quiz, essay, count_queries):
    client = as_(cast.trainer)
    hand_in(cast.volunteer, quiz, essay)
    client.get("/reviews/")
    with count_queries() as few:
        client.get("/reviews/")
    for _ in range(15):
        hand_in(factories.person(), quiz, essay)
    with count_queries() as many:
        client.get("/reviews/")

    assert len(many) == len(few) <= 8
