"""Running the whole platform: web processes and the delivery worker, forked from one loaded application.

The process that was started becomes a supervisor. It serves nobody; it starts its children, starts the worker anew when
it has died, and ends them all. Its children stand in process groups of their own, so Ctrl-C in a terminal reaches the
supervisor alone, which then ends them in order; and however it ends itself, even by ``kill -9``, they end with it.
"""

from __future__ import annotations

import ctypes
import errno
import gc
import multiprocessing
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess

import structlog
from flask import Flask
from gunicorn.app.base import BaseApplication
from structlog.testing import capture_logs

from lms.extensions import db
from lms.outbox import worker

log = structlog.get_logger()

# Seconds an answer under way, or the letter in hand, may still take when we end.
PATIENCE = 3
_ENDINGS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_PR_SET_PDEATHSIG = 1  # prctl(2)
# mallopt(3): a heap for every thread, and what is given back to the system as soon as it is free (the 19 MiB that a
# password takes, say; glibc would learn from them to keep such pieces).
_M_ARENA_MAX, _M_MMAP_THRESHOLD = -8, -3
_LARGE = 256 * 1024

Job = Callable[[], None]


def prepare(job: Job) -> bool:
    """Do something once in a child, so that the memory it takes is given back; whether it ended well."""
    parent = os.getpid()

    def run() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it at once, without a word
        _die_with(parent)
        job()

    child = multiprocessing.get_context("fork").Process(target=run)
    child.start()
    child.join()
    return child.exitcode == 0


def serve(app: Flask) -> int:
    """Serve people and carry letters until SIGTERM or Ctrl-C; the exit status for the shell."""
    if hasattr(libc := ctypes.CDLL(None), "mallopt"):
        libc.mallopt(_M_ARENA_MAX, 2)
        libc.mallopt(_M_MMAP_THRESHOLD, _LARGE)
    warm_up(app)
    with app.app_context():
        db.engine.dispose()  # connections do not survive a fork
    gc.collect()
    gc.freeze()  # what is loaded so far is never collected, so the children go on sharing its memory
    return _supervise(web=lambda: _Web(app).run(), worker=lambda: worker.run(app))


def warm_up(app: Flask) -> None:
    """Answer a visitor in each language, so that what a first answer loads is there before the children share it."""
    visitor = app.test_client()
    with capture_logs():  # it is nobody's request
        for language in app.config["LANGUAGES"]:
            visitor.get("/sign-in", base_url=app.config["PUBLIC_URL"], headers={"Accept-Language": language})


def is_taken(host: str, port: int) -> bool:
    """Does somebody else listen there already?"""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:  # what else may be wrong with the address, gunicorn says better
            return error.errno == errno.EADDRINUSE
    return False


class _Web(BaseApplication):
    """gunicorn, told what it needs to know by our own settings."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        super().__init__()

    def load_config(self) -> None:
        config = self.app.config
        host = f"[{config['HOST']}]" if ":" in config["HOST"] else config["HOST"]
        settings = {
            "bind": f"{host}:{config['PORT']}",
            "worker_class": "gthread",
            "workers": config["WEB_WORKERS"],
            "threads": config["WEB_THREADS"],
            "preload_app": True,
            "keepalive": 30,
            "timeout": 60,
            "graceful_timeout": PATIENCE,
            "loglevel": "warning",
            "control_socket_disable": True,
            "post_fork": lambda _arbiter, web_process: _die_with(web_process.ppid),
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self.app


def _supervise(*, web: Job, worker: Job) -> int:
    """Without the web server there is nothing left to do; without the worker letters only wait, so it comes back."""
    ear, bell = socket.socketpair()
    bell.setblocking(False)
    for ending in _ENDINGS:
        signal.signal(ending, lambda *_: bell.send(b"!"))
    web_process, worker_process = _start(web), _start(worker)
    while True:
        news = wait([ear, web_process.sentinel, worker_process.sentinel])
        if ear in news:
            status = 0
            break
        if web_process.sentinel in news:
            log.error("the web server ended", status=web_process.exitcode)
            status = 1
            break
        log.warning("the worker ended and is started again", status=worker_process.exitcode)
        wait([ear], timeout=1)  # lest one that cannot live be started a thousand times
        worker_process = _start(worker)
    _end([web_process, worker_process])
    return status


def _start(job: Job) -> BaseProcess:
    process = multiprocessing.get_context("fork").Process(target=_live, args=(job, os.getpid()))
    process.start()
    return process


def _live(job: Job, parent: int) -> None:
    for ending in _ENDINGS:
        signal.signal(ending, signal.SIG_DFL)
    os.setpgid(0, 0)
    _die_with(parent)
    job()


def _die_with(parent: int) -> None:
    """Have the kernel end this process as soon as its parent is gone (Linux; elsewhere a SIGTERM must be enough)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it was gone before the kernel knew
            os.kill(os.getpid(), signal.SIGTERM)


def _end(processes: list[BaseProcess]) -> None:
    """Ask all of them at once, wait a little longer than they were given, then insist."""
    for process in processes:
        if process.is_alive():
            process.terminate()
    until = time.monotonic() + PATIENCE + 1
    for process in processes:
        process.join(max(0, until - time.monotonic()))
        if process.is_alive():
            process.kill()
            process.join()
