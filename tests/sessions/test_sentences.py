"""Behind every page stands a sentence of permissions.py; where it says no, the page does, whatever the role."""

from __future__ import annotations

import pytest

from lms import permissions
from lms.extensions import db
from lms.sessions.models import Attendance, Audience, Invitation, LiveSession
from lms.sessions.queries import invitation_of
from tests.sessions.conftest import letters

DOORS = [
    ("edit_live_session", "GET", "/sessions/{session}/edit"),
    ("edit_live_session", "POST", "/sessions/{session}/edit"),
    ("edit_live_session", "POST", "/sessions/{session}/publication"),
    ("edit_live_session", "GET", "/sessions/{session}/cancellation"),
    ("edit_live_session", "POST", "/sessions/{session}/cancellation"),
    ("mark_attendance", "GET", "/sessions/{session}/attendance"),
    ("mark_attendance", "POST", "/sessions/{session}/attendance"),
    ("invite_to", "GET", "/sessions/{session}/invitations/new"),
    ("invite_to", "POST", "/sessions/{session}/invitations/new"),
    ("invite_to", "POST", "/sessions/{session}/invitations/{invitation}/letter"),
    ("invite_to", "GET", "/sessions/{session}/invitations/{invitation}/address"),
    ("invite_to", "POST", "/sessions/{session}/invitations/{invitation}/address"),
    ("edit_person", "GET", "/sessions/{session}/invitations/{invitation}/address"),
    ("edit_person", "POST", "/sessions/{session}/invitations/{invitation}/address"),
    ("invite_to", "GET", "/sessions/{session}/invitations/{invitation}/removal"),
    ("invite_to", "POST", "/sessions/{session}/invitations/{invitation}/removal"),
    ("invite_to", "POST", "/sessions/{session}/reminders"),
]


@pytest.mark.parametrize(("sentence", "method", "address"), DOORS)
def test_where_the_sentence_says_no_the_page_does(invited, as_, cast, monkeypatch, sentence, method, address):
    invitation = invitation_of(cast.volunteer.id, invited.live_session.id)
    monkeypatch.setattr(permissions, sentence, lambda *_: False)
    where = address.format(session=invited.live_session.id, invitation=invitation.id)

    response = as_(cast.admin).open(where, method=method, data={"do": "invite", "email": "x@example.org"})

    assert response.status_code == 403
    assert (len(letters()), db.session.query(Invitation).count(), db.session.query(Attendance).count()) == (2, 2, 0)
    assert db.session.get(LiveSession, invited.live_session.id).cancelled_at is None


@pytest.mark.parametrize(("method", "address"), sorted({(method, address) for _, method, address in DOORS}))
def test_what_one_does_not_see_is_not_found_before_anything_is_asked(invited, as_, cast, monkeypatch, method, address):
    """Trainers see every session; should that change one day, these pages go along."""
    invited.live_session.audience = Audience.INVITED
    invitation = invitation_of(cast.volunteer.id, invited.live_session.id)
    where = address.format(session=invited.live_session.id, invitation=invitation.id)
    monkeypatch.setattr(permissions, "teach", lambda _person: False)

    assert as_(cast.admin).open(where, method=method).status_code == 404
