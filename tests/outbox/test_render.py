from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from jinja2 import ChoiceLoader, DictLoader

from lms.outbox.render import link, render

TEXT = """{% extends "mail/layout.txt" %}
{% block subject %}{{ _("Sign in") }}: {{ name }}{% endblock %}

{% block main %}
{{ name }},

{{ link("home.help") }}



{{ digits }}
{% endblock %}
{% block why %}
{{ public_url }}
{% endblock %}
"""
HTML = """{% extends "mail/layout.html" %}
{% from "mail/parts.html" import paragraph, button %}
{% block main %}{{ paragraph(name) }}{{ button(_("Sign in"), link("home.help")) }}{% endblock %}
"""


@pytest.fixture(autouse=True)
def templates(app: Flask) -> Iterator[None]:
    before = app.jinja_env.loader
    app.jinja_env.loader = ChoiceLoader([DictLoader({"mail/test.txt": TEXT, "mail/test.html": HTML}), before])
    yield
    app.jinja_env.loader = before


def test_a_letter_is_a_subject_a_text_and_a_page() -> None:
    subject, text, html = render("test", "ru", name="Ирина <b>", digits=7)

    assert subject == "Войти: Ирина <b>"
    assert text == (
        "Ирина <b>,\n\nhttps://lms.test/help\n\n7\n\n--\nhttps://lms.test\n\n"
        "Сеть ресурсных центров Ростовской области\n"
    )
    assert "<title>Войти: Ирина &lt;b&gt;</title>" in html
    assert '<p class="ink" style="margin:0 0 16px">Ирина &lt;b&gt;</p>' in html
    assert 'href="https://lms.test/help"' in html


def test_it_is_written_in_the_language_of_its_reader_whatever_page_sends_it(app: Flask) -> None:
    with app.test_request_context("/", headers={"Accept-Language": "ru"}):
        subject, text, html = render("test", "en", name="Irina", digits=7)

    assert subject == "Sign in: Irina"
    assert text.endswith("Network of resource centres of Rostov Oblast\n")
    assert '<html lang="en">' in html


@pytest.mark.parametrize("public_url", ["https://lms.test", "https://lms.test:8443/school"])
def test_links_lead_to_the_public_address(app: Flask, public_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "PUBLIC_URL", public_url)

    assert link("home.help") == f"{public_url}/help"
    with app.test_request_context("/", base_url="http://internal:8000"):
        assert link("home.help", x="ё") == f"{public_url}/help?x=%D1%91"
