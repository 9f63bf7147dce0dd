"""A provider's list of participants: read in the shapes they come in, matched by address only, completed by a human."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
import xlsxwriter

from lms.accounts.tables import read_file, read_text
from lms.clock import now
from lms.extensions import db
from lms.sessions.models import Attendance, AttendanceMark, ParticipantList, Presence
from lms.sessions.participant_list_worker import forget_old_lists
from lms.sessions.participant_lists import Participant, is_of_another_day, participants, read_minutes, read_moment
from tests import factories
from tests.sessions.conftest import MOSCOW, reads
from tests.sessions.test_attendance import attended, completed, read_aloud

START = datetime(2026, 12, 3, 15, 0, tzinfo=MOSCOW)
END = START + timedelta(minutes=90)

ZOOM = """Meeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants
812 3456 7890,PR и соцсети,12/03/2026 02:45:11 PM,12/03/2026 04:32:00 PM,host@example.org,107,4

Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest,In Waiting Room
Ирина (Сальск),volunteer@lms.test,12/03/2026 02:58:00 PM,12/03/2026 03:20:00 PM,22,Yes,No
Ирина (Сальск),Volunteer@lms.test,12/03/2026 03:25:00 PM,12/03/2026 04:30:00 PM,65,Yes,No
Чужинова Клавдия,,12/03/2026 03:31:00 PM,12/03/2026 04:05:00 PM,34,Yes,No
iPhone (Олег),,12/03/2026 03:01:00 PM,12/03/2026 03:02:00 PM,1,Yes,No
Дмитрий Савченко,trainer@lms.test,12/03/2026 02:45:00 PM,12/03/2026 04:32:00 PM,107,No,No
"""
ZOOM_RU = """Имя (настоящее имя);Электронная почта;Время входа;Время выхода;Продолжительность (минуты);Гость
Ирина;volunteer@lms.test;03.12.2026 14:58:00;03.12.2026 16:30:00;92;Да
"""
TELEMOST = """Участник;Почта;Время подключения;Время отключения;Длительность
Ирина;volunteer@lms.test;2026-12-03 14:58;2026-12-03 16:30;1 ч 32 мин
"""
BBB = """Name,Moderator,Activity Score,Talk time,Webcam time,Messages,Emojis,Raise hands,Join,Left,Duration
Ирина,FALSE,3.5,00:01:10,00:00:00,2,0,1,"12/3/2026, 2:58:00 PM","12/3/2026, 4:30:00 PM",01:32:00
"""
TEAMS = """Full Name\tEmail\tFirst Join\tLast Leave\tIn-Meeting Duration
Ирина\tvolunteer@lms.test\t12/3/26, 2:58:00 PM\t12/3/26, 4:30:00 PM\t1h 32m 0s
"""


def moscow(hour: int, minute: int) -> datetime:
    return datetime(2026, 12, 3, hour, minute, tzinfo=MOSCOW).astimezone(UTC)


def read(text: str) -> list[Participant]:
    return participants(read_text(text), START, "Europe/Moscow")


# --- shapes -----------------------------------------------------------------------------------------------------------
def test_several_lines_of_one_person_are_one_participant():
    found = {one.name: one for one in read(ZOOM)}

    assert list(found) == ["Ирина (Сальск)", "Чужинова Клавдия", "iPhone (Олег)", "Дмитрий Савченко"]
    assert found["Ирина (Сальск)"] == Participant(
        "Ирина (Сальск)", "volunteer@lms.test", moscow(14, 58), moscow(16, 30), 87, 2
    )


def test_two_devices_at_once_are_not_twice_the_time():
    (one,) = read(
        "Имя,Почта,Вход,Выход\nИ,a@b.ru,2026-12-03 15:00,2026-12-03 16:00\nИ,a@b.ru,2026-12-03 15:30,2026-12-03 16:10"
    )

    assert (one.minutes, one.lines) == (70, 2)


@pytest.mark.parametrize("text", [ZOOM_RU, TELEMOST, BBB, TEAMS], ids=["zoom in Russian", "telemost", "bbb", "teams"])
def test_every_provider_says_the_same_in_its_own_shape(text):
    (one,) = read(text)

    assert (one.name, one.joined_at, one.left_at, one.minutes) == ("Ирина", moscow(14, 58), moscow(16, 30), 92)
    assert one.address == ("" if text is BBB else "volunteer@lms.test")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1251", "utf-16", "koi8-r"])
def test_files_come_in_every_encoding(encoding):
    found = participants(read_file(ZOOM_RU.encode(encoding)), START, "Europe/Moscow")

    assert [(one.name, one.minutes) for one in found] == [("Ирина", 92)]


def test_a_workbook_is_read_as_well():
    file = BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    for number, line in enumerate(ZOOM_RU.splitlines()):
        sheet.write_row(number, 0, line.split(";"))
    book.close()

    assert [one.minutes for one in participants(read_file(file.getvalue()), START, "Europe/Moscow")] == [92]


def test_addresses_without_a_head_are_enough():
    assert [(one.name, one.address) for one in read("Ирина;a@example.org\nОлег;b@example.org")] == [
        ("Ирина", "a@example.org"),
        ("Олег", "b@example.org"),
    ]
    assert read("просто текст\nбез всего") == []


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("12/03/2026 02:58:11 PM", (14, 58)),
        ("03/12/2026 14:58", (14, 58)),
        ("3.12.26 14:58:11", (14, 58)),
        ("2026-12-03T11:58:11Z", (14, 58)),
        ("2026-12-03T14:58:11+03:00", (14, 58)),
        ("14:58", (14, 58)),
    ],
)
def test_a_day_that_can_be_read_two_ways_is_that_of_the_session(text, clock):
    assert read_moment(text, START, "Europe/Moscow").replace(second=0) == moscow(*clock)


@pytest.mark.parametrize("text", ["", "вчера", "2026-13-45 10:00", "99/99/9999 99:99", "2026-12-03 25:61", "9" * 400])
def test_what_is_no_time_is_none(text):
    assert read_moment(text, START, "Europe/Moscow") is None


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("92", 92),
        ("92,5", 92.5),
        ("01:32:30", 92.5),
        ("5:30", 5.5),
        ("1 ч 32 мин", 92),
        ("45m", 45),
        ("—", None),
        ("", None),
    ],
)
def test_minutes_are_told_in_many_ways(text, minutes):
    assert read_minutes(text) == minutes


def test_a_list_of_another_day_is_noticed():
    assert not is_of_another_day(read(ZOOM), START, END)
    assert is_of_another_day(read(ZOOM.replace("12/03/2026", "11/19/2026")), START, END)


# --- pages ------------------------------------------------------------------------------------------------------------
@pytest.fixture
def over(school, cast, today):
    today.move_to(START + timedelta(hours=3))
    db.session.commit()
    return school


def address(school, list_id: int | None = None) -> str:
    return f"/sessions/{school.live_session.id}/participants" + (f"/{list_id}" if list_id else "")


def upload(client, school, text: str = ZOOM, **more) -> str:
    answer = client.post(address(school), data={"text": text, "zone": "Europe/Moscow"} | more)
    assert answer.status_code == 303
    return answer.location


def version() -> str:
    return str(db.session.query(ParticipantList).one().version)


def test_first_it_is_shown_and_nothing_is_written(over, as_, cast):
    client = as_(cast.trainer)

    page = read_aloud(client.get(upload(client, over)))

    assert "4 участника в списке, 2 узнали по адресу" in page
    assert "Ковалёва Ирина" in page
    assert "14:58–16:30 · на встрече 87 минут · 2 строки" in page
    assert "ведёт встречу, не считается" in page
    assert attended() == {}


def test_only_the_exact_address_is_matched_and_the_same_name_is_a_question(over, as_, cast):
    client = as_(cast.trainer)
    shown = upload(client, over)

    assert "Это Чужинова Клавдия: имя совпадает" in read_aloud(client.get(shown))
    client.post(shown, data={"version": version()})

    assert attended() == {cast.volunteer.id: Presence.LISTED}
    assert set(completed()) == {cast.volunteer.id}
    row = db.session.query(Attendance).one()
    assert (row.at, row.left_at, row.minutes, row.by_id) == (moscow(14, 58), moscow(16, 30), 87, cast.trainer.id)
    assert db.session.query(AttendanceMark).one().how is Presence.LISTED


def test_a_human_assigns_the_rest_by_a_tick_or_by_an_address(over, as_, cast):
    client = as_(cast.trainer)
    shown = upload(client, over)

    client.post(
        shown,
        data={
            "version": version(),
            "is-1": str(cast.stranger.id),
            "row-2": f" {cast.other_coordinator.email.upper()} ",
        },
    )

    assert attended() == dict.fromkeys(
        (cast.volunteer.id, cast.stranger.id, cast.other_coordinator.id), Presence.LISTED
    )
    page = read_aloud(client.get(f"/sessions/{over.live_session.id}/attendance"))
    assert "на встрече 34 минуты · на 31 минуту позже · до конца оставалось 25 минут" in page


def test_a_tick_for_somebody_not_proposed_counts_for_nobody(over, as_, cast):
    client = as_(cast.trainer)

    shown = upload(client, over)
    client.post(shown, data={"version": version(), "is-2": str(cast.stranger.id), "is-77": "x"})

    assert attended() == {cast.volunteer.id: Presence.LISTED}


def test_an_unknown_address_is_an_error_at_its_row_and_nothing_is_written(over, as_, cast):
    client = as_(cast.trainer)

    shown = upload(client, over)
    answer = client.post(shown, data={"version": version(), "row-2": "нет@такого", "is-1": str(cast.stranger.id)})

    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert 'value="нет@такого"' in page
    assert f'value="{cast.stranger.id}" id="is-1-{cast.stranger.id}" checked' in page
    assert attended() == {}


def test_who_was_known_already_gets_the_minutes_and_stays_as_known(over, as_, cast, today):
    today.move_to(START)
    as_(cast.volunteer).post(f"/sessions/{over.live_session.id}/enter")
    today.move_to(END)
    client = as_(cast.trainer)

    shown = upload(client, over)
    client.post(shown, data={"version": version()})

    row = db.session.query(Attendance).one()
    assert (row.how, row.at, row.minutes) == (Presence.ENTERED, moscow(14, 58), 87)
    assert db.session.query(AttendanceMark).count() == 0


def test_two_who_write_one_list_at_once_the_second_sees_it_first(over, as_, cast):
    client = as_(cast.trainer)
    shown = upload(client, over)
    old = version()
    as_(cast.coordinator).post(shown, data={"version": old, "is-1": str(cast.stranger.id)})

    answer = client.post(shown, data={"version": old, "row-2": "centre2@lms.test"})

    assert answer.status_code == 409
    assert 'value="centre2@lms.test"' in answer.get_data(as_text=True)
    assert cast.other_coordinator.id not in attended()


def test_pressing_again_has_no_second_effect(over, as_, cast):
    client = as_(cast.trainer)
    shown = upload(client, over)

    for _ in range(2):
        client.post(shown, data={"version": version()})

    assert db.session.query(Attendance).count() == db.session.query(AttendanceMark).count() == 1


@pytest.mark.parametrize("zone", ["Europe", "../../etc/passwd", "Europe/Nowhere", ""])
def test_a_zone_that_does_not_exist_is_an_error_at_its_field(over, as_, cast, zone):
    answer = as_(cast.trainer).post(address(over), data={"text": ZOOM, "zone": zone})

    assert answer.status_code == 422
    assert "Такого часового пояса нет" in read_aloud(answer)
    assert "Чужинова Клавдия" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0\0\0\0",
        b"PK\x03\x04garbage",
        b"\xd0\xcf\x11\xe0old",
        b"just words\nof no table",
        '"' + "не закрыта" * 50,
    ],
)
def test_what_is_no_list_is_refused_in_words(over, as_, cast, content):
    content = content.encode() if isinstance(content, str) else content

    answer = as_(cast.trainer).post(
        address(over), data={"file": (BytesIO(content), "list.csv"), "zone": "Europe/Moscow"}
    )

    assert answer.status_code == 422
    assert db.session.query(ParticipantList).count() == 0


def test_five_thousand_lines_with_everything_in_them_are_read_and_shown(over, as_, cast):
    lines = [
        f"Гость {n % 900};guest{n % 900}@example.org;03.12.2026 15:0{n % 10};03.12.2026 16:00" for n in range(5000)
    ]
    lines[7] = '"Не закрыта;x@example.org;;'
    lines[8] = "=HYPERLINK(1);<svg onload=x>@example.org;\0;"
    text = "Имя;Почта;Вход;Выход\r\n" + "\r\n".join(lines)
    client = as_(cast.trainer)

    answer = client.post(
        address(over), data={"file": (BytesIO(text.encode("cp1251")), "list.csv"), "zone": "Europe/Moscow"}
    )

    page = client.get(answer.location)
    assert page.status_code == 200
    assert "<svg onload" not in page.get_data(as_text=True)


@pytest.mark.parametrize("who", ["volunteer", "centre_coordinator"])
def test_only_who_leads_sessions_reads_such_lists(over, as_, cast, who):
    shown = upload(as_(cast.trainer), over)
    client = as_(getattr(cast, who))

    assert (
        client.get(shown).status_code == client.post(shown).status_code == client.get(address(over)).status_code == 403
    )


def test_a_list_belongs_to_its_session(over, as_, cast):
    client = as_(cast.trainer)
    list_id = upload(client, over).rsplit("/", 1)[1]
    other = factories.live_session(over.module)

    assert client.get(f"/sessions/{other.id}/participants/{list_id}").status_code == 404


def test_it_is_thrown_away_by_a_press_or_after_a_month(over, as_, cast, today):
    client = as_(cast.trainer)
    client.post(upload(client, over) + "/end")
    assert db.session.query(ParticipantList).count() == 0

    upload(client, over)
    forget_old_lists()
    assert db.session.query(ParticipantList).count() == 1
    today.move_to(now() + timedelta(days=31))
    forget_old_lists()
    assert db.session.query(ParticipantList).count() == 0


def test_the_page_costs_the_same_for_one_and_for_thirty(over, as_, cast, count_queries):
    client = as_(cast.trainer)
    few = upload(client, over, "Имя;Почта\nИрина;volunteer@lms.test")
    people = [factories.person(centre=cast.salsk) for _ in range(30)]
    many = upload(client, over, "Имя;Почта\n" + "\n".join(f"{one.family_name};{one.email}" for one in people))

    def statements(shown: str) -> int:
        client.get(shown)
        with count_queries() as seen:
            assert client.get(shown).status_code == 200
        return reads(seen)

    assert statements(many) == statements(few) <= 10
