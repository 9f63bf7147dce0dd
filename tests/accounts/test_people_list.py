"""A pasted list, understood: whatever shape it comes in."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.accounts.people_list import Row, read_people, split_name
from lms.accounts.tables import Line, decode, read_file, read_text
from lms.accounts.verdicts import Centres
from tests.conftest import SHARED

TABLES = SHARED / "data" / "tables"
CENTRES = Centres({1: ["Сальск", "Salsk", "Сальска", "в Сальске", "г. Сальск"], 2: ["Таганрог"]})

IRINA = Row(1, "Ковалёва", "Ирина", "Петровна", "irina@lms.test", "Сальск", "юрист")
ARTYOM = Row(2, "Мороз", "Артём", "Олегович", "artyom@lms.test", "Таганрог", "волонтёр")


def read(text: str) -> list[Row]:
    return read_people(read_text(text), CENTRES.knows)


def _renumbered(row: Row, number: int) -> Row:
    return Row(**(vars(row) | {"number": number}))


# --- shapes -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("separator", [";", ",", "\t", ", ", " ; "])
@pytest.mark.parametrize(
    "columns",
    [
        "family given patronymic email centre position",
        "full email centre position",
        "email full centre position",
        "centre full position email",
        "full centre position email",
        "position email centre full",
        "email family given patronymic position centre",
        "number full phone email centre position",
    ],
)
def test_columns_come_in_any_order_without_a_head(columns, separator):
    lines = [separator.join(cell(row, column) for column in columns.split()) for row in (IRINA, ARTYOM)]
    assert read("\n".join(lines)) == [IRINA, ARTYOM]


def cell(row: Row, column: str) -> str:
    return {
        "family": row.family_name,
        "given": row.given_name,
        "patronymic": row.patronymic,
        "full": f"{row.family_name} {row.given_name} {row.patronymic}",
        "email": row.email,
        "centre": row.centre,
        "position": row.position,
        "number": str(row.number),
        "phone": f"+7 900 000-00-0{row.number}",
    }[column]


@pytest.mark.parametrize(
    "head",
    [
        "Фамилия;Имя;Отчество;Почта;Центр;Должность",
        "ФАМИЛИЯ;ИМЯ;ОТЧЕСТВО;E-mail;РЦ;Роль",
        "lastname;firstname;middlename;email;institution;position",
        "Фамилия ;Имя ;Отчество ;Адрес электронной почты;Ресурсный центр;Должность*",
    ],
)
def test_a_head_names_the_columns(head):
    irina, artyom = (";".join(list(vars(row).values())[1:]) for row in (IRINA, ARTYOM))
    text = f"{head}\n{irina}\n{artyom}"
    assert read(text) == [_renumbered(IRINA, 2), _renumbered(ARTYOM, 3)]


def test_a_head_in_another_order_with_columns_nobody_needs():
    head = "№,Отметка времени,Почта,ФИО участника,Телефон"
    text = f"{head}\n1,24.11.2026 10:00,irina@lms.test,Ковалёва Ирина Петровна,+7 900"
    assert read(text) == [Row(2, "Ковалёва", "Ирина", "Петровна", "irina@lms.test")]


def test_a_head_without_the_word_for_addresses_finds_them():
    assert read("ФИО;Контакт\nКовалёва Ирина;irina@lms.test") == [Row(2, "Ковалёва", "Ирина", "", "irina@lms.test")]


@pytest.mark.parametrize(
    "text",
    [
        "Ирина Ковалёва <irina@lms.test>\nАртём Мороз <artyom@lms.test>",
        "Ковалёва Ирина <irina@lms.test>\nМороз Артём <artyom@lms.test>",
        "Ковалёва, Ирина <irina@lms.test>\nМороз, Артём <artyom@lms.test>",
        '"Ковалёва, Ирина" <irina@lms.test>\n"Мороз, Артём" <artyom@lms.test>',
        "Ирина Ковалёва <mailto:irina@lms.test>;\nАртём Мороз <artyom@lms.test>;",
    ],
)
def test_an_address_in_brackets_after_a_name(text):
    assert read(text) == [
        Row(1, "Ковалёва", "Ирина", "", "irina@lms.test"),
        Row(2, "Мороз", "Артём", "", "artyom@lms.test"),
    ]


def test_what_a_mail_program_copies_on_one_line():
    text = 'Ирина Ковалёва <irina@lms.test>, "Мороз, Артём" <artyom@lms.test>; third@lms.test'
    assert read(text) == [
        Row(1, "Ковалёва", "Ирина", "", "irina@lms.test"),
        Row(1, "Мороз", "Артём", "", "artyom@lms.test"),
        Row(1, email="third@lms.test"),
    ]


def test_nothing_but_addresses():
    assert [row.email for row in read("a@lms.test, b@lms.test\nc@lms.test")] == [
        "a@lms.test",
        "b@lms.test",
        "c@lms.test",
    ]


def test_lines_keep_the_numbers_they_have_in_the_table():
    text = "Ковалёва Ирина;irina@lms.test\n\n;\nМороз Артём;artyom@lms.test"
    assert [row.number for row in read(text)] == [1, 4]


def test_cells_with_quotes_separators_and_line_ends():
    irina = '"Ковалёва";"Ирина ""Ира""";"irina@lms.test";"Сальск";"юрист;\nбухгалтер"'
    text = f"{irina}\nМороз;Артём;artyom@lms.test;Таганрог;волонтёр"
    [first, second] = read(text)
    assert (first.position, first.email) == ("юрист; бухгалтер", "irina@lms.test")
    assert (second.number, second.family_name) == (3, "Мороз")


