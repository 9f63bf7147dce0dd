"""Addresses that people type, made safe to open. Pure."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from werkzeug.urls import iri_to_uri, uri_to_iri

LONGEST = 2000
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", re.IGNORECASE)


def checked(address: str) -> str:
    """The address in ASCII (host in Punycode) of a page on the web; anything but http and https is a ValueError."""
    address = address.strip()
    if len(address) > LONGEST or re.search(r"[\s\\\x00-\x1f\x7f]", address):
        raise ValueError("not an address")
    address = iri_to_uri(address)
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or parts.username is not None:
        raise ValueError("not an address of the web")
    if not _HOST.fullmatch(parts.hostname or "") or "." not in (parts.hostname or "") or parts.port == 0:
        raise ValueError("no host")
    return address


def host(address: str) -> str:
    """The host as people know it: «ресурсныйцентр.рф», «rutube.ru»."""
    return urlsplit(uri_to_iri(address)).hostname or ""
