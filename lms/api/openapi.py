"""What the endpoints give, in the words of OpenAPI 3.1. Pure; a test holds every answer against it."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_NUMBER: Schema = {"type": "integer"}
_INSTANT: Schema = {"type": "string", "format": "date-time", "description": "in UTC"}


def _or_nothing(schema: Schema) -> Schema:
    return schema | {"type": [schema["type"], "null"]}


def _words(*words: str) -> Schema:
    return {"type": "string", "enum": list(words)}


FIELDS: dict[str, dict[str, Schema]] = {
    "people": {
        "id": _NUMBER, "family_name": _TEXT, "given_name": _TEXT, "patronymic": _TEXT,
        "email": {"type": "string", "format": "email"}, "position": _TEXT, "centre": _or_nothing(_TEXT),
        "roles": {"type": "array", "items": _TEXT}, "created_at": _INSTANT, "last_seen_at": _or_nothing(_INSTANT),
        "suspended_at": _or_nothing(_INSTANT),
    },
    "completion": {
        "id": _NUMBER, "person_id": _NUMBER, "cycle": _or_nothing(_TEXT), "module": _or_nothing(_NUMBER),
        "activity_id": _NUMBER, "activity_type": _words("material", "package", "quiz", "live_session"),
        "activity": _TEXT, "how": _TEXT, "at": _INSTANT,
    },
    "attendance": {
        "id": _NUMBER, "person_id": _NUMBER, "cycle": _or_nothing(_TEXT), "live_session_id": _NUMBER,
        "live_session": _TEXT, "kind": _words("seminar", "joint_meeting", "visit", "consultation"),
        "starts_at": _INSTANT, "ends_at": _INSTANT, "how": _TEXT, "at": _INSTANT,
    },
}  # fmt: skip
_SUMMARIES = {
    "people": "People the owner of the key may see, with their centre and roles",
    "completion": "Who has done which activity: how and when",
    "attendance": "Who was at which live session, and how we know",
}


def describe(server: str, limit: int, most: int) -> dict[str, Any]:
    """The whole description; ``limit`` rows are given where nothing is asked, ``most`` at the most."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Мастерская",
            "version": "1",
            "description": (
                "Read-only. A key sees exactly what its owner sees. Follow `next` until it is null; "
                "keep the last `id` to ask only for what is new."
            ),
        },
        "servers": [{"url": server}],
        "security": [{"key": []}],
        "paths": {f"/{name}": {"get": _operation(name, limit, most)} for name in FIELDS},
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": {name: _row(name) for name in FIELDS} | {"error": _object({"error": _TEXT})},
            "responses": {
                "error": {"description": "what is wrong", "content": _json({"$ref": "#/components/schemas/error"})}
            },
        },
    }


def _row(name: str) -> Schema:
    return _object(FIELDS[name])


def _object(fields: dict[str, Schema]) -> Schema:
    return {"type": "object", "required": list(fields), "properties": fields}


def _operation(name: str, limit: int, most: int) -> dict[str, Any]:
    filters = ["centre"] if name == "people" else ["centre", "cycle"]
    page = _object({"items": {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}}})
    page["properties"]["next"] = {"type": ["string", "null"], "format": "uri"}
    error = {"$ref": "#/components/responses/error"}
    return {
        "operationId": name,
        "summary": _SUMMARIES[name],
        "parameters": [
            *[_parameter(one, _TEXT, f"the address name (slug) of a {one}") for one in filters],
            _parameter("after", {"type": "integer", "minimum": 0, "default": 0}, "rows whose id is higher"),
            _parameter("limit", {"type": "integer", "minimum": 1, "maximum": most, "default": limit}, "rows a page"),
        ],
        "responses": {
            "200": {"description": "a page of rows", "content": _json(page)},
            "400": error,
            "401": error,
            "403": error,
        },
    }


def _parameter(name: str, schema: Schema, description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}


def _json(schema: Schema) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
