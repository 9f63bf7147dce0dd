"""Every setting, its default and what it means.

Any of them is overridden by an environment variable ``LMS_<NAME>`` (Flask's ``from_prefixed_env``: values are read as
JSON where they parse, as text otherwise) or by such a line of a ``.env`` file beside the README; a variable that is set
goes before the file. ``FLASK_SKIP_DOTENV=1`` leaves the file alone (tests do).
"""

import os
import secrets
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import load_dotenv
from flask import Flask
from flask.config import Config

ROOT = Path(__file__).resolve().parent.parent


class Defaults:
    # --- where things are kept -------------------------------------------------------------------------------------
    # The folder for everything that must survive a restart: database, files, kept letters, secret key.
    DATA_FOLDER = str(ROOT / "instance")
    # SQLAlchemy's address of the database; empty means the embedded SQLite file in DATA_FOLDER.
    # PostgreSQL: postgresql+psycopg://user:password@host/name
    SQLALCHEMY_DATABASE_URI = ""
    # An error of the database is logged without the values it was about: they are names and addresses.
    SQLALCHEMY_ENGINE_OPTIONS = {"hide_parameters": True}
    # The key that signs cookies. Empty: generated once into DATA_FOLDER/secret_key.
    SECRET_KEY = ""

    # --- who we are ------------------------------------------------------------------------------------------------
    # The address people reach us at, for links in letters, without a slash at the end.
    # Empty: http://HOST:PORT, which is good for a browser on this machine only.
    PUBLIC_URL = ""
    # The address under which packages (SCORM) are played: another host name of this same server, best of another
    # domain. Scripts in a package run there, where no cookie and no page of ours is. Empty: on a machine of one's own
    # its other name (127.0.0.1 and localhost); anywhere else packages are not played until it is set.
    PACKAGES_URL = ""
    # The host part of calendar UIDs and Message-IDs; empty means the host of PUBLIC_URL. Keep it for life.
    MAIL_DOMAIN = ""
    # Said in the footer of every page and letter. ORGANISATION_EN is its English form.
    ORGANISATION = "Сеть ресурсных центров Ростовской области"
    ORGANISATION_EN = "Network of resource centres of Rostov Oblast"
    # Where people write when nothing else helps; shown on help pages when set.
    CONTACT_EMAIL = ""
    CONTACT_PHONE = ""

    # --- languages and time ----------------------------------------------------------------------------------------
    BABEL_DEFAULT_LOCALE = "ru"
    LANGUAGES = ["ru", "en"]
    # The zone of new sessions and of people who chose none (IANA name).
    ZONE = "Europe/Moscow"

    # --- letters (Flask-Mail's names) ------------------------------------------------------------------------------
    # Empty: no SMTP server; letters are kept as .eml files in DATA_FOLDER/letters and said so on the screen.
    MAIL_SERVER = ""
    MAIL_PORT = 25
    MAIL_USE_TLS = False
    MAIL_USE_SSL = False
    MAIL_USERNAME = None
    MAIL_PASSWORD = None
    # The address letters come from; a bare address, the name is «Мастерская».
    MAIL_DEFAULT_SENDER = "masterskaya@example.org"
    # DKIM: the selector under which the public key stands in DNS (<selector>._domainkey.<domain of the sender>), and
    # the private key in PEM, or the file it stands in. Both set: every letter is signed.
    DKIM_SELECTOR = ""
    DKIM_KEY = ""
    # The mailbox that answers and returned letters come to (IMAP). Empty: none is read. It should be the mailbox of
    # MAIL_DEFAULT_SENDER; what was read is marked as seen, and nothing is deleted.
    IMAP_SERVER = ""
    IMAP_PORT = 993
    IMAP_USE_SSL = True
    IMAP_USE_TLS = False
    IMAP_USERNAME = None
    IMAP_PASSWORD = None
    IMAP_FOLDER = "INBOX"
    # Seconds to wait for the SMTP server before the letter is tried again later.
    MAIL_TIMEOUT = 30
    # Seconds a claimed letter belongs to its worker; after that a crash is assumed and another worker takes it.
    OUTBOX_LEASE = 60
    # Seconds for which letters to many wait, so that whoever pressed the button can take them back.
    UNDO_SECONDS = 60
    # Reminders and news wait while it is night where their reader lives, unless she chose other hours. Empty: never.
    QUIET_HOURS = "21-8"

    # --- people ----------------------------------------------------------------------------------------------------
    # May a stranger make an account for herself?
    REGISTRATION_OPEN = False
    # How long "remember me" lasts, and a sign-in without it.
    REMEMBER_COOKIE_DURATION = timedelta(days=30)
    PERMANENT_SESSION_LIFETIME = timedelta(hours=12)

    # --- files -----------------------------------------------------------------------------------------------------
    # The largest file a trainer may upload, in bytes (50 MB), and the largest request.
    UPLOAD_LIMIT = 50 * 1024 * 1024
    MAX_CONTENT_LENGTH = 52 * 1024 * 1024
    MAX_FORM_MEMORY_SIZE = 2 * 1024 * 1024
    # Megabytes that files may take in all; 0: as many as there is room for.
    STORAGE_QUOTA = 0
    # An S3-compatible bucket for the files, instead of the folder files in DATA_FOLDER: its name, and the address of
    # its server (https://s3.example.org; empty: Amazon's). Downloads are sent on to the bucket by a signed link that
    # is good for S3_LINK_SECONDS; 0: they go through the platform, as pictures and recordings always do.
    S3_BUCKET = ""
    S3_ENDPOINT = ""
    S3_REGION = "us-east-1"
    S3_ACCESS_KEY = ""
    S3_SECRET_KEY = ""
    S3_LINK_SECONDS = 300
    # Files go out as they are, so that Range counts their own bytes; pages are compressed all the same.
    COMPRESS_STREAMS = False

    # --- certificates ----------------------------------------------------------------------------------------------
    # What stands before their numbers («МРЦ-2026-000123»), and who signs them: a post and a name, or nothing.
    CERTIFICATE_PREFIX = "МРЦ"
    CERTIFICATE_SIGNATORY = ""

    # --- running it ------------------------------------------------------------------------------------------------
    # Where `flask serve` listens; also read from plain HOST and PORT, as hosting services set them.
    HOST = "127.0.0.1"
    PORT = 8000
    # True where people reach us over HTTPS: __Host- cookies, HSTS. Refuses a weak SECRET_KEY.
    HTTPS = False
    # Hosts we answer to; empty means any (set it in production).
    TRUSTED_HOSTS: list[str] | None = None
    # How many reverse proxies stand before us and set X-Forwarded-*.
    PROXY_COUNT = 0
    # Load the demo cycle into an empty database when `make run` starts, and show its sign-ins.
    DEMO = False
    # gunicorn's processes and threads.
    WEB_WORKERS = 2
    WEB_THREADS = 4
    # Compress static files when they are published (slow, once per change).
    ASSETS_COMPRESS = True


