"""``flask --app wsgi sweep``: what of the files nobody needs. English only."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from lms.clock import now
from lms.extensions import db
from lms.materials import storage, sweep_actions


@click.command("sweep")
@click.option("--really", is_flag=True, help="Do away with it now; the worker does every night.")
@with_appcontext
def sweep(really: bool) -> None:
    """Say which files nothing shows any more, which uploads broke off, and which content no row names."""
    place = storage.here()
    found = sweep_actions.leftovers(place, now=now())
    for file in found.files:
        click.echo(f"file {file.id}, {file.original_name}: nothing shows it")
    for upload in found.uploads:
        click.echo(f"upload {upload.id}, {upload.name}: {upload.received} of {upload.size} bytes, then no more")
    for name in found.content:
        click.echo(f"content {name}: no row names it")
    count = len(found.names)
    if really:
        names = sweep_actions.drop_rows(found)
        db.session.commit()
        sweep_actions.remove(names, place)
        click.echo(f"Removed: {count}.")
    else:
        click.echo(f"To be removed: {count}. With --really they are.")
