"""Addresses on the packages' own host: signed, good for some hours, not to be guessed. Pure.

A token says which archive, for a frame on which page of ours, and until when. It is the same for one person and
archive through half of its time, so that her browser keeps what it has loaded; nobody else's is like it.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from itsdangerous import BadSignature, URLSafeSerializer

_HOURS = 6
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True)
class Pass:
    """``parent`` is the origin of the page whose frame it is for."""

    storage_name: str
    sha256: str
    parent: str


def origin(url: str) -> str:
    """«https://lms.example.org» of any address there."""
    parts = urlsplit(url)
    port = "" if parts.port in {None, 80 if parts.scheme == "http" else 443} else f":{parts.port}"
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}{port}"


def can_be_reached(packages_url: str, parent: str) -> bool:
    """Is there a packages' host that a browser which shows ``parent`` can ask?"""
    here, there = urlsplit(parent).hostname, urlsplit(packages_url).hostname
    return bool(packages_url) and origin(packages_url) != parent and (there not in _LOOPBACK or here in _LOOPBACK)


def issue(secret: str, wanted: Pass, person_id: int, now: float) -> str:
    """A token for that person; ``now`` in seconds since 1970."""
    until = (int(now) // (_HOURS * 3600) + 2) * _HOURS * 3600
    whose = hmac.new(secret.encode(), f"{person_id} {until} {wanted.sha256}".encode(), hashlib.sha256).hexdigest()[:16]
    return str(_signer(secret).dumps([wanted.storage_name, wanted.sha256, wanted.parent, until, whose]))


def read(secret: str, token: str, now: float) -> Pass | None:
    """What the token is for; None when it was not made here, or is too old."""
    try:
        storage_name, sha256, parent, until, _whose = _signer(secret).loads(token)
    except (BadSignature, ValueError, TypeError):
        return None
    return Pass(storage_name, sha256, parent) if now < until else None


def _signer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt="package", signer_kwargs={"digest_method": hashlib.sha256})


def player(packages_url: str, token: str) -> str:
    return f"{packages_url}/p/{token}/player"


def content(token: str, href: str) -> str:
    """The path of a file of the package; ``href`` as the manifest's parts have it."""
    path, mark, query = href.partition("?")
    return f"/p/{token}/c/{quote(path)}{mark}{query}"
