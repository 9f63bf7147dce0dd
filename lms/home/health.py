"""Is the installation well? For monitors: figures only, nothing about anybody."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy.exc import OperationalError

from lms.config import ROOT
from lms.extensions import db
from lms.home.queries import database_version, schema_version
from lms.outbox import worker
from lms.outbox.queries import figures, held_since

# The worker says every ten seconds that it lives.
WORKER_SILENT_AFTER = 120


def report(app: Flask, now: datetime) -> tuple[dict[str, Any], bool]:
    """What the health page says, and whether people can be served.

    They cannot when the database is away or of another schema than the program. A worker that keeps silent turns
    nobody away: it only shows in ``ok`` and ``worker``.
    """
    answer: dict[str, Any] = {
        "ok": False,
        "database": "away",
        "schema": {"version": None, "head": _head()},
        "worker": _worker(app, now),
        "outbox": None,
    }
    try:
        answer["database"] = database_version()
        answer["schema"]["version"] = schema_version()
        answer["outbox"] = figures(now) | {"held": held_since() is not None}
    except OperationalError:
        db.session.rollback()
        return answer, False
    serves = answer["schema"]["version"] in {None, answer["schema"]["head"]}
    answer["ok"] = serves and answer["worker"]["alive"]
    return answer, serves


def _worker(app: Flask, now: datetime) -> dict[str, Any]:
    seen = worker.last_seen(app)
    silent = None if seen is None else max(0, round((now - seen).total_seconds()))
    return {"alive": silent is not None and silent < WORKER_SILENT_AFTER, "seconds_since_sign_of_life": silent}


@cache
def _head() -> str | None:
    """The newest migration the program knows."""
    folder = Path(ROOT) / "migrations"
    return ScriptDirectory(str(folder)).get_current_head() if (folder / "versions").is_dir() else None
