"""Pages that have not changed are not sent again, and as a rule not even made again.

Every signed-in HTML page answers with an ETag over what it shows. Beside it, each process remembers which ETag a page
had for whom at which revision of the database and in which minute (pages say «завтра», open the enter button, and so
on). When all of that is the same and the browser has that ETag, the answer is 304 before a single query of the page.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from threading import Lock

from flask import Flask, Response, current_app, g, request, session
from flask.typing import ResponseReturnValue

from lms.clock import now
from lms.database import revision

_CSRF = re.compile(rb'(name="csrf(?:_token|-token)"[^>]*(?:value|content)=")[^"]*')
_ROOM = 4096


class _Remembered:
    def __init__(self) -> None:
        self._etags: OrderedDict[str, str] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str) -> str | None:
        return self._etags.get(key)

    def put(self, key: str, etag: str) -> None:
        with self._lock:
            self._etags[key] = etag
            while len(self._etags) > _ROOM:
                self._etags.popitem(last=False)


def _key() -> str:
    cookies = f"{request.cookies.get(current_app.config['SESSION_COOKIE_NAME'])} {request.cookies.get('theme')}"
    cookies += f" {request.cookies.get('language')} {request.accept_languages}"
    minute = now().strftime("%Y%m%d%H%M")
    return f"{revision()}|{minute}|{request.full_path}|{cookies}|{request.headers.get('HX-Request')}"


def _answer_unchanged() -> ResponseReturnValue | None:
    if request.method != "GET" or not request.if_none_match or "_flashes" in session:
        return None
    g.freshness_key = _key()
    etag = current_app.extensions["freshness"].get(g.freshness_key)
    if etag is None or not request.if_none_match.contains_weak(etag):
        return None
    return _mark(Response(status=304), etag)


def _mark(response: Response, etag: str) -> Response:
    response.set_etag(etag, weak=True)
    response.cache_control.private = True
    response.cache_control.no_cache = True
    response.vary.add("Cookie")
    return response


def _remember(response: Response) -> Response:
    if g.get("no_store"):
        response.headers["Cache-Control"] = "no-store"
        return response
    if "Cache-Control" in response.headers or response.mimetype != "text/html":
        return response
    if request.method != "GET" or response.status_code != 200 or response.is_streamed:
        if response.status_code != 304:
            response.headers["Cache-Control"] = "no-store"
        return response
    # The CSRF token is signed anew each time; the one in the browser's copy stays good.
    etag = hashlib.blake2b(_CSRF.sub(rb"\1", response.get_data()), digest_size=12).hexdigest()
    current_app.extensions["freshness"].put(g.get("freshness_key") or _key(), etag)
    _mark(response, etag).make_conditional(request)
    return response


def no_store() -> None:
    """Call in a view that shows tokens or other people's data: its page is kept nowhere."""
    g.no_store = True


def init_app(app: Flask) -> None:
    app.extensions["freshness"] = _Remembered()
    app.before_request(_answer_unchanged)
    app.after_request(_remember)
