"""The coordinator's table: who sees whom, that its figures are right, and that its files say the same as the screen."""

import csv
import io
import random
import re
from datetime import timedelta
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
from python_calamine import CalamineWorkbook

from lms.accounts.models import Person
from lms.clock import now
from lms.cycles.models import Rule, State
from lms.extensions import db
from lms.materials.models import ReadingPosition
from lms.progress.matrix_queries import matrix_of
from lms.progress.models import CycleCompletion, Ground, How
from lms.progress.rules import Mark, Required, module_mark
from tests import factories
from tests.progress.test_path import text_of

WORDS = {
    Mark.DONE: "пройден",
    Mark.NOW: "в работе",
    Mark.WAIT: "на проверке",
    Mark.LATE: "просрочен",
    Mark.NONE: "не начат",
    Mark.OFF: "освобождён",
}


@pytest.fixture
def cycle(cast) -> SimpleNamespace:
    """Three modules; in Сальск Ирина and Артём, in Батайск Клавдия."""
    cycle = factories.cycle(slug="rc-2026", title="Школа ресурсных центров — 2026")
    modules = [
        factories.module(cycle, title="Зачем центр", short_title="РЦ"),
        factories.module(cycle, title="Проекты", due_at=now() - timedelta(days=9)),
        factories.module(cycle, title="Отчёты"),
    ]
    materials = [factories.material(module, title=f"Материал {module.position}") for module in modules]
    artyom = factories.person("Мороз", "Артём", centre=cast.salsk, position="волонтёр", email="moroz@lms.test")
    for person in (cast.volunteer, artyom, cast.stranger):
        factories.enrolment(person, cycle)
    factories.completion(cast.volunteer, materials[0])
    factories.completion(artyom, materials[0])
    factories.completion(cast.volunteer, materials[1])
    factories.completion(cast.stranger, materials[0], How.EXCUSED)
    db.session.add(ReadingPosition(person_id=artyom.id, material_id=materials[2].id, percent=5, at=now()))
    db.session.commit()
    return SimpleNamespace(cycle=cycle, modules=modules, materials=materials, artyom=artyom)


