"""Everything that becomes a PDF is made here: certificates, reports, lists to sign, materials to print.

``Document`` grows from top to bottom and breaks into pages by itself; ``Sheet`` is one page drawn by hand. Both are A4,
in PT Sans (embedded, only the letters used), in the colours of the house, with title, language and page numbers; the
same calls give the same bytes. Nothing here knows the database or our words: texts come ready, in one language.

The writer (reportlab) and the fonts are loaded when the first PDF is asked for, and kept: they would add a fifth of a
second to every start of the platform, which most of its processes never use (so does ``lms.later`` for others).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lms.pdf.document import Document as Document
    from lms.pdf.sheet import Sheet as Sheet

CONTENT_TYPE = "application/pdf"
_WHERE = {"Document": "lms.pdf.document", "Sheet": "lms.pdf.sheet"}


def __getattr__(name: str) -> Any:
    """``pdf.Document`` and ``pdf.Sheet``, loaded at their first use (PEP 562)."""
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_WHERE[name]), name)
