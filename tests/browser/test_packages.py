"""Packages in a real browser: those of other programs play, report and are resumed; a hostile one gets nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.browser.test_journeys import look, sign_in
from tests.conftest import SHARED
from tests.packages import zips

PAGES = Path(zips.__file__).parent / "pages"
REAL = SHARED / "data" / "packages" / "scorm_moodle" / "scorm" / "tests" / "packages"
pytestmark = pytest.mark.browser
of_other_programs = pytest.mark.skipif(not REAL.is_dir(), reason="packages of other programs are not here")


@pytest.fixture
def trainer(visitor: Any) -> Any:
    page = visitor()
    sign_in(page, "trainer@example.org")
    return page


@pytest.fixture
def learner(visitor: Any) -> Any:
    page = visitor()
    page.on("dialog", lambda dialog: dialog.accept())
    sign_in(page, "volunteer@example.org")
    return page


def upload(trainer: Any, path: Path, title: str) -> str:
    """Put it into module 5, published; gives the address of its page."""
    trainer.goto("/packages/new?module_id=5")
    trainer.locator("#title").fill(title)
    trainer.set_input_files("input[type=file]", str(path))
    trainer.locator("#is_published").check()
    trainer.get_by_role("button", name="Сохранить").click()
    trainer.wait_for_url("**/modules/5/edit#activity-*")
    return f"/packages/{trainer.url.rpartition('-')[2]}"


def open_it(learner: Any, address: str) -> Any:
    """Press its button; gives the frame the package itself is in."""
    learner.goto(address)
    learner.locator("main form button.btn-primary").click()
    return playing(learner)


def playing(page: Any) -> Any:
    page.wait_for_url("**/parts/*")
    return page.frame_locator("[data-package] iframe").frame_locator("iframe")


def wait_for(page: Any, words: str) -> None:
    page.locator("[data-package-state]", has_text=words).wait_for()


def leave(page: Any) -> str:
    """Back to the package's own page; gives its contents with what is said of each part."""
    page.locator(".breadcrumb a").nth(1).click()
    page.wait_for_url(lambda url: "/parts/" not in url)
    return str(page.locator("main .todo").inner_text().replace("\xa0", " "))


def stands_as(page: Any, title: str) -> str:
    """The mark of the package on the page of its module."""
    page.goto("/modules/5/")
    return str(page.locator("li", has=page.get_by_role("link", name=title, exact=True)).get_attribute("data-s"))


# --- the demo's own ---------------------------------------------------------------------------------------------------
def test_the_demos_package_is_gone_through_left_and_resumed(platform, learner, trainer):
    learner.goto("/modules/7/")
    learner.get_by_role("link", name="Тренажёр: звонит журналист").click()
    look(learner, "the page of a package")
    frame = open_it(learner, learner.url)
    frame.get_by_role("button", name="Дальше").click()
    frame.get_by_label("Говорю о субботе").check()
    frame.get_by_role("button", name="Дальше").click()
    wait_for(learner, "начато")
    assert "начато" in leave(learner)

    frame = open_it(learner, learner.url)
    assert frame.locator("#place").inner_text() == "Страница 3 из 5"
    for answer in ("Прошлой весной", "Сразу отправляю"):
        frame.get_by_label(answer).check()
        frame.get_by_role("button", name="Дальше").click()
    wait_for(learner, "сдано, 67")  # two of three, and the package asks for 60 of 100
    learner.set_viewport_size({"width": 320, "height": 700})
    assert learner.evaluate("document.documentElement.scrollWidth") == 320
    assert "сдано" in leave(learner)

    trainer.goto(f"{learner.url}/claims")
    assert "Ковалёва Ирина" in trainer.locator("main table").inner_text()
    look(trainer, "what a package says of whom")


def test_without_scripts_it_is_said_why_nothing_plays(platform, visitor, trainer):
    page = visitor(javascript=False)
    sign_in(page, "volunteer@example.org")
    page.goto("/modules/7/")
    page.get_by_role("link", name="Тренажёр: звонит журналист").click()
    page.locator("main form button.btn-primary").click()
    assert "нужен JavaScript" in page.locator("noscript").inner_text()