def test_a_quote_that_is_never_closed_spoils_no_other_line():
    text = "\n".join(
        f'"Фамилия{n};person{n}@lms.test' if n == 3 else f"Фамилия{n};person{n}@lms.test" for n in range(1, 20)
    )
    assert [row.email for row in read(text)] == [f"person{n}@lms.test" for n in range(1, 20)]


def test_a_line_whose_address_stands_elsewhere_is_straightened():
    rows = read(
        "Ковалёва Ирина;irina@lms.test;Сальск\nМороз Артём;a@lms.test;Таганрог\nЗайцева Полина;Сальск;p@lms.test"
    )
    assert (rows[2].email, rows[2].centre) == ("p@lms.test", "Сальск")


def test_an_address_without_its_sign_stays_where_addresses_stand():
    [row, _other] = read("Дьякова Мария, dyakova.lms.test, Сальск\nКовалёва Ирина, irina@lms.test, Сальск")
    assert (row.family_name, row.email, row.centre) == ("Дьякова", "dyakova.lms.test", "Сальск")


def test_a_centre_nobody_knows_is_still_the_centre():
    [row] = read("Ильина Вера;ilina@lms.test;Сальскк")
    assert row.centre == "Сальскк"


@pytest.mark.parametrize("text", ["", "   \n\n", ";;;\n;;", "\ufeff", "\0\0"])
def test_nothing_is_nobody(text):
    assert read(text) == []


# --- names ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Ковалёва Ирина Петровна", ("Ковалёва", "Ирина", "Петровна")),
        ("Ирина Петровна Ковалёва", ("Ковалёва", "Ирина", "Петровна")),
        ("Ковалёва Ирина", ("Ковалёва", "Ирина", "")),
        ("Ирина Ковалёва", ("Ковалёва", "Ирина", "")),
        ("Ковалёва, Ирина Петровна", ("Ковалёва", "Ирина", "Петровна")),
        ("Наталья", ("", "Наталья", "")),
        ("Ковалёва", ("Ковалёва", "", "")),
        ("Ирина Петровна", ("", "Ирина", "Петровна")),
        ("Анна Пашкевич", ("Пашкевич", "Анна", "")),
        ("КОВАЛЁВА ИРИНА", ("Ковалёва", "Ирина", "")),
        ("ковалёва ирина", ("Ковалёва", "Ирина", "")),
        ("Салтыков-Щедрин Михаил Евграфович", ("Салтыков-Щедрин", "Михаил", "Евграфович")),
        ("Алиев Рустам Фарид оглы", ("Алиев", "Рустам", "Фарид оглы")),
        ("Иванова И. П.", ("Иванова", "И.", "П.")),
        ("Иванова И.П.", ("Иванова", "И.", "П.")),
        ("И. П. Иванова", ("Иванова", "И.", "П.")),
        ("Tom Jones", ("Tom", "Jones", "")),
        ("Фёдор Иванов", ("Иванов", "Фёдор", "")),
        ("", ("", "", "")),
    ],
)
def test_whole_names_are_taken_apart(text, parts):
    assert split_name(text) == parts


