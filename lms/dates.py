"""How days and times are said. Pure: every function takes aware instants, an IANA zone and a locale ("ru" or "en").

A meeting's time is never said without its zone. The year is said only when it is not the current one.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

NB = "\u00a0"
# A deadline ends with its day where most of our people live.
DEADLINE_ZONE = "Europe/Moscow"
JOINED_DASH = "\u2060–\u2060"

_WEEKDAYS = {"ru": ("пн", "вт", "ср", "чт", "пт", "сб", "вс"), "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
_MONTHS = {
    "ru": (
        "января", "февраля", "марта", "апреля", "мая", "июня",
        "июля", "августа", "сентября", "октября", "ноября", "декабря",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
}  # fmt: skip
# Zones our people live in, as one says the time of the place: (ru, en).
_PLACES = {
    "Europe/Kaliningrad": ("по Калининграду", "Kaliningrad time"),
    "Europe/Moscow": ("по Москве", "Moscow time"),
    "Europe/Simferopol": ("по Москве", "Moscow time"),
    "Europe/Volgograd": ("по Волгограду", "Volgograd time"),
    "Europe/Saratov": ("по Саратову", "Saratov time"),
    "Europe/Astrakhan": ("по Астрахани", "Astrakhan time"),
    "Europe/Ulyanovsk": ("по Ульяновску", "Ulyanovsk time"),
    "Europe/Samara": ("по Самаре", "Samara time"),
    "Asia/Yekaterinburg": ("по Екатеринбургу", "Yekaterinburg time"),
    "Asia/Omsk": ("по Омску", "Omsk time"),
    "Asia/Novosibirsk": ("по Новосибирску", "Novosibirsk time"),
    "Asia/Krasnoyarsk": ("по Красноярску", "Krasnoyarsk time"),
    "Asia/Irkutsk": ("по Иркутску", "Irkutsk time"),
    "Asia/Yakutsk": ("по Якутску", "Yakutsk time"),
    "Asia/Vladivostok": ("по Владивостоку", "Vladivostok time"),
    "Asia/Magadan": ("по Магадану", "Magadan time"),
    "Asia/Kamchatka": ("по Камчатке", "Kamchatka time"),
    "UTC": ("по всемирному времени", "UTC"),
}
ZONES = tuple(zone for zone in _PLACES if zone != "Europe/Simferopol")


@lru_cache(maxsize=512)
def find_zone(name: str) -> ZoneInfo | None:
    """The zone of that IANA name, or None where there is none (also for names like ``Europe`` or ``../../etc``)."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def zone_words(zone: str, locale: str) -> str:
    """«по Москве», "Moscow time"; for a zone without a name of ours, «по времени Asia/Tashkent»."""
    words = _PLACES.get(zone)
    if words:
        return words[1 if locale == "en" else 0].replace(" ", NB)
    return f"{zone}{NB}time" if locale == "en" else f"по{NB}времени {zone}"


def weekday(day: date, locale: str) -> str:
    return _WEEKDAYS[locale][day.weekday()]


def month(day: date, locale: str) -> str:
    return _MONTHS[locale][day.month - 1]


def say_day(day: date, locale: str, today: date) -> str:
    """«3 декабря», "3 December"; with the year when it is another one."""
    year = "" if day.year == today.year else f"{NB}{day.year}"
    return f"{day.day}{NB}{month(day, locale)}{year}"


def say_weekday_day(day: date, locale: str, today: date) -> str:
    """«чт, 3 декабря», "Thu 3 December"."""
    comma = "" if locale == "en" else ","
    return f"{weekday(day, locale)}{comma}{NB}{say_day(day, locale, today)}"


def say_time(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M}"


def say_hours(starts_at: datetime, ends_at: datetime, zone: str, locale: str) -> str:
    """«15:00–16:30 по Москве»."""
    return f"{say_time(starts_at, zone)}{JOINED_DASH}{say_time(ends_at, zone)} {zone_words(zone, locale)}"


