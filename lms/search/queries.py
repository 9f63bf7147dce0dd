"""Where words are taken from, and who finds what: only what the person may open is ever found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, column, func, literal_column, or_, select, table, text
from sqlalchemy.sql import ColumnElement

from lms import permissions as can
from lms.accounts.models import Person
from lms.accounts.queries import visible_people
from lms.cycles.queries import visible_to as visible_activities
from lms.extensions import db
from lms.materials.markdown import to_text
from lms.materials.models import Material
from lms.packages.models import Package
from lms.quizzes.models import Question
from lms.search.models import FoundKind, SearchEntry
from lms.search.words import is_beginning
from lms.sessions.models import LiveSession
from lms.sessions.queries import visible_to as visible_sessions

_AT_ONCE = 500

Words = tuple[str, str, str]  # title, title in English, text


@dataclass(frozen=True)
class Source:
    """A type of thing that can be found, and how its title and text are read."""

    model: Any
    words: Callable[[Any], Words]


def _of_material(material: Material) -> Words:
    said = f"{material.chapters} {to_text(material.transcript_html)}"
    return material.title, material.title_en, f"{to_text(material.body_html)} {material.url} {said}".strip()


def _of_package(package: Package) -> Words:
    return package.title, package.title_en, " ".join(part.title for part in package.parts if part.is_listed)


def _of_live_session(live_session: LiveSession) -> Words:
    text = f"{live_session.summary} {live_session.summary_en} {live_session.agenda}"
    return live_session.title, live_session.title_en, text.strip()


def _of_question(question: Question) -> Words:
    choices = " ".join(choice.text for choice in question.choices)
    return to_text(question.text_html), "", f"{choices} {question.explanation}".strip()


def _of_person(person: Person) -> Words:
    return person.full_name, "", f"{person.email} {person.position}"


SOURCES = {
    FoundKind.MATERIAL: Source(Material, _of_material),
    FoundKind.PACKAGE: Source(Package, _of_package),
    FoundKind.LIVE_SESSION: Source(LiveSession, _of_live_session),
    FoundKind.QUESTION: Source(Question, _of_question),
    FoundKind.PERSON: Source(Person, _of_person),
}


# --- keeping up -------------------------------------------------------------------------------------------------------
def out_of_date(kind: FoundKind) -> Sequence[Any]:
    """Things of that kind without an entry, or with one of another version; some hundreds at a time."""
    model = SOURCES[kind].model
    entry = and_(SearchEntry.kind == kind, SearchEntry.object_id == model.id)
    changed = or_(SearchEntry.id.is_(None), SearchEntry.version != model.version)
    found = select(model).outerjoin(SearchEntry, entry).where(changed).order_by(model.id).limit(_AT_ONCE)
    return db.session.scalars(found).unique().all()


def entries_of(kind: FoundKind, object_ids: Iterable[int]) -> dict[int, SearchEntry]:
    rows = select(SearchEntry).where(SearchEntry.kind == kind, SearchEntry.object_id.in_(list(object_ids)))
    return {entry.object_id: entry for entry in db.session.scalars(rows)}


def gone(kind: FoundKind) -> Select[int]:
    """Ids of entries whose thing is no more."""
    model = SOURCES[kind].model
    return select(SearchEntry.id).where(
        SearchEntry.kind == kind, ~select(model.id).where(model.id == SearchEntry.object_id).exists()
    )


# --- finding ----------------------------------------------------------------------------------------------------------
def counts(person: Person, stems: Sequence[str]) -> dict[FoundKind, int]:
    """How many things of each kind are found."""
    hits = _hits(stems)
    rows = db.session.execute(
        select(SearchEntry.kind, func.count())
        .join(hits, hits.c.entry_id == SearchEntry.id)
        .where(_within_sight(person))
        .group_by(SearchEntry.kind)
    )
    return {row[0]: row[1] for row in rows}


def found(person: Person, stems: Sequence[str], kind: FoundKind | None) -> Select[*tuple[Any, ...]]:
    """(kind, object_id, title, title_en, text) of what has all those stems, the fittest first."""
    hits = _hits(stems)
    rows = (
        select(SearchEntry.kind, SearchEntry.object_id, SearchEntry.title, SearchEntry.title_en, SearchEntry.text)
        .join(hits, hits.c.entry_id == SearchEntry.id)
        .where(_within_sight(person))
        .order_by(hits.c.distance, SearchEntry.id)
    )
    return rows.where(SearchEntry.kind == kind) if kind else rows


def quizzes_of(question_ids: Iterable[int]) -> dict[int, int | None]:
    """Which quiz each of those questions stands in."""
    rows = select(Question.id, Question.quiz_id).where(Question.id.in_(list(question_ids)))
    return {row.id: row.quiz_id for row in db.session.execute(rows)}


def _within_sight(person: Person) -> ColumnElement[bool]:
    seen = {
        FoundKind.MATERIAL: visible_activities(person, Material).with_only_columns(Material.id),
        FoundKind.PACKAGE: visible_activities(person, Package).with_only_columns(Package.id),
        FoundKind.LIVE_SESSION: visible_sessions(person).with_only_columns(LiveSession.id),
    }
    if can.teach(person):
        seen[FoundKind.QUESTION] = select(Question.id).where(Question.retired_at.is_(None))
    if can.look_after_people(person):
        seen[FoundKind.PERSON] = visible_people(person).with_only_columns(Person.id)
    return or_(*(and_(SearchEntry.kind == kind, SearchEntry.object_id.in_(ids)) for kind, ids in seen.items()))


def _hits(stems: Sequence[str]) -> Any:
    """(entry_id, distance) of the entries with all stems, a word in the title weighing more than one in the text."""
    index = table("search_index", column("rowid"), column("stems"))
    if db.engine.dialect.name == "sqlite":
        asked = " AND ".join(f'"{stem}"{"*" if is_beginning(stem) else ""}' for stem in stems)
        return (
            select(index.c.rowid.label("entry_id"), literal_column("bm25(search_index, 8.0, 1.0)").label("distance"))
            .where(text("search_index MATCH :asked").bindparams(asked=asked))
            .subquery()
        )
    asked = " & ".join(f"'{stem}'{':*' if is_beginning(stem) else ''}" for stem in stems)
    query = func.to_tsquery("simple", asked)
    return (
        select(index.c.rowid.label("entry_id"), (-func.ts_rank(index.c.stems, query)).label("distance"))
        .where(index.c.stems.op("@@")(query))
        .subquery()
    )
