"""Which cycle is shown where none is named."""

from __future__ import annotations

from datetime import date

import pytest

from lms.cycles.models import State
from lms.cycles.queries import current_cycle
from tests import factories


@pytest.fixture
def cycles(cast):
    """An older and a newer published one, and a draft that is newer still; the volunteer is in the older."""
    older = factories.cycle(starts_on=date(2026, 1, 12))
    newer = factories.cycle(starts_on=date(2026, 9, 14))
    factories.cycle(starts_on=date(2027, 1, 11), state=State.DRAFT)
    factories.enrolment(cast.volunteer, older)
    return older, newer


def test_who_sees_all_is_shown_the_newest_published_one_before_a_newer_draft(cast, cycles):
    assert current_cycle(cast.trainer) is current_cycle(cast.coordinator) is cycles[1]


def test_a_learner_is_shown_hers_and_another_learner_none(cast, cycles):
    assert current_cycle(cast.volunteer) is cycles[0]
    assert current_cycle(factories.person()) is None


def test_a_draft_is_shown_where_nothing_is_published(cast):
    draft = factories.cycle(state=State.DRAFT)
    assert current_cycle(cast.trainer) is draft
