"""The enter button leads to any provider's room, and browsers let the form go there."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from lms.extensions import db
from lms.sessions.models import Presence
from tests.sessions.conftest import MOSCOW
from tests.sessions.test_attendance import attended

START = datetime(2026, 12, 3, 15, 0, tzinfo=MOSCOW)
ROOMS = [
    "https://telemost.yandex.ru/j/12345678901234",
    "https://us02web.zoom.us/j/81234567890?pwd=QWxsZXMgaXN0IGd1dA.1",
    "https://meet.jit.si/MasterskayaPR#config.startWithAudioMuted=true",
    "https://bbb.example.org/rooms/abc-def-ghi/join",
    "https://xn--80aswg.xn--p1ai/комната/3?имя=PR",
    "http://192.168.1.5:8443/room",
]


@pytest.mark.parametrize("room", ROOMS)
def test_one_press_writes_down_and_leads_on(school, as_, cast, today, room):
    school.live_session.room_url = room
    today.move_to(START - timedelta(minutes=15))
    client = as_(cast.volunteer)

    page = client.get(f"/sessions/{school.live_session.id}")
    answer = client.post(f"/sessions/{school.live_session.id}/enter")

    assert answer.status_code == 303
    assert answer.location.partition("?")[0].rpartition("/")[0] == room.partition("?")[0].rpartition("/")[0] or (
        answer.location.startswith("https://xn--80aswg.xn--p1ai/")
    )
    assert room.split("/")[2] in page.headers["Content-Security-Policy"].partition("form-action")[2]
    assert attended() == {cast.volunteer.id: Presence.ENTERED}


@pytest.mark.parametrize("minutes", [-16, 90])
def test_a_minute_too_early_and_after_the_end_it_does_not(school, as_, cast, today, minutes):
    today.move_to(START + timedelta(minutes=minutes))
    db.session.commit()

    answer = as_(cast.volunteer).post(f"/sessions/{school.live_session.id}/enter")

    assert answer.location == f"/sessions/{school.live_session.id}"
    assert attended() == {}
