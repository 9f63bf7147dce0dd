"""Pasting a list: looked at, mended, written, or not at all."""

from __future__ import annotations

import html
import io
import json
import re
import zipfile
from datetime import timedelta

import pytest
import xlsxwriter
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from lms.accounts import actions, tables
from lms.accounts.models import PeopleImport, Person, Role
from lms.clock import now
from lms.cycles.models import Enrolment
from lms.extensions import db
from tests import factories
from tests.conftest import SHARED

LIST = """Авдеева Софья, avdeeva@lms.test, Батайск, волонтёр
Дьякова Мария, dyakova.lms.test, Батайск, волонтёр
Ильина Вера, ilina@lms.test, Сальскк, волонтёр
Наталья, nata@lms.test, Сальск, волонтёр
Ковалёва Ирина, VOLUNTEER@lms.test, Сальск, юрист
Орлова Диана, orlova@lms.test, Сальск, волонтёр
Орлова Диана, Orlova@LMS.test, Сальск, волонтёр"""


def text_of(response) -> str:
    return html.unescape(response.text).replace("\u00a0", " ")


def paste(client, text=LIST, **fields):
    return client.post("/people/import", data={"text": text, "centre": 0, **fields})


def send(client, content: bytes, name="люди.xlsx", **fields):
    return client.post("/people/import", data={"file": (io.BytesIO(content), name), "centre": 0, **fields})


def workbook(*rows, at=(0, 0)) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write(at[0] + number, at[1] + column, cell)
    book.close()
    return file.getvalue()


