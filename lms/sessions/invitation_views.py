from flask import Blueprint

from lms import permissions as can
from lms.access import allow

blueprint = Blueprint("invitations", __name__)


@blueprint.get("/sessions/<int:live_session_id>/invitations")
@allow(can.teach)
def index(live_session_id):
    return "", 204
