"""Text as people type and paste it, made fit to keep: no control characters, nothing that turns lines around. Pure."""

from __future__ import annotations

import re

# Control characters (but tab and line feed), lone surrogates, and marks that reorder or hide what follows them.
_UNFIT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)


def one_line(text: str | None) -> str:
    """A name or a title: unfit characters gone, every run of white space one space."""
    return " ".join(_UNFIT.sub("", (text or "").replace("\r", " ")).split())


def paragraphs(text: str | None) -> str:
    """A longer text: unfit characters gone, line ends as ``\\n``, its own spaces and empty lines kept inside."""
    return _UNFIT.sub("", (text or "").replace("\r\n", "\n").replace("\r", "\n")).strip("\n ")
