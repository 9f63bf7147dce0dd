"""The library and the page of a material: who reads what, what counts as done, where one stopped."""

from __future__ import annotations

import pytest

from lms.cycles.models import Rule, State
from lms.extensions import db
from lms.materials.models import MaterialKind, ReadingPosition
from lms.materials.queries import position_of
from lms.progress.models import Completion
from tests import factories
from tests.materials.test_pure import PDF, PNG


@pytest.fixture
def module(cast):
    made = factories.module(factories.cycle(slug="rc"), title="Фандрайзинг")
    factories.enrolment(cast.volunteer, made.cycle)
    return made


def words(response):
    return response.text.replace("\xa0", " ").replace("&nbsp;", " ")


def done(person):
    rows = db.session.scalars(db.select(Completion).where(Completion.person_id == person.id)).all()
    return {row.activity_id: row.how for row in rows}


# --- the library ------------------------------------------------------------------------------------------------------
def test_the_library_shows_what_one_may_read_and_nothing_else(app, cast, as_, module):
    factories.material(module, title="Первый разговор", minutes=12)
    factories.material(module, title="Шаблон письма", kind=MaterialKind.FILE, file=factories_file(PDF, "Шаблон.pdf"))
    factories.material(module, title="Тайный черновик", state=State.DRAFT)
    factories.material(factories.module(factories.cycle()), title="Чужой цикл")

    learner, stranger, trainer = (
        words(as_(who).get("/materials/")) for who in (cast.volunteer, cast.stranger, cast.trainer)
    )

    assert "Первый разговор" in learner and "12 минут чтения" in learner and "PDF, 1 КБ" in learner
    assert "Тайный черновик" not in learner and "Чужой цикл" not in learner
    assert "Материалы появятся здесь" in stranger and "Первый разговор" not in stranger
    assert "Тайный черновик" in trainer and "Чужой цикл" in trainer


def test_the_library_costs_as_much_for_thirty_as_for_one(app, cast, as_, module, count_queries):
    factories.material(module)
    learner = as_(cast.volunteer)
    learner.get("/materials/")
    with count_queries() as one:
        learner.get("/materials/")
    for _ in range(30):
        factories.material(factories.module(module.cycle))

    with count_queries() as thirty:
        learner.get("/materials/")

    assert len(one) == len(thirty) <= 5


def factories_file(content, name, content_type="application/pdf"):
    from lms.clock import now
    from lms.materials.models import StoredFile

    return StoredFile(
        storage_name=name,
        original_name=name,
        content_type=content_type,
        size=len(content),
        sha256="x",
        uploaded_at=now(),
    )


# --- reading ----------------------------------------------------------------------------------------------------------
def test_a_page_is_read_with_its_contents_and_the_rest_of_its_module(app, cast, as_, module):
    quiz = factories.quiz(module, title="Тест о деньгах")
    material = factories.material(
        module,
        title="Первый разговор",
        minutes=12,
        body_html='<h2 id="s-who">К кому идти</h2><p>К магазину.</p><h2 id="s-what">С чем прийти</h2>',
    )

    page = words(as_(cast.volunteer).get(f"/materials/{material.id}"))

    assert "<h1>Первый разговор</h1>" in page and "12 минут чтения" in page
    assert '<a href="#s-who">К кому идти</a>' in page and "<p>К магазину.</p>" in page
    assert f"/quizzes/{quiz.id}" in page


@pytest.mark.parametrize(
    ("state", "module_state", "cycle_state"),
    [
        (State.DRAFT, State.PUBLISHED, State.PUBLISHED),
        (State.PUBLISHED, State.DRAFT, State.PUBLISHED),
        (State.PUBLISHED, State.PUBLISHED, State.DRAFT),
    ],
)
def test_drafts_do_not_exist_for_learners(app, cast, as_, module, state, module_state, cycle_state):
    material = factories.material(module, state=state)
    module.state, module.cycle.state = module_state, cycle_state
    path = f"/materials/{material.id}"

    learner = as_(cast.volunteer)
    assert [learner.get(path).status_code, learner.post(f"{path}/reading").status_code] == [404, 404]
    assert [learner.post(f"{path}/{deed}").status_code for deed in ("position", "opening")] == [404, 404]
    assert as_(cast.trainer).get(path).status_code == 200
    assert done(cast.volunteer) == {}


