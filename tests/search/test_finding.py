"""One field finds what one may open, in every form of its words; what one may not open does not exist."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

from lms.cycles.models import State
from lms.extensions import db
from lms.materials.markdown import to_html
from lms.search import worker
from lms.search.models import SearchEntry
from lms.sessions.models import Audience
from tests import factories

BODY = "## Смета\n\nКак посчитать расходы на **год** и не забыть про отчётность."


@pytest.fixture
def school(cast) -> SimpleNamespace:
    cycle = factories.cycle(slug="school")
    module = factories.module(cycle)
    material = factories.material(module, title="Грантовая заявка", body=BODY, body_html=to_html(BODY))
    quiz = factories.quiz(module)
    question = factories.question(quiz, text="Что такое смета?", right=("План расходов",), wrong=("Устав",))
    live_session = factories.live_session(module, title="Разбор смет")
    factories.enrolment(cast.volunteer, cycle)
    worker.refresh()
    return SimpleNamespace(
        cycle=cycle, module=module, material=material, quiz=quiz, question=question, live_session=live_session
    )


def titles(client, query: str) -> list[str]:
    page = client.get("/search", query_string={"q": query}).get_data(as_text=True)
    page = page.replace("\u00a0", " ")
    return [re.sub(r"<[^>]+>", "", title) for title in re.findall(r"<h2[^>]*><a[^>]*>(.*?)</a>", page)]


def test_every_form_of_a_word_finds_it_and_is_marked(as_, cast, school):
    page = as_(cast.volunteer).get("/search?q=заявок").get_data(as_text=True)

    assert "Грантовая <mark>заявка</mark>" in page
    assert f"/materials/{school.material.id}" in page


def test_words_of_the_text_are_found_with_their_surroundings(as_, cast, school):
    page = as_(cast.volunteer).get("/search?q=отчетности расход").get_data(as_text=True)

    assert "<mark>расходы</mark> на год и не забыть про <mark>отчётность</mark>" in page


def test_all_words_must_be_there(as_, cast, school):
    assert titles(as_(cast.volunteer), "заявка бегемот") == []


def test_what_has_the_word_in_its_title_comes_first(as_, cast, school):
    assert titles(as_(cast.volunteer), "смета") == ["Разбор смет", "Грантовая заявка"]


def test_trainers_find_questions_too_and_learners_do_not(as_, cast, school):
    assert "Что такое смета?" in titles(as_(cast.trainer), "смета")
    assert "Что такое смета?" not in titles(as_(cast.volunteer), "смета")
    assert titles(as_(cast.volunteer), "устав") == []


def test_coordinators_find_people_by_the_beginning_of_a_name_her_own_only(as_, cast, school):
    ours = factories.person("Ковалевская", "Софья", centre=cast.salsk)
    theirs = factories.person("Ковалевский", "Максим", centre=cast.bataysk)
    worker.refresh()

    assert titles(as_(cast.coordinator), "ковалевск") == [ours.full_name, theirs.full_name]
    assert titles(as_(cast.centre_coordinator), "ковалевск") == [ours.full_name]
    assert titles(as_(cast.volunteer), "ковалевск") == []


def test_what_one_may_not_open_is_not_found_nor_counted(as_, cast, school):
    school.material.state = State.DRAFT
    other = factories.module(factories.cycle(slug="other"))
    factories.material(other, title="Чужая смета")
    factories.live_session(other, title="Смета по приглашениям", audience=Audience.INVITED)
    worker.refresh()

    page = as_(cast.volunteer).get("/search?q=смета").get_data(as_text=True)

    assert titles(as_(cast.volunteer), "смета") == ["Разбор смет"]
    assert "Нашлось 1\u00a0место" in page


def test_what_was_changed_is_found_by_its_new_words_only(as_, cast, school):
    school.material.title = "Благодарственное письмо"
    school.material.body_html = ""
    db.session.commit()
    worker.refresh()

    assert titles(as_(cast.volunteer), "благодарственный") == ["Благодарственное письмо"]
    assert titles(as_(cast.volunteer), "заявка") == []


def test_what_is_gone_is_not_found(as_, cast, school):
    db.session.delete(school.material)
    db.session.commit()
    worker.refresh()

    assert titles(as_(cast.volunteer), "заявка") == []
    assert db.session.query(SearchEntry).filter_by(kind="material").all() == []


def test_the_index_is_only_written_where_something_changed(cast, school):
    before = {entry.id: entry.version for entry in db.session.query(SearchEntry)}
    db.session.commit()
    worker.refresh()

    assert {entry.id: entry.version for entry in db.session.query(SearchEntry)} == before


@pytest.mark.parametrize(
    "query", ['"', "'", "смета*", "NEAR(a b)", "title:смета", "a & b | !c", "\\", "\x00", "🙂", "%", "смета" * 200, "﻿"]
)
def test_no_sign_breaks_the_search(as_, cast, school, query):
    assert as_(cast.trainer).get("/search", query_string={"q": query}).status_code == 200


def test_a_title_is_told_in_the_readers_language_and_found_in_both(as_, cast, school):
    school.material.title_en = "Grant application"
    db.session.commit()
    worker.refresh()
    client = as_(cast.volunteer)

    assert titles(client, "applications") == ["Грантовая заявка"]
    client.set_cookie("language", "en")
    assert titles(client, "заявку") == ["Grant application"]


def test_kinds_are_tabs_with_their_numbers(as_, cast, school):
    page = as_(cast.trainer).get("/search?q=смета&kind=question").get_data(as_text=True)

    assert re.findall(r"([А-Яа-яё]+) <b>(\d+)</b>", page) == [
        ("Всё", "3"), ("Материалы", "1"), ("Встречи", "1"), ("Вопросы", "1"),
    ]  # fmt: skip
    assert "Разбор смет" not in page


def test_a_page_of_results_costs_the_same_with_many(as_, cast, school, count_queries):
    client = as_(cast.trainer)
    with count_queries() as few:
        client.get("/search?q=смета")
    for n in range(30):
        factories.material(school.module, title=f"Смета номер {n}")
    worker.refresh()
    with count_queries() as many:
        page = client.get("/search?q=смета")

    assert "page=2" in page.get_data(as_text=True)
    assert len(many) == len(few)


def test_a_hostile_title_is_text(as_, cast, school):
    factories.material(school.module, title="<svg onload=alert(1)> смета {{7*7}}")
    worker.refresh()

    page = as_(cast.volunteer).get("/search?q=смета").get_data(as_text=True)

    assert "<svg onload" not in page
    assert "{{7*7}}" in page
