"""E-mail addresses: one way to write each, so that the same address in two cases is one person. Pure."""

from __future__ import annotations

import re
import unicodedata

from email_validator import EmailNotValidError, validate_email
from flask_babel import lazy_gettext as _l

LONGEST = 254  # RFC 5321 §4.5.3.1.3, without the brackets

# What copying from a table or a page leaves behind and nobody sees: zero-width spaces, soft hyphens, byte order marks.
INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")


def parse_email(text: str) -> str:
    """The address in lower case, its domain in IDNA. A ValueError says, in the reader's language, what is wrong."""
    address = INVISIBLE.sub("", text).strip().removeprefix("mailto:")
    if not address:
        raise ValueError(_l("Write the address, for instance ivanova@example.org."))
    if "@" not in address:
        raise ValueError(_l("There is no @ in the address. For instance, ivanova@example.org."))
    if address.count("@") > 1:
        raise ValueError(_l("There is more than one @ in the address. Write one address here."))
    if any(letter.isspace() or unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for letter in address):
        raise ValueError(_l("There is a space or a line break inside the address."))
    local, _, domain = address.lower().partition("@")
    if not local.isascii():
        raise ValueError(_l("Before the @ an address has Latin letters only. Retype it with the Latin keyboard."))
    if _mixes_alphabets(domain):
        raise ValueError(_l("After the @ Russian letters stand among Latin ones. Retype it with the Latin keyboard."))
    if "." not in domain.strip("."):
        raise ValueError(_l("After the @ something is missing. For instance, ivanova@example.org."))
    try:
        checked = validate_email(f"{local}@{domain}", check_deliverability=False, test_environment=True, strict=True)
    except EmailNotValidError as error:
        raise ValueError(_l("There can be no such address. Check it letter by letter.")) from error
    address = f"{checked.local_part}@{checked.ascii_domain}"
    if len(address) > LONGEST:
        raise ValueError(_l("There can be no such address. Check it letter by letter."))
    return address


def _mixes_alphabets(domain: str) -> bool:
    """Is there a label in which one alphabet pretends to be another (a Russian «а» in example)?"""
    return any(re.search("[a-z]", label) and not label.isascii() for label in domain.split("."))