def say_span(starts_at: datetime, ends_at: datetime, zone: str, locale: str, now: datetime) -> str:
    """«чт, 3 декабря, 15:00–16:30 по Москве»; when it ends on another day, both days are said."""
    tz = ZoneInfo(zone)
    first, last, today = starts_at.astimezone(tz).date(), ends_at.astimezone(tz).date(), now.astimezone(tz).date()
    if first == last:
        return f"{say_weekday_day(first, locale, today)}, {say_hours(starts_at, ends_at, zone, locale)}"
    return (
        f"{say_weekday_day(first, locale, today)}, {say_time(starts_at, zone)}{NB}— "
        f"{say_weekday_day(last, locale, today)}, {say_time(ends_at, zone)} {zone_words(zone, locale)}"
    )


def say_when(starts_at: datetime, ends_at: datetime, zone: str, own_zone: str, locale: str, now: datetime) -> str:
    """As ``say_span``; a reader in a zone whose clock shows another hour sees her own time first: «… у вас (15:00 по
    Москве)»; the day there is said as well where it is another one."""
    if starts_at.astimezone(ZoneInfo(own_zone)).utcoffset() == starts_at.astimezone(ZoneInfo(zone)).utcoffset():
        return say_span(starts_at, ends_at, zone, locale, now)
    here = say_span(starts_at, ends_at, own_zone, locale, now).removesuffix(f" {zone_words(own_zone, locale)}")
    yours = "your time" if locale == "en" else f"у{NB}вас"
    tz = ZoneInfo(zone)
    there = starts_at.astimezone(tz).date()
    is_other_day = there != starts_at.astimezone(ZoneInfo(own_zone)).date()
    day = f"{say_weekday_day(there, locale, now.astimezone(tz).date())}, " if is_other_day else ""
    return f"{here} {yours} ({day}{say_time(starts_at, zone)} {zone_words(zone, locale)})"


def say_moment(at: datetime, zone: str, locale: str, now: datetime) -> str:
    """«чт, 3 декабря, 15:00» in the given zone, which the reader knows from beside it."""
    tz = ZoneInfo(zone)
    return f"{say_weekday_day(at.astimezone(tz).date(), locale, now.astimezone(tz).date())}, {say_time(at, zone)}"


def say_deadline(at: datetime, zone: str, locale: str, now: datetime) -> str:
    """«до вс, 6 декабря», "by Sun 6 December": a deadline ends with its day."""
    tz = ZoneInfo(zone)
    day = say_weekday_day(at.astimezone(tz).date(), locale, now.astimezone(tz).date())
    return f"by {day}" if locale == "en" else f"до{NB}{day}"


_RELATIVE = {
    "ru": {-1: "вчера", 0: "сегодня", 1: "завтра", 2: "через два дня", 3: "через три дня", 4: "через четыре дня",
           5: "через пять дней", 6: "через шесть дней", 7: "через неделю"},
    "en": {-1: "yesterday", 0: "today", 1: "tomorrow", 2: "in two days", 3: "in three days", 4: "in four days",
           5: "in five days", 6: "in six days", 7: "in a week"},
}  # fmt: skip


def relative_day(at: datetime, zone: str, locale: str, now: datetime) -> str:
    """«завтра», «через два дня»; empty beyond a week ahead or a day back."""
    tz = ZoneInfo(zone)
    days = (at.astimezone(tz).date() - now.astimezone(tz).date()).days
    return _RELATIVE[locale].get(days, "")


def end_of_day(day: date, zone: str) -> datetime:
    """The instant a deadline on that day ends: 23:59 there."""
    return datetime(day.year, day.month, day.day, 23, 59, tzinfo=ZoneInfo(zone))


def start_of_day(day: date, zone: str) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))


def say_duration(span: timedelta, locale: str) -> str:
    """«1 ч 24 мин», "1 h 24 min"."""
    minutes = max(1, round(span.total_seconds() / 60))
    hours, minutes = divmod(minutes, 60)
    h, m = ("h", "min") if locale == "en" else ("ч", "мин")
    parts = ([f"{hours}{NB}{h}"] if hours else []) + ([f"{minutes}{NB}{m}"] if minutes or not hours else [])
    return NB.join(parts)
