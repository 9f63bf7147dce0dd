"""The packages' own host: a small WSGI application beside ours, under another name of the same server.

It knows no person, no cookie and no database. All it answers are the player and the files of a package, at an address
that carries a token (addresses.py); pages of ours are not there, and nothing of a package is on ours. So a script in a
package, whoever wrote it, runs where nothing is to be had. It may ask its own host only: what a package loads from
elsewhere (a video, a counter) does not come.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, Any

import structlog
from flask import Flask
from werkzeug.security import safe_join
from werkzeug.utils import redirect, send_file
from werkzeug.wrappers import Request, Response

from lms.config import other_name
from lms.materials import storage
from lms.packages import addresses, contents
from lms.packages.addresses import Pass
from lms.packages.archive import Refused

log = structlog.get_logger()

SANDBOX = "allow-scripts allow-same-origin allow-forms allow-modals allow-popups allow-downloads"
_OURS = re.compile(r"/p/([\w.=-]{1,600})/(player|c/.{1,600})", re.DOTALL)
_TYPES = {
    "html": "text/html", "htm": "text/html", "xhtml": "application/xhtml+xml", "xml": "text/xml", "xsd": "text/xml",
    "dtd": "text/plain", "txt": "text/plain", "md": "text/plain", "vtt": "text/vtt", "srt": "text/plain",
    "css": "text/css", "js": "text/javascript", "mjs": "text/javascript", "json": "application/json",
    "map": "application/json", "wasm": "application/wasm", "png": "image/png", "jpg": "image/jpeg",
    "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp", "avif": "image/avif", "svg": "image/svg+xml",
    "ico": "image/x-icon", "bmp": "image/bmp", "cur": "image/x-icon", "woff": "font/woff", "woff2": "font/woff2",
    "ttf": "font/ttf", "otf": "font/otf", "eot": "application/vnd.ms-fontobject", "mp3": "audio/mpeg",
    "m4a": "audio/mp4", "ogg": "audio/ogg", "oga": "audio/ogg", "wav": "audio/wav", "mp4": "video/mp4",
    "m4v": "video/mp4", "webm": "video/webm", "ogv": "video/ogg", "pdf": "application/pdf",
}  # fmt: skip

WSGI = Callable[[dict[str, Any], Any], Iterable[bytes]]


def packages_folder(config: Any) -> Path:
    return Path(config["DATA_FOLDER"]) / "packages"


class PackagesHost:
    """Answers what is asked under the name of the packages' host; all else goes on to the platform."""

    def __init__(self, platform: WSGI, app: Flask) -> None:
        self.platform, self.app = platform, app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        packages_url = self.app.config["PACKAGES_URL"]
        request = Request(environ)
        if not packages_url or addresses.origin(request.host_url) != addresses.origin(packages_url):
            return self.platform(environ, start_response)
        response = self._answer(request)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["X-Robots-Tag"] = "noindex"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), unload=(self)"
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        asked = _OURS.fullmatch(request.path)
        found = addresses.read(self.app.config["SECRET_KEY"], asked[1], time.time()) if asked else None
        if asked is None or found is None:
            return self._elsewhere(request)
        # A worker would stay in the browser and answer in the package's stead after the token is over.
        if request.method not in {"GET", "HEAD"} or request.headers.get("Service-Worker"):
            return _plain("Not here.", 405)
        response = self._player(asked[1], found) if asked[2] == "player" else self._file(request, asked[2][2:], found)
        response.headers["Content-Security-Policy"] = _policy(found.parent)
        return response

    def _elsewhere(self, request: Request) -> Response:
        """On a machine of one's own the packages' host is only its other name: who came by it is shown the way."""
        public_url = self.app.config["PUBLIC_URL"]
        is_lost = request.method == "GET" and not request.path.startswith("/p/")
        if is_lost and other_name(public_url) == self.app.config["PACKAGES_URL"]:
            return redirect(public_url + request.full_path.rstrip("?"))
        return _plain("Nothing is here. Open the package anew on the platform.", 404)

    def _player(self, token: str, found: Pass) -> Response:
        env = self.app.jinja_env
        page = env.get_template("packages/player.html").render(parent=found.parent)
        response = Response(page, mimetype="text/html")
        response.headers["Cache-Control"] = "no-store"
        return response

    def _file(self, request: Request, name: str, found: Pass) -> Response:
        try:
            folder = contents.unpacked(
                packages_folder(self.app.config), found.sha256, lambda: self._archive(found.storage_name)
            )
        except (OSError, Refused) as error:
            log.error("package not unpacked", archive=found.sha256, error=type(error).__name__)
            return _plain("The package cannot be opened now.", 503)
        path = safe_join(str(folder), name)
        if path is None or not Path(path).is_file():
            return _plain("The package has no such file.", 404)
        contents.note_use(folder)
        response = send_file(path, request.environ, mimetype=_type_of(name), conditional=True, max_age=3600)
        response.headers["Cache-Control"] = "private, max-age=3600"
        return response

    def _archive(self, storage_name: str) -> IO[bytes]:
        with self.app.app_context():
            return (storage.here() / storage_name).open("rb")


def _type_of(name: str) -> str:
    return _TYPES.get(name.rpartition(".")[2].lower(), "application/octet-stream")


def _policy(parent: str) -> str:
    return (
        "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; object-src 'none'; base-uri 'self'; "
        f"form-action 'self'; frame-ancestors 'self' {parent}; sandbox {SANDBOX}"
    )


def _plain(text: str, status: int) -> Response:
    response = Response(text, status, mimetype="text/plain")
    response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
    response.headers["Cache-Control"] = "no-store"
    return response


def init_app(app: Flask) -> None:
    app.wsgi_app = PackagesHost(app.wsgi_app, app)  # type: ignore[method-assign]
