"""``flask --app wsgi bring-in``: a cycle out of a file that is larger than a page takes. English only."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from lms.accounts.queries import by_email
from lms.clock import now
from lms.dates import DEADLINE_ZONE
from lms.extensions import db
from lms.materials import storage
from lms.packages.host import packages_folder
from lms.permissions import carry_cycles
from lms.transfer import arrival_actions, delivery
from lms.transfer.shifting import Shift
from lms.transfer.values import Unreadable

# Whoever runs the server brings it in: what may be in it is bounded by the disk.
_MOST = 1 << 40


@click.command("bring-in")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--by", "email", required=True, help="The address of the trainer or coordinator whose files they become.")
@with_appcontext
def bring_in(file: Path, email: str) -> None:
    """Make a draft cycle of FILE: an archive of a cycle, or a Common Cartridge."""
    person = by_email(email)
    if person is None or not carry_cycles(person):
        raise click.ClickException(f"{email} is nobody here who may bring in cycles.")
    try:
        with file.open("rb") as content, delivery.opened(content, largest=_MOST, most=_MOST) as found:
            told = found.tree["cycle"]
            unpacked = packages_folder(current_app.config)
            laid = arrival_actions.lay_down(found, storage.here(), unpacked=unpacked, largest=_MOST, now=now())
            cycle = arrival_actions.bring_in(
                found, laid, title=told["title"], title_en=told.get("title_en") or "",
                starts_on=told.get("starts_on"), shift=Shift(0, DEADLINE_ZONE), by=person, now=now(),
            )  # fmt: skip
            doubts = found.doubts
    except Unreadable as error:
        raise click.ClickException(str(error)) from error
    db.session.commit()
    click.echo(f"{told['title']} is a draft now: /cycles/{cycle.slug}/")
    for doubt in doubts:
        click.echo(f"  {doubt}")
