"""DKIM (RFC 6376): a letter says, in a way that can be checked, that it comes from our domain and was not changed.

Off until LMS_DKIM_SELECTOR and LMS_DKIM_KEY are set. A letter is signed once, when it is first carried, and kept so:
every try is the same letter byte for byte.
"""

from __future__ import annotations

from base64 import b64encode
from functools import lru_cache
from pathlib import Path

from flask import current_app

from lms.later import later
from lms.outbox.post import Unreachable

dkim = later("dkim")
exceptions = later("cryptography.exceptions")
rsa = later("cryptography.hazmat.primitives.asymmetric.rsa")
serialization = later("cryptography.hazmat.primitives.serialization")

# What a reader relies on; of these, what the letter has. List-Unsubscribe is trusted only when signed (RFC 8058 §4).
_SIGNED = (
    b"From", b"To", b"Reply-To", b"Subject", b"Date", b"Message-ID", b"In-Reply-To", b"References", b"MIME-Version",
    b"Content-Type", b"Auto-Submitted", b"List-Unsubscribe", b"List-Unsubscribe-Post",
)  # fmt: skip
_HEADER = b"DKIM-Signature:"


def is_on() -> bool:
    return bool(current_app.config["DKIM_SELECTOR"] and current_app.config["DKIM_KEY"])


def is_signed(mime: bytes) -> bool:
    return mime.startswith(_HEADER)


def sign(mime: bytes) -> bytes:
    """The letter with our signature before it. Where the key is no good nothing leaves: unsigned, it is spam."""
    config = current_app.config
    try:
        signature: bytes = dkim.sign(
            mime,
            str(config["DKIM_SELECTOR"]).encode(),
            sender_domain().encode("idna"),
            _key(str(config["DKIM_KEY"])),
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=list(_SIGNED),
        )
    except (dkim.DKIMException, OSError) as error:
        raise Unreachable(f"letters cannot be signed: {error}") from error
    return signature + mime


def unsigned(mime: bytes) -> bytes:
    """The letter without our signature: a copy of it with another date or recipient needs a new one."""
    if not is_signed(mime):
        return mime
    lines = mime.split(b"\r\n")
    end = next(number for number, line in enumerate(lines) if number and not line.startswith((b" ", b"\t")))
    return b"\r\n".join(lines[end:])


def public_key() -> str:
    """What DNS publishes of our key (RFC 6376 §3.6.1, the tag p); empty while there is none that letters can be signed
    with."""
    if not is_on():
        return ""
    try:
        key = serialization.load_pem_private_key(_key(str(current_app.config["DKIM_KEY"])), None)
    except (OSError, ValueError, TypeError, exceptions.UnsupportedAlgorithm):
        return ""
    if not isinstance(key, rsa.RSAPrivateKey):
        return ""
    form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    return b64encode(key.public_key().public_bytes(*form)).decode()


def sender_domain() -> str:
    return str(current_app.config["MAIL_DEFAULT_SENDER"]).rpartition("@")[2]


@lru_cache(maxsize=2)
def _key(setting: str) -> bytes:
    """The private key itself (PEM), or the file it stands in."""
    if "PRIVATE KEY" in setting:
        return setting.replace("\\n", "\n").encode()
    return Path(setting).read_bytes()
