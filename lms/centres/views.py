from flask import Blueprint

from lms.access import public

blueprint = Blueprint("centres", __name__)


@blueprint.get("/centres/")
@public
def index():
    return "", 204


@blueprint.get("/centres/<slug>/")
@public
def show(slug):
    return "", 204