# --- reading the screen -----------------------------------------------------------------------------------------------
class Table(HTMLParser):
    """The rows of the matrix as cells of text, the invisible words of screen readers among them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.groups: list[bool] = []
        self.inside = False
        self.feed(page)
        self.rows = [[cell.strip() for cell in row] for row in self.rows]

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "table":
            self.inside = "matrix" in attributes.get("class", "")
        elif self.inside and tag == "tr":
            self.rows.append([])
            self.groups.append("group" in (attributes.get("class") or ""))
        elif self.inside and tag in {"td", "th"}:
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        if tag == "table":
            self.inside = False

    def handle_data(self, data):
        if self.inside and self.rows and self.rows[-1]:
            self.rows[-1][-1] += data

    def lines(self) -> list[list[str]]:
        """As the files have them: centre, name, position, marks, total."""
        centre, lines = "", []
        for cells, is_group in list(zip(self.rows, self.groups, strict=True))[1:]:
            if is_group:
                centre = cells[0]
            elif cells[-1]:
                name, _, position = cells[0].partition(" · ")
                lines.append([centre, name, position, *cells[1:-1], cells[-1].split()[0]])
        return lines


def people_in(page: str) -> list[str]:
    return [line[1] for line in Table(page).lines()]


# --- who sees whom ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", ["coordinator", "admin", "trainer"])
def test_the_network_and_trainers_see_everybody(cycle, cast, as_, role):
    page = text_of(as_(getattr(cast, role)).get("/progress"))

    assert people_in(page) == ["Чужинова Клавдия", "Ковалёва Ирина", "Мороз Артём"]


def test_a_centres_coordinator_sees_her_own_people_only(cycle, cast, as_):
    page = text_of(as_(cast.centre_coordinator).get("/progress"))

    assert people_in(page) == ["Ковалёва Ирина", "Мороз Артём"]
    assert "Чужинова" not in page
    assert "Батайск" not in page


def test_a_learner_may_not(cycle, cast, as_):
    client = as_(cast.volunteer)

    for address in ("/progress", "/progress.csv", "/progress.xlsx", f"/progress/people/{cast.volunteer.id}"):
        assert client.get(address).status_code == 403


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?open=all",
        "?open=bataysk",
        "?state=not-done&module=2",
        "?state=late",
        "?q=чужинова",
        "?away=14",
        "?state=not-done&module=2&q=canary",
    ],
)
@pytest.mark.parametrize("path", ["/progress", "/progress.csv", "/progress.xlsx"])
def test_no_file_and_no_list_of_a_centre_names_another_centres_people(cycle, cast, as_, path, query):
    answer = as_(cast.centre_coordinator).get(path + query)

    body = answer.get_data()
    if path.endswith("xlsx") and answer.status_code == 200:
        body = repr(CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0).to_python()).encode()
    assert "Чужинова".encode() not in body
    assert "Клавдия".encode() not in body


def test_what_was_remembered_for_one_is_not_shown_to_another(cycle, cast, as_):
    everybody, own_centre = as_(cast.coordinator), as_(cast.centre_coordinator)

    assert "Чужинова" in text_of(everybody.get("/progress"))
    assert "Чужинова" not in text_of(own_centre.get("/progress"))


def test_another_centre_is_no_centre_for_her(cycle, cast, as_):
    client = as_(cast.centre_coordinator)

    assert client.get("/progress?centre=bataysk").status_code == 404
    assert client.get("/progress?centre=salsk").status_code == 200


def test_a_cycle_without_her_people_is_no_cycle_for_her(cycle, cast, as_):
    other = factories.cycle(slug="other")
    factories.module(other)
    factories.enrolment(cast.stranger, other)

    assert as_(cast.centre_coordinator).get("/progress?cycle=other").status_code == 404
    assert as_(cast.coordinator).get("/progress?cycle=other").status_code == 200


def test_suspended_people_and_those_who_left_are_not_in_the_table(cycle, cast, as_):
    cycle.artyom.suspended_at = now()
    factories.enrolment(factories.person("Ушедший", centre=cast.salsk), cycle.cycle, left_at=now())

    assert people_in(text_of(as_(cast.coordinator).get("/progress"))) == ["Чужинова Клавдия", "Ковалёва Ирина"]


def test_the_table_is_kept_nowhere(cycle, cast, as_):
    assert as_(cast.coordinator).get("/progress").headers["Cache-Control"] == "no-store"


# --- what it says -----------------------------------------------------------------------------------------------------
def test_the_table_says_the_state_of_each_module_in_a_word(cycle, cast, as_):
    page = text_of(as_(cast.coordinator).get("/progress"))

    assert Table(page).lines() == [
        ["Батайск", "Чужинова Клавдия", "", "освобождён", "просрочен", "не начат", "1"],
        ["Сальск", "Ковалёва Ирина", "", "пройден", "пройден", "не начат", "2"],
        ["Сальск", "Мороз Артём", "волонтёр", "пройден", "просрочен", "в работе", "1"],
    ]


def test_the_row_of_a_centre_counts_and_leads_to_those_who_have_not(cycle, cast, as_):
    page = text_of(as_(cast.coordinator).get("/progress"))

    rows = Table(page).rows
    groups = {row[0]: row[1:] for row, is_group in zip(rows, Table(page).groups, strict=True) if is_group}
    assert groups["Все центры"] == ["100 %", "33 %", "—ещё никто не прошёл", "3"]
    assert groups["Сальск"] == ["2", "1 из 2", "—ещё никто не прошёл", "2 2 человека"]
    assert '<a href="/progress?centre=salsk&amp;state=not-done&amp;module=2">1' in page
    assert '<a href="/progress?centre=bataysk&amp;state=not-done&amp;module=2">0' in page


def test_a_sentence_stands_above_the_table(cycle, cast, as_):
    page = text_of(as_(cast.coordinator).get("/progress"))

    assert "3 участника в двух центрах. Из двух начатых модулей в среднем пройдено 67 %." in page


def test_the_quick_choices_count(cycle, cast, as_):
    cycle.artyom.last_seen_at = now() - timedelta(days=20)

    page = text_of(as_(cast.coordinator).get("/progress"))

    assert re.findall(r">([^<>]+) <b>(\d+)</b></a>", page) == [
        ("Все", "3"),
        ("Просрочили", "2"),
        ("Не заходили 14 дней", "1"),
        ("На проверке", "0"),
        ("Готовы к сертификату", "0"),
    ]


def test_what_is_handed_in_is_being_checked_and_not_late(cycle, cast, as_):
    cycle.modules[1].activities[0].rule = Rule.OPTIONAL
    quiz = factories.quiz(cycle.modules[1])
    factories.attempt(cycle.artyom, quiz, submitted_at=now())
    client = as_(cast.coordinator)

    page = text_of(client.get("/progress?state=checking"))

    assert 'aria-current="true">На проверке <b>1</b></a>' in page
    assert "Мороз Артём" in page and "Чужинова" not in page
    assert {(row[0], row[2]) for row in Table(page).rows if row[0].startswith("Мороз")} == {
        ("Мороз Артём · волонтёр", "на проверке")
    }
    assert "Мороз" not in client.get("/progress.csv?state=late").data.decode("utf-8-sig")
    assert "на проверке" in text_of(client.get("/progress?module=2&state=not-done"))


def test_who_is_ready_for_a_certificate_is_one_press_away(cycle, cast, as_):
    for person in (cast.volunteer, cast.stranger):
        db.session.add(CycleCompletion(person=person, cycle=cycle.cycle, at=now(), how=Ground.DEED))
    factories.certificate(cast.stranger, cycle.cycle)
    client = as_(cast.coordinator)

    page = text_of(client.get("/progress?ready=1"))

    assert 'aria-current="true">Готовы к сертификату <b>1</b></a>' in page
    assert "Ковалёва Ирина" in page and "Мороз Артём" not in page
    assert client.get("/progress.csv?ready=1").data.decode("utf-8-sig").count("\r\n") == 2
    assert "Готовы к сертификату" not in text_of(as_(cast.trainer).get("/progress?ready=1"))
    assert "Готовы к сертификату <b>0</b>" in text_of(as_(cast.other_coordinator).get("/progress"))


def test_whom_to_remind_of_which_module_is_asked_with_figures(cycle, cast, as_):
    client = as_(cast.coordinator)
    assert 'href="/progress/reminder?centre=salsk"' in text_of(client.get("/progress?centre=salsk"))

    page = text_of(client.get("/progress/reminder?centre=salsk&state=late"))

    assert "Фильтрами выбраны 2 человека." in page
    assert '<a href="/progress?centre=salsk&amp;module=2&amp;state=not-done">2. Проекты</a>' in page
    assert "не прошёл 1" in page and "просрочил 1" in page
    assert "1. Зачем центр" not in page
    assert "Напомнить…" not in text_of(as_(cast.trainer).get("/progress"))
    assert as_(cast.trainer).get("/progress/reminder").status_code == 403
    assert as_(cast.other_coordinator).get("/progress/reminder?centre=salsk").status_code == 404


@pytest.mark.parametrize(
    ("query", "people"),
    [
        ("centre=salsk", ["Ковалёва Ирина", "Мороз Артём"]),
        ("q=мороз", ["Мороз Артём"]),
        ("q=moroz@", ["Мороз Артём"]),
        ("state=late", ["Чужинова Клавдия", "Мороз Артём"]),
        ("state=done&module=2", ["Ковалёва Ирина"]),
        ("state=late&module=1", []),
        ("module=3", ["Чужинова Клавдия", "Ковалёва Ирина", "Мороз Артём"]),
    ],
)
def test_filters_stand_in_the_address(cycle, cast, as_, query, people):
    assert people_in(text_of(as_(cast.coordinator).get(f"/progress?{query}"))) == people


@pytest.mark.parametrize("query", ["centre=nowhere", "module=9", "cycle=nothing"])
def test_what_the_address_names_must_exist(cycle, cast, as_, query):
    assert as_(cast.coordinator).get(f"/progress?{query}").status_code == 404


def test_a_name_is_shown_as_text_whatever_it_is(cycle, cast, as_):
    cycle.artyom.family_name = "<svg onload=alert(1)>"
    cycle.artyom.position = "<b>{{7*7}}</b>"

    page = as_(cast.coordinator).get("/progress").get_data(as_text=True)

    assert "&lt;svg onload=alert(1)&gt; Артём" in page
    assert "&lt;b&gt;{{7*7}}&lt;/b&gt;" in page


def test_nobody_enrolled_is_said_kindly(cast, as_):
    assert "Здесь пока никого нет" in text_of(as_(cast.coordinator).get("/progress"))


def test_people_without_a_centre_stand_at_the_end(cycle, cast, as_):
    factories.enrolment(factories.person("Аверин", "Пётр", centre=None), cycle.cycle)

    page = text_of(as_(cast.coordinator).get("/progress"))

    assert Table(page).lines()[-1][:2] == ["Без центра", "Аверин Пётр"]
    assert people_in(text_of(as_(cast.coordinator).get("/progress?centre=none"))) == ["Аверин Пётр"]


def test_above_sixty_people_centres_are_closed_and_opened_fifty_at_a_time(cycle, cast, as_):
    for number in range(60):
        factories.enrolment(factories.person(f"Яковлев{number:02}", centre=cast.salsk), cycle.cycle)
    client = as_(cast.coordinator)

    assert people_in(text_of(client.get("/progress"))) == []
    first, second = (text_of(client.get(f"/progress?open=salsk&page={page}")) for page in (1, 2))
    assert (len(people_in(first)), "Ещё 12 человек" in first) == (50, True)
    assert people_in(second)[-1] == "Яковлев59 Анна"
    assert len(people_in(text_of(client.get("/progress?open=all")))) == 63


# --- figures and files ------------------------------------------------------------------------------------------------
@pytest.fixture
def crowd(cast) -> SimpleNamespace:
    """Forty people of two centres and four modules, done, begun and excused by chance."""
    chance = random.Random(7)
    cycle = factories.cycle(slug="big")
    modules = [
        factories.module(cycle, due_at=now() + timedelta(days=days) if days else None) for days in (-20, 0, -1, 30)
    ]
    activities = []
    for module in modules:
        activities += [factories.material(module), factories.quiz(module), factories.live_session(module)]
    factories.material(modules[0], rule=Rule.OPTIONAL)
    factories.material(modules[0], state=State.DRAFT)
    activities[4].due_at = now() - timedelta(days=3)
    activities[8].cancelled_at = now()
    people = [
        factories.person(f"Номер{number:02}", centre=chance.choice([cast.salsk, cast.bataysk, None]))
        for number in range(40)
    ]
    for person in people:
        factories.enrolment(person, cycle)
        zeal = chance.random() * 1.3
        for activity in activities:
            if chance.random() < zeal:
                factories.completion(person, activity, How.EXCUSED if chance.random() < 0.2 else How.READ)
            elif chance.random() < 0.2 and activity.type == "material":
                db.session.add(ReadingPosition(person_id=person.id, material_id=activity.id, percent=9, at=now()))
            elif chance.random() < 0.3 and activity.type == "quiz":
                factories.attempt(person, activity, submitted_at=now() if chance.random() < 0.7 else None)
    db.session.commit()
    return SimpleNamespace(cycle=cycle, modules=modules, people=people, activities=activities)


def slow_marks(person: Person, crowd: SimpleNamespace) -> list[Mark]:
    """The plain way, one question after another."""
    completions = {
        row.activity_id: row.how
        for row in db.session.execute(db.text(f"SELECT activity_id, how FROM completion WHERE person_id = {person.id}"))
    }
    begun = set(db.session.scalars(db.text(f"SELECT material_id FROM reading_position WHERE person_id = {person.id}")))
    attempts = db.session.execute(
        db.text(f"SELECT quiz_id, submitted_at FROM attempt WHERE person_id = {person.id}")
    ).all()
    begun |= {row.quiz_id for row in attempts}
    waiting = {row.quiz_id for row in attempts if row.submitted_at}
    marks = []
    for module in crowd.modules:
        required = [
            Required(one.id, one.due_at or module.due_at)
            for one in module.activities
            if one.state is State.PUBLISHED
            and one.rule is not Rule.OPTIONAL
            and getattr(one, "cancelled_at", None) is None
        ]
        excused = {one for one, how in completions.items() if how == "excused"}
        marks.append(module_mark(required, done=completions, excused=excused, begun=begun, waiting=waiting, now=now()))
    return marks


def test_the_figures_are_those_of_a_slow_straightforward_count(crowd, cast, as_):
    expected = {}
    for person in crowd.people:
        marks = slow_marks(person, crowd)
        total = str(sum(mark.is_settled for mark in marks))
        centre = person.centre.name if person.centre else "Без центра"
        expected[person.list_name] = [centre, *(WORDS[mark] for mark in marks), total]

    page = text_of(as_(cast.coordinator).get("/progress?open=all"))

    found = {line[1]: [line[0], *line[3:]] for line in Table(page).lines()}
    assert found == expected
    rows = {row[0]: row for row, is_group in zip(Table(page).rows, Table(page).groups, strict=True) if is_group}
    for centre in ("Сальск", "Батайск"):
        for number in range(4):
            said = rows[centre][number + 1].split()[0].replace("—ещё", "0")
            people = [line for line in expected.values() if line[0] == centre]
            assert int(said) == sum(line[number + 1] in {"пройден", "освобождён"} for line in people)


@pytest.mark.parametrize(
    "query", ["", "?centre=salsk", "?state=late", "?state=done&module=1", "?module=2", "?q=номер1"]
)
def test_both_files_say_exactly_what_the_screen_says(crowd, cast, as_, query):
    client = as_(cast.coordinator)
    page = text_of(client.get(f"/progress{query}{'&' if query else '?'}open=all"))
    screen = Table(page).lines()

    text = client.get(f"/progress.csv{query}").get_data().decode("utf-8-sig")
    commas = list(csv.reader(io.StringIO(text), delimiter=";"))
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(client.get(f"/progress.xlsx{query}").get_data()))
    cells = [
        [str(int(cell)) if isinstance(cell, float) else cell for cell in row]
        for row in sheet.get_sheet_by_index(0).to_python()
    ]

    assert len(screen) > 1
    assert commas[1:] == screen
    assert cells == commas
    assert commas[0][:3] == ["Центр", "Участник", "Должность"]


def test_files_take_no_formula_from_a_name(cycle, cast, as_):
    cycle.artyom.family_name = '=HYPERLINK("http://evil.example","x")'
    client = as_(cast.coordinator)

    text = client.get("/progress.csv").get_data().decode("utf-8-sig")
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get("/progress.xlsx").get_data()))

    assert '"\'=HYPERLINK(""http://evil.example"",""x"") Артём"' in text
    names = [row[1] for row in book.get_sheet_by_index(0).to_python()]
    assert '=HYPERLINK("http://evil.example","x") Артём' in names


def test_the_table_asks_the_same_few_statements_of_many_people(cycle, cast, as_, count_queries):
    client = as_(cast.coordinator)
    client.get("/progress")
    factories.person()
    with count_queries() as few:
        client.get("/progress")
    for number in range(30):
        person = factories.person(f"Яковлев{number}", centre=cast.bataysk)
        factories.enrolment(person, cycle.cycle)
        factories.completion(person, cycle.materials[0])
    with count_queries() as many:
        client.get("/progress")
    with count_queries() as unchanged:
        client.get("/progress")

    assert len(few) == len(many) <= 12
    assert len(unchanged) < len(many)


def test_what_was_remembered_is_forgotten_when_anything_changes(cycle, cast, as_):
    client = as_(cast.coordinator)
    assert Table(text_of(client.get("/progress"))).lines()[1][5] == "не начат"

    factories.completion(cast.volunteer, cycle.materials[2])

    assert Table(text_of(client.get("/progress"))).lines()[1][5] == "пройден"


def test_a_matrix_of_one_centre_holds_nobody_else(cycle, cast, app):
    with app.test_request_context():
        matrix = matrix_of(cast.centre_coordinator, cycle.cycle, now=now())

    assert [row.name for row in matrix.rows] == ["Ковалёва Ирина", "Мороз Артём"]


# --- those who have not done one module -------------------------------------------------------------------------------
def test_the_number_of_a_centre_opens_those_who_have_not(cycle, cast, as_):
    quiz = factories.quiz(cycle.modules[1])
    factories.completion(cast.volunteer, quiz, How.PASSED)
    factories.attempt(cycle.artyom, quiz, submitted_at=now(), score=6, max_score=12, percent=50, passed=False)

    page = text_of(as_(cast.coordinator).get("/progress?centre=salsk&module=2&state=not-done"))

    assert "<h1>Модуль 2 не прошёл 1 человек</h1>" in page
    assert "Сальск, «Проекты». Прошли 1 из 2. Срок был" in page
    assert "Мороз Артём" in page
    assert "не сдан: 6 из 12" in page
    assert "Ковалёва" not in page


def test_the_file_of_those_who_have_not_says_the_same(cycle, cast, as_):
    text = as_(cast.coordinator).get("/progress.csv?module=2&state=not-done").get_data().decode("utf-8-sig")

    assert text.splitlines()[0] == "Центр;Участник;Должность;Материалы;Последний вход;Напоминали"
    assert [line.split(";")[:4] for line in text.splitlines()[1:]] == [
        ["Батайск", "Чужинова Клавдия", "", "0 из 1"],
        ["Сальск", "Мороз Артём", "волонтёр", "0 из 1"],
    ]


def test_a_trainer_reads_the_list_but_writes_to_nobody(cycle, cast, as_):
    client = as_(cast.trainer)

    page = text_of(client.get("/progress?module=2&state=not-done"))

    assert "Мороз Артём" in page
    assert "Напомнить" not in page
    assert client.get(f"/modules/{cycle.modules[1].id}/reminder").status_code == 403


def test_the_list_asks_the_same_few_statements_of_many_people(cycle, cast, as_, count_queries):
    client = as_(cast.coordinator)
    address = "/progress?module=2&state=not-done"
    client.get(address)
    factories.person()
    with count_queries() as few:
        client.get(address)
    for number in range(30):
        factories.enrolment(factories.person(f"Яковлев{number}", centre=cast.bataysk), cycle.cycle)
    with count_queries() as many:
        client.get(address)

    assert len(few) == len(many) <= 12
