"""What every answer says to the browser about safety, the id of each request, and logs without personal data."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Iterable
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, g, request

log = structlog.get_logger()

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)


def allow_form_to(url: str) -> None:
    """Let a form of this page be redirected to that address's host (the room of a session); browsers block it else."""
    parts = urlsplit(url)
    if parts.scheme in {"http", "https"} and parts.netloc:
        g.form_target = f"{parts.scheme}://{parts.netloc}"


def allow_frame_of(origins: Iterable[str]) -> None:
    """Let this page, once it is asked to, show a frame of those hosts (a recording's player, a package)."""
    g.frame_sources = " ".join(origins)


def _policy() -> str:
    target, frames = g.get("form_target"), g.get("frame_sources")
    return (f"{_POLICY} {target}" if target else _POLICY) + (f"; frame-src {frames}" if frames else "")


def _start() -> None:
    g.request_id = secrets.token_hex(6)
    g.started = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _headers(response: Response) -> Response:
    headers = response.headers
    if response.status_code != 304:  # the kept page keeps the policy it came with, frames and all
        headers.setdefault("Content-Security-Policy", _policy())
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
    headers["X-Request-Id"] = g.get("request_id", "")
    return response


def _log(response: Response) -> Response:
    # The route, not the address: addresses carry names, searches and tokens.
    route = request.url_rule.rule if request.url_rule else "-"
    milliseconds = round((time.perf_counter() - g.started) * 1000, 1) if "started" in g else None
    log.info("request", method=request.method, route=route, status=response.status_code, ms=milliseconds)
    return response


def _strict_transport(response: Response) -> Response:
    response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return response


def init_app(app: Flask) -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if app.debug else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=False,
    )
    app.before_request(_start)
    app.after_request(_headers)
    app.after_request(_log)
    if app.config["HTTPS"]:
        app.after_request(_strict_transport)
