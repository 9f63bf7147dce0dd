"""The page of one person, and what a coordinator decides about her by hand."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from lms.clock import now
from lms.cycles.models import State
from lms.extensions import db
from lms.progress import actions
from lms.progress.models import Completion, Decision, How, Verdict
from tests import factories
from tests.progress.test_path import school, text_of  # noqa: F401

SEEN = [("coordinator", 200), ("admin", 200), ("trainer", 200), ("centre_coordinator", 200), ("other_coordinator", 404)]


@pytest.mark.parametrize(("role", "status"), SEEN)
def test_a_persons_page_is_for_those_who_may_watch_her(school, cast, as_, role, status):  # noqa: F811
    assert as_(getattr(cast, role)).get(f"/progress/people/{cast.volunteer.id}").status_code == status


def test_it_tells_everything_she_did_with_dates(school, cast, as_):  # noqa: F811
    factories.completion(cast.volunteer, school.letter, How.READ, at=now().replace(year=2025, month=3, day=2))

    page = text_of(as_(cast.coordinator).get(f"/progress/people/{cast.volunteer.id}"))

    assert "<h1>Ковалёва Ирина</h1>" in page
    assert "пройдено модулей: 1 из 3" in page
    assert "прочитано до конца, <time" in page
    assert "2 марта 2025" in page
    assert "отвечено 1 из 3" in page
    assert "ответ на приглашение: «Приду»" in page


def test_it_is_kept_nowhere(school, cast, as_):  # noqa: F811
    response = as_(cast.coordinator).get(f"/progress/people/{cast.volunteer.id}")

    assert response.headers["Cache-Control"] == "no-store"


def test_a_trainer_reads_and_decides_nothing(school, cast, as_):  # noqa: F811
    client = as_(cast.trainer)

    assert "Изменить вручную" not in text_of(client.get(f"/progress/people/{cast.volunteer.id}"))
    address = f"/progress/people/{cast.volunteer.id}/activities/{school.quiz.id}/decision"
    assert client.get(address).status_code == 403
    assert client.post(address, data={"verdict": "done", "reason": "так надо"}).status_code == 403
    assert completion_of(cast.volunteer, school.quiz) is None


def test_one_who_left_the_cycle_is_still_told_of(school, cast, as_):  # noqa: F811
    db.session.execute(db.text("UPDATE enrolment SET left_at = enrolled_at"))

    page = text_of(as_(cast.coordinator).get(f"/progress/people/{cast.volunteer.id}"))

    assert "пройдено модулей: 1 из 3" in page


def test_the_page_asks_the_same_few_statements_of_a_long_cycle(school, cast, as_, count_queries):  # noqa: F811
    client = as_(cast.coordinator)
    address = f"/progress/people/{cast.volunteer.id}"
    client.get(address)
    with count_queries() as before:
        client.get(address)
    for _number in range(10):
        module = factories.module(school.cycle)
        actions.decide(
            cast.volunteer, factories.material(module), Verdict.DONE, by=cast.coordinator, reason="да", now=now()
        )
    db.session.commit()
    with count_queries() as after:
        client.get(address)

    assert len(before) == len(after) <= 12


# --- deciding ---------------------------------------------------------------------------------------------------------
def completion_of(person, activity):
    return db.session.scalar(
        select(Completion).where(Completion.person_id == person.id, Completion.activity_id == activity.id)
    )


def address_of(person, activity):
    return f"/progress/people/{person.id}/activities/{activity.id}/decision"


def test_a_coordinator_counts_it_by_hand_with_a_reason(school, cast, as_):  # noqa: F811
    client = as_(cast.coordinator)

    response = client.post(address_of(cast.volunteer, school.quiz), data={"verdict": "done", "reason": " По телефону "})

    assert (response.status_code, response.location) == (303, f"/progress/people/{cast.volunteer.id}")
    found = completion_of(cast.volunteer, school.quiz)
    assert (found.how, found.by_id, found.reason) == (How.BY_HAND, cast.coordinator.id, "По телефону")
    page = text_of(client.get(response.location))
    assert "засчитано вручную" in page
    assert "По телефону" in page
    assert "Светлана Бондаренко" in page


def test_an_excuse_takes_it_off_the_list(school, cast, as_):  # noqa: F811
    as_(cast.centre_coordinator).post(
        address_of(cast.volunteer, school.quiz), data={"verdict": "excused", "reason": "Сдан в прошлом году"}
    )

    assert completion_of(cast.volunteer, school.quiz).how is How.EXCUSED


def test_what_was_counted_can_be_taken_back_and_that_stays_told(school, cast, as_):  # noqa: F811
    client = as_(cast.coordinator)

    client.post(address_of(cast.volunteer, school.reading), data={"verdict": "taken_back", "reason": "Ошибка"})

    assert completion_of(cast.volunteer, school.reading) is None
    (decision,) = db.session.scalars(select(Decision))
    assert (decision.verdict, decision.by_id, decision.reason) == (Verdict.TAKEN_BACK, cast.coordinator.id, "Ошибка")
    assert "Ошибка" in text_of(client.get(f"/progress/people/{cast.volunteer.id}"))


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"verdict": "done", "reason": "  "}, "Напишите несколько слов"),
        ({"reason": "Потому что"}, "Выберите одно"),
        ({"verdict": "taken_back", "reason": "Потому что"}, ""),  # there is nothing to take back
        ({"verdict": "done", "reason": "я" * 501}, "Не больше 500 знаков"),
    ],
)
def test_a_decision_needs_a_word_and_a_reason(school, cast, as_, form, said):  # noqa: F811
    response = as_(cast.coordinator).post(address_of(cast.volunteer, school.quiz), data=form)

    assert response.status_code == 422
    assert said in text_of(response)
    assert form["reason"].strip() in text_of(response)
    assert completion_of(cast.volunteer, school.quiz) is None


def test_another_centres_coordinator_knows_nothing_of_her(school, cast, as_):  # noqa: F811
    client = as_(cast.other_coordinator)

    answer = client.post(address_of(cast.volunteer, school.quiz), data={"verdict": "done", "reason": "Потому что"})

    assert answer.status_code == 404
    assert client.get(address_of(cast.volunteer, school.quiz)).status_code == 404
    assert completion_of(cast.volunteer, school.quiz) is None


def test_a_learner_decides_nothing_about_herself(school, cast, as_):  # noqa: F811
    answer = as_(cast.volunteer).post(address_of(cast.volunteer, school.quiz), data={"verdict": "done", "reason": "я"})

    assert answer.status_code == 403


def test_only_activities_of_her_cycles_are_decided_about(school, cast, as_):  # noqa: F811
    other = factories.cycle()
    elsewhere = factories.material(factories.module(other))
    factories.enrolment(cast.stranger, other)

    assert as_(cast.coordinator).get(address_of(cast.volunteer, elsewhere)).status_code == 404


# --- the actions ------------------------------------------------------------------------------------------------------
def test_doing_it_again_changes_nothing(school, cast):  # noqa: F811
    first = actions.complete(cast.volunteer, school.letter, How.READ, now=now() - timedelta(days=1))
    again = actions.complete(cast.volunteer, school.letter, How.MARKED, now=now())

    assert (again.id, again.how, again.at) == (first.id, How.READ, first.at)


def test_a_coordinators_word_goes_before_all_others(school, cast):  # noqa: F811
    actions.complete(cast.volunteer, school.letter, How.READ, now=now())
    actions.complete(cast.volunteer, school.letter, How.EXCUSED, now=now(), by=cast.coordinator, reason="болезнь")
    last = actions.complete(cast.volunteer, school.letter, How.READ, now=now())

    assert (last.how, last.by_id, last.reason) == (How.EXCUSED, cast.coordinator.id, "болезнь")


def test_a_draft_cycle_is_told_of_to_those_who_teach(school, cast, as_):  # noqa: F811
    school.cycle.state = State.DRAFT

    assert as_(cast.coordinator).get("/progress").status_code == 200
    assert "Здесь пока никого нет" in text_of(as_(cast.centre_coordinator).get("/progress"))


# --- about many at once -----------------------------------------------------------------------------------------------
def decided(client, module, people, **form):
    return client.post(
        f"/modules/{module.id}/decisions",
        data={"p": [one.id for one in people], "verdict": "excused", "reason": "Паводок"} | form,
    )


def test_many_are_excused_with_one_reason_and_it_can_be_undone(school, cast, as_):  # noqa: F811
    factories.enrolment(cast.stranger, school.cycle)
    actions.complete(cast.stranger, school.letter, How.READ, now=now())
    client = as_(cast.coordinator)

    response = decided(client, school.second, [cast.volunteer, cast.stranger])

    assert response.status_code == 303
    assert completion_of(cast.volunteer, school.letter).how is How.EXCUSED
    assert completion_of(cast.stranger, school.quiz).reason == "Паводок"
    assert completion_of(cast.stranger, school.letter).how is How.READ  # what she had done stays hers
    assert "Решено о 2 людях" in text_of(client.get(response.location))
    assert "Решено о 2 людях" in text_of(client.get(f"/modules/{school.second.id}/decisions"))
    batch = db.session.scalars(select(Decision.batch)).first()
    assert as_(cast.centre_coordinator).post(f"/decisions/{batch}/undoing").status_code == 404

    assert client.post(f"/decisions/{batch}/undoing").status_code == 303

    assert completion_of(cast.volunteer, school.letter) is None
    assert completion_of(cast.stranger, school.quiz) is None
    assert completion_of(cast.stranger, school.letter).how is How.READ
    said = db.session.scalars(select(Decision.verdict).where(Decision.person_id == cast.stranger.id)).all()
    assert said == [Verdict.EXCUSED, Verdict.TAKEN_BACK]
    assert client.post(f"/decisions/{batch}/undoing").status_code == 404


def test_a_centres_coordinator_decides_about_her_own_people_only(school, cast, as_):  # noqa: F811
    factories.enrolment(cast.stranger, school.cycle)
    client = as_(cast.centre_coordinator)

    decided(client, school.second, [cast.volunteer, cast.stranger])

    assert completion_of(cast.volunteer, school.quiz).how is How.EXCUSED
    assert completion_of(cast.stranger, school.quiz) is None
    assert "Чужинова" not in text_of(client.get(f"/modules/{school.second.id}/decisions?p={cast.stranger.id}"))


def test_a_decision_about_many_needs_a_reason_too(school, cast, as_):  # noqa: F811
    response = decided(as_(cast.coordinator), school.second, [cast.volunteer], reason=" ")

    assert response.status_code == 422
    assert "Напишите несколько слов" in text_of(response)
    assert f'name="p" value="{cast.volunteer.id}"' in response.text
    assert completion_of(cast.volunteer, school.quiz) is None
    assert decided(as_(cast.trainer), school.second, [cast.volunteer]).status_code == 403
