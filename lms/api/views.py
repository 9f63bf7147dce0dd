"""Read-only endpoints for those who keep tables of their own: people, completion, attendance."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement

from lms import permissions as can
from lms.access import for_programs, me, public
from lms.accounts.models import Person
from lms.accounts.queries import roles_of
from lms.api import openapi, queries
from lms.extensions import db
from lms.freshness import no_store
from lms.progress.models import Completion
from lms.sessions.models import Attendance

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

LIMIT, MOST = 100, 1000


class Misunderstood(Exception):
    """A parameter that says nothing we know; the text goes to the program's author."""


@blueprint.errorhandler(Misunderstood)
def misunderstood(error: Misunderstood) -> ResponseReturnValue:
    return {"error": str(error)}, 400


@blueprint.get("/people")
@for_programs(can.read_by_program)
def people() -> ResponseReturnValue:
    rows = _page(queries.people(me(), _filter("centre")), Person.id)
    roles = roles_of(row.id for row in rows)
    return _answer([_said(row) | {"roles": [role.value for role in roles.get(row.id, [])]} for row in rows])


@blueprint.get("/completion")
@for_programs(can.read_by_program)
def completion() -> ResponseReturnValue:
    rows = _page(queries.completion(me(), _filter("centre"), _filter("cycle")), Completion.id)
    return _answer([_said(row) for row in rows])


@blueprint.get("/attendance")
@for_programs(can.read_by_program)
def attendance() -> ResponseReturnValue:
    rows = _page(queries.attendance(me(), _filter("centre"), _filter("cycle")), Attendance.id)
    return _answer([_said(row) for row in rows])


@blueprint.get("/openapi.json")
@public
def description() -> ResponseReturnValue:
    return jsonify(openapi.describe(f"{current_app.config['PUBLIC_URL']}{blueprint.url_prefix}", LIMIT, MOST))


def _page(rows: queries.Rows, id: Any) -> list[Any]:
    after: ColumnElement[bool] = id > _number("after", 0, least=0, most=2**62)
    return list(db.session.execute(rows.where(after).limit(_limit())).all())


def _answer(items: list[dict[str, Any]]) -> Response:
    no_store()
    more = None
    if len(items) == _limit():
        kept: dict[str, Any] = {
            name: request.args[name] for name in ("centre", "cycle", "limit") if name in request.args
        }
        here = url_for(str(request.endpoint), **kept, after=items[-1]["id"])
        more = f"{current_app.config['PUBLIC_URL']}{here}"
    return jsonify({"items": items, "next": more})


def _said(row: Any) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row._mapping.items()}


def _filter(name: str) -> str | None:
    return request.args.get(name) or None


def _limit() -> int:
    return _number("limit", LIMIT, least=1, most=MOST)


def _number(name: str, default: int, *, least: int, most: int) -> int:
    typed = request.args.get(name, "")
    if not typed:
        return default
    if not (typed.isascii() and typed.isdigit()) or not least <= int(typed[:20]) <= most:
        raise Misunderstood(f"{name} is a whole number from {least} to {most}")
    return int(typed)
