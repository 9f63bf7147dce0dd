"""Which format a file is of, told by its content, and what is read of it. Pure."""

from __future__ import annotations

from flask_babel import gettext as _

from lms.accounts.tables import decode
from lms.quizzes.formats import aiken, gift, moodle_xml, qti, qti12, sheet
from lms.quizzes.formats.draft import MOST_BYTES, Reading, Unreadable

NAMES = {"gift": "GIFT", "moodle": "Moodle XML", "aiken": "Aiken", "qti": "QTI", "qti12": "QTI 1.2", "sheet": "XLSX"}
_ZIP = b"PK\x03\x04"


def read(content: bytes) -> tuple[str, Reading]:
    """The format's name in NAMES, and what was read. Raises Unreadable."""
    if len(content) > MOST_BYTES:
        raise Unreadable(_("The file is too large: at most 5 MB."))
    if not content.strip():
        raise Unreadable(_("There is nothing in it."))
    form = _form(content)
    reading = _READERS[form](content)
    if not reading.drafts and not reading.problems:
        raise Unreadable(_("There is not a single question in it."))
    return form, reading


def _form(content: bytes) -> str:
    if content.startswith(_ZIP):
        return "sheet" if b"xl/" in content[-65_536:] or b"xl/workbook.xml" in content else "qti"
    text = decode(content).lstrip("\ufeff \t\r\n")
    if text.startswith("<"):
        # GIFT may begin with a tag as well; XML of ours has one of these near its beginning.
        start = text[:20_000]
        if "assessmentItem" in start or "qti-assessment-item" in start:
            return "qti"
        if "<questestinterop" in start:
            return "qti12"
        if "<quiz" in start or start.startswith("<?xml"):
            return "moodle"
    lines = text.replace("\r", "\n").split("\n")
    if sheet.is_head(lines[0]):
        return "sheet"
    if any(aiken.ANSWER.fullmatch(line) for line in lines) and "{" not in text:
        return "aiken"
    return "gift"


_READERS = {
    "gift": lambda content: gift.read(decode(content)),
    "aiken": lambda content: aiken.read(decode(content)),
    "moodle": moodle_xml.read,
    "qti": qti.read,
    "qti12": lambda content: qti12.read(content).reading,
    "sheet": sheet.read,
}
