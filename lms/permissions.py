"""Who may do what, as sentences. What one may *see* is a query (``visible_to``); these say what one may *do* with it.

Every sentence takes the person first and answers True or False. The same sentences stand in templates as ``can``, so
a button and its gate cannot disagree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lms.accounts.models import Person
    from lms.centres.models import Centre
    from lms.cycles.models import Activity, Cycle
    from lms.quizzes.models import Quiz
    from lms.sessions.models import LiveSession
    from lms.surveys.models import Survey

_NETWORK = {"coordinator", "admin"}
_TEACHING = {"trainer", "coordinator", "admin"}


def _has(person: Person, roles: set[str]) -> bool:
    return person.letter is None and any(role.value in roles for role in person.roles)


# --- by role ----------------------------------------------------------------------------------------------------------
def learn(person: Person) -> bool:
    """Everybody who signed in may follow a cycle; a guest from a letter may not wander."""
    return person.letter is None


def teach(person: Person) -> bool:
    """Trainers make modules, materials, quizzes and sessions; the network's coordinators may as well."""
    return _has(person, _TEACHING)


def coordinate(person: Person) -> bool:
    """The network's coordinators see and arrange everything."""
    return _has(person, _NETWORK)


def look_after_people(person: Person) -> bool:
    """A centre's coordinator looks after her own people; the network's, after all (``visible_to`` says whom)."""
    return _has(person, _NETWORK | {"centre_coordinator"})


def administer(person: Person) -> bool:
    return _has(person, {"admin"})


# --- people and centres -----------------------------------------------------------------------------------------------
def add_people(person: Person) -> bool:
    return look_after_people(person)


def edit_person(person: Person, other: Person) -> bool:
    """One's own centre's people; nobody touches one whose roles she could not give: a new address would let her in."""
    if not all(give_role(person, role.value) for role in other.roles):
        return False
    return coordinate(person) or (
        look_after_people(person) and person.centre_id is not None and person.centre_id == other.centre_id
    )


def suspend_person(person: Person, other: Person) -> bool:
    """Nobody shuts herself out."""
    return edit_person(person, other) and person.id != other.id


def change_roles(person: Person, other: Person) -> bool:
    """Nobody changes her own roles: the last administrator would be gone with a click."""
    return edit_person(person, other) and coordinate(person) and person.id != other.id


def give_role(person: Person, role: str) -> bool:
    """A centre's coordinator makes volunteers only; administrators alone make administrators."""
    if administer(person):
        return True
    return role != "admin" if coordinate(person) else role == "volunteer" and look_after_people(person)


def move_between_centres(person: Person) -> bool:
    return coordinate(person)


def edit_centre(person: Person, centre: Centre) -> bool:
    return coordinate(person) or (_has(person, {"centre_coordinator"}) and person.centre_id == centre.id)


def add_centre(person: Person) -> bool:
    return coordinate(person)


# --- curriculum -------------------------------------------------------------------------------------------------------
def edit_curriculum(person: Person) -> bool:
    return teach(person)


def carry_cycles(person: Person) -> bool:
    """Copy cycles and modules, take them out as a file, bring them in. What is taught goes along, nobody's data."""
    return teach(person)


def copy_cycle(person: Person, cycle: Cycle) -> bool:
    return carry_cycles(person)


def enrol(person: Person) -> bool:
    return coordinate(person)


def open_activity(person: Person, activity: Activity) -> bool:
    """A guest from a letter reaches the session she is invited to and what stands in its module."""
    if person.letter is None:
        return True
    return activity.id == person.letter.live_session_id or (
        activity.module_id is not None and activity.module_id == person.letter.module_id
    )


# --- sessions ---------------------------------------------------------------------------------------------------------
def edit_live_session(person: Person, live_session: LiveSession) -> bool:
    return teach(person)


def invite_to(person: Person, live_session: LiveSession) -> bool:
    return teach(person) and not live_session.is_cancelled


def mark_attendance(person: Person, live_session: LiveSession) -> bool:
    return teach(person)


def host_rooms(person: Person) -> bool:
    """Say who sits together at one screen in a centre."""
    return _has(person, _TEACHING | {"centre_coordinator"})


def mark_room(person: Person, centre: Centre) -> bool:
    """A centre's coordinator speaks for her own screen; whoever leads sessions, for any."""
    return teach(person) or (_has(person, {"centre_coordinator"}) and person.centre_id == centre.id)


# --- quizzes ----------------------------------------------------------------------------------------------------------
def edit_quiz(person: Person, quiz: Quiz) -> bool:
    return teach(person)


def edit_bank(person: Person) -> bool:
    """The bank of questions belongs to everybody who teaches."""
    return teach(person)


def check_answers(person: Person, quiz: Quiz) -> bool:
    return teach(person)


def see_quiz_results(person: Person) -> bool:
    """Trainers see everybody's; a centre's coordinator, her own people's (the query says whose)."""
    return see_progress(person)


# --- surveys ----------------------------------------------------------------------------------------------------------
def edit_survey(person: Person, survey: Survey) -> bool:
    """Whoever teaches asks, and reads what was replied."""
    return teach(person)


# --- completion -------------------------------------------------------------------------------------------------------
def see_progress(person: Person) -> bool:
    return _has(person, _TEACHING | {"centre_coordinator"})


def override_completion(person: Person, other: Person) -> bool:
    """By hand, with a reason: the network's coordinators for all, a centre's for her own people."""
    return coordinate(person) or (
        look_after_people(person) and person.centre_id is not None and person.centre_id == other.centre_id
    )


def report(person: Person) -> bool:
    """The network answers to the grant-giver; its report names people of every centre."""
    return coordinate(person)


# --- questions to the trainer -----------------------------------------------------------------------------------------
def ask(person: Person) -> bool:
    """Whoever follows the cycle may ask; answering is teaching. A guest from a letter writes to the organiser."""
    return learn(person)


# --- certificates -----------------------------------------------------------------------------------------------------
def see_certificates(person: Person) -> bool:
    """A centre's coordinator sees those of her own people (the query says whose)."""
    return look_after_people(person)


def give_certificates(person: Person) -> bool:
    """Give, revoke and renew them: the network's coordinators, who answer for the register."""
    return coordinate(person)


# --- letters ----------------------------------------------------------------------------------------------------------
def see_letters(person: Person) -> bool:
    return coordinate(person)


def hold_letters(person: Person) -> bool:
    """Stop all letters for a while, and let them go again."""
    return coordinate(person)


def follow_links_of(person: Person, other: Person | None) -> bool:
    """Without a mail server coordinators read letters out to people; an administrator's are for administrators."""
    if other is not None and "admin" in {role.value for role in other.roles}:
        return administer(person)
    return coordinate(person)


# --- programs ---------------------------------------------------------------------------------------------------------
def read_by_program(person: Person) -> bool:
    """Who keeps tables of her own may let a program read what she sees."""
    return look_after_people(person)
