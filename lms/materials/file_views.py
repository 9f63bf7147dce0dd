"""Files go out whole or by Range, never as something a browser would run on our origin."""

from __future__ import annotations

from io import SEEK_END
from typing import cast

from flask import Response, abort, make_response, redirect, request, send_file
from flask.typing import ResponseReturnValue

from lms import permissions as can
from lms.access import for_guests, me
from lms.clock import now
from lms.extensions import db
from lms.materials import queries
from lms.materials.models import PictureSize, StoredFile
from lms.materials.places import KeptFile
from lms.materials.views import blueprint, files_folder, turn_back
from lms.progress.path import Stage
from lms.progress.path_queries import held_up
from lms.quizzes.queries import picture

# Whatever a file turns out to be, it runs nothing, asks nobody for anything, and is nobody's frame.
_POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; frame-ancestors 'none'; sandbox"


@blueprint.get("/files/<int:file_id>/<name>")
@for_guests
def file(file_id: int, name: str) -> ResponseReturnValue:
    """The id says which; the name is only for people and their downloads. ``?width=`` asks for a narrower picture."""
    found = db.session.scalar(queries.visible_file(me(), file_id)) or db.one_or_404(picture(me(), file_id))
    stored = cast(StoredFile, found)
    turn_back(_closed(stored.id))
    place = files_folder()
    if not stored.opens_in_browser and (link := place.link(stored.storage_name)):
        return _for_her_alone(make_response(redirect(link)))
    try:
        if narrower := _narrower(stored):
            return _answer(place / narrower.storage_name, stored, "image/webp", f"{stored.sha256}-{narrower.width}")
        return _answer(place / stored.storage_name, stored, stored.content_type, stored.sha256)
    except FileNotFoundError:
        abort(404)


def _narrower(stored: StoredFile) -> PictureSize | None:
    width = request.args.get("width", 0, type=int)
    return next((size for size in stored.sizes if size.width == width), None) if width else None


def _answer(kept: KeptFile, stored: StoredFile, content_type: str, etag: str) -> Response:
    """The content or the part of it that was asked for, read while it is sent."""
    content = kept.open("rb")
    size = content.seek(0, SEEK_END)
    content.seek(0)
    response = send_file(
        content,
        mimetype=content_type,
        as_attachment=not stored.opens_in_browser,
        download_name=stored.original_name,
        conditional=False,
        etag=etag,
        last_modified=stored.uploaded_at,
    )
    response.content_length = size
    response.make_conditional(request, accept_ranges=True, complete_length=size)
    return _for_her_alone(response)


def _for_her_alone(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    # Who may have it can change, and a new file may take its place: ask each time, send once.
    response.cache_control.private = True
    response.cache_control.no_cache = True
    response.cache_control.no_transform = True
    return response


def _closed(file_id: int) -> list[Stage]:
    """The modules to do first, where no material that holds the file stands in a module that is open to this person."""
    if can.teach(me()):
        return []
    held = [held_up(me(), module_id, now=now()) for module_id in queries.modules_of_file(me(), file_id)]
    return min(held, key=len, default=[])