def test_who_is_not_in_the_cycle_finds_nothing(app, cast, as_, module):
    material = factories.material(module)

    stranger = as_(cast.stranger)
    assert stranger.get(f"/materials/{material.id}").status_code == 404
    assert stranger.post(f"/materials/{material.id}/reading").status_code == 404
    assert stranger.get("/materials/99999999999999999999").status_code == 404


def test_a_visitor_is_asked_to_sign_in(app, client, module):
    response = client.get(f"/materials/{factories.material(module).id}")

    assert response.status_code == 302 and "/sign-in" in response.location


def test_reading_a_page_writes_nothing(app, cast, as_, module):
    material = factories.material(module)

    as_(cast.volunteer).get(f"/materials/{material.id}")

    assert done(cast.volunteer) == {}
    assert db.session.scalar(db.select(db.func.count()).select_from(ReadingPosition)) == 0


def test_the_button_marks_the_page_read_and_goes_on_to_the_next_step(app, cast, as_, module):
    material, quiz = factories.material(module), factories.quiz(module)
    learner = as_(cast.volunteer)
    assert "Прочитано, дальше — тест" in words(learner.get(f"/materials/{material.id}"))

    response = learner.post(f"/materials/{material.id}/reading")

    assert (response.status_code, response.location) == (303, f"/quizzes/{quiz.id}")
    assert done(cast.volunteer) == {material.id: "read"}
    after = words(learner.get(f"/materials/{material.id}"))
    assert "Прочитано, дальше" not in after and "Дальше — тест" in after


def test_after_the_last_step_one_comes_to_the_module(app, cast, as_, module):
    factories.quiz(module)
    material = factories.material(module)

    response = as_(cast.volunteer).post(f"/materials/{material.id}/reading")

    assert response.location == f"/modules/{module.id}/"


def test_what_is_done_already_is_passed_over(app, cast, as_, module):
    material, seen, left = (factories.material(module, title=title) for title in "абв")
    factories.completion(cast.volunteer, seen)

    assert as_(cast.volunteer).post(f"/materials/{material.id}/reading").location == f"/materials/{left.id}"


@pytest.mark.parametrize(
    ("rule", "percent", "how"),
    [
        (Rule.READ, 97, None), (Rule.READ, 98, "read"), (Rule.READ, 100, "read"),
        (Rule.MARKED, 100, None), (Rule.OPTIONAL, 100, None), (Rule.READ, "много", None), (Rule.READ, 10**30, "read"),
    ],
)  # fmt: skip
def test_coming_to_the_end_counts_where_the_rule_says_so(app, cast, as_, module, rule, percent, how):
    material = factories.material(module, rule=rule)

    response = as_(cast.volunteer).post(f"/materials/{material.id}/position", data={"percent": percent})

    assert response.status_code == 204
    assert done(cast.volunteer) == ({material.id: how} if how else {})


def test_a_page_to_be_marked_is_done_by_the_button_only(app, cast, as_, module):
    material = factories.material(module, rule=Rule.MARKED)
    learner = as_(cast.volunteer)
    learner.post(f"/materials/{material.id}/position", data={"percent": 100})
    assert done(cast.volunteer) == {}

    learner.post(f"/materials/{material.id}/reading")

    assert done(cast.volunteer) == {material.id: "marked"}


def test_what_nobody_asks_for_has_no_button(app, cast, as_, module):
    material = factories.material(module, rule=Rule.OPTIONAL)
    learner = as_(cast.volunteer)

    assert f"/materials/{material.id}/reading" not in learner.get(f"/materials/{material.id}").text
    learner.post(f"/materials/{material.id}/reading")
    assert done(cast.volunteer) == {}


