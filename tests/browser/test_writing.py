"""Writing a page in a real browser: toolbar, preview, drafts, what is pasted and dropped, and two at once."""

from __future__ import annotations

import base64
import re
from io import BytesIO
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect

from lms.app import create_app
from lms.clock import now
from lms.extensions import db
from lms.materials.actions import write_page
from tests import factories
from tests.browser.conftest import Platform
from tests.browser.test_journeys import sign_in

pytestmark = pytest.mark.browser

with BytesIO() as _drawn:
    Image.new("RGB", (40, 30), "#2a4899").save(_drawn, "PNG")
    PNG = _drawn.getvalue()
TEXT = "Что нужно сделать до встречи."


@pytest.fixture
def page_id(platform: Platform) -> int:
    """A page of its own, in a module of its own."""
    with create_app({"DATA_FOLDER": str(platform.folder)}).app_context():
        module = factories.module(factories.cycle(title="Проба пера"), title="Проба")
        material = factories.material(module, title=f"Памятка {now():%H%M%S}")
        write_page(material, TEXT)
        id = material.id
        db.session.commit()
    return id


@pytest.fixture
def editor(visitor: Any, page_id: int) -> Any:
    page = visitor()
    sign_in(page, "trainer@example.org")
    page.goto(f"/materials/{page_id}/edit")
    return page


def body(page: Any) -> Any:
    return page.get_by_label("Текст", exact=True)


def choose(page: Any, words: str) -> None:
    """Select those words in the text."""
    body(page).evaluate(
        "(text, words) => { const at = text.value.indexOf(words); text.focus();"
        " text.setSelectionRange(at, at + words.length); }",
        words,
    )


def preview(page: Any) -> Any:
    return page.locator("[data-preview-here]")


def press(page: Any, name: str) -> None:
    page.get_by_role("toolbar").get_by_role("button", name=name, exact=True).click()


# --- the toolbar and the preview --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("button", "becomes"),
    [
        ("Жирный", "Что **нужно** сделать до встречи."),
        ("Курсив", "Что *нужно* сделать до встречи."),
        ("Ссылка", "Что [нужно](https://) сделать до встречи."),
        ("Заголовок", f"## {TEXT}"),
        ("Список", f"- {TEXT}"),
        ("Нумерация", f"1. {TEXT}"),
        ("Чек-лист", f"- [ ] {TEXT}"),
        ("Цитата", f"> {TEXT}"),
        ("Врезка", f"> [!ВАЖНО]\n> {TEXT}"),
        ("Сноска", "Что нужно[^1] сделать до встречи.\n\n[^1]: "),
    ],
)
def test_a_button_puts_its_mark_around_what_is_chosen(editor, button, becomes):
    choose(editor, "нужно")

    press(editor, button)

    assert body(editor).input_value() == becomes
    editor.keyboard.press("Control+z")
    if button == "Сноска":
        editor.keyboard.press("Control+z")
    assert body(editor).input_value() == TEXT


def test_the_keyboard_does_what_the_buttons_do(editor):
    for key, becomes in (("b", "Что **нужно** сделать"), ("i", "Что ***нужно*** сделать")):
        choose(editor, "нужно")
        editor.keyboard.press(f"Control+{key}")
        assert body(editor).input_value().startswith(becomes)


def test_what_is_put_in_is_seen_beside_the_text(editor):
    body(editor).fill("")
    for button in ("Врезка", "Таблица", "Чек-лист"):
        editor.keyboard.press("Control+End")
        editor.keyboard.type("\n\n")
        press(editor, button)
        editor.keyboard.press("Control+End")

    seen = preview(editor)
    seen.get_by_role("note").get_by_text("Важно").wait_for()
    assert seen.get_by_role("table").get_by_text("Кто").is_visible()
    assert seen.get_by_role("checkbox").count() == 1
    assert [one["id"] for one in Axe().run(editor).response["violations"]] == []


# --- drafts -----------------------------------------------------------------------------------------------------------
def test_what_was_typed_and_not_saved_is_offered_after_the_page_is_opened_anew(editor):
    with editor.expect_response(lambda response: response.url.endswith("/draft")) as kept:
        body(editor).fill("Новый текст, который никто не сохранил.")
    assert kept.value.ok
    editor.get_by_text("Черновик сохранён").wait_for()

    editor.reload()
    assert body(editor).input_value() == TEXT  # nothing is put in unasked
    editor.get_by_role("link", name="Продолжить").first.click()

    assert body(editor).input_value() == "Новый текст, который никто не сохранил."


