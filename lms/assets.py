"""Static files, published once under names that carry their content: hashed, compressed, served as immutable.

Bootstrap comes out of its Python package and is joined with our own stylesheet into one file (each in its cascade
layer), so that a page asks for one stylesheet and nothing stands in the repository that was not written here.
"""

from __future__ import annotations

import gzip
import hashlib
import time
from importlib.util import find_spec
from pathlib import Path

import brotli
from flask import Flask
from whitenoise import WhiteNoise

STATIC = Path(__file__).parent / "static"
PREFIX = "assets"
KEPT_SECONDS = 30 * 24 * 3600


def _bootstrap_css() -> str:
    spec = find_spec("flask_bootstrap")
    if spec is None or spec.origin is None:
        raise RuntimeError("Bootstrap-Flask is not installed")
    css = Path(spec.origin).parent / "static" / "bootstrap5" / "css" / "bootstrap.min.css"
    return css.read_text().replace("/*# sourceMappingURL=bootstrap.min.css.map */", "")


def _sources() -> dict[str, bytes]:
    sources = {path.name: path.read_bytes() for path in sorted(STATIC.iterdir()) if path.is_file()}
    order = "@layer bootstrap, tokens, base, parts, pages, print;\n"
    theme = sources["theme.css"].decode()
    sources["theme.css"] = f"{order}@layer bootstrap {{{_bootstrap_css()}}}\n{theme}".encode()
    return sources


def publish(app: Flask) -> dict[str, str]:
    """Write every static file into DATA_FOLDER/assets under its hashed name; give {name: published name}."""
    folder = Path(app.config["DATA_FOLDER"]) / PREFIX
    folder.mkdir(exist_ok=True)
    names = {}
    for name, content in _sources().items():
        stem, _, ending = name.rpartition(".")
        published = f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{ending}"
        names[name] = published
        target = folder / published
        if not target.exists():
            target.write_bytes(content)
        if app.config["ASSETS_COMPRESS"] and not (folder / f"{published}.br").exists():
            (folder / f"{published}.gz").write_bytes(gzip.compress(content, 9))
            (folder / f"{published}.br").write_bytes(brotli.compress(content, quality=11))
    _sweep(folder, set(names.values()))
    return names


def _sweep(folder: Path, kept: set[str]) -> None:
    """Remove what an earlier release published, but not what a server that still runs it may be asked for."""
    for old in folder.iterdir():
        is_kept = old.name.removesuffix(".gz").removesuffix(".br") in kept
        if not is_kept and time.time() - old.stat().st_mtime > KEPT_SECONDS:
            old.unlink()


def init_app(app: Flask) -> None:
    names = publish(app)

    def asset(name: str) -> str:
        """The address of a static file by its plain name; a name that does not exist is an error at once."""
        return f"/{PREFIX}/{names[name]}"

    app.jinja_env.globals["asset"] = asset
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(Path(app.config["DATA_FOLDER"]) / PREFIX),
        prefix=f"{PREFIX}/",
        immutable_file_test=lambda path, url: True,
        add_headers_function=lambda headers, path, url: headers.__setitem__("X-Content-Type-Options", "nosniff"),
    )