def test_where_one_stopped_is_remembered_and_offered(app, cast, as_, module):
    material = factories.material(module, body_html='<h2 id="s-a">К кому идти</h2><h3 id="s-b">С чем прийти</h3>')
    learner = as_(cast.volunteer)
    path = f"/materials/{material.id}"

    learner.post(f"{path}/position", data={"anchor": "s-a", "percent": 20, "heading": "<b>чужое</b>"})
    learner.post(f"{path}/position", data={"anchor": "s-b", "percent": 60})

    position = position_of(cast.volunteer, material)
    assert (position.anchor, position.heading, position.percent) == ("s-b", "С чем прийти", 60)
    page = words(learner.get(path))
    assert "Вы остановились на разделе «С чем прийти»." in page and 'href="#s-b"' in page
    assert "Вы остановились" not in words(as_(cast.trainer).get(path))


@pytest.mark.parametrize("anchor", ["s-none", '"><script>', "х" * 10_000])
def test_an_anchor_that_is_not_on_the_page_is_not_remembered(app, cast, as_, module, anchor):
    material = factories.material(module, body_html='<h2 id="s-a">К кому идти</h2>')

    response = as_(cast.volunteer).post(f"/materials/{material.id}/position", data={"anchor": anchor, "percent": 50})

    position = position_of(cast.volunteer, material)
    assert (response.status_code, position.anchor, position.heading, position.percent) == (204, "", "", 50)


def test_the_page_costs_as_much_in_a_module_of_thirty_as_of_one(app, cast, as_, module, count_queries):
    path = f"/materials/{factories.material(module).id}"
    learner = as_(cast.volunteer)
    learner.get(path)
    with count_queries() as one:
        learner.get(path)
    for _ in range(10):
        factories.material(module)
        factories.quiz(module)
        factories.live_session(module)

    with count_queries() as thirty:
        learner.get(path)

    assert len(one) == len(thirty) <= 8  # BEGIN and the revision of the database among them


# --- opening ----------------------------------------------------------------------------------------------------------
def test_a_link_is_opened_by_a_button_that_counts(app, cast, as_, module):
    material = factories.material(module, kind=MaterialKind.LINK, url="https://fund.example/rules", rule=Rule.OPENED)
    learner = as_(cast.volunteer)

    page = learner.get(f"/materials/{material.id}")
    assert "Откроется на fund.example" in words(page)
    assert 'href="https://fund.example' not in page.text and 'src="https://fund' not in page.text
    assert "form-action 'self' https://fund.example" in page.headers["Content-Security-Policy"]
    assert done(cast.volunteer) == {}

    opened = learner.post(f"/materials/{material.id}/opening")
    assert (opened.status_code, opened.location) == (303, "https://fund.example/rules")
    assert done(cast.volunteer) == {material.id: "opened"}


def test_a_file_is_opened_by_a_button_that_counts(app, cast, as_, module):
    file = factories_file(PDF, "Отчёт за март.pdf")
    material = factories.material(module, kind=MaterialKind.FILE, file=file, rule=Rule.OPENED)

    opened = as_(cast.volunteer).post(f"/materials/{material.id}/opening")

    assert opened.status_code == 303
    assert opened.location.startswith(f"/files/{file.id}/%D0%9E%D1%82")
    assert done(cast.volunteer) == {material.id: "opened"}


def test_a_page_has_nothing_to_open(app, cast, as_, module):
    material = factories.material(module, rule=Rule.OPENED)

    assert as_(cast.volunteer).post(f"/materials/{material.id}/opening").location == f"/materials/{material.id}"
    assert done(cast.volunteer) == {}


