"""People's names as they are written: in letters of any script, with hyphens, apostrophes, full stops. Pure.

What is no name (a tag, a formula, an address, a row of emoji) is refused with a word, so that it never reaches the
header of a letter, a spreadsheet or somebody's list.
"""

from __future__ import annotations

import re
import unicodedata

from flask_babel import lazy_gettext as _l

from lms.texts import one_line

LONGEST = 100
_TURNS_THE_LINE = re.compile("[\u202a-\u202e\u2066-\u2069]")
_SIGNS = frozenset(" -‐‑–'’ʼ`´.,()№")


def parse_name(text: str) -> str:
    """The name, tidied: one line, composed letters. A ValueError says, in the reader's language, what is wrong."""
    if _TURNS_THE_LINE.search(text):
        raise ValueError(_l("There is a hidden character that turns the line around. Type the name anew."))
    name = unicodedata.normalize("NFC", one_line(text))
    if not name:
        return ""
    for letter in name:
        if unicodedata.category(letter)[0] not in "LMN" and letter not in _SIGNS:
            raise ValueError(_l("A name is written with letters; “%(sign)s” is not one of them.", sign=letter))
    if not any(letter.isalpha() for letter in name):
        raise ValueError(_l("There is not a single letter in this name."))
    if len(name) > LONGEST:
        raise ValueError(_l("A name has at most %(max)s characters.", max=LONGEST))
    return name
