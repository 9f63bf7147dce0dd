"""What inviting, moving, calling off and taking off the list leave behind: rows, letters, links."""

from __future__ import annotations

from datetime import datetime, timedelta

import icalendar
import pytest

from lms.accounts import tokens
from lms.accounts.models import Purpose, Token
from lms.clock import now
from lms.extensions import db
from lms.outbox.models import LetterState
from lms.sessions import invitation_actions as actions
from lms.sessions.models import AnswerWord, Invitation, LiveSession
from lms.sessions.queries import invitation_of
from tests import factories
from tests.sessions.conftest import MOSCOW, TODAY, calendar_of, letter_to, letters, secret_in


def state_of(live_session) -> list[tuple]:
    rows = db.session.scalars(db.select(Invitation).where(Invitation.live_session_id == live_session.id))
    return [(row.person.family_name, row.answer, row.letter.key.split(":")[0]) for row in rows]


def events(prefix: str = "") -> list[icalendar.Event]:
    found = []
    for letter in letters(prefix):
        message = letter_to(db.session.get(factories.Person, letter.person_id), letter.key)
        found += icalendar.Calendar.from_ical(calendar_of(message)).walk("VEVENT")
    return found


def test_each_person_gets_one_letter_however_often_invited(school, cast):
    ids = [cast.volunteer.id, cast.stranger.id]

    first = actions.invite(ids, school.live_session, by=cast.coordinator, now=now())
    second = actions.invite([*ids, cast.trainer.id], school.live_session, by=cast.trainer, now=now())

    assert (first, second) == (2, 1)
    of = school.live_session.id
    assert [letter.key for letter in letters()] == [
        f"invite:{of}:{cast.volunteer.id}:0", f"invite:{of}:{cast.stranger.id}:0", f"invite:{of}:{cast.trainer.id}:0"
    ]  # fmt: skip
    assert [letter.recipient for letter in letters()] == [cast.volunteer.email, cast.stranger.email, cast.trainer.email]


def test_a_link_lives_to_two_weeks_after_the_session(invited, cast, today):
    until = datetime(2026, 12, 17, 16, 30, tzinfo=MOSCOW)

    assert (
        tokens.find(invited.secret, Purpose.INVITATION, now=until - timedelta(seconds=1)).person_id == cast.volunteer.id
    )
    assert tokens.find(invited.secret, Purpose.INVITATION, now=until) is None


def test_nobody_elses_address_stands_in_a_letter(invited, cast):
    assert cast.stranger.email.encode() not in letters()[0].mime
    assert [event["ATTENDEE"] for event in events()] == ["mailto:volunteer@lms.test", "mailto:stranger@lms.test"]


def test_a_suspended_account_gets_no_letter(school, cast):
    cast.stranger.suspended_at = now()

    number = actions.invite([cast.volunteer.id, cast.stranger.id], school.live_session, by=cast.coordinator, now=now())

    assert number == 1
    assert [letter.person_id for letter in letters()] == [cast.volunteer.id]


@pytest.mark.parametrize("change", [{"state": "draft"}, {"cancelled_at": TODAY}, {"ends_at": TODAY}])
def test_nobody_is_invited_to_what_does_not_take_place(school, cast, change):
    for name, value in change.items():
        setattr(school.live_session, name, value)

    with pytest.raises(ValueError):
        actions.invite([cast.volunteer.id], school.live_session, by=cast.coordinator, now=now())


def test_a_rollback_leaves_neither_letters_nor_invitations_nor_links(school, cast):
    actions.invite([cast.volunteer.id], school.live_session, by=cast.coordinator, now=now())
    db.session.rollback()

    assert (letters(), db.session.query(Invitation).all(), db.session.query(Token).all()) == ([], [], [])


def test_who_answered_without_an_invitation_can_be_invited_and_keeps_the_answer(school, cast):
    factories.invitation(cast.volunteer, school.live_session, answer=AnswerWord.YES)

    number = actions.invite([cast.volunteer.id], school.live_session, by=cast.coordinator, now=now())

    assert number == 1
    invitation = invitation_of(cast.volunteer.id, school.live_session.id)
    assert (invitation.answer, invitation.invited_by_id) == (AnswerWord.YES, cast.coordinator.id)
    assert invitation.first_message_id == letters()[0].message_id


