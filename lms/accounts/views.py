from flask import Blueprint

from lms import permissions as can
from lms.access import allow, public

blueprint = Blueprint("accounts", __name__)


@blueprint.get("/sign-in")
@public
def sign_in():
    return "", 204


@blueprint.post("/sign-out")
@allow(can.learn)
def sign_out():
    return "", 204


@blueprint.get("/profile")
@allow(can.learn)
def profile():
    return "", 204
