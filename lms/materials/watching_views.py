"""What a player tells while a recording is played: how much of it, and where one is."""

from __future__ import annotations

from flask import abort, request
from flask.typing import ResponseReturnValue

from lms.access import for_guests, me
from lms.clock import now
from lms.display import percent
from lms.extensions import db
from lms.materials import played
from lms.materials.models import MaterialKind
from lms.materials.reading import Deed
from lms.materials.recordings import LONGEST
from lms.materials.views import blueprint, find_open_material, note
from lms.materials.watching_actions import remember_watching


@blueprint.post("/materials/<int:material_id>/watching")
@for_guests
def watching(material_id: int) -> ResponseReturnValue:
    """``played`` as played.py reads it, ``second`` where the player stands, ``length`` it says there is.

    Without ``second`` it only begins: the player was asked for. The answer tells the share that counts so far.
    """
    material = find_open_material(material_id)
    if material.kind is not MaterialKind.RECORDING:
        abort(404)
    place = remember_watching(
        me(),
        material,
        played.read(request.form.get("played", "")),
        second=_seconds("second"),
        length=_seconds("length") or 0,
        now=now(),
    )
    note(material, Deed.OPENED)
    if place.percent >= played.WATCHED:
        note(material, Deed.WATCHED)
    db.session.commit()
    return {"percent": place.percent, "share": percent(place.percent)}


def _seconds(name: str) -> int | None:
    told = request.form.get(name, type=int)
    return min(max(told, 0), LONGEST) if told is not None else None
