"""Watching in a real browser: no other host is asked before a press, and only what was played counts."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from sqlalchemy import select

from lms.accounts.models import Person
from lms.app import create_app
from lms.clock import now
from lms.cycles.models import Rule
from lms.extensions import db
from lms.materials.models import Material, MaterialKind, ReadingPosition, StoredFile
from lms.progress.models import Completion
from tests import factories
from tests.browser.conftest import Platform
from tests.browser.test_journeys import sign_in

pytestmark = pytest.mark.browser

HEX = "10b3a03fc01d5bbcc632a2f3514e8aab"
SECONDS = 12
# An MP3 of silence: an empty tag, and frames of 26 ms (MPEG-1 layer III, 32 kbit/s, 44.1 kHz, mono).
SILENCE = b"ID3\3\0\0\0\0\0\0" + (bytes.fromhex("fffb10c4") + bytes(100)) * round(SECONDS * 44100 / 1152)


@pytest.fixture
def recordings(platform: Platform) -> SimpleNamespace:
    """A recording at a host that is known, one at another, and one of our own; the demo's learner may see them."""
    with create_app({"DATA_FOLDER": str(platform.folder)}).app_context():
        module = factories.module(factories.cycle(title="Записи"), title="Записи")
        learner = db.session.scalars(select(Person).where(Person.email == "volunteer@example.org")).one()
        factories.enrolment(learner, module.cycle)
        common = {"kind": MaterialKind.RECORDING, "rule": Rule.WATCHED, "body": "", "body_html": ""}
        chapters = "0:00 Начало\n0:05 О чём писать"
        framed = factories.material(
            module, title="Запись на RuTube", url=f"https://rutube.ru/video/{HEX}/", chapters=chapters, **common
        )
        elsewhere = factories.material(module, title="Запись у других", url="https://video.example.org/1", **common)
        own = factories.material(
            module, title="Своя запись", file=_silence(platform), seconds=SECONDS, chapters=chapters,
            transcript="Просим у пекарни.", transcript_html="<p>Просим у пекарни.</p>", **common,
        )  # fmt: skip
        made = SimpleNamespace(framed=framed.id, elsewhere=elsewhere.id, own=own.id, learner=learner.id)
        db.session.commit()
    return made


def _silence(platform: Platform) -> StoredFile:
    name = f"silence-{now().timestamp()}"
    folder = Path(platform.folder) / "files"
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(SILENCE)
    return StoredFile(
        storage_name=name, original_name="Запись.mp3", content_type="audio/mpeg", size=len(SILENCE), sha256=name,
        uploaded_at=now(),
    )  # fmt: skip


class Elsewhere:
    """Every request to another host: noted, and answered here, so that nobody is really asked."""

    def __init__(self, page: Any, address: str) -> None:
        self.asked: list[str] = []
        self.referrers: list[str] = []
        page.context.route(lambda url: not url.startswith(address), self._answer)

    def _answer(self, route: Any) -> None:
        self.asked.append(route.request.url)
        self.referrers.append(route.request.headers.get("referer", ""))
        route.fulfill(content_type="text/html", body="<title>Player</title><p>A player.</p>")


def test_a_player_of_another_host_is_loaded_after_a_press_and_nothing_before(platform, visitor, recordings):
    page = visitor()
    sign_in(page, "volunteer@example.org")
    elsewhere = Elsewhere(page, platform.address)

    for id in (recordings.framed, recordings.elsewhere, recordings.own):
        page.goto(f"/materials/{id}", wait_until="networkidle")
        page.mouse.wheel(0, 5000)
        page.wait_for_timeout(300)
    assert elsewhere.asked == []

    page.goto(f"/materials/{recordings.framed}")
    page.get_by_role("button", name="Смотреть здесь").click()
    page.frame_locator("iframe").get_by_text("A player.").wait_for()
    assert elsewhere.asked == [f"https://rutube.ru/play/embed/{HEX}/?t=0"]
    assert elsewhere.referrers == [f"{platform.address}/"]  # who asks, not on which page

    page.get_by_role("link", name="О чём писать").click()
    page.frame_locator("iframe").get_by_text("A player.").wait_for()
    assert elsewhere.asked[1:] == [f"https://rutube.ru/play/embed/{HEX}/?t=5"]
    assert page.url.endswith(f"/materials/{recordings.framed}")


def test_no_other_host_can_be_framed_there(platform, visitor, recordings):
    page = visitor()
    sign_in(page, "volunteer@example.org")
    elsewhere = Elsewhere(page, platform.address)
    refused = []
    page.on("console", lambda said: refused.append(said.text) if "frame-src" in said.text else None)

    for id in (recordings.framed, recordings.own):
        page.goto(f"/materials/{id}")
        page.evaluate("""() => {
            const frame = document.createElement("iframe");
            frame.src = "https://evil.example/";
            document.body.append(frame);
        }""")
        page.wait_for_timeout(300)

    assert elsewhere.asked == [] and refused


