"""A learner's way through a package: its page, its parts, and what is kept of what it says."""

from __future__ import annotations

import html
import json
import re

import pytest

from lms.cycles.models import Rule, State
from lms.extensions import db
from lms.packages.models import Claim, Edition, Part, Status
from lms.progress.models import Completion, How, SetAside
from lms.progress.weighing import weigh
from tests import factories

TWO = (
    Part("one", "Начало", href="one.html", reports=True),
    Part("two", "Проверка", href="two.html?a=1", reports=True),
)
PASSED = {"cmi.core.lesson_status": "passed", "cmi.core.score.raw": "80", "cmi.suspend_data": "страница 5"}


@pytest.fixture
def module(cast):
    cycle = factories.cycle()
    factories.enrolment(cast.volunteer, cycle)
    return factories.module(cycle)


def say(client, package, values, *, counter=1, part="one", **fields):
    said = {"part": part, "archive": package.sha256, "counter": counter, "values": values} | fields
    return client.post(f"/packages/{package.id}/claim", json=said)


def start_of(page):
    """What the player of that page is told to begin with."""
    return json.loads(html.unescape(re.search('data-start="([^"]*)"', page)[1]))


def completion(person, package):
    return db.session.scalar(
        db.select(Completion).where(Completion.person_id == person.id, Completion.activity_id == package.id)
    )


# --- its page ---------------------------------------------------------------------------------------------------------
def test_the_page_lists_the_parts_and_what_the_package_says_of_each(as_, cast, module):
    package = factories.package(module, *TWO)
    client = as_(cast.volunteer)
    say(client, package, PASSED)

    page = client.get(f"/packages/{package.id}").text.replace("\xa0", " ")

    assert "По данным пакета" in page
    assert "сдано, 80 %" in page and "ещё не открыто" in page
    assert 'name="part" value="2">' in page


def test_a_package_stands_on_the_path_and_in_the_module(as_, cast, module):
    package = factories.package(module, title="Тренажёр разговора")
    client = as_(cast.volunteer)
    for address in ("/path", f"/modules/{module.id}/"):
        assert f'/packages/{package.id}"' in client.get(address).text


def test_a_draft_and_another_cycle_are_not_there(as_, cast, module):
    draft = factories.package(module, state=State.DRAFT)
    foreign = factories.package(factories.module(factories.cycle()))
    client = as_(cast.volunteer)
    for package in (draft, foreign):
        assert client.get(f"/packages/{package.id}").status_code == 404
        assert client.get(f"/packages/{package.id}/parts/1").status_code == 404
        assert client.post(f"/packages/{package.id}/opening").status_code == 404
        assert say(client, package, PASSED).status_code == 404
    assert db.session.scalars(db.select(Claim)).all() == []


def test_a_module_that_is_held_up_lets_nobody_in(as_, cast, module):
    after = factories.module(module.cycle, needs=[module])
    factories.material(module)
    package = factories.package(after)
    client = as_(cast.volunteer)
    assert client.get(f"/packages/{package.id}").status_code == 403
    assert say(client, package, PASSED).status_code == 403


# --- playing it -------------------------------------------------------------------------------------------------------
def test_the_frame_is_another_origin_in_a_sandbox(as_, cast, module):
    package = factories.package(module, *TWO)
    answer = as_(cast.volunteer).get(f"/packages/{package.id}/parts/2")
    assert answer.headers["Content-Security-Policy"].endswith("; frame-src https://packages.test")
    assert answer.headers["Cache-Control"] == "no-store"
    assert 'data-player="https://packages.test/p/' in answer.text
    assert "allow-top-navigation" not in answer.text
    assert "two.html?a=1" in answer.text
    assert "<noscript>" in answer.text


def test_only_pages_with_a_package_may_have_a_frame(as_, cast, module):
    client = as_(cast.volunteer)
    package = factories.package(module)
    for address in (f"/packages/{package.id}", "/path"):
        assert "frame-src" not in client.get(address).headers["Content-Security-Policy"]


def test_a_heading_and_a_part_that_is_not_there_cannot_be_opened(as_, cast, module):
    package = factories.package(module, Part("h", "Глава"), Part("one", "А", depth=1, href="one.html"))
    client = as_(cast.volunteer)
    assert client.get(f"/packages/{package.id}/parts/1").status_code == 404
    assert client.get(f"/packages/{package.id}/parts/2").status_code == 200
    assert client.get(f"/packages/{package.id}/parts/3").status_code == 404


def test_without_a_host_of_their_own_packages_are_not_played_and_it_is_said(app, as_, cast, module, monkeypatch):
    monkeypatch.setitem(app.config, "PACKAGES_URL", "")
    package = factories.package(module)
    page = as_(cast.volunteer).get(f"/packages/{package.id}/parts/1").text
    assert "LMS_PACKAGES_URL" in page and "data-package" not in page


def test_the_button_goes_on_with_the_first_part_that_is_not_done(as_, cast, module):
    package = factories.package(module, *TWO)
    client = as_(cast.volunteer)
    opening, parts = f"/packages/{package.id}/opening", f"/packages/{package.id}/parts"
    assert client.post(opening).location == f"{parts}/1"
    say(client, package, PASSED)
    assert client.post(f"/packages/{package.id}/opening").location == f"/packages/{package.id}/parts/2"
    assert (
        client.post(f"/packages/{package.id}/opening", data={"part": 1}).location == f"/packages/{package.id}/parts/1"
    )


