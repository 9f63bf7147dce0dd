"""Nobody gets where they do not belong: every route declares its policy, and everyone is tried at every door.

The walk goes over ``app.url_map`` × method × {visitor, each role, a suspended person, a guest from a letter} with ids
of things of one's own centre, of another centre, and of nothing. It asks four things: the answer is one of those the
policy allows; not a word of the other centre's people is in any body; a GET leaves the database as it was; a write
without a CSRF token is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.routing import Rule as Route

from lms.access import ByKey
from lms.accounts import tokens
from lms.accounts.models import Purpose, Role, Token
from lms.clock import now
from lms.extensions import db
from lms.materials.history_models import PageVersion
from lms.progress.models import SavedView
from lms.reports.export_models import PreparedFile, ScheduledExport
from lms.reports.figures import Participant, Report
from lms.reports.models import SignedReport
from lms.sessions.attendance_actions import sheet_code
from lms.sessions.models import Audience
from lms.talk.models import Enquiry
from tests import factories

PUBLIC = {
    # Whoever comes, without signing in. A new public page is added here on purpose or not at all.
    "accounts.forgotten_password",
    "accounts.registration",
    "accounts.set_password",
    "accounts.sign_in",
    "accounts.sign_in_link",
    "accounts.sign_in_sent",
    "accounts.sign_in_with_password",
    "api.description",
    "centres.index",
    "centres.show",
    "certificates.paper",
    "certificates.show",
    "credentials.achievement",
    "credentials.issuer",
    "credentials.key",
    "credentials.key_set",
    "credentials.picture",
    "credentials.revocations",
    "credentials.token",
    "credentials.unsigned",
    "cycles.show",
    "feeds.calendar",
    "home.accessibility",
    "home.health",
    "home.help",
    "home.index",
    "home.language",
    "home.privacy",
    "home.theme",
    "here.show",
    "here.sign",
    "letter.answer",
    "letter.confirm",
    "letter.disown",
    "letter.enter",
    "letter.feedback",
    "letter.fresh",
    "letter.give_feedback",
    "letter.join",
    "letter.material",
    "letter.not_me",
    "letter.open_thing",
    "letter.quiz",
    "letter.show",
    "sessions.schedule",
    "sessions.schedule_calendar",
    "wishes.from_letter",
    "wishes.unsubscribe",
}
CANARY = "Канарейкина"  # the family name of somebody of another centre
SEALED = "Запечатано"  # in the title of everything in a cycle one is not enrolled in
# A mail program presses «unsubscribe» without a cookie (RFC 8058): the secret in the address is all it has.
WITHOUT_TOKEN = {"wishes.unsubscribe"}
WRITING = {"POST", "PUT", "PATCH", "DELETE"}


def policy_of(app: Flask, endpoint: str) -> Any:
    return getattr(app.view_functions[endpoint], "policy", None)


def test_every_route_declares_its_policy(app):
    assert [rule.endpoint for rule in app.url_map.iter_rules() if policy_of(app, rule.endpoint) is None] == []


def test_public_pages_stand_in_one_short_list(app):
    found = {rule.endpoint for rule in app.url_map.iter_rules() if policy_of(app, rule.endpoint) == "public"}
    assert found == PUBLIC


# --- the walk ---------------------------------------------------------------------------------------------------------
@dataclass
class Visit:
    who: str
    whose: str
    method: str
    route: Route
    address: str

    def __str__(self) -> str:
        return f"{self.who} {self.method} {self.route.rule} ({self.whose})"


@pytest.fixture
def world(cast) -> SimpleNamespace:
    """One of everything in Сальск, and the same in Батайск, where all that is not public carries the canary."""
    cycle = factories.cycle(slug="rc", title="Школа")
    module = factories.module(cycle)
    sealed = factories.cycle(slug="sealed", title="Чужой цикл")
    sealed_module = factories.module(sealed)
    stranger = factories.person(CANARY, "Клавдия", centre=cast.bataysk, email="canary@lms.test")
    factories.enrolment(cast.volunteer, cycle)
    factories.enrolment(stranger, cycle)
    factories.enrolment(stranger, sealed)
    mine = _things(cycle, module, cast.volunteer, "")
    theirs = _things(sealed, sealed_module, stranger, SEALED)
    for things, centre, taught in ((mine, cast.salsk, cycle), (theirs, cast.bataysk, sealed)):
        things["slug"] = {
            "centres": centre.slug,
            "centre_pages": centre.slug,
            "cycles": taught.slug,
            "certificate_register": taught.slug,
            "credentials": taught.slug,
            "transfer": taught.slug,
        }
    people = {role.value: getattr(cast, role.value) for role in Role}
    people["suspended"] = factories.person("Отпускной", suspended_at=now(), centre=cast.salsk)
    return SimpleNamespace(mine=mine, theirs=theirs, people=people, guest=cast.volunteer)


def _things(cycle, module, person, mark: str) -> dict[str, Any]:
    material = factories.material(module, title=f"Материал {mark}")
    db.session.add(PageVersion(material_id=material.id, number=1, title=f"Версия {mark}", body="", saved_at=now()))
    package = factories.package(module, title=f"Пакет {mark}")
    quiz = factories.quiz(module, title=f"Тест {mark}")
    question = factories.question(quiz, right=("да",), wrong=("нет",), text=f"Вопрос {mark}")
    live_session = factories.live_session(module, title=f"Встреча {mark}", audience=Audience.INVITED)
    invitation = factories.invitation(person, live_session)
    attempt = factories.attempt(person, quiz)
    letter = factories.letter(person)
    exception = factories.due_exception(module, person=person, reason=f"Причина {mark}")
    survey = factories.survey(cycle, title=f"Опрос {mark}")
    survey_question = factories.survey_question(survey, text=f"Вопрос {mark}")
    enquiry = Enquiry(activity_id=material.id, person=person, text=f"Спрошено {mark}", asked_at=now())
    db.session.add(enquiry)
    db.session.flush()
    certificate = factories.certificate(person, cycle)
    view = SavedView(person_id=person.id, name=f"Вид {mark}", query="state=late", created_at=now())
    signed = SignedReport(
        cycle=cycle, starts_on=now().date(), ends_on=now().date(), signed_at=now(), contents=_report_on(person, mark)
    )
    db.session.add_all([view, signed])
    db.session.flush()
    export = ScheduledExport(
        person_id=person.id, view_id=view.id, ending="xlsx", rhythm="weekly", last_on=now().date()
    )  # fmt: skip
    prepared = PreparedFile(
        person_id=person.id, name=f"Файл {mark}", ending="csv", scope="all", made_at=now(),
        ends_at=now() + timedelta(days=1), content=person.full_name.encode(),
    )  # fmt: skip
    db.session.add_all([export, prepared])
    db.session.flush()
    secret, _ = tokens.issue(
        person, Purpose.INVITATION, now=now(), lifetime=timedelta(days=14), object_id=live_session.id
    )
    tokens.issue(person, Purpose.API, now=now(), lifetime=timedelta(days=14), label=f"Ключ {mark}")
    key = db.session.scalars(sa.select(Token).where(Token.purpose == Purpose.API).order_by(Token.id.desc())).first()
    incoming = factories.incoming(person, live_session)
    wishes, _ = tokens.issue(person, Purpose.LETTER_WISHES, now=now(), lifetime=timedelta(days=14))
    return {
        "person_id": person.id,
        "cycle_id": cycle.id,
        "module_id": module.id,
        "activity_id": material.id,
        "material_id": material.id,
        "version_number": 1,
        "package_id": package.id,
        "part_number": 1,
        "quiz_id": quiz.id,
        "question_id": question.id,
        "question_import_id": factories.question_import(quiz, person, f"Вопрос {mark} {{T}}").id,
        "topic_id": factories.topic(f"Тема {mark}").id,
        "attempt_id": attempt.id,
        "live_session_id": live_session.id,
        "invitation_id": invitation.id,
        "letter_id": letter.id,
        "certificate_id": certificate.id,
        "number": certificate.address,
        "exception_id": exception.id,
        "batch": "0" * 32,
        "view_id": view.id,
        "export_id": export.id,
        "prepared_id": prepared.id,
        "report_id": signed.id,
        "ending": "xlsx",
        "key_id": key.id,
        "survey_id": survey.id,
        "survey_question_id": survey_question.id,
        "enquiry_id": enquiry.id,
        "upload_token": factories.upload(person, f"{mark}.pdf").token,
        "file_id": factories.stored_file(f"Файл{mark}.pdf", person).id,
        "token": secret,
        "code": sheet_code(live_session),
        "wish_token": wishes,
        "topic": "news",
        "incoming_id": incoming.id,
        "feed": tokens.issue(person, Purpose.CALENDAR, now=now(), lifetime=timedelta(days=1))[0],
        "which": "own",
        "list_id": factories.participant_list(live_session, f"{person.family_name};{person.email}").id,
        "answer": "yes",
        "name": "name",
        "arrival_id": factories.arrival(person, f"{mark}.zip", cycle=cycle).id,
    }


def _report_on(person, mark: str) -> dict[str, Any]:
    """A signed report that names the person."""
    participant = Participant(person.id, person.full_name, "", "", "volunteer", now().date())
    return Report(mark, "", "", now().date(), now().date(), now(), {}, people=(participant,)).to_json()


NOTHING = {
    "slug": {"centres": "no-such", "cycles": "no-such", "transfer": "no-such"},
    "token": "no-such-token",
    "upload_token": "no-such-token",
    "topic": "news",
    "name": "x",
    "answer": "yes",
    "which": "own",
}


def visits(app: Flask, world: SimpleNamespace, methods: set[str], who: str) -> Iterator[Visit]:
    adapter = app.url_map.bind("lms.test", url_scheme="https")
    for route in app.url_map.iter_rules():
        for whose, things in (("own", world.mine), ("other", world.theirs), ("missing", NOTHING)):
            values = {}
            for argument in route.arguments:
                value = things.get(argument, 999_999_999)
                values[argument] = value.get(route.endpoint.split(".")[0], "x") if isinstance(value, dict) else value
            for method in sorted(route.methods & methods):
                address = adapter.build(route.endpoint, values, method=method)
                yield Visit(who, whose, method, route, address)


def client_for(app: Flask, world: SimpleNamespace, who: str) -> Any:
    client = app.test_client()
    if who in world.people:
        return client.sign_in(world.people[who])
    if who == "guest":
        token = tokens.find(world.mine["token"], Purpose.INVITATION, now=now())
        with client.session_transaction() as cookie:
            cookie["letter"] = {
                "token": token.id,
                "live_session": world.mine["live_session_id"],
                "module": world.mine["module_id"],
            }
    return client


def is_refusal(response: Any) -> bool:
    return response.status_code in {302, 303} and "/sign-in" in response.location


def unexpected(app: Flask, world: SimpleNamespace, visit: Visit, response: Any) -> str:
    """What is wrong with the answer, or nothing."""
    policy = policy_of(app, visit.route.endpoint)
    if response.status_code >= 500:
        return f"{visit}: {response.status_code}"
    if policy == "public":
        return ""
    if isinstance(policy, ByKey):
        return "" if response.status_code == 401 else f"{visit}: {response.status_code} without a key"
    if visit.who in {"visitor", "suspended"}:
        return (
            "" if is_refusal(response) or response.status_code == 401 else f"{visit}: {response.status_code}, came in"
        )
    if visit.who == "guest":
        if policy == "guests":
            return ""
        return "" if is_refusal(response) or response.status_code == 401 else f"{visit}: a guest came in"
    if policy != "guests" and not policy(world.people[visit.who]) and response.status_code != 403:
        return f"{visit}: {response.status_code} instead of 403"
    return ""


@pytest.mark.parametrize("who", [*[role.value for role in Role], "suspended", "visitor", "guest"])
@pytest.mark.slow
def test_everyone_gets_only_the_answers_their_policy_allows(app, world, who):
    client = client_for(app, world, who)
    wrong = []
    for visit in visits(app, world, {"GET"}, who):
        wrong.append(unexpected(app, world, visit, client.get(visit.address)))
    assert [line for line in wrong if line] == []


@pytest.mark.parametrize("who", [*[role.value for role in Role], "suspended", "visitor", "guest"])
@pytest.mark.slow
def test_writing_is_refused_to_whom_the_policy_refuses_it(app, world, who):
    """Only those the policy refuses are tried: the others' writes have tests of their own."""
    client = client_for(app, world, who)
    wrong = []
    for visit in visits(app, world, WRITING, who):
        policy = policy_of(app, visit.route.endpoint)
        if (
            policy == "public"
            or isinstance(policy, ByKey)
            or (policy == "guests" and who not in {"visitor", "suspended"})
        ):
            continue
        if who in world.people and who != "suspended" and policy(world.people[who]):
            continue
        wrong.append(unexpected(app, world, visit, client.open(visit.address, method=visit.method)))
    assert [line for line in wrong if line] == []


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("visitor", (CANARY, SEALED)),
        ("guest", (CANARY, SEALED)),
        ("volunteer", (CANARY, SEALED)),
        ("centre_coordinator", (CANARY,)),  # she may read what is taught, not whom it is taught to
    ],
)
def test_no_body_carries_a_word_of_what_is_not_ones_own(app, world, who, words):
    client = client_for(app, world, who)
    leaks = []
    for visit in visits(app, world, {"GET"}, who):
        # The page behind a letter's link, a sheet's code or a certificate's address belongs to whoever has the secret.
        by_secret = visit.route.endpoint.startswith(
            ("letter.", "here.", "wishes.", "feeds.", "certificates.", "credentials.")
        )
        if not (by_secret and visit.whose == "other"):
            body = client.get(visit.address).get_data()
            leaks += [f"{visit}: {word}" for word in words if word.encode() in body]
    assert leaks == []


