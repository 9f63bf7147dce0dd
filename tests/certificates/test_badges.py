"""Certificates as Open Badges 3.0: made by us, checked by a public tool that knows nothing of us (openbadgeslib)."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from openbadgeslib import baking
from openbadgeslib.ob3 import OB3Verifier
from openbadgeslib.ob3.verifier import OB3VerificationError

from lms.certificates import keys
from tests import factories
from tests.certificates.conftest import NOW

PLACE = "/certificates/2026-000123-k7qm9xw2prta"


@pytest.fixture
def certificate(school, cast, app):
    keys.load.cache_clear()
    return factories.certificate(
        cast.volunteer, school.cycle, serial=123, code="k7qm9xw2prta", hours=36, issued_at=NOW, modules=8
    )


def public_key(client, address: str = "/.well-known/jwks.json") -> bytes:
    (jwk,) = client.get(address).get_json()["keys"]
    key = jwt.PyJWK(jwk).key
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def test_a_public_tool_verifies_it_offline(certificate, client):
    token = client.get(f"{PLACE}/badge.jwt").get_data(as_text=True)

    found = OB3Verifier(public_key(client)).verify(token)

    assert found.issuer.id == "https://lms.test/credentials/issuer"
    assert found.achievement.name == "Школа ресурсных центров"
    assert found.issuance_date == NOW
    body = jwt.decode(token, options={"verify_signature": False})
    assert body["credentialSubject"]["identifier"][0]["identityHash"] == "Ковалёва Ирина Сергеевна"
    assert certificate.person.email not in json.dumps(body)


def test_a_word_changed_in_it_is_found(certificate, client):
    head, body, signature = client.get(f"{PLACE}/badge.jwt").get_data(as_text=True).split(".")
    changed = jwt.utils.base64url_decode(body).replace("Ковалёва".encode(), "Соколова".encode())
    if changed == jwt.utils.base64url_decode(body):
        changed = json.dumps(json.loads(changed) | {"name": "x"}).encode()

    with pytest.raises(OB3VerificationError):
        OB3Verifier(public_key(client)).verify(f"{head}.{jwt.utils.base64url_encode(changed).decode()}.{signature}")


def test_the_key_in_its_head_is_the_one_we_serve(certificate, client):
    head = jwt.get_unverified_header(client.get(f"{PLACE}/badge.jwt").get_data(as_text=True))

    assert head["kid"] == "https://lms.test/credentials/key"
    served = client.get("/credentials/key").get_json()
    assert {name: served[name] for name in ("kty", "n", "e")} == {name: head["jwk"][name] for name in ("kty", "n", "e")}
    assert not {"d", "p", "q"} & (set(served) | set(head["jwk"]))


def test_the_picture_carries_it(certificate, client):
    picture = client.get(f"{PLACE}/badge.svg")

    token = baking.extract_svg(picture.data, element=baking.SVG_ELEMENT_OB3)

    assert OB3Verifier(public_key(client)).verify(token).achievement.name == "Школа ресурсных центров"
    assert picture.headers["Content-Disposition"].startswith("attachment")


def test_what_it_names_is_there(certificate, client):
    body = client.get(f"{PLACE}/badge.json").get_json()

    for address in (
        body["issuer"]["id"],
        body["credentialSubject"]["achievement"]["id"],
        body["credentialStatus"]["id"],
    ):
        found = client.get(address.removeprefix("https://lms.test")).get_json()
        assert found["id"] == address
    assert client.get(body["evidence"][0]["id"].removeprefix("https://lms.test")).status_code == 200


def test_a_revoked_one_stands_in_the_list_and_is_signed_no_more(certificate, client):
    id = client.get(f"{PLACE}/badge.json").get_json()["id"]
    assert client.get("/credentials/revocations").get_json()["revokedCredentials"] == []
    certificate.revoked_at, certificate.reason = NOW, "Выдан по ошибке"

    answer = client.get("/credentials/revocations")

    assert answer.get_json()["revokedCredentials"] == [{"id": id, "revoked": True}]
    assert certificate.code not in answer.get_data(as_text=True)
    assert "ошибке" not in answer.get_data(as_text=True)
    assert client.get(f"{PLACE}/badge.jwt").status_code == 404


def test_the_key_is_made_once_and_for_its_owner_only(tmp_path):
    first = keys.load(str(tmp_path), "https://lms.test/key")
    keys.load.cache_clear()

    assert keys.load(str(tmp_path), "https://lms.test/key").jwk == first.jwk
    assert stat.S_IMODE((tmp_path / keys.FILE).stat().st_mode) == 0o600
    assert [path.name for path in Path(tmp_path).iterdir()] == [keys.FILE]
