"""The page of a recording: the player on request, chapters, sound and text, and the share that was really watched."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from uuid import uuid4

import pytest

from lms.clock import now
from lms.cycles.models import Rule
from lms.extensions import db
from lms.materials.models import Material, MaterialKind, ReadingPosition, StoredFile
from lms.progress.models import Completion
from lms.progress.weighing import weigh
from lms.search import actions as search
from tests import factories
from tests.materials.test_material_pages import done, words
from tests.materials.test_recordings_pure import mp4

RUTUBE = "https://rutube.ru/video/10b3a03fc01d5bbcc632a2f3514e8aab/"
OGG = b"OggS\0\2" + bytes(60)


@pytest.fixture
def module(cast):
    made = factories.module(factories.cycle(slug="rc"), title="Фандрайзинг")
    factories.enrolment(cast.volunteer, made.cycle)
    return made


@pytest.fixture
def files(app, tmp_path):
    app.config["DATA_FOLDER"] = str(tmp_path)
    return tmp_path / "files"


def stored(name: str, content_type: str) -> StoredFile:
    return StoredFile(
        storage_name=uuid4().hex, original_name=name, content_type=content_type, size=5, sha256="x", uploaded_at=now()
    )


def put(folder, file):
    folder.mkdir(parents=True)
    (folder / file.storage_name).write_bytes(b"sound")


def recording_of(module, **fields):
    given = {"kind": MaterialKind.RECORDING, "rule": Rule.WATCHED, "body": "", "body_html": ""}
    return factories.material(module, **(given | fields))


def hour(module, **fields):
    """A file of an hour."""
    return recording_of(module, **({"file": stored("Запись.mp4", "video/mp4"), "seconds": 3600} | fields))


def report(client, material, played, *, after, travel, second=10, length=3600):
    """What a player says that much later."""
    travel(after)
    return client.post(
        f"/materials/{material.id}/watching", data={"played": played, "second": second, "length": length}
    ).json["percent"]


@pytest.fixture
def travel(monkeypatch):
    """Let so many seconds pass."""
    begun, passed = now(), [0.0]
    for place in ("lms.materials.watching_views.now", "lms.materials.views.now"):
        monkeypatch.setattr(place, lambda: begun + timedelta(seconds=passed[0]))

    def go(seconds):
        passed[0] += seconds

    return go


# --- the player -------------------------------------------------------------------------------------------------------
def test_a_known_host_may_be_framed_on_the_page_of_its_recording_and_nowhere_else(app, cast, as_, module):
    known, unknown = recording_of(module, url=RUTUBE), recording_of(module, url="https://video.example.org/1")
    learner = as_(cast.volunteer)

    page = learner.get(f"/materials/{known.id}")

    assert "; frame-src https://rutube.ru" in page.headers["Content-Security-Policy"]
    assert 'data-embed="https://rutube.ru/play/embed/10b3a03fc01d5bbcc632a2f3514e8aab/?t={at}"' in page.text
    assert "<iframe" not in page.text and "Открыть rutube.ru" in words(page)
    for path in (f"/materials/{unknown.id}", "/materials/", f"/modules/{module.id}/"):
        other = learner.get(path)
        assert "frame-src" not in other.headers["Content-Security-Policy"] and "data-embed" not in other.text


def test_chapters_are_those_of_the_author_or_the_plan_of_the_session(app, cast, as_, module):
    meeting = factories.live_session(module, agenda="00 Знакомство\n06 О чём писать | Дмитрий")
    planned = hour(module, recording_of_id=meeting.id)
    typed = hour(module, recording_of_id=meeting.id, chapters="1:00:05 Вопросы")
    framed = recording_of(module, url=RUTUBE, chapters="05:30 Тема")
    learner = as_(cast.volunteer)

    assert f'<a href="/materials/{planned.id}?at=360#player" data-at="360">О&nbsp;чём писать</a>' in (
        learner.get(f"/materials/{planned.id}").text.replace("\xa0", "&nbsp;")
    )
    page = learner.get(f"/materials/{typed.id}").text
    assert "1:00:05" in page and "О чём писать" not in page
    assert f'href="{RUTUBE}?t=330" rel="noreferrer" data-at="330"' in learner.get(f"/materials/{framed.id}").text


def test_a_session_that_is_over_leads_to_the_chapter(app, cast, as_, module):
    over = now() - timedelta(days=1)
    meeting = factories.live_session(
        module, starts_at=over, ends_at=over + timedelta(hours=1), agenda="00 Знакомство\n06 О чём писать"
    )
    recording = hour(module, recording_of_id=meeting.id)

    page = as_(cast.volunteer).get(f"/sessions/{meeting.id}").text

    assert f'href="/materials/{recording.id}?at=360"' in page


@pytest.mark.parametrize(("asked", "start"), [("at=330", "#t=330"), ("at=0", ""), ("at=-5", ""), ("at=x", "#t=90")])
def test_a_player_begins_where_it_is_asked_to_or_where_one_stopped(app, cast, as_, module, asked, start):
    recording = hour(module)
    db.session.add(
        ReadingPosition(person_id=cast.volunteer.id, material_id=recording.id, second=90, heading="1:30", at=now())
    )

    page = as_(cast.volunteer).get(f"/materials/{recording.id}?{asked}").text

    assert f'{start}" id="player"' in page and ("#t=" in page) is bool(start)


def test_sound_and_text_stand_beside_the_player_and_are_found(app, cast, as_, module):
    recording = hour(module, sound=stored("Звук.mp3", "audio/mpeg"), transcript_html="<p>Просим у пекарни.</p>")
    elsewhere = factories.material(
        factories.module(factories.cycle()), kind=MaterialKind.RECORDING, sound=stored("Чужой.mp3", "audio/mpeg")
    )
    learner = as_(cast.volunteer)
    search.refresh()
    db.session.commit()

    page = learner.get(f"/materials/{recording.id}")

    assert "Только звук: MP3" in words(page) and "Просим у пекарни." in page.text
    assert "Первый разговор" in learner.get("/search?q=пекарня").text
    assert learner.get(f"/files/{elsewhere.sound_id}/x").status_code == 404


def test_the_sound_alone_is_sent_to_who_may_watch(app, cast, as_, module, files):
    recording = hour(module, sound=stored("Звук.mp3", "audio/mpeg"))
    put(files, recording.sound)

    assert as_(cast.volunteer).get(f"/files/{recording.sound_id}/x").data == b"sound"


def test_a_recording_with_its_text_is_taken_along(app, cast, as_, module, files):
    recording = recording_of(
        module, url=RUTUBE, sound=stored("Звук.mp3", "audio/mpeg"), chapters="05:30 <Тема>", transcript_html="<p>И.</p>"
    )
    put(files, recording.sound)

    answer = as_(cast.volunteer).get(f"/modules/{module.id}/offline.zip")

    packed = zipfile.ZipFile(io.BytesIO(answer.data))
    page = packed.read(f"{recording.id}.html").decode()
    assert "05:30 &lt;Тема&gt;" in page and "<p>И.</p>" in page and RUTUBE in page
    assert packed.read(f"files/{recording.sound_id}-Звук.mp3") == b"sound"


# --- what was watched -------------------------------------------------------------------------------------------------
def test_most_of_it_played_completes_the_recording_and_its_session(app, cast, as_, module, travel):
    meeting = factories.live_session(module, rule=Rule.PRESENT_OR_WATCHED)
    recording = hour(module, recording_of_id=meeting.id)
    learner = as_(cast.volunteer)
    learner.post(f"/materials/{recording.id}/watching")

    assert report(learner, recording, "0-18000", after=1800, travel=travel, second=1800) == 50
    assert done(cast.volunteer) == {}
    assert report(learner, recording, "0-28800", after=1080, travel=travel, second=2880) == 80

    assert done(cast.volunteer) == {recording.id: "watched", meeting.id: "watched"}
    place = db.session.get(ReadingPosition, (cast.volunteer.id, recording.id))
    assert (place.played, place.percent, place.second, place.heading) == ("0-28800", 80, 2880, "48:00")


def test_who_jumps_to_the_end_has_watched_the_end(app, cast, as_, module, travel):
    recording = hour(module)
    learner = as_(cast.volunteer)
    learner.post(f"/materials/{recording.id}/watching")

    assert report(learner, recording, "0-50,35900-36000", after=3600, travel=travel, second=3600) == 0
    assert done(cast.volunteer) == {}


def test_no_more_is_believed_than_can_have_been_played_meanwhile(app, cast, as_, module, travel):
    recording = hour(module)
    learner = as_(cast.volunteer)

    assert report(learner, recording, "0-36000", after=0, travel=travel) == 0
    assert [report(learner, recording, "0-36000", after=90, travel=travel) for _ in range(3)] == [5, 10, 15]
    assert [report(learner, recording, "0-36000", after=0, travel=travel) for _ in range(50)] == [15] * 50


def test_a_report_twice_and_a_part_twice_count_once(app, cast, as_, module, travel):
    recording = hour(module)
    learner = as_(cast.volunteer)
    learner.post(f"/materials/{recording.id}/watching")

    shares = [report(learner, recording, "0-3600", after=360, travel=travel) for _ in range(5)]

    assert shares == [10] * 5


def test_two_devices_add_up(app, cast, as_, module, travel):
    recording = hour(module)
    phone, desk = as_(cast.volunteer), as_(cast.volunteer)
    phone.post(f"/materials/{recording.id}/watching")

    report(phone, recording, "0-3600", after=360, travel=travel)

    assert report(desk, recording, "18000-21600", after=360, travel=travel, second=2160) == 20
    assert "Просмотрено: 20" in words(phone.get(f"/materials/{recording.id}"))


def test_a_player_that_lies_about_the_length_gains_nothing(app, cast, as_, module, travel):
    known = hour(module)
    told = recording_of(module, file=stored("З.webm", "video/webm"), minutes=60)
    learner = as_(cast.volunteer)
    for recording in (known, told):
        learner.post(f"/materials/{recording.id}/watching")

        assert report(learner, recording, "0-600", after=60, travel=travel, length=60) == 1


def test_another_rule_counts_what_was_played_before(app, cast, as_, module, travel):
    recording = hour(module, rule=Rule.OPTIONAL)
    learner = as_(cast.volunteer)
    learner.post(f"/materials/{recording.id}/watching")
    report(learner, recording, "0-30000", after=3000, travel=travel)
    assert done(cast.volunteer) == {}

    recording.rule = Rule.WATCHED
    weigh(recording)

    assert done(cast.volunteer) == {recording.id: "watched"}


def test_without_scripts_the_button_does_it(app, cast, as_, module):
    recording = hour(module)
    learner = as_(cast.volunteer)
    assert "Просмотрено" in words(learner.get(f"/materials/{recording.id}"))

    learner.post(f"/materials/{recording.id}/reading")

    assert done(cast.volunteer) == {recording.id: "marked"}


def test_a_host_that_tells_nothing_is_said_to_tell_nothing(app, cast, as_, module):
    recording = recording_of(module, url=RUTUBE)
    learner = as_(cast.volunteer)

    assert "Сколько вы посмотрели на RuTube, отсюда не видно" in words(learner.get(f"/materials/{recording.id}"))
    learner.post(f"/materials/{recording.id}/watching")

    assert done(cast.volunteer) == {}


@pytest.mark.parametrize(
    "said",
    [
        {"played": "x"},
        {"played": "0-1" * 5000},
        {"second": "9" * 30},
        {"second": "-1", "length": "NaN"},
        {"length": ""},
    ],
)  # fmt: skip
def test_a_strange_report_is_answered_calmly(app, cast, as_, module, said):
    recording = hour(module)

    answer = as_(cast.volunteer).post(f"/materials/{recording.id}/watching", data=said)

    assert (answer.status_code, answer.json["percent"]) == (200, 0)


def test_nobody_reports_on_what_she_may_not_see_or_on_what_is_no_recording(app, cast, as_, module):
    recording, page = hour(module), factories.material(module)

    assert as_(cast.stranger).post(f"/materials/{recording.id}/watching").status_code == 404
    assert as_(cast.volunteer).post(f"/materials/{page.id}/watching").status_code == 404
    assert db.session.scalar(db.select(db.func.count(ReadingPosition.person_id))) == 0
    assert db.session.scalar(db.select(db.func.count(Completion.id))) == 0


def test_what_is_watched_stands_on_the_persons_page(app, cast, as_, module, travel):
    recording = hour(module)
    learner = as_(cast.volunteer)
    learner.post(f"/materials/{recording.id}/watching")
    report(learner, recording, "0-12600", after=1260, travel=travel, second=1260)

    assert "просмотрено 35 %" in words(as_(cast.coordinator).get(f"/progress/people/{cast.volunteer.id}"))
    assert "Вы остановились на 21:00" in words(learner.get("/"))


# --- making one -------------------------------------------------------------------------------------------------------
FORM = {"title": "Запись", "recording_of_id": "", "is_published": "y"}


def the_recording() -> Material:
    return db.session.scalars(db.select(Material)).one()


def test_a_recording_is_made_with_sound_chapters_and_text(app, cast, as_, module, files):
    answer = as_(cast.trainer).post(
        f"/materials/new?module_id={module.id}&kind=recording",
        data=FORM
        | {
            "upload": (io.BytesIO(mp4()), "Запись.mp4"),
            "sound_upload": (io.BytesIO(OGG), "Звук.ogg"),
            "chapters": "0:00 Начало\n05:30 Тема",
            "transcript": "## Начало\n\nЗдравствуйте.<script>alert(1)</script>",
        },
    )

    made = the_recording()
    assert answer.status_code == 303
    assert (made.seconds, made.minutes, made.rule) == (5041, 84, Rule.WATCHED)
    assert (made.file.original_name, made.sound.original_name) == ("Запись.mp4", "Звук.ogg")
    assert made.chapters == "0:00 Начало\n05:30 Тема"
    assert made.transcript_html == '<h2 id="s-nachalo">Начало</h2>\n<p>Здравствуйте.</p>\n'


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"chapters": "0:00 А\nБез времени"}, "Строка 2, «Без времени»"),
        ({"sound_upload": (mp4(), "Звук.mp4")}, "Это не звук"),
        ({"transcript": "я" * 200_000}, "Разделите его на два материала"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field_and_what_was_typed_stays(app, cast, as_, module, typed, said):
    sent = {
        name: (io.BytesIO(value[0]), value[1]) if isinstance(value, tuple) else value for name, value in typed.items()
    }
    answer = as_(cast.trainer).post(
        f"/materials/new?module_id={module.id}&kind=recording", data=FORM | {"url": RUTUBE} | sent
    )

    assert answer.status_code == 422 and said in words(answer)
    assert RUTUBE in answer.text and str(typed.get("chapters", "")).split("\n")[-1] in answer.text
    assert db.session.scalar(db.select(db.func.count(Material.id))) == 0


def test_an_embed_code_may_be_pasted(app, cast, as_, module):
    code = '<iframe src="https://vk.com/video_ext.php?oid=-1&amp;id=2&amp;hash=ab12" allowfullscreen></iframe>'

    as_(cast.trainer).post(f"/materials/new?module_id={module.id}&kind=recording", data=FORM | {"url": code})

    assert the_recording().url == "https://vk.com/video_ext.php?oid=-1&id=2&hash=ab12"


def test_another_file_makes_what_was_played_of_the_old_one_forgotten(app, cast, as_, module, files):
    recording = hour(module, sound=stored("Звук.mp3", "audio/mpeg"))
    db.session.add(ReadingPosition(person_id=cast.volunteer.id, material_id=recording.id, played="0-9", at=now()))
    edit = f"/materials/{recording.id}/edit"
    trainer = as_(cast.trainer)

    trainer.post(edit, data=FORM | {"version": recording.version, "without_sound": "y"})
    assert (recording.sound, recording.file.original_name) == (None, "Запись.mp4")
    assert db.session.scalar(db.select(db.func.count(ReadingPosition.person_id))) == 1
    trainer.post(edit, data=FORM | {"version": recording.version, "upload": (io.BytesIO(mp4()), "Новая.mp4")})

    assert (recording.file.original_name, recording.seconds) == ("Новая.mp4", 5041)
    assert db.session.scalar(db.select(db.func.count(ReadingPosition.person_id))) == 0


def test_two_who_change_a_recording_both_keep_their_texts(app, cast, as_, module):
    recording = recording_of(module, url=RUTUBE, chapters="0:00 Чужая глава")

    answer = as_(cast.trainer).post(
        f"/materials/{recording.id}/edit", data=FORM | {"version": 0, "url": RUTUBE, "chapters": "0:00 Моя глава"}
    )

    assert answer.status_code == 409
    assert "Чужая глава" in answer.text and "Моя глава" in answer.text
