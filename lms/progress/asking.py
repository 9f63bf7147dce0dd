"""What an address asks of the table: filters, order, what is unfolded.

The page, its files and those that are made by themselves ask alike.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from flask import url_for
from werkzeug.datastructures import MultiDict

from lms import permissions as can
from lms.accounts.models import Person
from lms.cycles.models import Cycle
from lms.extensions import db
from lms.progress import table
from lms.progress.matrix import SORTS, Column, Filters, Group, Matrix, People, places
from lms.progress.matrix_queries import matrix_of, watched_cycles

Args = MultiDict[str, str]


class NotThere(LookupError):
    """The address names a cycle, centre or module that is not there for this person."""


class Asked:
    """What the address asks of the table: which cycle, people and modules. The page and its files ask alike."""

    def __init__(
        self, person: Person, args: Args, *, now: datetime, ready: Callable[[Person, Cycle], set[int]]
    ) -> None:
        """``ready``: who may get a certificate; certificates stand further down the street."""
        self.person, self.args, self.now, self._ready_ids = person, args, now, ready
        self.cycles = list(db.session.scalars(watched_cycles(person)))
        slug = args.get("cycle", "")
        self.cycle: Cycle | None = next((c for c in self.cycles if c.slug == slug), None)
        if self.cycle is None:
            if slug:
                raise NotThere
            self.cycle = self.cycles[0] if self.cycles else None
        self.filters = Filters(
            centre=args.get("centre", ""),
            module=args.get("module", None, int),
            state=args.get("state", "") if args.get("state") in {"done", "not-done", "late", "checking"} else "",
            search=args.get("q", "").strip()[:100],
            away=args.get("away") == "14",
        )
        self.is_ready = args.get("ready") == "1" and can.see_certificates(person)
        self.sort = args.get("sort", "") if args.get("sort") in SORTS else ""
        if self.cycle is None:
            return
        self.matrix: Matrix = matrix_of(person, self.cycle, now=now)
        self.column: Column | None = self.matrix.column(self.filters.module)
        self.group: Group | None = self.matrix.group(self.filters.centre) if self.filters.centre else None
        if (self.filters.centre and self.group is None) or (self.filters.module is not None and self.column is None):
            raise NotThere
        self.shown: People = self.matrix.find(self.filters)
        if self.is_ready:
            self.shown &= self.ready

    @cached_property
    def ready(self) -> People:
        """Who has completed the cycle and has no certificate of it; one statement."""
        return self.matrix.people_of(self._ready_ids(self.person, self.cycle)) if self.cycle else 0

    @property
    def columns(self) -> list[Column]:
        return [self.column] if self.column else self.matrix.columns

    @property
    def places(self) -> list[int]:
        """The rows that are shown, centre by centre, each in the order asked for."""
        return [at for group in self.matrix.groups for at in self.matrix.in_order(places(self.shown, group), self.sort)]

    @property
    def query(self) -> str:
        """What a saved view keeps: the filters and the order, without what is unfolded."""
        return self.address().partition("?")[2]

    @property
    def is_drill(self) -> bool:
        return self.column is not None and self.filters.state == "not-done"

    @property
    def open_slugs(self) -> list[str] | None:
        """The centres whose people are listed: all while they are few, else the one asked for. None: all, unpaged."""
        if self.args.get("open") == "all":
            return None
        if self.shown.bit_count() <= table.OPEN_BELOW:
            return [group.slug for group in self.matrix.groups]
        return [self.filters.centre] if self.filters.centre else self.args.getlist("open")

    def address(self, endpoint: str = "progress.index", **changes: Any) -> str:
        """This page's address with some of its filters changed; None takes one away."""
        filters = self.filters
        asked = {
            "cycle": self.cycle.slug if self.cycle and self.cycle is not self.cycles[0] else None,
            "centre": filters.centre,
            "module": filters.module,
            "state": filters.state,
            "q": filters.search,
            "away": "14" if filters.away else None,
            "ready": "1" if self.is_ready else None,
            "sort": self.sort,
        } | changes
        query = urlencode({name: value for name, value in asked.items() if value not in {None, ""}})
        return url_for(endpoint) + (f"?{query}" if query else "")
