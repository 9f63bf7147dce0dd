from flask import Blueprint

from lms import permissions as can
from lms.access import allow, public

blueprint = Blueprint("cycles", __name__)


@blueprint.get("/cycles/")
@allow(can.teach)
def index():
    return "", 204


@blueprint.get("/cycles/<slug>/")
@public
def show(slug):
    return "", 204


@blueprint.get("/modules/<int:module_id>/edit")
@allow(can.teach)
def edit_module(module_id):
    return "", 204