def test_a_preview_saves_nothing(platform, trainer):
    said = []
    trainer.on("request", lambda request: said.append(request.url) if request.method == "POST" else None)
    trainer.goto("/modules/7/preview")
    trainer.get_by_role("link", name="Тренажёр: звонит журналист").click()
    frame = trainer.frame_locator("[data-package] iframe").frame_locator("iframe")
    frame.get_by_role("button", name="Дальше").click()
    trainer.wait_for_timeout(1500)
    assert said == []
    wait_for(trainer, "ничего не сохраняется")


# --- of other programs ------------------------------------------------------------------------------------------------
@of_other_programs
@pytest.mark.parametrize("name", ["singlescobasic", "RuntimeBasicCalls_SCORM20043rdEdition"])
def test_a_course_of_many_pages_reports_its_score_and_is_resumed(platform, trainer, learner, name):
    address = upload(trainer, REAL / f"{name}.zip", name)
    frame = open_it(learner, address)
    for _page in range(4):
        frame.locator("#butNext").click()
    wait_for(learner, "начато")
    learner.wait_for_timeout(1500)
    assert "начато" in leave(learner)
    assert stands_as(learner, name) in {"late", "now"}

    frame = open_it(learner, address)  # it asks whether to go on from there, and is told yes
    frame.frame_locator("#contentFrame").get_by_text("Rules of Golf").first.wait_for()
    while frame.locator("#butNext").is_enabled():
        frame.locator("#butNext").click()
    test = frame.frame_locator("#contentFrame")
    test.locator(".correctAnswer input[type=radio]").first.wait_for()
    for box in test.locator(".correctAnswer input[type=radio]").all():
        box.check()
    for line in test.locator(".correctAnswer").filter(has=learner.locator("input[type=text]")).all():
        line.locator("input").fill(line.inner_text().strip(" ()"))
    test.get_by_role("button", name="Submit Answers").click()
    wait_for(learner, "сдано, 100")

    assert "сдано, 100 %" in leave(learner)
    assert stands_as(learner, name) == "done"
    learner.goto(f"{address}/parts/1")
    assert '"cmi.' in learner.locator("[data-package]").get_attribute("data-start")


@of_other_programs
def test_many_parts_are_done_one_after_another_and_then_the_whole(platform, trainer, learner):
    address = upload(trainer, REAL / "RuntimeMinimumCalls_SCORM12-mini.zip", "Девять частей")
    open_it(learner, address).locator("body").wait_for()
    for part in range(9):
        wait_for(learner, "начато")
        assert stands_as_here(learner) == "now"
        if part == 8:
            contents = leave(learner)
        else:
            here = learner.url
            learner.get_by_role("link", name="Следующая часть").click()
            learner.wait_for_url(lambda url, here=here: url != here)
            playing(learner).locator("body").wait_for()
    assert contents.count("пройдено") == 9
    assert stands_as(learner, "Девять частей") == "done"


def stands_as_here(page: Any) -> str:
    return str(page.locator("[data-here]").get_attribute("data-s"))


@of_other_programs
def test_headings_and_eighteen_parts_stand_in_the_contents(platform, trainer, learner):
    address = upload(trainer, REAL / "RuntimeMinimumCalls_SCORM12.zip", "Восемнадцать частей")
    open_it(learner, address).locator("body").wait_for()
    wait_for(learner, "начато")
    contents = leave(learner)
    assert (contents.count("пройдено"), contents.count("ещё не открыто")) == (1, 17)


@of_other_programs
def test_a_debugger_of_scorm_finds_the_whole_data_model(platform, trainer, learner):
    address = upload(trainer, REAL / "complexscorm.zip", "Отладчик")
    frame = open_it(learner, address)
    frame.get_by_role("link", name="Common operations").click()
    for name, value in (("score", "2"), ("lesson-status", "passed")):
        frame.locator(f"#set-{name}-button").click()
        frame.locator(f"#set-{name}-menu li").get_by_text(value, exact=True).click()
    wait_for(learner, "сдано, 2")
    api = frame.locator("body")
    assert api.evaluate("() => parent.API.LMSGetValue('cmi.core._children')").startswith("student_id,student_name")
    assert "сдано" in leave(learner)

    learner.get_by_role("button", name="Third content (this is an asset)").click()
    playing(learner).locator("body").wait_for()
    wait_for(learner, "пройдено")


