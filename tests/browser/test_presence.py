"""Who was there, told in three ways: a code on the door, ticks at one screen, a list from Zoom; the table shows it."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from types import SimpleNamespace

import pytest

from lms.accounts.models import Person, Role
from lms.accounts.passwords import hash_password
from lms.app import create_app
from lms.clock import now
from lms.cycles.models import Rule
from lms.extensions import db
from lms.sessions.attendance_actions import sheet_code
from tests import factories
from tests.browser.test_journeys import PASSWORD, look, sign_in

pytestmark = pytest.mark.browser
_number = count(1)


@pytest.fixture
def visit(platform):
    """A session that is on now, in a cycle of its own, for three people of one centre."""
    app = create_app({"DATA_FOLDER": str(platform.folder), "ASSETS_COMPRESS": False})
    with app.app_context():
        n = next(_number)
        cycle = factories.cycle(slug=f"visit-{n}", title=f"Выезд {n}")
        centre = factories.centre(slug=f"azov-{n}", name=f"Азов {n}")
        module = factories.module(cycle, title="Выездная сессия")
        live_session = factories.live_session(
            module,
            title=f"Выезд в Азов {n}",
            starts_in=timedelta(minutes=-20),
            place="Азов, ул. Мира, 3",
            rule=Rule.PRESENT,
        )

        def person(family_name: str, role: Role = Role.VOLUNTEER) -> Person:
            made = factories.person(
                f"{family_name}{n}", "Вера", centre=centre, roles={role}, password_hash=hash_password(PASSWORD)
            )
            made.email = f"presence{made.id}@example.org"
            factories.enrolment(made, cycle)
            return made

        phone, screen, zoom = person("Телефонова"), person("Экранова"), person("Зумова")
        host = person("Хозяйкина", Role.CENTRE_COORDINATOR)
        db.session.commit()
        return SimpleNamespace(
            id=live_session.id,
            slug=cycle.slug,
            here=f"/here/{live_session.id}/{sheet_code(live_session)}",
            phone=phone.list_name,
            screen=screen.list_name,
            zoom=zoom.list_name,
            host=host.email,
        )


def test_a_phone_a_screen_and_a_list_are_all_in_the_table(visitor, visit, tmp_path):
    at_the_door = visitor(width=390)
    at_the_door.goto(visit.here)
    at_the_door.get_by_label("Фамилия и имя").fill(visit.phone)
    at_the_door.get_by_role("button", name="Я на месте").click()
    assert visit.phone.split()[0] in at_the_door.get_by_role("status").inner_text()

    host = visitor(width=390, javascript=False)
    sign_in(host, visit.host)
    host.goto(f"/sessions/{visit.id}")
    host.get_by_role("link", name="Кто у нашего экрана").click()
    host.get_by_label(visit.screen).check()
    host.get_by_role("button", name="Сохранить, кто здесь").click()
    assert host.get_by_label(visit.screen).is_checked()
    assert host.get_by_label(visit.phone).is_disabled()

    moment = f"{now().astimezone():%Y-%m-%d}"
    report = tmp_path / "zoom.csv"
    report.write_text(
        "Имя (настоящее имя),Электронная почта,Время входа,Время выхода,Продолжительность (минуты)\n"
        f"{visit.zoom},,{moment} 10:00:00,{moment} 10:40:00,40\n"
        f"iPhone,,{moment} 10:00:00,{moment} 10:01:00,1\n",
        encoding="cp1251",
    )
    trainer = visitor()
    sign_in(trainer, "trainer@example.org")
    trainer.goto(f"/sessions/{visit.id}/attendance")
    trainer.get_by_role("link", name="Из списка комнаты").click()
    trainer.get_by_label("Файл: CSV или XLSX").set_input_files(report)
    trainer.get_by_role("button", name="Проверить список").click()
    trainer.get_by_label(f"Это {visit.zoom}").check()
    trainer.get_by_role("button", name="Записать, кого я указал").click()
    assert trainer.get_by_label(visit.zoom).is_checked()

    coordinator = visitor()
    sign_in(coordinator, "coordinator@example.org")
    coordinator.goto(f"/progress?cycle={visit.slug}&open=all")
    for name in (visit.phone, visit.screen, visit.zoom):
        assert "пройден" in coordinator.get_by_role("row").filter(has_text=name).inner_html()
    assert "пройден" not in coordinator.get_by_role("row").filter(has_text="Хозяйкина").inner_html()

    for part in ("attendance", "room", "sheet", "participants"):
        coordinator.goto(f"/sessions/{visit.id}/{part}")
        look(coordinator, part)
