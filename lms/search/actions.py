"""Keeping what can be found up to date with what there is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, text

from lms.extensions import db
from lms.search import queries
from lms.search.models import FoundKind, SearchEntry
from lms.search.words import LONGEST_TEXT, stems

_FORGET = text("DELETE FROM search_index WHERE rowid = :id")
_PUT = {
    "sqlite": text("INSERT INTO search_index (rowid, title, text) VALUES (:id, :title, :text)"),
    "postgresql": text(
        "INSERT INTO search_index (rowid, stems) VALUES (:id, "
        "setweight(to_tsvector('simple', :title), 'A') || setweight(to_tsvector('simple', :text), 'D'))"
    ),
}


def refresh() -> int:
    """Take the words of what is new or changed, and forget what is gone; how many entries were written.

    A few hundred of each kind at a time: call it until it gives 0 to be sure of all.
    """
    written = 0
    for kind in FoundKind:
        db.session.execute(delete(SearchEntry).where(SearchEntry.id.in_(queries.gone(kind))))
        things = queries.out_of_date(kind)
        _write(kind, things)
        written += len(things)
    return written


def _write(kind: FoundKind, things: Iterable[Any]) -> None:
    things = list(things)
    known = queries.entries_of(kind, [thing.id for thing in things])
    entries = [_fill(known.get(thing.id), kind, thing) for thing in things]
    db.session.add_all(entries)
    db.session.flush()
    rows = [
        {
            "id": entry.id,
            "title": " ".join(stems(f"{entry.title} {entry.title_en}")),
            "text": " ".join(stems(entry.text)),
        }
        for entry in entries
    ]
    if rows:
        db.session.execute(_FORGET, [{"id": row["id"]} for row in rows])
        db.session.execute(_PUT[db.engine.dialect.name], rows)


def _fill(entry: SearchEntry | None, kind: FoundKind, thing: Any) -> SearchEntry:
    entry = entry or SearchEntry(kind=kind, object_id=thing.id)
    entry.version = thing.version
    entry.title, entry.title_en, words = queries.SOURCES[kind].words(thing)
    entry.text = words[:LONGEST_TEXT]
    return entry
