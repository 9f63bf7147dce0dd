from flask import Blueprint

blueprint = Blueprint("people_imports", __name__)