def dump() -> dict[str, Any]:
    """Every row of every table, but for when people were last seen: the one thing a GET may write."""
    rows = {}
    with db.engine.connect() as connection:
        for table in db.metadata.sorted_tables:
            columns = [column for column in table.columns if column.name != "last_seen_at"]
            rows[table.name] = sorted(map(repr, connection.execute(sa.select(*columns)).all()))
    return rows


@pytest.mark.parametrize("who", ["visitor", "guest", "volunteer", "trainer", "coordinator", "admin"])
@pytest.mark.slow
def test_a_get_changes_nothing(app, world, who):
    client = client_for(app, world, who)
    db.session.commit()
    before = dump()
    for visit in visits(app, world, {"GET"}, who):
        client.get(visit.address)
        client.head(visit.address)
    assert dump() == before


def test_a_write_without_its_token_is_refused(app, world, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    client = client_for(app, world, "admin")
    accepted = []
    for visit in visits(app, world, WRITING, "admin"):
        if visit.whose == "own" and visit.route.endpoint not in WITHOUT_TOKEN:
            response = client.open(visit.address, method=visit.method)
            if response.status_code != 400:
                accepted.append(f"{visit}: {response.status_code}")
    assert accepted == []


@pytest.mark.parametrize("number", ["99999999999999999999", "-1", "٣", "0"])
def test_an_id_no_database_holds_is_an_id_that_does_not_exist(app, world, number):
    client = client_for(app, world, "admin")
    wrong = []
    for route in app.url_map.iter_rules():
        if "GET" not in route.methods or not any(name.endswith("_id") for name in route.arguments):
            continue
        address = route.rule
        for name in route.arguments:
            value = number if name.endswith("_id") else "x"
            address = address.replace(f"<int:{name}>", value).replace(f"<{name}>", value)
        response = client.get(address)
        if response.status_code not in {404, 410, 308}:
            wrong.append(f"{address}: {response.status_code}")
    assert wrong == []


@pytest.mark.parametrize(
    "address",
    ["/sessions/?page={}", "/materials/new?module_id={}", "/quizzes/new?module_id={}", "/sessions/new?module_id={}"],
)
def test_a_number_beyond_all_databases_is_no_broken_page(app, cast, address):
    client = app.test_client().sign_in(cast.coordinator)
    assert client.get(address.format("9" * 30)).status_code in {200, 404}
