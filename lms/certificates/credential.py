"""A certificate as an Open Badges 3.0 credential (1EdTech, https://www.imsglobal.org/spec/ob/v3p0).

It is signed as a VC-JWT (§8.2): the payload is the credential itself, the header carries our public key, the algorithm
is RS256, which every verifier must know. Whoever has the key (our JWKS, or the header's copy) checks it without us;
whether it was revoked since is asked at the list it names. Pure: no database, no request.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from xml.sax.saxutils import escape, quoteattr

from lms.certificates.keys import Key
from lms.later import later

jwt = later("jwt")

CONTEXT = ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]


@dataclass(frozen=True)
class Places:
    """Addresses under which we serve what a credential names."""

    home: str
    issuer: str
    achievement: str
    revocations: str
    check: str


def profile(places: Places, name: str, email: str) -> dict[str, Any]:
    """Who gives the certificates."""
    made: dict[str, Any] = {"id": places.issuer, "type": ["Profile"], "name": name, "url": places.home}
    return made | ({"email": email} if email else {})


def achievement(places: Places, *, title: str, summary: str, hours: int | None) -> dict[str, Any]:
    """What was achieved: a cycle, completed."""
    done = "Все модули цикла пройдены." + (f" Объём программы в часах: {hours}." if hours else "")
    return {
        "id": places.achievement,
        "type": ["Achievement"],
        "achievementType": "Certificate",
        "name": title,
        "description": summary or title,
        "criteria": {"narrative": done},
    }


def credential_id(code: str, places: Places) -> str:
    """A name that tells nobody the address of the check page: lists of revoked ones hold it too."""
    return uuid5(NAMESPACE_URL, f"{places.home}/certificates/{code}").urn


def credential(
    places: Places,
    *,
    code: str,
    name: str,
    issued_at: datetime,
    issuer: dict[str, Any],
    what: dict[str, Any],
) -> dict[str, Any]:
    """The unsigned credential. Of the person it holds the name only, as the paper does."""
    holder = {"type": "IdentityObject", "hashed": False, "identityHash": name, "identityType": "name"}
    return {
        "@context": CONTEXT,
        "id": credential_id(code, places),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": what["name"],
        "issuer": issuer,
        "validFrom": issued_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [holder],
            "achievement": what,
        },
        "evidence": [{"id": places.check, "type": ["Evidence"], "name": "Страница проверки"}],
        "credentialStatus": {"id": places.revocations, "type": "1EdTechRevocationList"},
    }


def sign(unsigned: dict[str, Any], key: Key) -> str:
    """The compact JWT. The registered claims repeat what the credential says (§8.2.4.1)."""
    claims = {
        "iss": unsigned["issuer"]["id"],
        "jti": unsigned["id"],
        "nbf": int(datetime.fromisoformat(unsigned["validFrom"]).timestamp()),
    }
    return jwt.encode(unsigned | claims, key.private, algorithm="RS256", headers={"jwk": key.jwk, "kid": key.kid})


def revocations(places: Places, revoked: list[tuple[str, datetime]]) -> dict[str, Any]:
    """The list that ``credentialStatus`` names; reasons are nobody's business."""
    return {
        "id": places.revocations,
        "issuer": places.issuer,
        "revokedCredentials": [{"id": credential_id(code, places), "revoked": True} for code, _at in revoked],
    }


def bake(token: str, title: str) -> str:
    """A picture that carries the credential inside (§5.3.2.1)."""
    mark = '<path d="M4.5 26 9 7l7 13 7-13 4.5 19" fill="none" stroke="#2a4899" stroke-width="4.6" '
    mark += 'stroke-linejoin="round" stroke-linecap="round"/><g fill="#f5c443"><circle cx="9" cy="7" r="1.7"/>'
    mark += '<circle cx="16" cy="20" r="1.7"/><circle cx="23" cy="7" r="1.7"/></g>'
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0" '
        f'viewBox="-4 -4 40 40" width="400" height="400"><openbadges:credential verify={quoteattr(token)}/>'
        f'<title>{escape(title)}</title><rect x="-3" y="-3" width="38" height="38" rx="7" fill="#fff" '
        f'stroke="#2a4899" stroke-width="1.2"/>{mark}</svg>\n'
    )
