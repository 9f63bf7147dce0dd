"""Static files: joined, hashed, and kept while an older server may still be asked for them."""

import os
import time

from lms import assets


def test_an_older_release_keeps_its_files_for_a_month(app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "DATA_FOLDER", str(tmp_path))
    folder = tmp_path / "assets"
    folder.mkdir()
    fresh, stale = folder / "theme.111111111111.css", folder / "theme.222222222222.css"
    for file in (fresh, stale):
        file.write_text("")
    os.utime(stale, (0, time.time() - 31 * 24 * 3600))

    names = assets.publish(app)

    assert fresh.exists() and not stale.exists()
    assert (folder / names["theme.css"]).exists()


def test_the_stylesheet_carries_bootstrap_in_a_layer_below_our_own(app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "DATA_FOLDER", str(tmp_path))
    css = (tmp_path / "assets" / assets.publish(app)["theme.css"]).read_text()
    assert css.startswith("@layer bootstrap, tokens, base, parts, pages, print;\n@layer bootstrap {")
    assert "@import" not in css
