"""Reading and writing pages in a real browser: what scripts add, and what they must not do."""

from __future__ import annotations

import pytest

from tests.browser.test_journeys import sign_in

pytestmark = pytest.mark.browser


def test_reading_is_remembered_where_one_stopped_and_counts_at_the_end(platform, visitor):
    page = visitor()
    sign_in(page, "volunteer@example.org")
    page.goto("/materials/")
    page.get_by_role("link", name="Соцсети и газета: два часа в неделю").click()
    said = []
    page.on("request", lambda request: said.append(request.url) if request.method == "POST" else None)
    page.wait_for_timeout(2500)
    assert said == []  # nothing is said before one has scrolled

    with page.expect_response(lambda response: response.url.endswith("/position")) as answer:
        page.mouse.wheel(0, 1500)
    assert answer.value.status == 204
    assert page.locator(".toc [aria-current]").count() == 1
    page.reload()
    assert "Вы остановились на разделе" in page.locator("article").inner_text().replace("\xa0", " ")

    with page.expect_response(lambda response: response.url.endswith("/position")):
        page.mouse.wheel(0, 30_000)
    page.get_by_role("status").filter(has_text="Отмечено: прочитано до конца.").wait_for()
    page.reload()
    assert page.get_by_role("button", name="Прочитано").count() == 0


def test_the_preview_shows_what_is_typed_and_runs_nothing(platform, visitor):
    page = visitor()
    troubles = []
    page.on("dialog", lambda dialog: (troubles.append("a script ran"), dialog.dismiss()))
    sign_in(page, "trainer@example.org")
    page.goto("/materials/new?module_id=8")

    page.get_by_label("Текст", exact=True).fill("## Привет\n\n**мир**<img src=x onerror=alert(1)><svg onload=alert(2)>")

    preview = page.get_by_role("region", name="Просмотр")
    preview.get_by_role("heading", name="Привет").wait_for()
    page.wait_for_timeout(500)
    assert preview.inner_html().strip() == '<h2 id="s-privet">Привет</h2>\n<p><strong>мир</strong></p>'
    assert troubles == []


def test_without_scripts_the_preview_is_a_page_of_its_own(platform, visitor):
    page = visitor(javascript=False)
    sign_in(page, "trainer@example.org")
    page.goto("/materials/new?module_id=8")
    page.get_by_label("Текст", exact=True).fill("**мир**")

    with page.expect_popup() as opened:
        page.get_by_role("button", name="Посмотреть").click()

    assert opened.value.locator(".prose strong").inner_text() == "мир"
    assert page.get_by_label("Текст", exact=True).input_value() == "**мир**"