def load(app: Flask, overrides: dict[str, object] | None = None) -> None:
    """Fill ``app.config``: defaults, then ``LMS_*`` variables, then ``overrides`` (tests); make DATA_FOLDER and key."""
    config: Config = app.config
    if not os.environ.get("FLASK_SKIP_DOTENV"):
        load_dotenv(ROOT / ".env")
    config.from_object(Defaults)
    config.update({name: os.environ[name] for name in ("HOST", "PORT") if os.environ.get(name)})
    config.from_prefixed_env("LMS")
    config.update(overrides or {})
    config["PORT"] = int(config["PORT"])
    config["PUBLIC_URL"] = config["PUBLIC_URL"].rstrip("/") or _own_address(config["HOST"], config["PORT"])
    config["PACKAGES_URL"] = config["PACKAGES_URL"].rstrip("/") or other_name(config["PUBLIC_URL"])
    if urlsplit(config["PACKAGES_URL"]).hostname == urlsplit(config["PUBLIC_URL"]).hostname:
        raise RuntimeError("LMS_PACKAGES_URL must have another host than LMS_PUBLIC_URL: cookies know no ports.")

    data_folder = Path(config["DATA_FOLDER"]).resolve()
    data_folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # people's names and answers are in it
    config["DATA_FOLDER"] = str(data_folder)
    if not config["SQLALCHEMY_DATABASE_URI"]:
        config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{data_folder / 'lms.sqlite'}"
    if not config["SECRET_KEY"]:
        config["SECRET_KEY"] = _installed_key(data_folder / "secret_key")
    if config["HTTPS"] and len(str(config["SECRET_KEY"])) < 32:
        raise RuntimeError("LMS_SECRET_KEY is too short for production: use at least 32 characters, or leave it unset.")
    if not config["MAIL_DOMAIN"]:
        config["MAIL_DOMAIN"] = urlsplit(config["PUBLIC_URL"]).hostname

    cookie = "__Host-" if config["HTTPS"] else ""
    config.update(
        SESSION_COOKIE_NAME=f"{cookie}lms",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config["HTTPS"],
        REMEMBER_COOKIE_NAME=f"{cookie}lms_remember",
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=config["HTTPS"],
        # A CSRF token lives as long as its session: a form left open overnight still saves.
        WTF_CSRF_TIME_LIMIT=None,
        # Pages whose address holds a secret tell nobody where they were (no-referrer), so no referrer can be asked for.
        WTF_CSRF_SSL_STRICT=False,
    )


def _own_address(host: str, port: int) -> str:
    """Where a browser on this machine finds us; a server that listens everywhere is also found at 127.0.0.1."""
    reachable = "127.0.0.1" if host in {"0.0.0.0", "::", ""} else f"[{host}]" if ":" in host else host
    return f"http://{reachable}:{port}"


def other_name(url: str) -> str:
    """The other name of this machine, where the address is one of it: browsers hold the two apart. Otherwise empty."""
    parts = urlsplit(url)
    other = {"127.0.0.1": "localhost", "localhost": "127.0.0.1"}.get(parts.hostname or "")
    return f"{parts.scheme}://{other}:{parts.port}" if other and parts.port else ""


def _installed_key(path: Path) -> str:
    """The key made at install and kept beside the database, readable by its owner only."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text().strip()
