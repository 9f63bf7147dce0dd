"""Letters are written from two templates: ``mail/<letter>.txt``, whose first line is the subject, and one in HTML.

They are rendered in the recipient's language, whatever the language of the page that sends them, and know nothing of
who pressed the button: values are given by name, and times are said beforehand, in the recipient's zone.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import force_locale
from markupsafe import Markup

_MANY_EMPTY_LINES = re.compile(r"\n{3,}")
_END_OF_FRAME = "</td></tr>\n</table></div>"


def render(template: str, locale: str, **values: object) -> tuple[str, str, str]:
    """``(subject, text, html)`` of the letter, for instance ``render("sessions/invitation", "ru", name="Ирина")``.

    Every template also has ``locale``, ``link`` (below), ``public_url``, ``organisation`` and ``phone``.
    """
    config = current_app.config
    environment = current_app.jinja_env
    common = {
        "locale": locale,
        "link": link,
        "public_url": config["PUBLIC_URL"],
        "organisation": config["ORGANISATION_EN"] if locale == "en" else config["ORGANISATION"],
        "phone": config["CONTACT_PHONE"],
    }
    with force_locale(locale):
        written = environment.get_template(f"mail/{template}.txt").render(common | values)
        subject, _, text = written.strip().partition("\n")
        html = environment.get_template(f"mail/{template}.html").render(common | {"subject": subject.strip()} | values)
    return subject.strip(), _MANY_EMPTY_LINES.sub("\n\n", text.strip()) + "\n", html


def link(endpoint: str, **values: object) -> str:
    """The full address of one of our pages at PUBLIC_URL, for a letter: it needs no request."""
    public = urlsplit(current_app.config["PUBLIC_URL"])
    adapter = current_app.url_map.bind(public.netloc, script_name=public.path or "/", url_scheme=public.scheme)
    return adapter.build(endpoint, values, force_external=True)


def with_foot(html: str, line: Markup) -> str:
    """The letter with one more line at its very end, inside the frame of ``mail/layout.html`` where it has that."""
    start = html.rfind(_END_OF_FRAME)
    return f"{html[:start]}<br>{line}{html[start:]}" if start >= 0 else f"{html}<p>{line}</p>"
