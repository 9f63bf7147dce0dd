"""Error pages in the reader's language, each with the request's id; nothing of the cause leaves the server."""

from __future__ import annotations

import structlog
from flask import Flask, current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from lms.display import file_size
from lms.extensions import db
from lms.materials.places import NoRoom, Unreachable

log = structlog.get_logger()

_OUT_OF_RANGE = "22003"  # what PostgreSQL says of a number too large for its column


def _page(code: int, title: str, text: str) -> ResponseReturnValue:
    # The error page is drawn from nothing but itself: whatever failed must not fail it again.
    db.session.rollback()
    g.failing = True
    if request.accept_mimetypes.best == "application/json":  # a script of ours, which shows the words
        return {"message": text}, code
    if request.blueprint == "api":
        return {"error": title, "request_id": g.get("request_id", "")}, code
    return render_template(
        "errors/error.html", code=code, title=title, text=text, request_id=g.get("request_id", "")
    ), code


def _http_error(error: HTTPException) -> ResponseReturnValue:
    words = {
        400: (_("That request was not understood"), _("Go back and try once more.")),
        403: (_("You may not do this"), _("If you need it for your work, ask the network's coordinator.")),
        404: (_("There is no such page"), _("It may have been moved or removed. Start from the front page.")),
        405: (_("This page cannot do that"), _("Go back and use the button on the page.")),
        409: (_("Someone changed this meanwhile"), _("Open the page again to see both versions.")),
        413: (
            _("That is too large"),
            _(
                "A file may have %(file)s, a text %(text)s. Go back: what you typed is still in the form.",
                file=file_size(current_app.config["UPLOAD_LIMIT"]),
                text=file_size(current_app.config["MAX_FORM_MEMORY_SIZE"]),
            ),
        ),
        429: (_("Too many tries"), _("Wait a quarter of an hour and try again.")),
    }
    code = error.code or 500
    if error.response is not None:
        return error.response
    if code not in words:
        return _page(code, _("Something went wrong"), _("Try again in a minute."))
    return _page(code, *words[code])


def _csrf_error(_error: CSRFError) -> ResponseReturnValue:
    return _page(
        400,
        _("The page was open for too long"),
        _("For safety the form was not accepted. Go back, reload the page and send it again."),
    )


def _database_error(error: OperationalError) -> ResponseReturnValue:
    log.error("database", error=type(error.orig).__name__)
    return _page(503, _("The platform is catching its breath"), _("Nothing was saved. Try again in a minute."))


def _data_error(error: Exception) -> ResponseReturnValue:
    """An id that no database can hold is an id that does not exist."""
    cause = getattr(error, "orig", error)
    if isinstance(cause, OverflowError) or getattr(cause, "sqlstate", "") == _OUT_OF_RANGE:
        return _page(
            404, _("There is no such page"), _("It may have been moved or removed. Start from the front page.")
        )
    raise error


def _no_room(error: NoRoom) -> ResponseReturnValue:
    log.error("disk", error=str(error))
    return _page(
        507, _("There is no room left"), _("The server’s disk is full. Nothing was saved; tell the administrator.")
    )


def _unreachable(error: Unreachable) -> ResponseReturnValue:
    log.error("bucket", error=str(error))
    return _page(503, _("The place of the files does not answer"), _("Nothing was saved. Try again in a minute."))


def _changed_meanwhile(_error: StaleDataError) -> ResponseReturnValue:
    return _page(409, _("Someone changed this meanwhile"), _("Open the page again to see both versions."))


def _broken(error: Exception) -> ResponseReturnValue:
    original = getattr(error, "original_exception", error)
    log.error("error", path=request.path, exc_info=original)
    return _page(500, _("Something went wrong"), _("We have noted it. Try again, or tell us the number below."))


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(OperationalError, _database_error)
    app.register_error_handler(DataError, _data_error)
    app.register_error_handler(OverflowError, _data_error)
    app.register_error_handler(NoRoom, _no_room)
    app.register_error_handler(Unreachable, _unreachable)
    app.register_error_handler(StaleDataError, _changed_meanwhile)
    app.register_error_handler(500, _broken)
