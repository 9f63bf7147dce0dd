from flask import Blueprint

from lms import permissions as can
from lms.access import allow

blueprint = Blueprint("outbox", __name__)


@blueprint.get("/letters/")
@allow(can.see_letters)
def index():
    return "", 204
