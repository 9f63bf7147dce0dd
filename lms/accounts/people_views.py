from flask import Blueprint

from lms import permissions as can
from lms.access import allow

blueprint = Blueprint("people", __name__)


@blueprint.get("/people/")
@allow(can.look_after_people)
def index():
    return "", 204


@blueprint.get("/people/<int:person_id>")
@allow(can.look_after_people)
def show(person_id):
    return "", 204
