"""Builders: one call, one row (flushed, with its id). What a test does not say is filled with something plain."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any, TypeVar

from lms.accounts.models import Person, Role
from lms.accounts.tables import read_text
from lms.centres.models import Centre
from lms.certificates.models import Certificate
from lms.certificates.numbers import new_code
from lms.clock import now
from lms.cycles.models import Cycle, DueException, Enrolment, Module, Rule, State
from lms.extensions import db
from lms.materials.filetypes import TYPES, ending
from lms.materials.models import Material, MaterialKind, StoredFile
from lms.materials.upload_models import Upload
from lms.outbox.models import Letter
from lms.packages.models import Claim, Edition, Package, Part, Status
from lms.progress.models import Completion, How
from lms.quizzes.import_models import QuestionImport
from lms.quizzes.models import Attempt, Choice, Question, QuestionKind, Quiz, Topic
from lms.sessions.incoming_models import Finding, IncomingLetter
from lms.sessions.models import Invitation, LiveSession, LiveSessionKind, ParticipantList
from lms.sessions.participant_lists import participants
from lms.surveys.models import Survey, SurveyKind, SurveyQuestion
from lms.transfer.models import Arrival

T = TypeVar("T")
_number = count(1)


def _keep(thing: T) -> T:
    db.session.add(thing)
    db.session.flush()
    return thing


def centre(**fields: Any) -> Centre:
    n = next(_number)
    fields = {"slug": f"centre-{n}", "name": f"Центр {n}"} | fields
    return _keep(Centre(**fields))


def person(family_name: str = "", given_name: str = "Анна", *, roles: set[Role] | None = None, **fields: Any) -> Person:
    n = next(_number)
    someone = Person(
        **{
            "email": f"person{n}@lms.test",
            "family_name": family_name or f"Участникова{n}",
            "given_name": given_name,
            "created_at": now(),
            "last_seen_at": now(),
        }
        | fields
    )
    someone.roles = roles or {Role.VOLUNTEER}
    return _keep(someone)


def cycle(**fields: Any) -> Cycle:
    n = next(_number)
    return _keep(
        Cycle(**{"slug": f"cycle-{n}", "title": f"Школа ресурсных центров {n}", "state": State.PUBLISHED} | fields)
    )


def module(in_cycle: Cycle, **fields: Any) -> Module:
    position = len(in_cycle.modules) + 1
    made = Module(
        **{"cycle": in_cycle, "position": position, "title": f"Модуль о деле {position}", "state": State.PUBLISHED}
        | fields
    )
    return _keep(made)


def _activity(in_module: Module | None, rule: Rule, fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "module": in_module,
        "position": len(in_module.activities) + 1 if in_module else 0,
        "state": State.PUBLISHED,
        "rule": rule,
        "created_at": now(),
        "updated_at": now(),
    } | fields


def material(in_module: Module, **fields: Any) -> Material:
    fields = {
        "title": "Первый разговор",
        "kind": MaterialKind.PAGE,
        "body": "Текст.",
        "body_html": "<p>Текст.</p>",
    } | fields
    return _keep(Material(**_activity(in_module, Rule.READ, fields)))


def package(in_module: Module, *parts: Part, **fields: Any) -> Package:
    """A package of SCORM 1.2 as if it had been uploaded; of one part that reports, unless others are given."""
    made = {
        "title": "Тренажёр", "storage_name": f"package-{next(_number)}", "original_name": "course.zip", "size": 1000,
        "sha256": "0" * 64, "uploaded_at": now(), "edition": Edition.SCORM_12,
        "outline": [part.to_json() for part in parts or (Part("one", "Начало", href="one.html", reports=True),)],
    }  # fmt: skip
    return _keep(Package(**_activity(in_module, Rule.CLAIMED, made | fields)))


def claim(of: Person, package: Package, **fields: Any) -> Claim:
    made = {
        "person": of, "package_id": package.id, "part": package.parts[0].identifier, "counter": 1, "said": {},
        "status": Status.BEGUN, "begun_at": now(), "at": now(),
    }  # fmt: skip
    return _keep(Claim(**made | fields))


def quiz(in_module: Module, **fields: Any) -> Quiz:
    return _keep(Quiz(**_activity(in_module, Rule.PASSED, {"title": "Тест о деле"} | fields)))


def question(
    in_quiz: Quiz | None,
    kind: QuestionKind = QuestionKind.SINGLE,
    *,
    right: tuple[str, ...] = (),
    wrong: tuple[str, ...] = (),
    **fields: Any,
) -> Question:
    """A question; for single and several give the texts of the right and the wrong choices."""
    text = fields.pop("text", "Что сделать первым?")
    made = Question(
        **{
            "quiz": in_quiz,
            "kind": kind,
            "position": len(in_quiz.questions) + 1 if in_quiz else 1,
            "text": text,
            "text_html": f"<p>{text}</p>",
        }
        | fields
    )
    texts = [(t, True) for t in right] + [(t, False) for t in wrong]
    made.choices = [Choice(position=i, text=t, is_right=r) for i, (t, r) in enumerate(texts, 1)]
    return _keep(made)


def question_import(quiz: Quiz, person: Person, text: str) -> QuestionImport:
    kept = QuestionImport(quiz_id=quiz.id, by_id=person.id, created_at=now(), content=text.encode())
    db.session.add(kept)
    db.session.flush()
    return kept


def topic(title: str = "Сметы") -> Topic:
    return _keep(Topic(title=title))


def accepted(*texts: str) -> dict[str, Any]:
    """The settings of a short question."""
    return {"accepted": [{"text": text, "share": 100, "feedback": ""} for text in texts]}


def near(answer: str, tolerance: str = "0", unit: str = "") -> dict[str, Any]:
    """The settings of a question for a number."""
    told = {"answer": answer, "tolerance": tolerance, "share": 100, "feedback": ""}
    return {"answers": [told], "unit": unit, "units": []}


def live_session(
    in_module: Module | None = None, *, starts_in: timedelta = timedelta(days=2), **fields: Any
) -> LiveSession:
    starts_at = fields.pop("starts_at", now() + starts_in)
    made = LiveSession(
        **_activity(
            in_module,
            Rule.PRESENT_OR_WATCHED,
            {
                "title": "PR и соцсети без бюджета",
                "kind": LiveSessionKind.SEMINAR,
                "cycle": in_module.cycle if in_module else None,
                "starts_at": starts_at,
                "ends_at": starts_at + timedelta(minutes=90),
                "zone": "Europe/Moscow",
                "room_url": "https://meet.example.org/room",
            }
            | fields,
        )
    )
    return _keep(made)


def participant_list(of: LiveSession, text: str, **fields: Any) -> ParticipantList:
    """A provider's list as it was uploaded; «Name;address» a line, without a head."""
    found = participants(read_text(text), of.starts_at, of.zone)
    made = {"live_session_id": of.id, "created_at": now(), "rows": [one.kept() for one in found], "assigned": {}}
    return _keep(ParticipantList(**made | fields))


