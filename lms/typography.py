"""No-break spaces and joiners as Russian print wants them. Pure: text in, text out; HTML is never parsed here."""

import re
from functools import lru_cache

NO_BREAK = "\u00a0"
JOINER = "\u2060"

_SHORT_WORDS = (
    "а|в|во|и|к|ко|о|об|с|со|у|я|за|из|на|не|ни|но|от|по|до|для|без|при|над|под|про|или|что|как|это|все|вы|мы|их|ещё"
)
_UNITS = (
    "%|₽|МБ|КБ|ГБ|ч|мин|минут|дня|дней|день|января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|"
    "декабря|балл|вопрос|модул|встреч|человек|участник|центр|тыс|млн|знак|письм|строк"
)
_AFTER_SHORT_WORD = re.compile(rf"(?<![\w-])({_SHORT_WORDS}) (?=\S)", re.IGNORECASE)
_BEFORE_DASH = re.compile(r" (?=—)")
_THOUSANDS = re.compile(r"(?<=\d) (?=\d{3}(?!\d))")
_BEFORE_UNIT = re.compile(rf"(?<=\d) (?=(?:{_UNITS}))|(?<=%\(num\)s) (?=\w)")
_AFTER_MARK = re.compile(r"(?<=[№§]) (?=\d)|(?<=\b(?:пн|вт|ср|чт|пт|сб|вс),) (?=\d)")
_RANGE = re.compile(r"(?<=\d)–(?=\d)")


@lru_cache(maxsize=8192)
def typo(text: str) -> str:
    """Glue what must not part at the end of a line: short words, dashes, numbers with their units, ranges."""
    text = _BEFORE_DASH.sub(NO_BREAK, text)
    for _ in range(2):  # two short words in a row overlap
        text = _AFTER_SHORT_WORD.sub(rf"\1{NO_BREAK}", text)
    for pattern in (_THOUSANDS, _BEFORE_UNIT, _AFTER_MARK):
        text = pattern.sub(NO_BREAK, text)
    return _RANGE.sub(f"{JOINER}–{JOINER}", text)
