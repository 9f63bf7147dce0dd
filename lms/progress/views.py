from flask import Blueprint

from lms import permissions as can
from lms.access import allow, for_guests

blueprint = Blueprint("progress", __name__)


@blueprint.get("/progress")
@allow(can.see_progress)
def index():
    return "", 204


@blueprint.get("/path")
@allow(can.learn)
def path():
    return "", 204


@blueprint.get("/modules/<int:module_id>/")
@for_guests
def module(module_id):
    return "", 204
