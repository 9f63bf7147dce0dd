"""What mail servers say, in words (RFC 5321 §4.2, RFC 3463). Their own text is shown beside it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from lms.outbox.post import KEPT

_SIGNS = (
    (
        ("5.1.1", "5.1.2", "5.1.10", "user unknown", "unknown user", "no such user", "does not exist"),
        _l("There is no such address"),
    ),
    (("5.2.2", "4.2.2", "over quota", "mailbox full", "quota exceeded"), _l("The mailbox is full")),
    (("5.7.1", "spam", "blocked", "blacklist", "policy"), _l("The mail server took it for spam")),
)
_BEGINNINGS = (
    (KEPT, _l("Kept as a file")),
    ("4", _l("The mail server asks to come later")),
    ("5", _l("The mail server refused it")),
    ("", _l("The mail server does not answer")),
)


def explain(answer: str) -> str:
    """One short sentence about the last answer; empty where there was none, or where the letter was taken."""
    said = answer.lower()
    if not said or said.startswith("2"):
        return ""
    if said[0] in "45":
        for signs, words in _SIGNS:
            if any(sign in said for sign in signs):
                return str(words)
    return next(str(words) for beginning, words in _BEGINNINGS if said.startswith(beginning))