def test_without_scripts_there_are_links_and_the_button(platform, visitor, recordings):
    page = visitor(javascript=False)
    sign_in(page, "volunteer@example.org")
    page.goto(f"/materials/{recordings.framed}")

    assert page.get_by_role("button", name="Смотреть здесь").count() == 0
    assert page.get_by_role("button", name="Открыть rutube.ru").is_visible()
    chapter = page.get_by_role("link", name="О чём писать")
    assert chapter.get_attribute("href") == f"https://rutube.ru/video/{HEX}/?t=5"

    page.goto(f"/materials/{recordings.own}")
    page.get_by_role("link", name="О чём писать").click()
    assert page.locator("audio").get_attribute("src").endswith("#t=5")
    page.get_by_role("button", name="Просмотрено").click()
    page.goto(f"/materials/{recordings.own}")
    assert page.get_by_role("button", name="Просмотрено").count() == 0


def place(platform: Platform, recordings: SimpleNamespace) -> tuple[int, int, str | None]:
    """What the server knows: per cent, second, and how it was completed."""
    with create_app({"DATA_FOLDER": str(platform.folder)}).app_context():
        found = db.session.get(ReadingPosition, (recordings.learner, recordings.own))
        how = db.session.scalar(
            select(Completion.how).where(
                Completion.activity_id == recordings.own, Completion.person_id == recordings.learner
            )
        )
        return (found.percent if found else 0, found.second if found else 0, how)


def play(page: Any, seconds: float, speed: float = 1) -> None:
    page.evaluate(f"document.querySelector('audio').playbackRate = {speed}; document.querySelector('audio').play()")
    page.wait_for_timeout(1000 * seconds)
    with page.expect_response(lambda response: response.url.endswith("/watching")):
        page.evaluate("document.querySelector('audio').pause()")


def test_what_is_played_counts_and_a_jump_does_not(platform, visitor, recordings):
    page = visitor()
    sign_in(page, "volunteer@example.org")
    page.goto(f"/materials/{recordings.own}")

    play(page, 2)
    page.get_by_role("link", name="О чём писать").click()
    page.wait_for_timeout(500)
    with page.expect_response(lambda response: response.url.endswith("/watching")):
        page.evaluate("document.querySelector('audio').pause()")
    page.wait_for_timeout(300)
    percent, second, how = place(platform, recordings)
    assert 8 <= percent <= 40 and how is None  # what lies between was not played

    page.reload()
    assert f"#t={second}" in (page.locator("audio").get_attribute("src") or "") or second == 0
    page.get_by_role("link", name="Начало").click()
    page.evaluate("document.querySelector('audio').playbackRate = 1")
    page.get_by_text("Отмечено: просмотрено.").wait_for(timeout=40_000)
    assert place(platform, recordings)[2] == "watched"


def test_what_is_played_without_a_connection_is_told_afterwards(platform, visitor, recordings):
    page = visitor()
    sign_in(page, "volunteer@example.org")
    page.goto(f"/materials/{recordings.own}")
    play(page, 1)
    before = place(platform, recordings)[0]

    page.context.set_offline(True)
    page.evaluate("document.querySelector('audio').play()")
    page.wait_for_timeout(3000)
    page.evaluate("document.querySelector('audio').pause()")
    page.get_by_text("Нет связи: просмотренное хранится на этом устройстве.").wait_for()
    assert place(platform, recordings)[0] == before

    with page.expect_response(lambda response: response.url.endswith("/watching") and response.ok):
        page.context.set_offline(False)
        page.evaluate("dispatchEvent(new Event('online'))")
    assert place(platform, recordings)[0] >= before + 15


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_the_pages_of_recordings_can_be_used_by_everybody(visitor, recordings, width, dark):
    page = visitor(width=width, dark=dark)
    sign_in(page, "volunteer@example.org")

    for id in (recordings.framed, recordings.elsewhere, recordings.own):
        page.goto(f"/materials/{id}")
        assert [one["id"] for one in Axe().run(page).response["violations"]] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_trainer_attaches_a_recording_with_its_sound_and_chapters(platform, visitor, recordings):
    page = visitor()
    sign_in(page, "trainer@example.org")
    with create_app({"DATA_FOLDER": str(platform.folder)}).app_context():
        module_id = db.session.get_one(Material, recordings.own).module_id
    page.goto(f"/materials/new?module_id={module_id}&kind=recording")
    page.locator("[name=title]").fill("Запись третьей встречи")
    page.locator("[name=url]").fill(
        f'<iframe src="https://rutube.ru/play/embed/{HEX}/?p=Ab-1" allowfullscreen></iframe>'
    )
    page.locator("input[type=file][name=sound_upload]").set_input_files(
        {"name": "Звук.mp3", "mimeType": "audio/mpeg", "buffer": SILENCE}
    )
    expect(page.locator("input[type=hidden][name=sound_upload]")).to_have_value(re.compile("."))  # it came ahead
    page.locator("[name=chapters]").fill("0:00 Начало\nбез времени")
    page.get_by_role("button", name="Сохранить").click()
    assert "Строка 2, «без времени»" in page.locator("main").inner_text().replace("\xa0", " ")
    assert [one["id"] for one in Axe().run(page).response["violations"]] == []

    page.locator("[name=chapters]").fill("0:00 Начало\n0:07 Дальше")
    page.get_by_role("button", name="Сохранить").click()
    page.wait_for_url("**/edit#activity-*")
    page.get_by_role("link", name="Запись третьей встречи").first.click()
    page.locator("main").get_by_role("link", name="Звук.mp3").wait_for()