# --- what it says -----------------------------------------------------------------------------------------------------
def test_what_the_package_says_is_kept_and_given_back_when_it_is_opened_again(as_, cast, module):
    package = factories.package(module)
    client = as_(cast.volunteer)

    answer = say(client, package, PASSED)

    assert (answer.status_code, answer.json["counter"], answer.json["mark"]) == (200, 1, "done")
    claim = db.session.scalars(db.select(Claim)).one()
    assert (claim.status, claim.score, claim.said) == (Status.PASSED, 80.0, PASSED)
    assert start_of(client.get(f"/packages/{package.id}/parts/1").text)["said"] == PASSED


def test_the_whole_is_done_when_all_parts_are(as_, cast, module):
    package = factories.package(module, *TWO)
    client = as_(cast.volunteer)
    say(client, package, PASSED)
    assert completion(cast.volunteer, package) is None

    say(client, package, PASSED, part="two")

    found = completion(cast.volunteer, package)
    assert (found.how, found.by_id) == (How.CLAIMED, None)


def test_what_was_done_stays_done_whatever_the_package_says_later(as_, cast, module):
    package = factories.package(module)
    client = as_(cast.volunteer)
    say(client, package, PASSED)
    say(client, package, {"cmi.core.lesson_status": "incomplete"}, counter=2)
    assert completion(cast.volunteer, package) is not None
    assert db.session.scalars(db.select(Claim)).one().status is Status.BEGUN


def test_a_saving_that_comes_again_or_late_never_overwrites_a_newer_one(as_, cast, module):
    package = factories.package(module)
    client = as_(cast.volunteer)
    old, new = {"cmi.core.lesson_location": "2"}, {"cmi.core.lesson_location": "7"}

    answers = [say(client, package, values, counter=counter).status_code
               for values, counter in ((old, 1), (old, 1), (new, 2), (old, 1), (old, 2))]  # fmt: skip

    assert answers == [200, 200, 200, 409, 409]
    assert db.session.scalars(db.select(Claim)).one().said == new


def test_what_an_older_archive_says_is_refused(as_, cast, module):
    package = factories.package(module)
    client = as_(cast.volunteer)
    assert say(client, package, PASSED, archive="1" * 64).json == {"error": "replaced"}
    assert say(client, package, PASSED, part="no such").status_code == 409
    assert db.session.scalars(db.select(Claim)).all() == []


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"counter": 0}, 422),
        ({"counter": "1"}, 422),
        ({"counter": True}, 422),
        ({"counter": 2**40}, 422),
        ({"values": []}, 422),
        ({"values": {"cmi.core.lesson_location": 7}}, 422),
        ({"values": {"cmi.suspend_data": "x" * 64_001}}, 422),
        ({"values": {f"cmi.interactions.{n}.id": "x" * 200 for n in range(3_001)}}, 422),
        ({"values": {f"cmi.objectives.{n}.id": "я" * 3_000 for n in range(50)}}, 422),
        ({"values": {"cmi.suspend_data": "x" * 2_000_000}}, 413),
    ],
)
def test_more_than_is_kept_and_what_is_no_saying_is_refused(as_, cast, module, fields, status):
    package = factories.package(module)
    said = {"part": "one", "archive": package.sha256, "counter": 1, "values": {}} | fields
    assert as_(cast.volunteer).post(f"/packages/{package.id}/claim", json=said).status_code == status
    assert db.session.scalars(db.select(Claim)).all() == []


@pytest.mark.parametrize("body", ["", "[]", "nonsense", '{"counter": 1', '{"values": "\\ud800"}', "[" * 10_000])
def test_no_json_is_no_broken_page(as_, cast, module, body):
    package = factories.package(module)
    answer = as_(cast.volunteer).post(
        f"/packages/{package.id}/claim", data=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422


def test_elements_that_no_package_may_set_are_left_out(as_, cast, module):
    package = factories.package(module)
    said = PASSED | {"cmi.core.student_name": "Другая", "cmi.no.such": "1", "x" * 300: "y"}
    say(as_(cast.volunteer), package, said)
    assert db.session.scalars(db.select(Claim)).one().said == PASSED


def test_a_visitor_saves_nothing(client, cast, module):
    package = factories.package(module)
    assert say(client, package, PASSED).status_code == 401


# --- its rule ---------------------------------------------------------------------------------------------------------
def test_where_opening_is_enough_the_press_of_the_button_counts(as_, cast, module):
    package = factories.package(module, rule=Rule.OPENED)
    client = as_(cast.volunteer)
    client.get(f"/packages/{package.id}/parts/1")
    assert completion(cast.volunteer, package) is None

    client.post(f"/packages/{package.id}/opening")

    assert completion(cast.volunteer, package).how is How.OPENED


def test_opening_counts_later_if_the_rule_comes_to_say_so(as_, cast, module):
    package = factories.package(module)
    as_(cast.volunteer).post(f"/packages/{package.id}/opening")
    assert completion(cast.volunteer, package) is None
    assert [one.how for one in db.session.scalars(db.select(SetAside))] == [How.OPENED]

    package.rule = Rule.OPENED
    weigh(package)

    assert completion(cast.volunteer, package).how is How.OPENED


def test_a_page_that_reports_nothing_is_done_when_it_was_opened(as_, cast, module):
    package = factories.package(module, Part("one", "", href="one.html"), edition=Edition.SCORM_2004)
    say(as_(cast.volunteer), package, {})
    assert completion(cast.volunteer, package).how is How.CLAIMED


def test_pages_of_a_package_cost_the_same_with_one_part_and_with_thirty(as_, cast, module, count_queries):
    few = factories.package(module)
    many = factories.package(module, *(Part(str(n), f"Часть {n}", href="one.html", reports=True) for n in range(30)))
    client = as_(cast.volunteer)
    counts = []
    for package in (few, many):
        for number in range(len(package.parts)):
            say(client, package, PASSED, part=package.parts[number].identifier)
        with count_queries() as queries:
            client.get(f"/packages/{package.id}")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12