def enrolment(of: Person, in_cycle: Cycle, **fields: Any) -> Enrolment:
    return _keep(Enrolment(**{"person": of, "cycle": in_cycle, "enrolled_at": now()} | fields))


def invitation(of: Person, to: LiveSession, **fields: Any) -> Invitation:
    return _keep(Invitation(**{"person": of, "live_session": to, "invited_at": now()} | fields))


def due_exception(of: Module | Cycle, **fields: Any) -> DueException:
    """Another due time, of a module or of a whole cycle; say ``centre`` or ``person``."""
    thing = {"module" if isinstance(of, Module) else "cycle": of}
    return _keep(DueException(**thing | {"due_at": now() + timedelta(days=9), "at": now()} | fields))


def completion(of: Person, activity: Any, how: How = How.READ, **fields: Any) -> Completion:
    return _keep(Completion(**{"person": of, "activity": activity, "how": how, "at": now()} | fields))


def certificate(of: Person, for_cycle: Cycle, **fields: Any) -> Certificate:
    made = {
        "person": of,
        "cycle": for_cycle,
        "year": 2026,
        "serial": next(_number),
        "code": new_code(),
        "name": of.full_name,
        "cycle_title": for_cycle.title,
        "modules": 8,
        "completed_at": now(),
        "issued_at": now(),
    }
    return _keep(Certificate(**made | fields))


def attempt(of: Person, at_quiz: Quiz, **fields: Any) -> Attempt:
    return _keep(Attempt(**{"person": of, "quiz": at_quiz, "number": 1, "started_at": now()} | fields))


def survey(in_cycle: Cycle, **fields: Any) -> Survey:
    made = {"cycle": in_cycle, "title": "Как прошла встреча", "state": State.PUBLISHED, "created_at": now()}
    return _keep(Survey(**made | fields))


def survey_question(
    in_survey: Survey, kind: SurveyKind = SurveyKind.SCALE, *choices: str, **fields: Any
) -> SurveyQuestion:
    text = fields.pop("text", "Насколько было полезно?")
    settings = {"choices": [{"id": id, "text": choice} for id, choice in enumerate(choices, 1)]} if choices else {}
    made = {
        "survey": in_survey, "kind": kind, "position": len(in_survey.questions) + 1, "text": text,
        "text_html": f"<p>{text}</p>", "settings": settings,
    }  # fmt: skip
    return _keep(SurveyQuestion(**made | fields))


def letter(to: Person, **fields: Any) -> Letter:
    n = next(_number)
    made = {
        "key": f"test:{n}",
        "person_id": to.id,
        "recipient": to.email,
        "subject": f"Письмо для {to.family_name}",
        "message_id": f"<{n}@lms.test>",
        "mime": b"Subject: test\r\n\r\ntext\r\n",
        "created_at": now(),
        "next_try_at": now(),
        "expires_at": now() + timedelta(days=3),
    }
    return _keep(Letter(**made | fields))


def arrival(by: Person, source: str = "", **fields: Any) -> Arrival:
    """A file that somebody brought and that has become a cycle."""
    made = {"key": f"arrival-{next(_number)}", "by_id": by.id, "created_at": now(), "source": source}
    return _keep(Arrival(**made | fields))


def stored_file(name: str = "Памятка.pdf", by: Person | None = None, **fields: Any) -> StoredFile:
    """A file of which there is only the row."""
    made = {
        "storage_name": f"{next(_number):032x}",
        "original_name": name,
        "content_type": TYPES[ending(name)].content_type,
        "size": 1000,
        "sha256": "0" * 64,
        "uploaded_by_id": by.id if by else None,
        "uploaded_at": now(),
    }
    return _keep(StoredFile(**made | fields))


def upload(by: Person, name: str = "Памятка.pdf", **fields: Any) -> Upload:
    """A file of which nothing has come yet."""
    made = {"token": f"upload-{next(_number)}", "person_id": by.id, "name": name, "size": 1000, "touched_at": now()}
    return _keep(Upload(**made | fields))


def incoming(of: Person, to: LiveSession, **fields: Any) -> IncomingLetter:
    """A message that waits for a human: somebody else answers for her."""
    made = {
        "key": f"<incoming-{next(_number)}@lms.test>",
        "received_at": now(),
        "sender": "somebody@lms.test",
        "subject": f"Re: {of.family_name}",
        "text": "Приду",
        "finding": Finding.OTHER_SENDER,
        "person_id": of.id,
        "live_session_id": to.id,
    }
    return _keep(IncomingLetter(**made | fields))