def test_a_draft_typed_without_a_connection_is_kept_on_the_device(editor):
    editor.context.set_offline(True)
    body(editor).fill("Набрано в поезде.")
    editor.get_by_text("Нет связи — черновик на этом устройстве.").wait_for()
    editor.context.set_offline(False)
    editor.reload()

    # The device offers it; or the platform, where it was sent as soon as the line was back.
    go_on = editor.locator("main").locator("a, button").get_by_text("Продолжить", exact=True)
    go_on.filter(visible=True).first.click()

    assert body(editor).input_value() == "Набрано в поезде."


# --- pasting and dropping ---------------------------------------------------------------------------------------------
WORD = """<html><body lang=RU><!--StartFragment-->
<p class=MsoNormal style='mso-outline-level:1'><b><span style='font-size:14pt'>Три шага</span></b></p>
<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><![if !supportLists]><span>1.<span>&nbsp;
 </span></span><![endif]>Узнать<o:p></o:p></p>
<table class=MsoTableGrid><tr><td><p class=MsoNormal>Кто</p></td><td><p class=MsoNormal>Что</p></td></tr>
<tr><td><p class=MsoNormal>Фермер</p></td><td><p class=MsoNormal>сыр</p></td></tr></table>
<p class=MsoNormal><a href="javascript:alert(1)">ссылка</a><script>alert(2)</script></p>
<!--EndFragment--></body></html>"""


def paste(page: Any, *, html: str = "", plain: str = "", picture: bytes = b"", event: str = "paste") -> None:
    """As a browser does when something is pasted or dropped."""
    body(page).evaluate(
        """(text, { html, plain, picture, event }) => {
            const taken = new DataTransfer();
            if (html) taken.setData("text/html", html);
            if (plain) taken.setData("text/plain", plain);
            if (picture) {
                const bytes = Uint8Array.from(atob(picture), (one) => one.charCodeAt(0));
                taken.items.add(new File([bytes], "Схема.png", { type: "image/png" }));
            }
            text.focus();
            text.setSelectionRange(text.value.length, text.value.length);
            const how = { bubbles: true, cancelable: true };
            text.dispatchEvent(event === "paste"
                ? new ClipboardEvent("paste", { ...how, clipboardData: taken })
                : new DragEvent("drop", { ...how, dataTransfer: taken }));
        }""",
        {"html": html, "plain": plain, "picture": base64.b64encode(picture).decode(), "event": event},
    )


def test_a_paste_from_word_becomes_markdown(editor):
    ran = []
    editor.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
    body(editor).fill("")

    with editor.expect_response(lambda response: response.url.endswith("/pasted")):
        paste(editor, html=WORD, plain="Три шага")
    expect(body(editor)).to_have_value(re.compile("сыр"))

    text = body(editor).input_value()
    assert "Три шага" in text and "1. Узнать" in text and "| Фермер | сыр |" in text
    assert "<" not in text and "Mso" not in text and "javascript" not in text and "alert" not in text
    assert ran == []


@pytest.mark.parametrize("event", ["paste", "drop"])
def test_a_picture_is_taken_in_and_shown(editor, event):
    paste(editor, picture=PNG, event=event)
    expect(body(editor)).to_have_value(re.compile("/files/"))

    assert body(editor).input_value().startswith(f"{TEXT}\n\n![")
    picture = preview(editor).locator("img")
    picture.wait_for()
    assert picture.evaluate("async (one) => { await one.decode(); return one.naturalWidth; }") == 40


def test_a_file_that_is_not_taken_is_said_to_be_none(editor):
    body(editor).evaluate(
        """(text) => {
            const taken = new DataTransfer();
            taken.items.add(new File(["<script>"], "page.html", { type: "text/html" }));
            text.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: taken }));
        }"""
    )

    editor.get_by_text("Такие файлы не принимаем").wait_for()
    assert body(editor).input_value() == TEXT


# --- two at once ------------------------------------------------------------------------------------------------------
def test_of_two_who_write_at_once_the_second_sees_both_texts(editor, visitor, page_id):
    other = visitor()
    sign_in(other, "coordinator@example.org")
    other.goto(f"/materials/{page_id}/edit")
    body(other).fill("Текст второго редактора.")

    body(editor).fill("Текст первого редактора.")
    editor.get_by_role("button", name="Сохранить", exact=True).click()
    editor.wait_for_load_state()
    with other.expect_response(lambda response: response.request.method == "POST" and response.status == 409):
        other.get_by_role("button", name="Сохранить", exact=True).click()

    assert body(other).input_value() == "Текст второго редактора."
    assert "Текст первого редактора." in other.locator("main").inner_text()
    assert [one["id"] for one in Axe().run(other).response["violations"]] == []
    other.get_by_role("button", name="Сохранить", exact=True).click()
    other.wait_for_load_state()
    other.goto(f"/materials/{page_id}")
    assert "Текст второго редактора." in other.locator("main").inner_text()