def test_a_moved_session_goes_one_up_keeps_its_uid_and_refers_to_the_first_letter(invited, cast):
    first = letter_to(cast.volunteer)
    invitation_of(cast.volunteer.id, invited.live_session.id).answer = AnswerWord.YES
    invited.live_session.starts_at += timedelta(days=1)

    told = actions.tell_of_change(invited.live_session, {"time"}, by=cast.coordinator, now=now())

    assert told == 2
    update = letter_to(cast.volunteer)
    (before,) = icalendar.Calendar.from_ical(calendar_of(first)).walk("VEVENT")
    (after,) = icalendar.Calendar.from_ical(calendar_of(update)).walk("VEVENT")
    assert after["UID"] == before["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)
    assert after["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"
    assert update["References"] == first["Message-ID"]
    assert invitation_of(cast.volunteer.id, invited.live_session.id).answer is AnswerWord.YES


def test_links_of_earlier_letters_live_as_long_as_the_moved_session(invited, cast):
    invited.live_session.starts_at += timedelta(days=30)
    invited.live_session.ends_at += timedelta(days=30)

    actions.tell_of_change(invited.live_session, {"time"}, by=cast.coordinator, now=now())

    later = invited.live_session.ends_at + timedelta(days=13)
    assert tokens.find(invited.secret, Purpose.INVITATION, now=later) is not None


def test_nothing_told_nothing_changed(invited, cast):
    assert actions.tell_of_change(invited.live_session, set(), by=cast.coordinator, now=now()) == 0
    assert (invited.live_session.sequence, len(letters())) == (0, 2)


def test_cancelling_tells_everybody_and_takes_back_what_still_waits(invited, cast):
    letters()[0].state = LetterState.SENT  # the volunteer has hers, the stranger's still waits

    told = actions.cancel(invited.live_session, "Заболел", by=cast.coordinator, now=now())

    of = invited.live_session.id
    assert told == 2
    assert [letter.key for letter in letters()] == [
        f"invite:{of}:{cast.volunteer.id}:0", f"cancel:{of}:{cast.volunteer.id}:1", f"cancel:{of}:{cast.stranger.id}:1"
    ]  # fmt: skip
    assert {(event["SEQUENCE"], event["STATUS"]) for event in events("cancel:")} == {(1, "CANCELLED")}


def test_taking_one_person_off_writes_to_nobody_else(invited, cast):
    for letter in letters():
        letter.state = LetterState.SENT

    actions.remove(invitation_of(cast.volunteer.id, invited.live_session.id), by=cast.coordinator, now=now())

    assert [letter.person_id for letter in letters("cancel:")] == [cast.volunteer.id]
    assert state_of(invited.live_session) == [("Чужинова", None, "invite")]
    assert tokens.find(invited.secret, Purpose.INVITATION, now=now()) is None
    assert tokens.find(invited.other_secret, Purpose.INVITATION, now=now()) is not None


def test_whose_invitation_has_not_gone_out_is_taken_off_without_a_word(invited, cast):
    actions.remove(invitation_of(cast.volunteer.id, invited.live_session.id), by=cast.coordinator, now=now())

    assert [letter.person_id for letter in letters()] == [cast.stranger.id]


def test_who_is_invited_anew_after_being_taken_off_gets_an_event_above_the_cancelled_one(invited, cast):
    for letter in letters():
        letter.state = LetterState.SENT
    actions.remove(invitation_of(cast.volunteer.id, invited.live_session.id), by=cast.coordinator, now=now())

    actions.invite([cast.volunteer.id], invited.live_session, by=cast.coordinator, now=now())

    mine = [event["SEQUENCE"] for event in (*events("invite:"), *events("cancel:")) if "volunteer" in event["ATTENDEE"]]
    assert sorted(mine) == [0, 1, 2]


def test_a_model_calendar_follows_every_letter_and_ends_empty(school, cast):
    """Create → five edits → another zone → cancelled, replayed as a calendar would take them (RFC 5546 §3.2)."""
    live_session = school.live_session
    seen = []
    actions.invite([cast.volunteer.id], live_session, by=cast.coordinator, now=now())
    for step in range(5):
        live_session.starts_at += timedelta(hours=step)
        live_session.ends_at += timedelta(hours=step, minutes=10)
        actions.tell_of_change(live_session, {"time"}, by=cast.coordinator, now=now())
        seen.append(replay(events()) == [(live_session.starts_at, live_session.ends_at)])
    live_session.zone = "Asia/Kamchatka"
    actions.tell_of_change(live_session, {"time"}, by=cast.coordinator, now=now())
    seen.append(replay(events()) == [(live_session.starts_at, live_session.ends_at)])
    for letter in letters():
        letter.state = LetterState.SENT
    actions.cancel(live_session, "", by=cast.coordinator, now=now())

    assert seen == [True] * 6
    assert [event["SEQUENCE"] for event in events()] == [0, 1, 2, 3, 4, 5, 6, 7]
    assert replay(events()) == []


def test_the_calendar_of_who_was_taken_off_ends_empty_and_the_others_stays(school, cast):
    """Invited, moved twice, taken off: replayed for each of the two people by herself."""
    live_session = school.live_session
    actions.invite([cast.volunteer.id, cast.stranger.id], live_session, by=cast.coordinator, now=now())
    for hours in (1, 2):
        live_session.starts_at += timedelta(hours=hours)
        live_session.ends_at += timedelta(hours=hours)
        actions.tell_of_change(live_session, {"time"}, by=cast.coordinator, now=now())
    for letter in letters():
        letter.state = LetterState.SENT

    actions.remove(invitation_of(cast.volunteer.id, live_session.id), by=cast.coordinator, now=now())

    of = {who: [one for one in events() if who in one["ATTENDEE"]] for who in ("volunteer@", "stranger@")}
    assert [event["SEQUENCE"] for event in of["volunteer@"]] == [0, 1, 2, 3]
    assert replay(of["volunteer@"]) == []
    assert replay(of["stranger@"]) == [(live_session.starts_at, live_session.ends_at)]


def replay(found: list[icalendar.Event]) -> list[tuple]:
    """What stands in a calendar after those events; an older SEQUENCE changes nothing."""
    held: dict[str, icalendar.Event] = {}
    for event in found:
        known = held.get(event["UID"])
        if known is None or event["SEQUENCE"] >= known["SEQUENCE"]:
            held[event["UID"]] = event
    return [(event.start, event.end) for event in held.values() if event["STATUS"] != "CANCELLED"]


def test_only_the_silent_are_reminded_and_once_a_week(invited, cast, today):
    for letter in letters():
        letter.state = LetterState.SENT
    invitation_of(cast.stranger.id, invited.live_session.id).answer = AnswerWord.NO

    assert actions.remind(invited.live_session, by=cast.coordinator, now=now()) == 1
    letters("remind:")[0].state = LetterState.SENT
    today.shift(timedelta(days=6))
    assert actions.remind(invited.live_session, by=cast.coordinator, now=now()) == 0
    today.shift(timedelta(days=1, seconds=1))
    assert actions.remind(invited.live_session, by=cast.coordinator, now=now()) == 1
    assert [letter.person_id for letter in letters("remind:")] == [cast.volunteer.id, cast.volunteer.id]


def test_a_reminder_of_another_session_counts_too(invited, cast):
    other = factories.live_session(invited.module)
    factories.invitation(cast.volunteer, other, reminded_at=now() - timedelta(days=3))
    for letter in letters():
        letter.state = LetterState.SENT

    assert actions.remind(invited.live_session, by=cast.coordinator, now=now()) == 1  # the stranger alone
    assert [letter.person_id for letter in letters("remind:")] == [cast.stranger.id]


def test_whose_letter_waits_or_failed_is_not_reminded(invited, cast):
    letters()[0].state = LetterState.FAILED

    assert actions.remind(invited.live_session, by=cast.coordinator, now=now()) == 0


def test_a_reminder_ends_with_the_start(invited, cast):
    for letter in letters():
        letter.state = LetterState.SENT
    actions.remind(invited.live_session, by=cast.coordinator, now=now())

    assert {letter.expires_at for letter in letters("remind:")} == {invited.live_session.starts_at}


def test_a_corrected_address_is_the_persons_and_the_letters(invited, cast):
    invitation = invitation_of(cast.volunteer.id, invited.live_session.id)
    invitation.letter.state = LetterState.FAILED

    actions.correct_address(invitation, "irina@example.org", now=now())
    db.session.flush()

    message = letter_to(cast.volunteer)
    (event,) = icalendar.Calendar.from_ical(calendar_of(message)).walk("VEVENT")
    assert cast.volunteer.email == "irina@example.org"
    assert message["To"].addresses[0].addr_spec == "irina@example.org"
    assert (event["ATTENDEE"], event["SEQUENCE"]) == ("mailto:irina@example.org", 0)
    assert secret_in(message) == invited.secret
    assert db.session.get(LiveSession, invited.live_session.id).sequence == 0


def test_two_at_once_are_one_winner(invited, cast, app):
    """The one who saves second, having seen the older text, gets a 409 and nothing of hers is sent."""
    first = app.test_client().sign_in(cast.coordinator)
    second = app.test_client().sign_in(cast.admin)
    live_session_id = invited.live_session.id
    version = invited.live_session.version

    moved = first.post(
        f"/sessions/{live_session_id}/edit", data=form_of(invited.live_session, version, day="2026-12-04")
    )
    cancelled = second.post(f"/sessions/{live_session_id}/cancellation", data={"version": version, "reason": "Заболел"})

    assert (moved.status_code, cancelled.status_code) == (303, 409)
    assert letters("cancel:") == []
    assert db.session.get(LiveSession, live_session_id).cancelled_at is None


def form_of(live_session, version, **fields) -> dict:
    local = live_session.starts_at.astimezone(MOSCOW)
    return {
        "kind": live_session.kind.value,
        "title": live_session.title,
        "day": f"{local:%Y-%m-%d}",
        "starts": f"{local:%H:%M}",
        "ends": f"{live_session.ends_at.astimezone(MOSCOW):%H:%M}",
        "zone": live_session.zone,
        "room_url": live_session.room_url,
        "summary": live_session.summary,
        "agenda": live_session.agenda,
        "module_id": f"m{live_session.module_id}",
        "audience": live_session.audience.value,
        "rule": live_session.rule.value,
        "version": version,
    } | fields