@pytest.mark.parametrize(
    "text",
    ["Сальск", "сальск", "РЦ Сальск", "РЦ «Сальск»", "г. Сальск", "в Сальске", "Ресурсный центр Сальска", "SALSK"],
)
def test_a_centre_is_known_by_any_of_its_names(text):
    assert CENTRES.find(text) == 1


def test_a_misspelt_centre_is_near_the_right_one():
    assert (CENTRES.find("Сальскк"), CENTRES.nearest("Сальскк")) == (None, [1])
    assert CENTRES.nearest("Ростов-на-Дону") == []


# --- encodings and files ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1251", "koi8-r", "cp866", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_old_encodings_are_recognised(encoding):
    text = "Фамилия;Имя;Почта;Центр\r\nКовалёва;Ирина;irina@lms.test;Сальск\r\nМороз;Артём;artyom@lms.test;Таганрог\r\n"
    content = text.encode(encoding)
    assert [row.family_name for row in read_people(read_file(content), CENTRES.knows)] == ["Ковалёва", "Мороз"]


def test_what_excel_notes_for_itself_is_no_row():
    assert read("sep=;\nКовалёва Ирина;irina@lms.test") == [Row(2, "Ковалёва", "Ирина", "", "irina@lms.test")]


@pytest.mark.parametrize(
    ("text", "said"),
    [("a@lms.test\n" * 10_003, "ten thousand"), ("x" * 1_000_001, "million")],
)
def test_too_much_is_refused(app, text, said):
    with pytest.raises(ValueError) as refused:
        read_text(text)
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert said in str(refused.value)


def shared_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (TABLES / folder).rglob("*") if path.is_file())


FILES = shared_files("csv_spectrum", "encodings", "moodle_user_lists", "tables_csvkit", "naughty_strings")


@pytest.mark.skipif(not FILES, reason="the sample tables are not on this machine")
def test_any_table_is_read_or_refused_with_a_word(app):
    failed = []
    for path in FILES:
        try:
            rows = read_people(read_file(path.read_bytes()), CENTRES.knows)
            assert all(isinstance(row, Row) for row in rows)
        except ValueError as refused:
            with app.test_request_context():
                if not str(refused):
                    failed.append(path.name)
    assert failed == []


@pytest.mark.skipif(not FILES, reason="the sample tables are not on this machine")
def test_moodles_own_lists_of_users_are_understood():
    path = TABLES / "moodle_user_lists/lib/tests/fixtures/upload_users_cohorts.csv"
    rows = read_people(read_file(path.read_bytes()), CENTRES.knows)
    assert rows[:2] == [
        Row(2, "Jones", "Tom", "", "tomjones@example.com"),
        Row(3, "Smith", "Mary", "", "marysmith@example.com"),
    ]


@pytest.mark.skipif(not FILES, reason="the sample tables are not on this machine")
@pytest.mark.parametrize("name", ["sample-russian.txt", "sample-russian-2.txt", "sample-russian-3.txt"])
def test_russian_texts_are_decoded(name):
    text = decode((TABLES / "encodings" / name).read_bytes())
    russian = sum("а" <= letter <= "я" for letter in text.lower())
    assert russian / len(text) > 0.5


# --- anything at all --------------------------------------------------------------------------------------------------
@given(st.text(max_size=400))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_refused(text):
    assert all(isinstance(row, Row) for row in read(text))


@given(
    st.lists(
        st.lists(
            st.sampled_from(["", "a@b.cd", "Ковалёва", "Ирина", "Сальск", "<x@y.zz>", '"', "1", "юрист"]), max_size=6
        )
    )
)
@settings(max_examples=300, deadline=None)
def test_any_lines_of_such_cells_are_read(rows):
    lines = [Line(number, cells) for number, cells in enumerate(rows, 1) if any(cells)]
    found = read_people(lines, CENTRES.knows)
    assert [row.number for row in found] == sorted(row.number for row in found)


@given(st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_or_refused(app, content):
    with app.app_context():
        try:
            read_file(content)
        except ValueError as refused:
            assert str(refused)
