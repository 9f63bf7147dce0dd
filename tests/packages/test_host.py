"""The packages' own host answers with packages only; ours never does."""

from __future__ import annotations

import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from lms.packages import addresses
from tests import factories
from tests.packages import zips

HOST, OURS = "https://packages.test", "https://lms.test"
ARCHIVE = zips.archive({"media/sound.mp3": b"0123456789", "secret.svg": "<svg/>", "data.bin": b"\0"})
HASH = "ab" * 32


@pytest.fixture
def token(app):
    files = Path(app.config["DATA_FOLDER"]) / "files"
    files.mkdir(exist_ok=True)
    (files / "kept-for-host").write_bytes(ARCHIVE.getvalue())
    wanted = addresses.Pass("kept-for-host", HASH, OURS)
    return addresses.issue(app.config["SECRET_KEY"], wanted, 7, time.time())


def test_files_of_a_package_are_there_with_a_policy_of_their_own(client, token):
    answer = client.get(f"/p/{token}/c/one.html", base_url=HOST)
    assert (answer.status_code, answer.text) == (200, zips.PAGE)
    policy = answer.headers["Content-Security-Policy"]
    assert f"frame-ancestors 'self' {OURS}" in policy and "sandbox allow-scripts" in policy
    assert "http:" not in policy and "*" not in policy
    assert "allow-top-navigation" not in policy
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_player_says_whose_frame_it_is(client, token):
    page = client.get(f"/p/{token}/player", base_url=HOST)
    assert f'data-parent="{OURS}"' in page.text
    assert client.get(page.text.split('src="')[1].split('"')[0], base_url=HOST).status_code == 200


def test_media_are_sent_by_range(client, token):
    answer = client.get(f"/p/{token}/c/media/sound.mp3", base_url=HOST, headers={"Range": "bytes=2-4"})
    assert (answer.status_code, answer.data, answer.mimetype) == (206, b"234", "audio/mpeg")


def test_what_is_of_no_known_type_runs_nowhere(client, token):
    assert client.get(f"/p/{token}/c/data.bin", base_url=HOST).mimetype == "application/octet-stream"


@pytest.mark.parametrize("path", ["/", "/sign-in", "/materials/", "/path", "/healthz", "/packages/1", "/p/x/player"])
def test_no_page_of_ours_is_on_the_packages_host(as_, cast, path):
    answer = as_(cast.volunteer).get(path, base_url=HOST)
    assert (answer.status_code, answer.mimetype) == (404, "text/plain")
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", ["player", "c/one.html"])
def test_no_package_is_on_our_host(client, token, path):
    assert client.get(f"/p/{token}/{path}", base_url=OURS).status_code == 404


@pytest.mark.parametrize(
    "name",
    ["../../secret_key", "..%2f..%2fsecret_key", "%2e%2e/%2e%2e/lms.sqlite", "/etc/passwd", "no.html", "media", ""],
)
def test_nothing_outside_of_the_package_is_reached(client, token, name):
    assert client.get(f"/p/{token}/c/{name}", base_url=HOST).status_code == 404


def test_nothing_is_written_there_and_no_service_worker_moves_in(client, token):
    assert client.post(f"/p/{token}/c/one.html", base_url=HOST).status_code == 405
    asked = client.get(f"/p/{token}/c/one.html", base_url=HOST, headers={"Service-Worker": "script"})
    assert asked.status_code == 405


def test_a_forged_token_and_an_old_one_open_nothing(app, client, token):
    assert client.get(f"/p/{token[:-2]}xx/player", base_url=HOST).status_code == 404
    old = addresses.issue(app.config["SECRET_KEY"], addresses.Pass("kept-for-host", HASH, OURS), 7, 1_000_000)
    assert client.get(f"/p/{old}/player", base_url=HOST).status_code == 404


def test_a_package_whose_archive_is_gone_is_said_to_be_and_leaves_nothing(app, client):
    wanted = addresses.Pass("gone", "cd" * 32, OURS)
    lost = addresses.issue(app.config["SECRET_KEY"], wanted, 7, time.time())
    assert client.get(f"/p/{lost}/c/one.html", base_url=HOST).status_code == 503
    folder = Path(app.config["DATA_FOLDER"]) / "packages"
    assert [path.name for path in folder.iterdir() if "cd" * 32 in path.name or ".part" in path.name] == []


def test_two_people_have_two_addresses_and_one_person_the_same_for_hours():
    wanted = addresses.Pass("name", HASH, OURS)
    first = addresses.issue("key", wanted, 1, 1_000_000)
    assert first == addresses.issue("key", wanted, 1, 1_000_060) != addresses.issue("key", wanted, 2, 1_000_000)
    assert addresses.read("key", first, 1_000_000 + 6 * 3600) == wanted
    assert addresses.read("key", first, 1_000_000 + 12 * 3600) is None
    assert addresses.read("other key", first, 1_000_000) is None


@pytest.mark.parametrize(
    ("packages_url", "parent", "reached"),
    [
        ("https://packages.test", "https://lms.test", True),
        ("", "https://lms.test", False),
        ("https://lms.test", "https://lms.test", False),
        ("http://localhost:8000", "http://127.0.0.1:8000", True),
        ("http://localhost:8000", "http://192.168.0.5:8000", False),
    ],
)
def test_where_packages_can_be_played(packages_url, parent, reached):
    assert addresses.can_be_reached(packages_url, parent) is reached


def test_on_a_machine_of_ones_own_its_other_name_leads_back_to_ours(app, client, monkeypatch):
    monkeypatch.setitem(app.config, "PUBLIC_URL", "http://127.0.0.1:8000")
    monkeypatch.setitem(app.config, "PACKAGES_URL", "http://localhost:8000")
    answer = client.get("/sign-in?next=/path", base_url="http://localhost:8000")
    assert (answer.status_code, answer.location) == (302, "http://127.0.0.1:8000/sign-in?next=/path")
    assert client.get("//evil.example/", base_url="http://localhost:8000").status_code in {302, 404}
    assert urlsplit(answer.location).hostname == "127.0.0.1"


def test_a_page_of_another_cycle_gives_no_address(as_, cast):
    package = factories.package(factories.module(factories.cycle()))
    assert "/p/" not in as_(cast.volunteer).get(f"/packages/{package.id}/parts/1").text