@of_other_programs
@pytest.mark.parametrize("name", ["singlesco_scorm12", "singlescobasic_missingorg"])
def test_a_package_that_says_little_is_opened_all_the_same(platform, trainer, learner, name):
    address = upload(trainer, REAL / f"{name}.zip", name)
    open_it(learner, address).locator("body").wait_for()
    wait_for(learner, "начато")
    assert "начато" in leave(learner)


# --- the standard -----------------------------------------------------------------------------------------------------
CALLS_12 = (PAGES / "calls_12.js").read_text()
SAID_12 = [
    ["", "301"], ["false", "201"], ["true", "0"], ["false", "101"], ["not attempted", "0"], ["", "201"], ["", "404"],
    ["false", "403"], ["false", "402"], ["false", "405"], ["false", "405"], ["true", "0"], ["0", "0"], ["false", "201"],
    ["true", "0"], ["1", "0"], ["", "203"], ["", "202"], ["true", "0"], ["true", "0"], ["false", "101"],
    ["Not initialized", "101"],
]  # fmt: skip
CALLS_2004 = (PAGES / "calls_2004.js").read_text()
SAID_2004 = [
    ["", "122"], ["false", "132"], ["false", "142"], ["false", "112"], ["true", "0"], ["false", "103"], ["", "403"],
    ["1.0", "0"], ["", "401"], ["false", "404"], ["", "405"], ["false", "407"], ["false", "406"], ["false", "404"],
    ["false", "408"], ["true", "0"], ["false", "351"], ["false", "351"], ["", "301"], ["true", "0"], ["false", "406"],
    ["true", "0"], ["true", "0"], ["true", "0"], ["false", "113"], ["", "123"], ["false", "133"], ["false", "143"],
]  # fmt: skip


@pytest.mark.parametrize(
    ("edition", "calls", "answers"), [("1.2", CALLS_12, SAID_12), ("2004 4th Edition", CALLS_2004, SAID_2004)]
)
def test_every_wrong_call_gets_the_code_of_the_standard(platform, trainer, learner, tmp_path, edition, calls, answers):
    path = tmp_path / "calls.zip"
    manifest = zips.MANIFEST_12.replace("<schemaversion>1.2<", f"<schemaversion>{edition}<")
    path.write_bytes(zips.archive(manifest=manifest).getvalue())
    address = upload(trainer, path, f"Вызовы {edition}")
    body = open_it(learner, address).locator("body")
    body.wait_for()
    assert body.evaluate(calls) == answers


# --- a hostile one ----------------------------------------------------------------------------------------------------
HOSTILE = (PAGES / "hostile.html").read_text()


def test_a_hostile_package_gets_nothing(platform, trainer, learner, tmp_path):
    hostile = HOSTILE.replace("OURS", platform.address)
    path = tmp_path / "hostile.zip"
    path.write_bytes(zips.archive({"one.html": hostile, "worker.js": "self.x = 1"}).getvalue())
    address = upload(trainer, path, "Злой пакет")
    asked = []
    learner.context.on("request", lambda request: asked.append(request.url))

    frame = open_it(learner, address)
    frame.locator("#told", has_text="{").wait_for()
    told = json.loads(frame.locator("#told").inner_text())
    learner.wait_for_timeout(1500)

    assert told["cookie"] == "none"
    assert told["our window"] == "stops here"
    refused = ("top document", "our page", "our page blindly", "our claim", "elsewhere", "a worker")
    assert {name: told[name] for name in refused} == dict.fromkeys(refused, "refused")
    assert told["a frame"] in {"nothing", "closed", "refused"}
    assert learner.url.endswith("/parts/1")  # the window went nowhere
    ours = {url for url in asked if url.startswith(platform.address)}
    assert not [url for url in ours if "stolen" in url or "framed" in url or "blind" in url or "form" in url]
    wait_for(learner, "начато")  # the lie came from no frame that is believed
    assert stands_as(learner, "Злой пакет") != "done"
    learner.goto("/path")
    assert "sign-in" not in learner.url
