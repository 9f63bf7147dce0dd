"""Replying: once a person, changeable with a name, untraceable without one."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from lms.accounts import tokens
from lms.accounts.models import Purpose
from lms.clock import now
from lms.cycles.models import State
from lms.extensions import db
from lms.surveys.models import SurveyReply, SurveyTaken
from tests import factories
from tests.quizzes.test_taking import words


def given(survey, useful="5", picked=("1", "3"), text="Больше примеров."):
    scale, several, free = survey.questions
    return {f"q{scale.id}": useful, f"q{several.id}": list(picked), f"q{free.id}": text}


def replies() -> list[SurveyReply]:
    return list(db.session.scalars(db.select(SurveyReply)))


def test_a_reply_with_a_name_is_kept_and_may_be_changed(cast, as_, survey):
    client = as_(cast.volunteer)
    first = client.post(f"/surveys/{survey.id}", data=given(survey))
    client.post(f"/surveys/{survey.id}", data=given(survey, useful="2", picked=(), text=""))

    assert (first.status_code, first.location) == (303, f"/surveys/{survey.id}")
    (reply,) = replies()
    scale = survey.questions[0]
    assert (reply.person_id, reply.centre_id, reply.given) == (cast.volunteer.id, cast.salsk.id, {str(scale.id): 2})
    assert reply.saved_at is not None
    page = client.get(f"/surveys/{survey.id}").get_data(as_text=True)
    assert 'value="2" checked' in page and "Сохранить изменения" in page


def test_an_anonymous_reply_is_kept_without_a_person_and_without_a_time(cast, as_, survey):
    survey.is_anonymous = True
    client = as_(cast.volunteer)
    client.post(f"/surveys/{survey.id}", data=given(survey))

    (reply,) = replies()
    assert (reply.person_id, reply.saved_at, reply.centre_id) == (None, None, cast.salsk.id)
    assert list(reply.given.values()) == [5, [1, 3], "Больше примеров."]
    assert [row.person_id for row in db.session.scalars(db.select(SurveyTaken))] == [cast.volunteer.id]
    page = words(client.get(f"/surveys/{survey.id}"))
    assert "Больше примеров." not in page and "Вы ответили." in page


def test_nothing_joins_who_replied_to_what_was_replied(app):
    """Neither a column nor the order of the rows: SQLite keeps rows without a rowid in the order of their keys."""
    for table in (SurveyReply.__table__, SurveyTaken.__table__):
        assert table.dialect_options["sqlite"]["with_rowid"] is False
    assert {column.name for column in SurveyTaken.__table__.columns} == {"survey_id", "person_id"}


def test_an_anonymous_survey_takes_one_reply_of_each_person(cast, as_, survey):
    survey.is_anonymous = True
    client = as_(cast.volunteer)
    client.post(f"/surveys/{survey.id}", data=given(survey))
    client.post(f"/surveys/{survey.id}", data=given(survey, useful="1"))

    assert "Вы уже ответили." in words(client.get(f"/surveys/{survey.id}"))
    assert [next(iter(reply.given.values())) for reply in replies()] == [5]


def test_an_empty_reply_is_asked_again(cast, as_, survey):
    response = as_(cast.volunteer).post(f"/surveys/{survey.id}", data=given(survey, useful="9", picked=(), text=" "))

    assert response.status_code == 422 and replies() == []
    assert db.session.scalar(db.select(sa.func.count()).select_from(SurveyTaken)) == 0


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"closes_at": -1}, "Опрос закрыт"),
        ({"opens_at": 1}, "Опрос откроется"),
    ],
)
def test_outside_its_days_a_survey_takes_nothing(cast, as_, survey, fields, says):
    for name, days in fields.items():
        setattr(survey, name, now() + timedelta(days=days))
    client = as_(cast.volunteer)

    client.post(f"/surveys/{survey.id}", data=given(survey))

    assert replies() == [] and says in words(client.get(f"/surveys/{survey.id}"))


def test_those_outside_the_cycle_and_drafts_are_not_found(cast, as_, survey):
    assert as_(cast.stranger).get(f"/surveys/{survey.id}").status_code == 404
    assert as_(cast.stranger).post(f"/surveys/{survey.id}", data=given(survey)).status_code == 404
    survey.state = State.DRAFT
    assert as_(cast.volunteer).get(f"/surveys/{survey.id}").status_code == 404


def test_a_trainer_looks_and_does_not_reply(cast, as_, survey):
    client = as_(cast.trainer)

    assert "вы только смотрите" in words(client.get(f"/surveys/{survey.id}"))
    assert client.post(f"/surveys/{survey.id}", data=given(survey)).status_code == 403
    assert replies() == []


def test_the_front_page_and_the_list_show_a_survey_until_it_is_answered(cast, as_, survey):
    client = as_(cast.volunteer)
    before = words(client.get("/"))
    client.post(f"/surveys/{survey.id}", data=given(survey))

    assert "Как прошла встреча" in before and "Как прошла встреча" not in words(client.get("/"))
    assert "Как прошла встреча" in words(client.get("/surveys/"))


def test_a_guest_from_a_letter_replies_about_its_session_only(cast, client, cycle, survey):
    live_session = factories.live_session(factories.module(cycle))
    about = factories.survey(cycle, title="О встрече", live_session=live_session)
    question = factories.survey_question(about)
    secret, _ = tokens.issue(
        cast.volunteer, Purpose.INVITATION, now=now(), lifetime=timedelta(days=14), object_id=live_session.id
    )
    token = tokens.find(secret, Purpose.INVITATION, now=now())
    db.session.commit()
    with client.session_transaction() as cookie:
        cookie["letter"] = {"token": token.id, "live_session": live_session.id, "module": live_session.module_id}

    assert client.get(f"/surveys/{survey.id}").status_code == 404
    assert client.post(f"/surveys/{about.id}", data={f"q{question.id}": "4"}).status_code == 303
    assert [reply.person_id for reply in replies()] == [cast.volunteer.id]
