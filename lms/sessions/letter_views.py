from flask import Blueprint

from lms.access import public

blueprint = Blueprint("letter", __name__)


@blueprint.get("/i/<token>")
@public
def show(token):
    return "", 204
