"""What is in a parcel, in words: so many pages, so many questions. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from flask_babel import ngettext

from lms.transfer.parcel import Tree, activities, packages_of, questions
from lms.transfer.shifting import Shift


class Named(NamedTuple):
    """A module as templates ask for its name (``|titled``)."""

    title: str
    title_en: str


@dataclass(frozen=True)
class Moved:
    """A live session, when it was and when it will be; as templates ask for it (``|when``)."""

    title: str
    title_en: str
    zone: str
    was: datetime
    starts_at: datetime
    ends_at: datetime


def lines(tree: Tree) -> list[str]:
    """One line for each sort of thing that there is any of."""
    kinds = Counter(one.get("kind", "") if one["type"] == "material" else one["type"] for one in activities(tree))
    counted = [
        (len(tree["modules"]), ngettext("%(num)s module", "%(num)s modules", len(tree["modules"]))),
        (kinds["page"], ngettext("%(num)s page", "%(num)s pages", kinds["page"])),
        (kinds["file"], ngettext("%(num)s file to open", "%(num)s files to open", kinds["file"])),
        (kinds["link"], ngettext("%(num)s link", "%(num)s links", kinds["link"])),
        (kinds["recording"], ngettext("%(num)s recording", "%(num)s recordings", kinds["recording"])),
        (kinds["package"], ngettext("%(num)s package", "%(num)s packages", kinds["package"])),
        (kinds["quiz"], ngettext("%(num)s quiz", "%(num)s quizzes", kinds["quiz"])),
        (asked := _asked(tree), ngettext("%(num)s question", "%(num)s questions", asked)),
        (kinds["live_session"], ngettext("%(num)s session", "%(num)s sessions", kinds["live_session"])),
        (len(tree["surveys"]), ngettext("%(num)s survey", "%(num)s surveys", len(tree["surveys"]))),
    ]
    return [words for count, words in counted if count]


def _asked(tree: Tree) -> int:
    return sum(1 for _question in questions(tree))


def modules(tree: Tree) -> list[Named]:
    return [Named(one["title"], one.get("title_en") or "") for one in tree["modules"]]


def size_of_files(tree: Tree) -> int:
    """With the ZIPs of packages, in bytes."""
    return sum(one["size"] for one in (*tree["files"], *(package["zip"] for package in packages_of(tree))))


def sessions(tree: Tree, shift: Shift) -> Sequence[Moved]:
    """Those of a tree that was looked through, in the order of time."""
    found = [
        Moved(
            one["title"], one.get("title_en") or "", one["zone"], one["starts_at"],
            shift.instant(one["starts_at"], one["zone"]), shift.instant(one["ends_at"], one["zone"]),
        )
        for one in activities(tree)
        if one["type"] == "live_session"
    ]  # fmt: skip
    return sorted(found, key=lambda one: one.starts_at)
