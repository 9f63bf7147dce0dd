"""Three questions after the session: from the letter's link without signing in, counted on the session's page."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from lms.extensions import db
from lms.sessions import feedback_queries as queries
from lms.sessions.models import Feedback
from tests.sessions.conftest import MOSCOW

END = datetime(2026, 12, 3, 16, 30, tzinfo=MOSCOW)
SAID = {"useful": "5", "clear": "4", "words": "Больше примеров"}


@pytest.fixture
def over(invited, today):
    today.move_to(END)
    return invited


def given() -> list[tuple]:
    return [(one.person_id, one.useful, one.clear, one.words) for one in db.session.query(Feedback)]


def test_the_last_word_counts(over, cast, client):
    assert client.get(f"/i/{over.secret}/feedback").status_code == 200
    client.post(f"/i/{over.secret}/feedback", data=SAID)
    client.post(f"/i/{over.secret}/feedback", data=SAID | {"useful": "3"})

    assert given() == [(cast.volunteer.id, 3, 4, "Больше примеров")]


@pytest.mark.parametrize("wrong", [{"useful": "6"}, {"clear": ""}, {"useful": "да"}, {"words": "ы" * 2001}])
def test_what_is_no_answer_is_refused_and_kept(over, client, wrong):
    page = client.post(f"/i/{over.secret}/feedback", data=SAID | wrong)

    assert (page.status_code, given()) == (422, [])
    assert "Больше примеров" in page.get_data(as_text=True) or "words" in wrong


@pytest.mark.parametrize("when", [END - timedelta(seconds=1), END + timedelta(days=14)])
def test_neither_too_early_nor_too_late(invited, client, today, when):
    today.move_to(when)
    client.post(f"/i/{invited.secret}/feedback", data=SAID)

    assert given() == []


def test_who_signed_in_answers_on_the_page_of_the_session(over, cast, as_):
    client = as_(cast.volunteer)
    page = client.get(f"/sessions/{over.live_session.id}").get_data(as_text=True)
    assert "Как прошло?" in page.replace("\u00a0", " ")

    assert client.post(f"/sessions/{over.live_session.id}/feedback", data={}).status_code == 422
    assert client.post(f"/sessions/{over.live_session.id}/feedback", data=SAID).status_code == 303

    assert given() == [(cast.volunteer.id, 5, 4, "Больше примеров")]


def test_what_one_may_not_see_one_may_not_judge(over, cast, as_):
    over.live_session.audience = "invited"

    assert as_(cast.centre_coordinator).post(f"/sessions/{over.live_session.id}/feedback", data=SAID).status_code == 404


def test_the_trainer_sees_the_figures_and_the_words_without_names(over, cast, client, as_):
    client.post(f"/i/{over.secret}/feedback", data=SAID)
    client.post(f"/i/{over.other_secret}/feedback", data={"useful": "4", "clear": "4", "words": "<script>"})

    page = as_(cast.trainer).get(f"/sessions/{over.live_session.id}").get_data(as_text=True).replace("\u00a0", " ")

    assert queries.figures(over.live_session.id) == queries.Figures(2, Decimal("4.5"), Decimal("4.0"))
    assert "Польза 4,5 из 5" in page
    assert "Больше примеров" in page
    assert "&lt;script&gt;" in page
    assert "Чужинова" not in page
    learner = as_(cast.stranger).get(f"/sessions/{over.live_session.id}").get_data(as_text=True)
    assert "Больше примеров" not in learner
