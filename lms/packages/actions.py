"""Keeping packages, and writing down what they say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from lms.accounts.models import Person
from lms.cycles.models import FITTING_RULES, Module, State
from lms.extensions import db
from lms.materials import storage
from lms.packages import archive, contents, runtime
from lms.packages.manifest import Manifest, Part
from lms.packages.models import Claim, Package


def new_package(module: Module, *, now: datetime) -> Package:
    """A draft with its usual rule and nothing in it, not yet placed (cycles.actions.place)."""
    return Package(
        module_id=module.id, state=State.DRAFT, rule=FITTING_RULES["package"][0], storage_name="", original_name="",
        sha256="", size=0, outline=[], created_at=now, updated_at=now,
    )  # fmt: skip


@dataclass(frozen=True)
class LaidDown:
    """An archive in its place that no package has taken yet."""

    kept: storage.Kept
    found: Manifest
    name: str
    unpacked: Path | None  # the folder it was unpacked into for the first time


def lay_down(content: IO[bytes], name: str, *, unpacked: Path, largest: int) -> LaidDown:
    """Keep an archive for a package to take. It takes its time and does not ask the database.

    It is unpacked at once, so that a damaged one is found now. Raises archive.Refused, manifest.Unreadable,
    storage.TooLarge and OSError (a full disk); nothing is left behind then.
    """
    content.seek(0)
    found = contents.examine(content)
    content.seek(0)
    files = storage.here()
    kept = storage.keep(content, files, largest=largest)
    is_known = (unpacked / kept.sha256).is_dir()
    try:
        contents.unpacked(unpacked, kept.sha256, lambda: (files / kept.name).open("rb"))
    except (OSError, archive.Refused):
        storage.remove(files, kept.name)
        raise
    return LaidDown(kept, found, name, None if is_known else unpacked)


def take_away(laid: LaidDown) -> None:
    """No package takes it."""
    storage.remove(storage.here(), laid.kept.name)
    if laid.unpacked is not None:
        contents.forget(laid.unpacked, laid.kept.sha256)


def take_archive(package: Package, laid: LaidDown, person: Person, *, now: datetime) -> None:
    """Put an archive into the package, in place of the one it had; what was said of its parts stays."""
    package.storage_name, package.original_name = laid.kept.name, laid.name
    package.size, package.sha256 = laid.kept.size, laid.kept.sha256
    package.uploaded_at, package.uploaded_by_id = now, person.id
    package.edition, package.outline = laid.found.edition, [part.to_json() for part in laid.found.parts]
    if not package.title:
        package.title = laid.found.title or laid.name.rpartition(".")[0]


@dataclass(frozen=True)
class Saving:
    """What became of a saving: the counter that stands now, and whether it is this one's."""

    claim: Claim
    is_taken: bool


def save(
    person: Person, package: Package, part: Part, counter: int, values: runtime.Values, *, now: datetime
) -> Saving:
    """Keep what the package says now, if nothing newer is kept; the same saving again changes nothing."""
    claim = _claim(person, package, part, now)
    if counter <= claim.counter:
        return Saving(claim, claim.counter == counter and claim.said == values)
    assert package.edition is not None
    said = runtime.summary(package.edition, part, values)
    claim.counter, claim.said, claim.at = counter, dict(values), now
    claim.status, claim.score, claim.seconds = said.status, said.score, said.seconds
    return Saving(claim, True)


def _claim(person: Person, package: Package, part: Part, now: datetime) -> Claim:
    """The row, held while it is written; a new one where there is none."""
    key = {"person_id": person.id, "package_id": package.id, "part": part.identifier}
    wanted = select(Claim).filter_by(**key).with_for_update()
    found = db.session.scalar(wanted)
    if found is None:
        rows = {"counter": 0, "said": {}, "status": runtime.Status.BEGUN, "seconds": 0, "begun_at": now, "at": now}
        db.session.execute(_insert(Claim).values(**key, **rows).on_conflict_do_nothing())
        found = db.session.execute(wanted).scalar_one()
    return found


def _insert(model: Any) -> Any:
    """INSERT as the database in use spells it, with ``on_conflict_do_nothing``."""
    return (postgresql if db.engine.dialect.name == "postgresql" else sqlite).insert(model)


def is_done(person: Person, package: Package) -> bool:
    """Does the package say of every part it asks for that it is done?"""
    asked = package.asked
    if not asked:
        return False
    done = [status for status in runtime.Status if status.is_done]
    count = select(func.count()).where(
        Claim.person_id == person.id, Claim.package_id == package.id, Claim.status.in_(done), Claim.part.in_(asked)
    )
    return db.session.scalar(count) == len(asked)
