"""A kept letter as a person reads it, with or without the secrets that stand in it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default

from markupsafe import Markup, escape

_ADDRESS = re.compile(r"https?://[^\s<>\"«»]+[^\s<>\"«».,;:!?)]")
# What stands behind these lets its owner in. Any other long random word in an address is taken for a secret too.
_SECRET = re.compile(r"(?<=/)(?:(?:i|sign-in|password)/[^/?#\s]+|[A-Za-z0-9_-]{20,}(?=[/?#\s]|$))")
_LETS_IN = re.compile(r"/(?:sign-in|password)/[^/?#\s]+")
_DIGITS = re.compile(r"(?<!\d)\d{3}[ \u00a0]?\d{3}(?!\d)")
_HIDDEN = "•••"


@dataclass(frozen=True)
class Reading:
    """``text`` is the letter's plain part with ``\\n`` at line ends; ``files`` are the names of what is attached."""

    reply_to: str
    text: str
    files: list[str]

    @property
    def lets_in(self) -> bool:
        """Does it carry a link to sign in or to choose a password? Such a letter is for its owner alone."""
        return bool(_LETS_IN.search(self.text))


def read(mime: bytes) -> Reading:
    message = message_from_bytes(mime, policy=default)
    body = message.get_body(("plain",))
    reply_to = message["Reply-To"]
    return Reading(
        reply_to=reply_to.addresses[0].addr_spec if reply_to else "",
        text=str(body.get_content()).replace("\r\n", "\n") if body is not None else "",
        files=[part.get_filename() or "" for part in message.iter_attachments()] if message.is_multipart() else [],
    )


def masked(reading: Reading) -> str:
    """The text without what would let its reader in as somebody else: secrets in links, and the six digits."""
    text = _SECRET.sub(lambda match: "/".join([*match[0].split("/")[:-1], _HIDDEN]), reading.text)
    return _DIGITS.sub(_HIDDEN, text) if reading.lets_in else text


def linked(text: str) -> Markup:
    """The text as HTML whose addresses can be followed."""
    pieces, end = [], 0
    for match in _ADDRESS.finditer(text):
        pieces += [escape(text[end : match.start()]), Markup('<a href="{0}">{0}</a>').format(match[0])]
        end = match.end()
    return Markup("").join([*pieces, escape(text[end:])])
