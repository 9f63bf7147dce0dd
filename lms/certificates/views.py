"""A certificate as anybody may check it who has its address, and as its holder finds it on her path."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, render_template
from flask.typing import ResponseReturnValue

from lms import downloads
from lms import permissions as can
from lms.access import allow, me, public
from lms.certificates import queries
from lms.certificates.drawing import Issuer, draw, full_number
from lms.certificates.models import Certificate
from lms.certificates.numbers import spoken
from lms.clock import now
from lms.cycles.queries import current_cycle
from lms.display import locale
from lms.freshness import no_store
from lms.outbox.render import link
from lms.pdf import CONTENT_TYPE
from lms.progress import words
from lms.progress.path import Path
from lms.progress.path_queries import path_of

blueprint = Blueprint("certificates", __name__)


@blueprint.get("/certificates/<number>")
@public
def show(number: str) -> ResponseReturnValue:
    """Name, cycle, hours, day, good or not: the least that a check needs. A wrong code does not exist."""
    no_store()
    certificate = find(number)
    return render_template(
        "certificates/show.html",
        certificate=certificate,
        full_number=full_number(certificate, issuer().prefix),
        code=spoken(certificate.code),
    )


@blueprint.get("/certificates/<number>/certificate.pdf")
@public
def paper(number: str) -> ResponseReturnValue:
    """Whoever checks a print may compare it with the original; the address is on the print itself."""
    return _paper(find(number))


@blueprint.get("/path/certificate")
@allow(can.learn)
def own() -> ResponseReturnValue:
    no_store()
    cycle = current_cycle(me())
    found = queries.current_of(me())
    return render_template(
        "certificates/own.html",
        cycle=cycle,
        certificates=found,
        path=path_of(me(), cycle, now=now()) if cycle and not found else Path([], now()),
        prefix=issuer().prefix,
        full_number=full_number,
        **(words.for_learner() | {"here": "progress.path"}),
    )


def find(number: str) -> Certificate:
    return queries.by_address(number) or abort(404)


def issuer() -> Issuer:
    config = current_app.config
    return Issuer(
        organisation=config["ORGANISATION_EN"] if locale() == "en" else config["ORGANISATION"],
        prefix=config["CERTIFICATE_PREFIX"],
        signatory=config["CERTIFICATE_SIGNATORY"],
        host=config["PUBLIC_URL"].partition("//")[2],
    )


def _paper(certificate: Certificate) -> ResponseReturnValue:
    check = link("certificates.show", number=certificate.address)
    content = draw(certificate, issuer(), check_address=check, locale=locale())
    return downloads.download(content, f"certificate-{certificate.number.replace('/', '-')}.pdf", CONTENT_TYPE)
