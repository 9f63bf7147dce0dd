"""Commands, as whoever runs the server types them."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select

from lms.accounts.models import Person, Role
from lms.accounts.queries import by_email
from lms.extensions import db
from lms.seeds import demo
from tests import factories


def run(app, *arguments: str):
    """In a context of its own, as from a shell."""
    db.session.commit()
    result = app.test_cli_runner().invoke(args=list(arguments))
    db.session.expire_all()
    return result


# --- demo -------------------------------------------------------------------------------------------------------------
@pytest.mark.slow
def test_demo_fills_an_empty_database_and_says_whom_to_sign_in_as(app):
    told = run(app, "demo")
    assert told.exit_code == 0, told.output
    assert demo.PASSWORD in told.output
    assert all(email in told.output for email in demo.SIGN_INS.values())
    assert by_email("volunteer@example.org").full_name == "Ковалёва Ирина Алексеевна"


def test_demo_leaves_a_database_with_people_alone(app, cast):
    before = db.session.scalar(select(func.count(Person.id)))
    told = run(app, "demo")
    assert told.exit_code == 1
    assert "There are people in this database" in told.output
    assert db.session.scalar(select(func.count(Person.id))) == before


@pytest.mark.slow
def test_demo_with_a_size_fills_a_crowd(app):
    assert run(app, "demo", "--size", "150").exit_code == 0
    assert db.session.scalar(select(func.count(Person.id))) == 155


# --- admin ------------------------------------------------------------------------------------------------------------
def test_admin_makes_the_first_administrator_whose_link_sets_a_password(app, client):
    told = run(app, "admin", "Anna@LMS.test", "--name", "Юрьева Анна Павловна")
    assert told.exit_code == 0, told.output
    person = by_email("anna@lms.test")
    assert person.full_name == "Юрьева Анна Павловна"
    assert person.roles == {Role.ADMIN}
    (link,) = re.findall(r"https://lms\.test(/\S+)", told.output)
    page = client.get(link)
    assert page.status_code == 200
    assert person.email in page.text


def test_admin_raises_somebody_who_is_there_already_and_keeps_her_other_roles(app):
    anna = factories.person("Юрьева", "Анна", email="anna@lms.test", roles={Role.TRAINER})
    assert run(app, "admin", "anna@lms.test").exit_code == 0
    assert anna.roles == {Role.TRAINER, Role.ADMIN}
    assert anna.family_name == "Юрьева"


def test_admin_refuses_what_is_no_address(app):
    told = run(app, "admin", "anna.lms.test")
    assert told.exit_code == 2
    assert db.session.scalar(select(func.count(Person.id))) == 0


# --- backup -----------------------------------------------------------------------------------------------------------
@pytest.fixture
def files(app) -> Path:
    folder = Path(app.config["DATA_FOLDER"]) / "files"
    folder.mkdir(exist_ok=True)
    (folder / "0a1b").write_bytes(b"one file")
    return folder


def test_backup_keeps_database_and_files_together(app, cast, files, tmp_path):
    told = run(app, "backup", str(tmp_path / "kept"))
    if db.engine.dialect.name == "postgresql":
        assert told.exit_code == 1
        assert "pg_dump" in told.output
        return
    assert told.exit_code == 0, told.output
    (folder,) = (tmp_path / "kept").iterdir()
    assert str(folder) in told.output
    assert (folder / "files" / "0a1b").read_bytes() == b"one file"
    with closing(sqlite3.connect(folder / "lms.sqlite")) as copy:
        names = {name for (name,) in copy.execute("SELECT family_name FROM person")}
    assert names == {person.family_name for person in db.session.scalars(select(Person)).unique()}


def test_a_backup_that_fails_leaves_nothing_that_looks_like_one(app, cast, tmp_path):
    (tmp_path / "kept").write_text("a file where the folder should be")
    told = run(app, "backup", str(tmp_path / "kept"))
    assert told.exit_code != 0
    assert (tmp_path / "kept").read_text() == "a file where the folder should be"
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


# --- work -------------------------------------------------------------------------------------------------------------
def test_every_command_says_what_it_does(app):
    told = run(app, "--help")
    for name in ("serve", "work", "demo", "admin", "backup"):
        assert re.search(rf"^  {name}\s+\S", told.output, re.MULTILINE), name
