"""Commands: ``flask --app wsgi <command>``. What they say is for whoever runs the server, so it is in English only."""

from __future__ import annotations

import sqlite3
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import click
import flask_migrate
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy import exists, make_url, select

from lms import backup, server
from lms.accounts import addresses, tokens
from lms.accounts.models import Person, Purpose, Role
from lms.accounts.queries import by_email
from lms.clock import now
from lms.extensions import db
from lms.materials.cli import sweep
from lms.outbox import worker
from lms.outbox.render import link
from lms.seeds import crowd, demo
from lms.sessions.receiving_actions import receive
from lms.transfer.cli import bring_in

SET_PASSWORD_WITHIN = timedelta(days=3)


@click.command("serve")
@with_appcontext
def _serve() -> None:
    """Bring the database up to date and run the platform: web and worker, until Ctrl-C."""
    config = current_app.config
    if server.is_taken(config["HOST"], config["PORT"]):
        raise click.ClickException(
            f"Somebody already listens at {config['HOST']}:{config['PORT']}. Choose another: PORT=8001 make run"
        )
    if not server.prepare(_bring_up_to_date):
        raise click.ClickException("The database could not be brought up to date; what stands above says why.")
    _say_where_we_are()
    db.session.remove()
    sys.exit(server.serve(_app()))


def _bring_up_to_date() -> None:
    flask_migrate.upgrade()
    if current_app.config["DEMO"] and not _has_people():
        click.echo("Loading the demo cycle…")
        demo.load(now())
        db.session.commit()


@click.command("receive")
@with_appcontext
def _receive() -> None:
    """Read one message from standard input: an answer of a calendar, a returned letter (for a mail server's pipe)."""
    found = receive(sys.stdin.buffer.read(), now=now())
    said = found.finding.value if found is not None else "automatic, left alone"
    db.session.commit()
    click.echo(said)


@click.command("work")
@with_appcontext
def _work() -> None:
    """Run the delivery worker alone, where the web processes are run by something else."""
    worker.run(_app())


@click.command("demo")
@click.option("--size", type=click.IntRange(min=100), help="Not the demo cycle, but so many people for measuring.")
@with_appcontext
def _demo(size: int | None) -> None:
    """Fill an empty database with the demo cycle, or with a crowd."""
    if _has_people():
        raise click.ClickException("There are people in this database. The demo is loaded into an empty one only.")
    if size is None:
        demo.load(now())
    else:
        crowd.fill(size, now())
    db.session.commit()
    _say_sign_ins()


@click.command("admin")
@click.argument("email")
@click.option("--name", default="", help="«Family-name Given-name Patronymic»; may be corrected later.")
@with_appcontext
def _admin(email: str, name: str) -> None:
    """Make somebody an administrator and print a link to choose a password with."""
    try:
        address = addresses.parse_email(email)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    person = by_email(address) or _new_person(address, name)
    person.roles = person.roles | {Role.ADMIN}
    db.session.flush()
    secret, _code = tokens.issue(person, Purpose.SET_PASSWORD, now=now(), lifetime=SET_PASSWORD_WITHIN)
    db.session.commit()
    click.echo(f"{address} is an administrator now. Within three days, choose a password here:\n")
    click.echo(f"  {link('accounts.set_password', secret=secret)}\n")


@click.command("backup")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@with_appcontext
def _backup(folder: Path) -> None:
    """Copy database and files into a new folder inside FOLDER, while the platform goes on running."""
    database = make_url(current_app.config["SQLALCHEMY_DATABASE_URI"])
    files = Path(current_app.config["DATA_FOLDER"]) / backup.FILES
    if database.get_backend_name() != "sqlite":
        raise click.ClickException(
            f"This platform keeps its data in PostgreSQL: use pg_dump --format=custom {database.database}, "
            f"then copy the folder {files}."
        )
    try:
        finished = backup.back_up(Path(str(database.database)), files, folder, now())
    except (OSError, sqlite3.Error) as error:
        raise click.ClickException(f"No backup was made: {error}") from error
    if bucket := current_app.config["S3_BUCKET"]:
        click.echo(
            f"The database is in {finished}; the files are in the bucket {bucket}, which is copied by its own means."
        )
    else:
        click.echo(f"Everything is in {finished}")


# --- what they say ----------------------------------------------------------------------------------------------------
def _say_where_we_are() -> None:
    click.echo(f"\nМастерская runs at {current_app.config['PUBLIC_URL']}  (Ctrl-C stops it)\n")
    if current_app.config["DEMO"]:
        _say_sign_ins()
    elif not _has_people():
        click.echo("Nobody has an account yet. Make the first administrator: make admin EMAIL=you@example.org\n")
    if not current_app.config["MAIL_SERVER"]:
        letters = Path(current_app.config["DATA_FOLDER"]) / "letters"
        click.echo(f"No mail server is set: letters are kept as files in {letters}")
        click.echo("and shown to coordinators on the page «Письма».\n")


def _say_sign_ins() -> None:
    """The demo's people whose password is the demo's; nothing where there are none."""
    rows = db.session.scalars(select(Person).where(Person.email.in_(demo.SIGN_INS.values()))).unique().all()
    people = {person.email: person for person in rows}
    if not people:
        return
    click.echo(f"Sign in with the password {demo.PASSWORD} as:\n")
    for role, email in demo.SIGN_INS.items():
        if email in people:
            click.echo(f"  {role:<20}  {email:<26}  {people[email].name}")
    click.echo("")


# --- what they need ---------------------------------------------------------------------------------------------------
def _app() -> Flask:
    return cast(Flask, cast(Any, current_app)._get_current_object())


def _has_people() -> bool:
    return bool(db.session.scalar(select(exists(select(Person.id)))))


def _new_person(email: str, name: str) -> Person:
    family_name, given_name, patronymic = [*name.split(maxsplit=2), "", "", ""][:3]
    person = Person(
        email=email,
        family_name=family_name or email.partition("@")[0],
        given_name=given_name,
        patronymic=patronymic,
        created_at=now(),
    )
    db.session.add(person)
    return person


def init_app(app: Flask) -> None:
    for command in (_serve, _work, _receive, _demo, _admin, _backup, sweep, bring_in):
        app.cli.add_command(command)
