"""What can be found: one entry a thing, with its words; and the index of their stems, each database in its own way.

The index is no table of ours: SQLite keeps it in an FTS5 table, PostgreSQL in a tsvector with a GIN index. Both are
called ``search_index`` and hold the stems of an entry under its id; an entry that goes takes its stems along.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import DDL, Table, Text, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Model, word


class FoundKind(StrEnum):
    MATERIAL = "material"
    PACKAGE = "package"
    LIVE_SESSION = "live_session"
    QUESTION = "question"
    PERSON = "person"


class SearchEntry(Model):
    """``version`` is that of the thing when its words were taken: another one means they are out of date."""

    __tablename__ = "search_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[FoundKind] = mapped_column(word(FoundKind))
    object_id: Mapped[int]
    version: Mapped[int]
    title: Mapped[str] = mapped_column(Text)
    title_en: Mapped[str] = mapped_column(Text, default="", server_default="")
    text: Mapped[str] = mapped_column(Text)

    __table_args__ = (UniqueConstraint("kind", "object_id"),)


INDEX = {
    "sqlite": (
        'CREATE VIRTUAL TABLE search_index USING fts5(title, text, tokenize="unicode61 remove_diacritics 0")',
        "CREATE TRIGGER search_entry_gone AFTER DELETE ON search_entry BEGIN "
        "DELETE FROM search_index WHERE rowid = old.id; END",
    ),
    "postgresql": (
        "CREATE TABLE search_index (rowid integer PRIMARY KEY REFERENCES search_entry (id) ON DELETE CASCADE, "
        "stems tsvector NOT NULL)",
        "CREATE INDEX search_index_stems ON search_index USING gin (stems)",
    ),
}
_table = SearchEntry.__table__
assert isinstance(_table, Table)
for _dialect, _statements in INDEX.items():
    for _statement in _statements:
        _made = DDL(_statement).execute_if(dialect=_dialect)  # type: ignore[no-untyped-call]
        event.listen(_table, "after_create", _made)
event.listen(_table, "before_drop", DDL("DROP TABLE IF EXISTS search_index"))  # type: ignore[no-untyped-call]
