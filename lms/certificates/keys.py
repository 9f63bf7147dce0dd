"""The key that signs credentials: made at the first need, kept in DATA_FOLDER, readable by its owner only.

It is left out of backups, like the key of cookies: who steals a backup must not be able to make certificates. If it is
lost, a new one is made and credentials are signed with it from then on; those downloaded before can be checked by the
key inside them and on their check page, and downloaded anew.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lms.later import later

if TYPE_CHECKING:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from jwt import algorithms
else:
    serialization = later("cryptography.hazmat.primitives.serialization")
    rsa = later("cryptography.hazmat.primitives.asymmetric.rsa")
    algorithms = later("jwt.algorithms")

FILE = "credential_key.pem"


@dataclass(frozen=True)
class Key:
    private: rsa.RSAPrivateKey
    jwk: dict[str, Any]  # its public half
    kid: str


@lru_cache(maxsize=4)
def load(data_folder: str, keys_address: str) -> Key:
    """The key of this installation; ``keys_address`` is where its public half is served."""
    path = Path(data_folder) / FILE
    if not path.exists():
        _make(path)
    private = serialization.load_pem_private_key(path.read_bytes(), password=None)
    assert isinstance(private, rsa.RSAPrivateKey)
    public = json.loads(algorithms.RSAAlgorithm.to_jwk(private.public_key()))
    jwk = {name: public[name] for name in ("kty", "n", "e")} | {"alg": "RS256", "use": "sig"}
    return Key(private, jwk, keys_address)


def _make(path: Path) -> None:
    """Written whole under another name first: of two processes that make one at once, the first one's stays."""
    pem = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    unfinished = path.with_name(f".{FILE}.{secrets.token_hex(8)}")
    unfinished.touch(mode=0o600)
    try:
        with unfinished.open("wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        if not path.exists():
            os.link(unfinished, path)
    except FileExistsError:
        pass
    finally:
        unfinished.unlink()
