"""Uploads in pieces, for uploading.js: a file that is large, or a line that breaks, does not begin anew."""

from __future__ import annotations

from typing import Any, cast

from flask import abort, current_app, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from lms import permissions as can
from lms.access import allow, me
from lms.clock import now
from lms.display import file_size
from lms.extensions import db
from lms.materials import actions, filetypes, storage, upload_actions
from lms.materials.models import StoredFile
from lms.materials.upload_forms import announced_problem, quota_problem, upload_problem
from lms.materials.upload_models import Upload
from lms.materials.views import blueprint, files_folder


@blueprint.post("/uploads")
@allow(can.teach)
def begin_upload() -> ResponseReturnValue:
    """``{"name": …, "size": …}``: the address to send pieces to, or why the file would not be taken.

    ``?archives=1``: for a form that takes an archive apart, and nothing else.
    """
    said: Any = request.get_json(silent=True)
    name, size = (said.get("name"), said.get("size")) if isinstance(said, dict) else (None, None)
    if not isinstance(name, str) or not isinstance(size, int) or not 0 <= size < 2**62:
        return {"message": _("This cannot be read.")}, 400
    endings = filetypes.ARCHIVES if request.args.get("archives") == "1" else filetypes.TYPES
    if problem := announced_problem(name, size, current_app.config["UPLOAD_LIMIT"], endings) or quota_problem(size):
        return {"message": problem}, 422
    upload = upload_actions.begin(me(), name, size, now=now())
    db.session.commit()
    return _standing(upload), 201


@blueprint.get("/uploads/<upload_token>")
@allow(can.teach)
def upload_standing(upload_token: str) -> ResponseReturnValue:
    """How much has come, to go on from there."""
    return _standing(_find(upload_token))


@blueprint.patch("/uploads/<upload_token>")
@allow(can.teach)
def add_piece(upload_token: str) -> ResponseReturnValue:
    """The body is what stands at ``Upload-Offset``; a 409 says where the upload really stands."""
    _find(upload_token)
    start = request.headers.get("Upload-Offset", -1, type=int)
    if not 0 < (request.content_length or 0) <= upload_actions.PIECE:
        abort(413)
    db.session.rollback()  # the piece comes at the pace of its line, and nobody shall wait for it
    kept = upload_actions.keep_piece(request.get_data(cache=False), files_folder())
    upload = upload_actions.find(me(), upload_token)
    if upload is None or not upload_actions.add(upload, start, kept, now=now()):
        storage.remove(files_folder(), kept.name)
        return (_standing(upload), 409) if upload is not None else abort(404)
    db.session.commit()
    return _standing(upload)


@blueprint.post("/uploads/<upload_token>")
@allow(can.teach)
def finish_upload(upload_token: str) -> ResponseReturnValue:
    """All of it has come: look at it, and keep it as a file that a form may take; said twice, it is answered twice."""
    upload = _find(upload_token)
    if upload.file is not None or (upload.is_archive and upload.is_whole):
        return _finished(upload)
    if not upload.is_whole:
        return _standing(upload), 409
    name, pieces = upload.name, [piece.storage_name for piece in upload.pieces]
    db.session.rollback()  # putting it together takes its time
    try:
        file, problem = _put_together(name, pieces)
    except storage.NoRoom:
        _drop(_find(upload_token))
        raise
    if file is None:
        _drop(_find(upload_token))
        return {"message": problem}, 422
    upload = _find(upload_token)
    if upload.file is not None:  # asked twice at once: the other was faster, and this copy is swept
        return _finished(upload)
    file.uploaded_by_id = me().id
    upload.file = file
    _drop_pieces(upload)
    return _finished(upload)


@blueprint.delete("/uploads/<upload_token>")
@allow(can.teach)
def drop_upload(upload_token: str) -> ResponseReturnValue:
    """Not wanted any more."""
    _drop(_find(upload_token))
    return "", 204


# --- what they say and do ---------------------------------------------------------------------------------------------
def _find(token: str) -> Upload:
    return upload_actions.find(me(), token) or abort(404)


def _standing(upload: Upload) -> dict[str, Any]:
    address = url_for("materials.upload_standing", upload_token=upload.token)
    return {"address": address, "offset": upload.received, "size": upload.size, "piece": upload_actions.PIECE}


def _finished(upload: Upload) -> dict[str, Any]:
    if upload.is_archive:
        return {"token": upload.token, "what": f"{upload.name}, {file_size(upload.size)}"}
    file = cast(StoredFile, upload.file)
    what = f"{file.original_name}, {file_size(file.size)}"
    return {"token": upload.token, "what": what, "markdown": actions.mention(file)}


def _put_together(name: str, pieces: list[str]) -> tuple[StoredFile | None, str]:
    """The file that the pieces are; or what is wrong with it."""
    place, largest = files_folder(), current_app.config["UPLOAD_LIMIT"]
    with upload_actions.put_together(pieces, place) as whole:
        given = FileStorage(whole, filename=name)
        if problem := upload_problem(given, largest):
            return None, problem
        return actions.laid_down(given, place, largest=largest, now=now()), ""


def _drop(upload: Upload) -> None:
    """With its pieces; a file that it has become stays as long as something shows it."""
    db.session.delete(upload)
    _drop_pieces(upload)


def _drop_pieces(upload: Upload) -> None:
    names = upload_actions.drop_pieces(upload)
    db.session.commit()
    for name in names:
        storage.remove(files_folder(), name)
