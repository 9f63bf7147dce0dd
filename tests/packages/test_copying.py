"""A package in a copy of its cycle has the same archive; from elsewhere it has none of ours."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from lms.clock import now
from lms.cycles.models import State
from lms.extensions import db
from lms.packages.models import Claim, Package
from lms.transfer import parcel_queries
from lms.transfer.checking import checked
from lms.transfer.copying_actions import copy_cycle
from lms.transfer.shifting import Shift
from lms.transfer.unpacking_actions import Unpacking, make_cycle
from tests import factories


def copies():
    return db.session.scalars(select(Package).order_by(Package.id)).all()


def test_a_copy_of_the_cycle_has_the_package_with_its_archive_and_nobodys_claims(cast):
    cycle = factories.cycle(starts_on=date(2026, 9, 1))
    factories.claim(cast.volunteer, factories.package(factories.module(cycle)))

    shift = Shift(365, "Europe/Moscow")
    copy_cycle(cycle, title="Новый", title_en="", starts_on=date(2027, 9, 1), shift=shift, by=cast.trainer, now=now())
    db.session.flush()

    old, new = copies()
    assert (new.title, new.rule, new.state) == (old.title, old.rule, State.PUBLISHED)
    assert (new.storage_name, new.outline, new.edition) == (old.storage_name, old.outline, old.edition)
    assert db.session.scalars(select(Claim.package_id)).all() == [old.id]


def test_from_elsewhere_comes_its_name_and_no_archive_of_ours_whatever_it_says(cast):
    cycle = factories.cycle(starts_on=date(2026, 9, 1))
    factories.package(factories.module(cycle), title="Тренажёр")
    tree, doubts = checked(parcel_queries.of_cycle(cycle).tree)

    make_cycle(Unpacking(tree, cast.trainer, Shift(0, "Europe/Moscow"), now()), title="Чужой", title_en="")
    db.session.flush()

    new = copies()[-1]
    assert (new.title, new.storage_name, new.state) == ("Тренажёр", "", State.DRAFT)
    assert len(doubts) == 1 and "Тренажёр" in doubts[0]
