"""Files in an S3-compatible bucket, through obstore (the extra ``s3``). Knows no database.

obstore hangs in a child of a process that has used it before the fork: the client is made in the process that first
asks for a file, which is never the one that web processes and the worker are forked from.
"""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import IO, Any, TypeVar

from lms.materials.places import Unreachable

try:
    import obstore
    from obstore.exceptions import BaseError, NotFoundError
    from obstore.store import S3Store
except ImportError:  # a platform with its files in a folder does without it
    obstore = None  # type: ignore[assignment]

_READ = 1024 * 1024
_PART = 8 * 1024 * 1024
_AT_ONCE = 2  # parts of one upload: each of them is in memory
T = TypeVar("T")


@dataclass(frozen=True)
class Bucket:
    """``link_seconds``: how long a link to a file is good for; 0 gives none, and every byte goes through us."""

    name: str
    endpoint: str
    region: str
    key: str
    secret: str
    link_seconds: int = 300

    def __truediv__(self, name: str) -> Object:
        return Object(self, name)

    def write(self, name: str, pieces: Iterable[bytes], headers: dict[str, str]) -> None:
        """Nothing is sent before every piece is here: one that breaks off leaves no half of it in the bucket."""
        with tempfile.TemporaryFile() as whole:
            whole.writelines(pieces)
            whole.seek(0)
            _ask(
                lambda: obstore.put(
                    self.client, name, whole, attributes=dict(headers), chunk_size=_PART, max_concurrency=_AT_ONCE
                )
            )

    def names(self) -> Iterator[tuple[str, datetime]]:
        for some in _ask(lambda: list(obstore.list(self.client))):
            yield from ((one["path"], one["last_modified"]) for one in some)

    def link(self, name: str) -> str:
        if not self.link_seconds:
            return ""
        lifetime = timedelta(seconds=self.link_seconds)
        return str(_ask(lambda: obstore.sign(self.client, "GET", name, lifetime)))

    @property
    def client(self) -> S3Store:
        return _client(self, os.getpid())


@dataclass(frozen=True)
class Object:
    """A file in the bucket, used like a path."""

    bucket: Bucket
    name: str

    def is_file(self) -> bool:
        try:
            self.size()
        except FileNotFoundError:
            return False
        return True

    exists = is_file

    def size(self) -> int:
        return int(_ask(lambda: obstore.head(self.bucket.client, self.name))["size"])

    def open(self, _mode: str = "rb") -> IO[Any]:
        return io.BufferedReader(_Reader(self, self.size()), _READ)

    def read_bytes(self) -> bytes:
        return bytes(_ask(lambda: obstore.get(self.bucket.client, self.name).bytes()))

    def unlink(self, missing_ok: bool = False) -> None:
        if not missing_ok:
            self.size()
        try:
            _ask(lambda: obstore.delete(self.bucket.client, self.name))
        except FileNotFoundError:  # some servers mind, some do not
            if not missing_ok:
                raise


class _Reader(io.RawIOBase):
    """What is read of an object is fetched by Range, a piece at a time."""

    def __init__(self, object: Object, size: int) -> None:
        self._object, self._size, self._at = object, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = max(0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence])
        return self._at

    def readinto(self, buffer: Any) -> int:
        end = min(self._at + len(buffer), self._size)
        if end <= self._at:
            return 0
        client, name, start = self._object.bucket.client, self._object.name, self._at
        piece = _ask(lambda: obstore.get_range(client, name, start=start, end=end))
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)


@cache
def _client(bucket: Bucket, _process: int) -> S3Store:
    if obstore is None:
        raise RuntimeError("LMS_S3_BUCKET is set, but obstore is not installed: pip install 'lms[s3]'")
    return S3Store(
        bucket.name,
        endpoint=bucket.endpoint or None,
        region=bucket.region,
        access_key_id=bucket.key,
        secret_access_key=bucket.secret,
        virtual_hosted_style_request=False,
        client_options={
            "allow_http": bucket.endpoint.startswith("http://"),
            "timeout": "60s",
            "connect_timeout": "5s",
        },
        retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=20)},
    )


def _ask(question: Callable[[], T]) -> T:
    try:
        return question()
    except NotFoundError as error:
        raise FileNotFoundError(str(error)) from error
    except BaseError as error:
        raise Unreachable(str(error)) from error
