"""How things are shown: languages, and the filters and words that templates use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from flask import Flask, current_app, g, request
from flask_babel import get_locale, get_translations
from flask_login import current_user
from markupsafe import Markup, escape

from lms import access, dates
from lms import permissions as can
from lms.clock import now
from lms.extensions import babel
from lms.typography import NO_BREAK, typo


def choose_locale() -> str:
    """The language of this request: chosen in the page, else the person's own, else what the browser asks for."""
    languages = current_app.config["LANGUAGES"]
    chosen = request.cookies.get("language") if request else None
    if chosen in languages:
        return str(chosen)
    if request and not g.get("failing") and current_user.is_authenticated and current_user.locale in languages:
        return str(current_user.locale)
    if request:
        return request.accept_languages.best_match(languages) or str(current_app.config["BABEL_DEFAULT_LOCALE"])
    return str(current_app.config["BABEL_DEFAULT_LOCALE"])


def locale() -> str:
    """The language spoken now, "ru" or "en"; inside ``force_locale`` (a letter) the one that was forced."""
    try:
        spoken = g._flask_babel.babel_locale  # where Flask-Babel keeps what it has found
    except (RuntimeError, AttributeError):
        spoken = None
    spoken = spoken or get_locale()
    return "en" if spoken is not None and spoken.language == "en" else "ru"


def zone() -> str:
    """The zone this reader lives in."""
    if "zone" not in g:
        own = getattr(current_user, "zone", "") if request and not g.get("failing") else ""
        g.zone = own if own and dates.find_zone(own) else str(current_app.config["ZONE"])
    return str(g.zone)


def live_in(zone_name: str) -> None:
    """Times on this page are told for someone of that zone, who need not have signed in (a letter's reader)."""
    if zone_name and dates.find_zone(zone_name):
        g.zone = zone_name


def titled(thing: Any, field: str = "title") -> str:
    """A thing's name in the language of the page: ``title_en`` in English where there is one, else ``title``."""
    english = getattr(thing, f"{field}_en", "") if locale() == "en" else ""
    text = english or getattr(thing, field)
    return typo(text) if locale() == "ru" else text


def when(thing: Any) -> str:
    """«чт, 3 декабря, 15:00–16:30 по Москве» of anything with starts_at, ends_at and zone.

    A reader in a zone whose clock shows another hour sees her own time first, the meeting's in brackets.
    """
    return dates.say_when(thing.starts_at, thing.ends_at, thing.zone, zone(), locale(), now())


def day(at: datetime | date, zone_name: str = "") -> str:
    """«3 декабря»."""
    return dates.say_day(_local(at, zone_name), locale(), now().date())


def weekday_day(at: datetime | date, zone_name: str = "") -> str:
    """«чт, 3 декабря»."""
    return dates.say_weekday_day(_local(at, zone_name), locale(), now().date())


def moment(at: datetime, zone_name: str = "") -> str:
    """«чт, 3 декабря, 15:00», in the reader's zone unless another is given."""
    return dates.say_moment(at, zone_name or zone(), locale(), now())


def clock_time(at: datetime, zone_name: str = "") -> str:
    return dates.say_time(at, zone_name or zone())


def deadline(at: datetime, zone_name: str = "") -> str:
    """«до вс, 6 декабря»."""
    return dates.say_deadline(at, zone_name or zone(), locale(), now())


def relative(at: datetime, zone_name: str = "") -> str:
    """«завтра», «через два дня», or empty."""
    return dates.relative_day(at, zone_name or zone(), locale(), now())


def duration(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    h, m = ("h", "min") if locale() == "en" else ("ч", "мин")
    return NO_BREAK.join(
        ([f"{hours}{NO_BREAK}{h}"] if hours else []) + ([f"{rest}{NO_BREAK}{m}"] if rest or not hours else [])
    )


def _local(at: datetime | date, zone_name: str) -> date:
    if isinstance(at, datetime):
        return at.astimezone(dates.find_zone(zone_name or zone())).date()
    return at


def file_size(count: int) -> str:
    """«38 КБ», «1,2 МБ», «50 МБ»."""
    english = locale() == "en"
    if count < 1024 * 1024:
        return f"{max(1, round(count / 1024))}{NO_BREAK}{'KB' if english else 'КБ'}"
    size = f"{count / 1024 / 1024:.1f}".removesuffix(".0")
    return f"{size}{NO_BREAK}MB" if english else f"{size.replace('.', ',')}{NO_BREAK}МБ"


def number(value: float | int) -> str:
    """1234.5 as «1 234,5»."""
    text = f"{value:,.2f}".rstrip("0").rstrip(".") if value != int(value) else f"{int(value):,}"
    return text if locale() == "en" else text.replace(",", NO_BREAK).replace(".", ",")


def percent(value: float | int) -> str:
    return f"{round(value)}%" if locale() == "en" else f"{round(value)}{NO_BREAK}%"


def lines(text: str) -> Markup:
    """Plain text with its line breaks kept."""
    return Markup("<br>").join(escape(line) for line in text.splitlines())


# --- translations -----------------------------------------------------------------------------------------------------
_catalogues: dict[str, Any] = {}


def _catalogue() -> Any:
    """The translations of the language spoken now, the Russian ones passed through the typographer once per process."""
    language = locale()
    found = _catalogues.get(language)
    if found is None:
        found = _catalogues[language] = get_translations()
        if language == "ru" and hasattr(found, "_catalog"):
            found._catalog = {
                key: typo(text) if isinstance(text, str) else text for key, text in found._catalog.items()
            }
    return found


def _gettext(text: str) -> str:
    return str(_catalogue().ugettext(text))


def _ngettext(one: str, many: str, count: int) -> str:
    return str(_catalogue().ungettext(one, many, count))


def _load_catalogue() -> None:
    _catalogue()


# {face: {endpoint: how many things wait there}}: the figures in a menu, asked for with every page of that menu.
_COUNTS: dict[str, dict[str, Callable[[], int]]] = {}


def count_in_menu(face: str, endpoint: str, waiting: Callable[[], int]) -> None:
    """Show beside that entry of that menu how many things wait; one cheap statement a page."""
    _COUNTS.setdefault(face, {})[endpoint] = waiting


def _common() -> dict[str, Any]:
    if g.get("failing"):  # an error page asks the database for nothing
        return {"theme": request.cookies.get("theme", ""), "locale": locale()}
    person = access.someone() if request else None
    face = access.face(person)
    return {
        "person": person,
        "face": face,
        "counts": {endpoint: waiting() for endpoint, waiting in _COUNTS.get(face, {}).items()},
        "faces": access.faces_of(person) if person and person.letter is None else [],
        "theme": request.cookies.get("theme", "") if request else "",
        "locale": locale(),
        "can": can,
    }


def init_app(app: Flask) -> None:
    babel.init_app(app, locale_selector=choose_locale, timezone_selector=zone)
    filters: list[Callable[..., Any]] = [
        titled, when, day, weekday_day, moment, clock_time, deadline, relative, duration, file_size, number, percent,
        lines, typo,
    ]  # fmt: skip
    for function in filters:
        app.jinja_env.filters[function.__name__] = function
    app.jinja_env.globals["now"] = now
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]
    app.before_request(_load_catalogue)
    app.context_processor(_common)
