"""Certificates as Open Badges: the signed credential, and what it names (issuer, achievement, key, revocations)."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, abort, current_app, jsonify
from flask.typing import ResponseReturnValue

from lms import downloads
from lms.access import public
from lms.certificates import credential, keys, queries
from lms.certificates.credential import Places
from lms.certificates.models import Certificate, Standing
from lms.cycles.models import Cycle
from lms.cycles.queries import public_cycles
from lms.extensions import db
from lms.outbox.render import link

blueprint = Blueprint("credentials", __name__)


@blueprint.get("/certificates/<number>/badge.jwt")
@public
def token(number: str) -> ResponseReturnValue:
    certificate = _good(number)
    return downloads.download(_signed(certificate).encode(), _name(certificate, "jwt"), "application/vc+jwt")


@blueprint.get("/certificates/<number>/badge.json")
@public
def unsigned(number: str) -> ResponseReturnValue:
    """The same words to read; the signature is in the token."""
    return jsonify(_credential(_good(number)))


@blueprint.get("/certificates/<number>/badge.svg")
@public
def picture(number: str) -> ResponseReturnValue:
    certificate = _good(number)
    baked = credential.bake(_signed(certificate), certificate.cycle_title)
    return downloads.download(baked.encode(), _name(certificate, "svg"), "image/svg+xml")


# --- what a credential names ------------------------------------------------------------------------------------------
@blueprint.get("/credentials/issuer")
@public
def issuer() -> ResponseReturnValue:
    return jsonify(_profile(_places()))


@blueprint.get("/credentials/achievements/<slug>")
@public
def achievement(slug: str) -> ResponseReturnValue:
    cycle = cast(Cycle, db.one_or_404(public_cycles().where(Cycle.slug == slug)))
    places = _places(slug=slug)
    return jsonify(credential.achievement(places, title=cycle.title, summary=cycle.summary, hours=cycle.hours))


@blueprint.get("/credentials/key")
@public
def key() -> ResponseReturnValue:
    """Our public key (RFC 7517)."""
    return jsonify(_key().jwk | {"kid": _key().kid})


@blueprint.get("/.well-known/jwks.json")
@public
def key_set() -> ResponseReturnValue:
    return jsonify(keys=[_key().jwk | {"kid": _key().kid}])


@blueprint.get("/credentials/revocations")
@public
def revocations() -> ResponseReturnValue:
    return jsonify(credential.revocations(_places(), queries.revoked_codes()))


# --- put together -----------------------------------------------------------------------------------------------------
def _good(number: str) -> Certificate:
    """Nobody gets a fresh signature under what is no longer good."""
    certificate = queries.by_address(number)
    if certificate is None or certificate.standing is not Standing.VALID:
        abort(404)
    return certificate


def _signed(certificate: Certificate) -> str:
    return credential.sign(_credential(certificate), _key())


def _credential(certificate: Certificate) -> dict[str, Any]:
    cycle = certificate.cycle
    places = _places(number=certificate.address, slug=cycle.slug)
    return credential.credential(
        places,
        code=certificate.code,
        name=certificate.name,
        issued_at=certificate.issued_at,
        issuer=_profile(places),
        what=credential.achievement(
            places, title=certificate.cycle_title, summary=cycle.summary, hours=certificate.hours
        ),
    )


def _places(*, number: str = "-", slug: str = "-") -> Places:
    return Places(
        home=current_app.config["PUBLIC_URL"],
        issuer=link("credentials.issuer"),
        achievement=link("credentials.achievement", slug=slug),
        revocations=link("credentials.revocations"),
        check=link("certificates.show", number=number),
    )


def _profile(places: Places) -> dict[str, Any]:
    return credential.profile(places, current_app.config["ORGANISATION"], current_app.config["CONTACT_EMAIL"])


def _key() -> keys.Key:
    return keys.load(current_app.config["DATA_FOLDER"], link("credentials.key"))


def _name(certificate: Certificate, ending: str) -> str:
    return f"badge-{certificate.number.replace('/', '-')}.{ending}"
