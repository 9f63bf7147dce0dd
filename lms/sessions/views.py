from flask import Blueprint

from lms import permissions as can
from lms.access import allow, for_guests, public

blueprint = Blueprint("sessions", __name__)


@blueprint.get("/sessions/")
@allow(can.learn)
def index():
    return "", 204


@blueprint.get("/schedule")
@public
def schedule():
    return "", 204


@blueprint.get("/sessions/<int:live_session_id>")
@for_guests
def show(live_session_id):
    return "", 204
