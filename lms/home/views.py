from flask import Blueprint

from lms import permissions as can
from lms.access import allow, public

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@public
def index():
    return "", 204


@blueprint.get("/help")
@public
def help():
    return "", 204


@blueprint.get("/accessibility")
@public
def accessibility():
    return "", 204


@blueprint.get("/privacy")
@public
def privacy():
    return "", 204


@blueprint.post("/language")
@public
def language():
    return "", 204


@blueprint.post("/theme")
@public
def theme():
    return "", 204


@blueprint.post("/face")
@allow(can.learn)
def face():
    return "", 204