# --- recordings -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("rule", "how"), [(Rule.PRESENT_OR_WATCHED, "watched"), (Rule.PRESENT, None), (Rule.OPTIONAL, None)]
)
def test_watching_the_recording_counts_for_the_session_where_its_rule_allows(app, cast, as_, module, rule, how):
    meeting = factories.live_session(module, rule=rule)
    recording = factories.material(
        module,
        kind=MaterialKind.RECORDING,
        url="https://rutube.ru/video/1/",
        rule=Rule.MARKED,
        recording_of_id=meeting.id,
    )
    learner = as_(cast.volunteer)
    learner.post(f"/materials/{recording.id}/opening")
    assert done(cast.volunteer) == {}

    learner.post(f"/materials/{recording.id}/reading")

    assert done(cast.volunteer) == {recording.id: "marked"} | ({meeting.id: how} if how else {})


def test_a_recording_that_counts_when_opened_counts_for_the_session_too(app, cast, as_, module):
    meeting = factories.live_session(module)
    recording = factories.material(
        module, kind=MaterialKind.RECORDING, url="https://rutube.ru/v/1/", rule=Rule.OPENED, recording_of_id=meeting.id
    )

    assert as_(cast.volunteer).post(f"/materials/{recording.id}/opening").location == "https://rutube.ru/v/1/"

    assert done(cast.volunteer) == {recording.id: "opened", meeting.id: "watched"}


def test_an_optional_recording_still_makes_good_for_the_session_that_was_missed(app, cast, as_, module):
    meeting = factories.live_session(module)
    recording = factories.material(
        module,
        kind=MaterialKind.RECORDING,
        url="https://rutube.ru/v/1/",
        rule=Rule.OPTIONAL,
        recording_of_id=meeting.id,
    )
    learner = as_(cast.volunteer)
    assert "Просмотрено" in words(learner.get(f"/materials/{recording.id}"))

    learner.post(f"/materials/{recording.id}/reading")

    assert done(cast.volunteer) == {meeting.id: "watched"}
    assert "Просмотрено" not in words(learner.get(f"/materials/{recording.id}"))


def test_our_own_recording_loads_only_when_played(app, cast, as_, module):
    file = factories_file(b"x", "Запись.mp4", "video/mp4")
    recording = factories.material(module, kind=MaterialKind.RECORDING, file=file, rule=Rule.MARKED)

    page = as_(cast.volunteer).get(f"/materials/{recording.id}").text

    assert '<video class="w-100 rounded" controls preload="none" src="/files/' in page


def test_a_picture_is_shown_on_its_page(app, cast, as_, module):
    material = factories.material(module, kind=MaterialKind.FILE, file=factories_file(PNG, "Схема.png", "image/png"))

    assert '<img class="rounded" src="/files/' in as_(cast.volunteer).get(f"/materials/{material.id}").text


# --- guests from a letter ---------------------------------------------------------------------------------------------
def test_a_guest_from_a_letter_reads_what_stands_in_the_module_of_her_session(app, cast, client, module):
    material, elsewhere = factories.material(module), factories.material(factories.module(module.cycle))
    become_guest(client, cast.volunteer, factories.live_session(module), module)

    assert client.get(f"/materials/{material.id}").status_code == 200
    assert client.get(f"/materials/{elsewhere.id}").status_code == 404
    assert client.post(f"/materials/{material.id}/reading").status_code == 303
    assert done(cast.volunteer) == {material.id: "read"}
    assert "/sign-in" in client.get("/materials/").location


def become_guest(client, person, live_session, module):
    from datetime import timedelta

    from lms.accounts import tokens
    from lms.accounts.models import Purpose
    from lms.clock import now

    secret, _ = tokens.issue(
        person, Purpose.INVITATION, now=now(), lifetime=timedelta(days=1), object_id=live_session.id
    )
    token = tokens.find(secret, Purpose.INVITATION, now=now())
    db.session.commit()
    with client.session_transaction() as cookie:
        cookie["letter"] = {"token": token.id, "live_session": live_session.id, "module": module.id}
