"""One field for everything one may open: materials, sessions, questions, people."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms import permissions as can
from lms.access import allow, me
from lms.display import titled
from lms.extensions import db
from lms.freshness import no_store
from lms.search import queries
from lms.search.models import FoundKind
from lms.search.words import mark, snippet, wanted

blueprint = Blueprint("search", __name__)

PAGE = 20


@blueprint.get("/search")
@allow(can.learn)
def index() -> ResponseReturnValue:
    """``?q=заявку&kind=material&page=2``."""
    no_store()
    typed = request.args.get("q", "").strip()[:300]
    kind = next((kind for kind in FoundKind if kind == request.args.get("kind")), None)
    stems = wanted(typed)
    counts = queries.counts(me(), stems) if stems else {}
    total = counts.get(kind, 0) if kind else sum(counts.values())
    pages = max(1, -(-total // PAGE))
    page = min(max(request.args.get("page", 1, int), 1), pages)
    found = queries.found(me(), stems, kind).limit(PAGE).offset((page - 1) * PAGE)
    rows = db.session.execute(found).all() if total else []
    quizzes = queries.quizzes_of(row.object_id for row in rows if row.kind is FoundKind.QUESTION)

    def here(**change: Any) -> str:
        return url_for("search.index", **({"q": typed, "kind": kind} | change))

    return render_template(
        "search/index.html",
        typed=typed,
        kind=kind,
        total=total,
        tabs=_tabs(counts, kind, here),
        hits=[_hit(row, stems, quizzes) for row in rows],
        words=_words(),
        page=page,
        pages=pages,
        first_href=here(),
        previous_href=here(page=page - 1) if page > 1 else None,
        next_href=here(page=page + 1) if page < pages else None,
    )


def _hit(row: Any, stems: list[str], quizzes: dict[int, int | None]) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "href": _address(row.kind, row.object_id, quizzes),
        "title": mark(titled(row), stems),
        "text": snippet(row.text, stems) if row.text else [],
    }


def _address(kind: FoundKind, object_id: int, quizzes: dict[int, int | None]) -> str:
    match kind:
        case FoundKind.MATERIAL:
            return url_for("materials.show", material_id=object_id)
        case FoundKind.PACKAGE:
            return url_for("packages.show", package_id=object_id)
        case FoundKind.LIVE_SESSION:
            return url_for("sessions.show", live_session_id=object_id)
        case FoundKind.QUESTION:
            return url_for("questions.edit", quiz_id=quizzes[object_id], question_id=object_id)
        case FoundKind.PERSON:
            return url_for("people.show", person_id=object_id)


def _tabs(counts: dict[FoundKind, int], kind: FoundKind | None, here: Any) -> list[tuple[str, int, str, bool]]:
    every = [(_("Everything"), sum(counts.values()), here(kind=None), kind is None)]
    return every + [(_words()[one], counts[one], here(kind=one), one == kind) for one in FoundKind if one in counts]


def _words() -> dict[FoundKind, str]:
    return {
        FoundKind.MATERIAL: _("Materials"),
        FoundKind.PACKAGE: _("Packages"),
        FoundKind.LIVE_SESSION: _("Sessions"),
        FoundKind.QUESTION: _("Questions"),
        FoundKind.PERSON: _("People"),
    }