def rewritten(content: bytes, name: str, change) -> bytes:
    """The workbook with one of its parts changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            body = old.read(entry)
            new.writestr(entry, change(body) if entry == name else body)
    return out.getvalue()


def people_count() -> int:
    return db.session.scalar(select(func.count()).select_from(Person))


def kept(email: str) -> Person | None:
    return db.session.scalar(select(Person).where(Person.email == email))


# --- looking ----------------------------------------------------------------------------------------------------------
def test_a_list_is_shown_with_its_mistakes_first_and_nothing_is_written(as_, cast):
    client = as_(cast.coordinator)
    before = people_count()
    answer = paste(client)
    assert (answer.status_code, answer.location) == (303, "/people/imports/1")
    page = text_of(client.get(answer.location))
    assert people_count() == before
    assert "7 строк. Пока ничего не записано." in page
    assert re.findall(r"Строка (\d+): ([^<]+)</a>", page) == [
        ("2", "в адресе нет знака @. Например, ivanova@example.org."),
        ("3", "нет центра «Сальскк»."),
        ("4", "нет фамилии."),
        ("7", "этот адрес уже есть в строке 6."),
    ]
    assert "Исправьте 4 строки или пропустите их" in page
    assert "должность" in page and "Записать 3 человек" in page
    assert "Добавим: 2, обновим: 1, пропустим: 4." in page
    rows = re.findall(r'<tr role="row" id="r(\d)">', page)
    assert rows == ["1", "2", "3", "6", "0", "4", "5"], "those to mend come first"
    assert re.search(r'<option value="1">Сальск</option>', page), "the centre it may have meant is chosen beforehand"


def test_rows_are_mended_in_place_and_then_written(as_, cast):
    client = as_(cast.coordinator)
    address = paste(client).location
    mended = {
        "1-email": "dyakova@lms.test",
        "2-centre": str(cast.salsk.id),
        "3-name": "Петрова Наталья",
        "6-email": "diana@lms.test",
    }
    assert client.post(f"{address}/rows", data=mended).status_code == 303
    page = text_of(client.get(address))
    assert "Исправьте" not in page and "Записать 7 человек" in page
    assert client.post(f"{address}/people").status_code == 303
    assert kept("dyakova@lms.test").centre_id == cast.bataysk.id
    assert kept("ilina@lms.test").centre_id == cast.salsk.id
    assert kept("nata@lms.test").full_name == "Петрова Наталья"
    assert kept("avdeeva@lms.test").roles == {Role.VOLUNTEER}
    assert kept("volunteer@lms.test").position == "юрист"
    assert "6" in client.get(address).text


def test_when_mending_changes_the_number_the_button_says_it_anew_before_anybody_is_written(as_, cast):
    client = as_(cast.coordinator)
    address = paste(client).location
    assert 'name="expected" value="3"' in client.get(address).text
    client.post(f"{address}/people", data={"3-name": "Петрова Наталья", "expected": "3"})
    assert kept("nata@lms.test") is None
    page = client.get(address).text
    assert "С вашими правками запишем 4 человек" in page.replace("\u00a0", " ")
    assert 'name="expected" value="4"' in page
    client.post(f"{address}/people", data={"expected": "4"})
    assert kept("nata@lms.test").family_name == "Петрова"


def test_rows_with_mistakes_are_left_out(as_, cast):
    client = as_(cast.coordinator)
    before = people_count()
    address = paste(client).location
    client.post(f"{address}/people")
    assert "Добавлены 2 человека, обновлён 1." in text_of(client.get(address))
    assert people_count() == before + 2
    figures = db.session.get(PeopleImport, 1)
    assert (figures.added, figures.updated, figures.skipped, figures.rows) == (2, 1, 4, [])


@pytest.mark.parametrize(("show", "rows"), [("bad", 4), ("add", 2), ("update", 1), ("same", 0), ("nonsense", 0)])
def test_tabs_choose_rows(as_, cast, show, rows):
    client = as_(cast.coordinator)
    page = client.get(f"{paste(client).location}?show={show}").text
    assert page.count('<tr role="row" id="r') == rows


def test_any_row_can_be_opened_for_mending(as_, cast):
    client = as_(cast.coordinator)
    page = client.get(f"{paste(client).location}?row=5").text
    for name in ("5-name", "5-email", "5-centre", "5-position"):
        assert f'name="{name}"' in page


def test_a_list_with_nothing_new_changes_nothing(as_, cast):
    client = as_(cast.coordinator)
    version = cast.volunteer.version
    address = paste(client, "Ковалёва Ирина;volunteer@lms.test;Сальск").location
    assert "Уже в списке" in text_of(client.get(address))
    client.post(f"{address}/people")
    assert db.session.get(Person, cast.volunteer.id).version == version


def test_what_the_list_leaves_out_stays(as_, cast):
    cast.volunteer.patronymic, cast.volunteer.position = "Петровна", "юрист"
    client = as_(cast.coordinator)
    address = paste(client, "Ковалева Ирина;volunteer@lms.test").location
    client.post(f"{address}/people")
    person = db.session.get(Person, cast.volunteer.id)
    assert (person.full_name, person.position, person.centre_id) == ("Ковалева Ирина Петровна", "юрист", cast.salsk.id)


def test_an_update_is_seen_by_whoever_edits_that_person(as_, cast):
    version = cast.volunteer.version
    client = as_(cast.coordinator)
    client.post(f"{paste(client).location}/people")
    assert db.session.get(Person, cast.volunteer.id).version == version + 1


def test_a_centre_for_those_whose_line_names_none(as_, cast):
    client = as_(cast.coordinator)
    assert "Не указан центр" in text_of(client.get(paste(client, "Орлова Диана;orlova@lms.test").location))
    address = paste(client, "Орлова Диана;orlova@lms.test", centre=cast.bataysk.id).location
    client.post(f"{address}/people")
    assert kept("orlova@lms.test").centre_id == cast.bataysk.id


# --- writing ----------------------------------------------------------------------------------------------------------
def test_writing_twice_writes_once(as_, cast):
    client = as_(cast.coordinator)
    address = paste(client).location
    for _ in range(3):
        assert client.post(f"{address}/people").location == address
    assert db.session.scalar(select(func.count()).where(Person.email == "orlova@lms.test")) == 1
    assert db.session.get(PeopleImport, 1).added == 2


def test_a_failure_halfway_writes_nobody(as_, cast, monkeypatch):
    client = as_(cast.coordinator)
    address = paste(client).location
    before = people_count()

    def fail(_verdicts):
        raise IntegrityError("", {}, Exception())

    monkeypatch.setattr(actions, "_update", fail)
    client.post(f"{address}/people")
    answer = client.get(address)
    assert "Один из этих адресов только что записал кто-то ещё" in text_of(answer)
    assert people_count() == before
    assert db.session.get(PeopleImport, 1).written_at is None


def test_a_list_without_a_single_good_row_writes_nobody_and_keeps_waiting(as_, cast):
    client = as_(cast.coordinator)
    address = paste(client, "Наталья;nata.lms.test").location
    assert client.post(f"{address}/people", data={"0-name": "Петрова Наталья"}).location == address
    assert db.session.get(PeopleImport, 1).written_at is None
    assert "Петрова Наталья" in client.get(address).text, "what was mended stays mended"


def test_the_new_ones_are_enrolled_where_it_is_asked_for(as_, cast):
    cycle = factories.cycle(title="Школа")
    client = as_(cast.coordinator)
    address = paste(client).location
    assert "Записать их на цикл «Школа»" in text_of(client.get(address))
    client.post(f"{address}/people", data={"enrol": "1"})
    enrolled = set(db.session.scalars(select(Enrolment.person_id).where(Enrolment.cycle_id == cycle.id)))
    assert enrolled == {kept(e).id for e in ("avdeeva@lms.test", "orlova@lms.test", "volunteer@lms.test")}


def test_a_list_is_thrown_away(as_, cast):
    client = as_(cast.coordinator)
    address = paste(client).location
    assert client.post(f"{address}/end").location == "/people/"
    assert client.get(address).status_code == 404


def test_an_unfinished_list_waits_and_is_found_again(as_, cast):
    client = as_(cast.coordinator)
    address = paste(client).location
    assert address in client.get("/people/import").text
    assert address not in as_(cast.admin).get("/people/import").text


def test_lists_are_thrown_away_after_a_month(as_, cast):
    client = as_(cast.coordinator)
    paste(client)
    db.session.get(PeopleImport, 1).created_at = now() - timedelta(days=31)
    paste(client)
    assert (
        db.session.scalars(select(PeopleImport.id)).all() == [2]
        or db.session.scalar(select(func.count()).select_from(PeopleImport)) == 1
    )


# --- whose it is ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", ["", "/rows", "/people", "/end"])
@pytest.mark.parametrize("who", ["admin", "centre_coordinator"])
def test_a_list_is_for_its_maker_alone(as_, cast, path, who):
    address = paste(as_(cast.coordinator)).location + path
    client = as_(getattr(cast, who))
    answer = client.post(address) if path else client.get(address)
    assert answer.status_code == 404
    assert "Авдеева" not in answer.text


def test_a_centres_coordinator_pastes_into_her_own_centre(as_, cast):
    client = as_(cast.centre_coordinator)
    assert 'name="centre"' not in client.get("/people/import").text
    text = "Авдеева Софья;avdeeva@lms.test\nИльина Вера;ilina@lms.test"
    address = paste(client, text, centre=cast.bataysk.id).location
    client.post(f"{address}/people", data={"1-centre": str(cast.bataysk.id)})
    assert {kept(e).centre_id for e in ("avdeeva@lms.test", "ilina@lms.test")} == {cast.salsk.id}


def test_enrolling_is_not_hers_to_do(as_, cast):
    factories.cycle()
    client = as_(cast.centre_coordinator)
    address = paste(client, "Авдеева Софья;avdeeva@lms.test").location
    assert 'name="enrol"' not in client.get(address).text
    assert client.post(f"{address}/people", data={"enrol": "1"}).status_code == 403
    assert kept("avdeeva@lms.test") is None


def test_naming_another_centre_is_a_mistake_for_her(as_, cast):
    client = as_(cast.centre_coordinator)
    page = text_of(client.get(paste(client).location))
    assert "Нет центра «Батайск»" in page


def test_people_she_may_not_change_are_not_shown_and_not_changed(as_, cast):
    client = as_(cast.centre_coordinator)
    text = (
        "Иванова Анна;stranger@lms.test;Сальск\nИванова Анна;admin@lms.test;Сальск\nИванова Анна;centre@lms.test;Сальск"
    )
    address = paste(client, text).location
    page = text_of(client.get(address))
    assert page.count("тот адрес уже у человека, которого нет в вашем списке") == 6
    assert "Чужинова" not in page and "Юрьева" not in page
    client.post(f"{address}/people")
    assert {kept(e).family_name for e in ("stranger@lms.test", "admin@lms.test")} == {"Чужинова", "Юрьева"}


def test_an_administrator_is_not_changed_by_a_coordinators_list(as_, cast):
    client = as_(cast.coordinator)
    address = paste(client, "Иванова Анна;admin@lms.test;Сальск").location
    client.post(f"{address}/people")
    assert kept("admin@lms.test").family_name == "Юрьева"


# --- files ------------------------------------------------------------------------------------------------------------
HEAD = ["Фамилия", "Имя", "Почта", "Центр"]
BODY = ["Орлова", "Диана", "orlova@lms.test", "Сальск"]


def test_a_workbook_is_read(as_, cast):
    client = as_(cast.coordinator)
    answer = send(client, workbook(HEAD, BODY))
    page = text_of(client.get(answer.location))
    assert "Файл «люди.xlsx», 1 строка." in page
    client.post(f"{answer.location}/people")
    assert kept("orlova@lms.test").full_name == "Орлова Диана"


def test_a_workbook_whose_table_begins_further_down_keeps_its_line_numbers(as_, cast):
    client = as_(cast.coordinator)
    answer = send(client, workbook(HEAD, ["", *BODY[1:]], at=(4, 2)))
    assert "Строка 6: нет фамилии." in text_of(client.get(answer.location))


@pytest.mark.slow
def test_five_thousand_lines_in_an_old_encoding(as_, cast):
    lines = [f"Участникова{'абвгдежзик'[n % 10]} Анна;person{n % 4900}@lms.test;Сальск" for n in range(5000)]
    content = ("Фамилия Имя;Почта;Центр\r\n" + "\r\n".join(lines)).encode("cp1251")
    client = as_(cast.coordinator)
    answer = send(client, content, "люди.csv")
    assert "Исправьте 100 строк" in text_of(client.get(answer.location))
    before = people_count()
    client.post(f"{answer.location}/people")
    assert people_count() == before + 4900


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "ни одной строки"),
        (b"PK\x03\x04 no workbook", "Файл не читается"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 100, "старый файл Excel"),
        (bytes(range(256)) * 20, "Это не таблица"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0", "Это не таблица"),
    ],
)
def test_what_is_no_table_is_refused_with_a_word(as_, cast, content, said):
    page = send(as_(cast.coordinator), content)
    assert page.status_code == 422
    assert said in text_of(page)
    assert db.session.scalar(select(func.count()).select_from(PeopleImport)) == 0


def test_one_cell_in_the_furthest_corner_is_refused_before_it_is_unpacked(as_, cast):
    content = rewritten(
        workbook(HEAD, BODY),
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'),
    )
    page = send(as_(cast.coordinator), content)
    assert page.status_code == 422
    assert "Книга слишком большая" in text_of(page)


def test_a_row_without_the_names_of_its_cells_cannot_hide_in_the_corner(as_, cast):
    content = rewritten(
        workbook(HEAD, BODY),
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b"</sheetData>", b'<row r="1048576"><c><v>1</v></c></row></sheetData>'),
    )
    assert send(as_(cast.coordinator), content).status_code == 422


def test_a_lying_dimension_hides_nobody(as_, cast):
    rows = [[f"Участникова{n}", "Анна", f"person{n}@lms.test", "Сальск"] for n in range(1000)]
    content = rewritten(
        workbook(HEAD, *rows),
        "xl/worksheets/sheet1.xml",
        lambda xml: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', xml),
    )
    client = as_(cast.coordinator)
    assert "1000 строк" in text_of(client.get(send(client, content).location))


def test_a_bomb_is_refused_before_it_is_unpacked(as_, cast):
    bomb = rewritten(workbook(HEAD), "xl/worksheets/sheet1.xml", lambda _xml: b" " * 60_000_000)
    assert len(bomb) < 100_000
    page = send(as_(cast.coordinator), bomb)
    assert page.status_code == 422
    assert "Книга слишком большая" in text_of(page)


def test_one_long_text_in_many_cells_is_refused_before_it_is_unpacked():
    long = workbook(["x" * 30_000])
    cells = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (n, n) for n in range(1, 2000))
    content = rewritten(
        long,
        "xl/worksheets/sheet1.xml",
        lambda xml: re.sub(rb"<sheetData>.*</sheetData>", b"<sheetData>" + cells + b"</sheetData>", xml),
    )
    with pytest.raises(ValueError):
        tables.read_file(content)


def test_a_text_that_is_too_long_keeps_nothing(as_, cast):
    page = paste(as_(cast.coordinator), "a@lms.test\n" * 10_003)
    assert page.status_code == 422
    assert "до десяти тысяч строк" in text_of(page)


@pytest.mark.parametrize("text", ["", "   ", "Фамилия;Имя;Почта"])
def test_an_empty_list_is_said_to_be_empty(as_, cast, text):
    assert paste(as_(cast.coordinator), text).status_code == 422


# --- whatever is typed ------------------------------------------------------------------------------------------------
BLNS = SHARED / "data" / "tables" / "naughty_strings" / "blns.json"


@pytest.mark.skipif(not BLNS.exists(), reason="the naughty strings are not on this machine")
@pytest.mark.slow
def test_naughty_strings_as_names_neither_fail_nor_run(as_, cast):
    strings = [line for text in json.loads(BLNS.read_text()) for line in text.splitlines()[:1]]
    text = "\n".join(f"{name.replace(chr(9), ' ')}\tperson{n}@lms.test\tСальск" for n, name in enumerate(strings))
    client = as_(cast.coordinator)
    answer = paste(client, text)
    assert answer.status_code == 303
    for page in range(1, 14):
        shown = client.get(f"{answer.location}?page={page}")
        assert shown.status_code == 200
        body = shown.text.split("<main", 1)[1].split("</main>")[0]
        assert (
            "<script" not in body.lower()
            and "<img" not in body.lower()
            and "onerror=alert" not in re.sub(r'"[^"]*"', "", body)
        )
    client.post(f"{answer.location}/people")
    names = db.session.scalars(select(Person.family_name).where(Person.email.startswith("person"))).all()
    assert names
    assert not [name for name in names if re.search(r"[<>=@{}\x00-\x1f\u202a-\u202e]", name)]


def test_a_forged_field_is_no_row(as_, cast):
    client = as_(cast.coordinator)
    address = paste(client).location
    forged = {
        "-1-name": "x",
        "99-email": "x",
        "0-centre": "999999",
        "1-centre": "нет",
        "2-role": "admin",
        "x" * 300: "y",
    }
    assert client.post(f"{address}/rows", data=forged).status_code == 303
    assert kept("x") is None


def test_looking_costs_the_same_for_one_and_for_thirty(as_, cast, count_queries):
    client = as_(cast.coordinator)
    counts = []
    for number in (1, 30):
        text = "\n".join(f"Участникова Анна;new{n}@lms.test;Сальск" for n in range(number))
        address = paste(client, text).location
        with count_queries() as queries:
            client.get(address)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 10
