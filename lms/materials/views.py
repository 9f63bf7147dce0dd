from flask import Blueprint

from lms import permissions as can
from lms.access import allow, for_guests

blueprint = Blueprint("materials", __name__)


@blueprint.get("/materials/")
@allow(can.learn)
def index():
    return "", 204


@blueprint.get("/materials/<int:material_id>")
@for_guests
def show(material_id):
    return "", 204
