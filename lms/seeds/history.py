"""What the demo's people did: who was there, read, answered, and how far they came.

Told by the same actions that pages call, so that a passed quiz has its attempt and every completion its cause. Each
letter of a learner's marks (centres.toml) becomes what such a mark is made of.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, repeat

from lms.accounts.models import Person
from lms.cycles.models import Activity
from lms.extensions import db
from lms.materials.actions import remember_position
from lms.materials.markdown import contents
from lms.progress.actions import complete, decide
from lms.progress.models import How, Verdict
from lms.quizzes import actions as quizzes
from lms.quizzes.kinds import QuestionKind
from lms.quizzes.models import Attempt, Question, Quiz
from lms.seeds.curriculum import Curriculum, Taught
from lms.seeds.people import Everybody
from lms.sessions.actions import enter
from lms.sessions.attendance_actions import Ticks, mark
from lms.talk.actions import answer, ask


def tell(everybody: Everybody, school: Curriculum, chance: random.Random, now: datetime) -> None:
    coordinator = everybody.staff["coordinator"]
    for learner in everybody.learners:
        story = _Story(learner.person, coordinator, chance, now)
        for letter, taught in zip(learner.marks, school.taught, strict=True):
            story.tell(letter, taught)
        story.end()
    for learner in everybody.learners:
        if chance.random() < 0.6:
            enter(learner.person, school.past_meeting, now=school.past_meeting.starts_at + timedelta(minutes=2))
    _ask_the_trainer(everybody, school, now)
    for person in everybody.staff.values():
        person.last_seen_at = now - timedelta(hours=chance.randint(2, 50))
    db.session.flush()


def _ask_the_trainer(everybody: Everybody, school: Curriculum, now: datetime) -> None:
    """One question that was answered for all, and one that waits."""
    people = [learner.person for learner in everybody.learners]
    page = school.taught[3].page
    answered = ask(people[3], page, "Можно ли заложить в смету зарплату координатора?", now=now - timedelta(days=20))
    text = "Можно: большинство фондов допускает до трети бюджета. Опишите, что именно сделает этот человек."
    answer(answered, text, seen_by_all=True, by=everybody.staff["trainer"], now=now - timedelta(days=19))
    ask(people[7], school.taught[5].page, "А если предприниматель просит показать отчёт за прошлый год?", now=now)


@dataclass
class _Story:
    """One learner's, told module by module."""

    person: Person
    coordinator: Person
    chance: random.Random
    now: datetime

    def __post_init__(self) -> None:
        # How often an answer is right at the first try.
        self.skill = self.chance.uniform(0.6, 0.97)
        self.last = self.person.created_at

    def tell(self, letter: str, taught: Taught) -> None:
        match letter:
            case "d":
                self.attend(taught) if self.chance.random() < 0.8 else self.catch_up(taught)
                self.read(taught)
                self.pass_quiz(taught)
            case "n":
                self.begin(taught)
            case "q":
                self.stop_in_quiz(taught)
            case "l":
                self.fall_behind(taught)
            case "o":
                self.be_excused(taught)

    def end(self) -> None:
        self.person.last_seen_at = self.last

    # --- what a mark is made of ---------------------------------------------------------------------------------------
    def attend(self, taught: Taught) -> None:
        at = taught.live_session.starts_at + timedelta(minutes=self.chance.randint(-9, 12))
        enter(self.person, taught.live_session, now=at)
        complete(self.person, taught.live_session, How.PRESENT, now=at)
        self._seen(at)

    def catch_up(self, taught: Taught) -> None:
        """Watched the recording; where there is none, a trainer marked that she was there after all."""
        at = self._later(taught)
        if taught.recording is not None:
            complete(self.person, taught.live_session, How.WATCHED, now=at)
        else:
            over, leader = taught.live_session.ends_at, taught.live_session.trainers[0]
            her = frozenset({self.person.id})
            mark(taught.live_session, Ticks(listed=her, was=frozenset(), present=her), by=leader, now=over)
            complete(self.person, taught.live_session, How.PRESENT, now=over, by=leader)

    def read(self, taught: Taught) -> None:
        complete(self.person, taught.page, How.READ, now=self._later(taught))

    def pass_quiz(self, taught: Taught) -> None:
        """At the first try, or else at the second."""
        at = self._later(taught)
        attempt = self._take(taught.quiz, at, [self._knows() for _ in taught.quiz.live_questions])
        if not attempt.passed:
            at = min(at + timedelta(hours=1), self.now)
            attempt = self._take(taught.quiz, at, [True] * (len(taught.quiz.live_questions) - 1))
        complete(self.person, taught.quiz, How.PASSED, now=attempt.submitted_at or at)

    def begin(self, taught: Taught) -> None:
        """Was there if it has been, and reads; the quiz is still to do."""
        if taught.live_session.ends_at < self.now:
            self.attend(taught)
            if self.chance.random() < 0.5:
                self.read(taught)
                return
        _stop_reading(self.person, taught, self.chance.choice([25, 40, 60]), self._later(taught))

    def stop_in_quiz(self, taught: Taught) -> None:
        """Was there, and stopped in the middle of the text and of the quiz."""
        self.attend(taught)
        at = self._later(taught)
        _stop_reading(self.person, taught, 45, at)
        attempt = quizzes.start(self.person, taught.quiz, now=at)
        half = taught.quiz.live_questions[: len(taught.quiz.live_questions) // 2 + 1]
        given = {question.id: (answer_as_form(question, right=self._knows()), 0) for question in half}
        quizzes.save_form(attempt, given, now=at + timedelta(minutes=3))

    def fall_behind(self, taught: Taught) -> None:
        """Did nothing, or only came, or came and could not pass the quiz."""
        fate = self.chance.choice(["absent", "absent", "came", "came", "failed"])
        if fate != "absent":
            self.attend(taught)
        if fate == "failed":
            self.read(taught)
            self._take(taught.quiz, self._later(taught), [True, True])

    def be_excused(self, taught: Taught) -> None:
        at = taught.live_session.starts_at - timedelta(days=2)
        required: list[Activity] = [taught.live_session, taught.page, taught.quiz]
        for activity in required:
            why = "Ведёт эту тему в своём центре"
            decide(self.person, activity, Verdict.EXCUSED, by=self.coordinator, reason=why, now=at)

    # --- the quiz -----------------------------------------------------------------------------------------------------
    def _take(self, quiz: Quiz, at: datetime, rights: list[bool]) -> Attempt:
        """Hand in the quiz; ``rights`` says of one answer after the other whether it is right, the rest are wrong."""
        attempt = quizzes.start(self.person, quiz, now=at)
        given = {
            question.id: (answer_as_form(question, right=right), 0)
            for question, right in zip(quiz.live_questions, chain(rights, repeat(False)), strict=False)
        }
        quizzes.save_form(attempt, given, now=at + timedelta(minutes=4))
        quizzes.submit(attempt, now=at + timedelta(minutes=5))
        self._seen(at)
        return attempt

    def _knows(self) -> bool:
        return self.chance.random() < self.skill

    # --- when ---------------------------------------------------------------------------------------------------------
    def _later(self, taught: Taught) -> datetime:
        """Some time in the eight days after the session (before it, when it is still to come), and not yet to come."""
        begins = min(taught.live_session.ends_at, self.now - timedelta(days=3))
        ends = min(begins + timedelta(days=8), self.now - timedelta(hours=2))
        at = (begins + (ends - begins) * self.chance.random()).replace(microsecond=0)
        self._seen(at)
        return at

    def _seen(self, at: datetime) -> None:
        self.last = max(self.last, at)


def _stop_reading(person: Person, taught: Taught, percent: int, at: datetime) -> None:
    headings = contents(taught.page.body_html)
    heading = headings[min(len(headings) * percent // 100, len(headings) - 1)]
    remember_position(person, taught.page, anchor=heading.id, percent=percent, now=at)


def answer_as_form(question: Question, *, right: bool) -> list[str]:
    """What a form would send for that question."""
    match question.kind:
        case QuestionKind.TRUE_FALSE:
            return ["true" if question.settings["right"] is right else "false"]
        case QuestionKind.SHORT:
            return [question.settings["accepted"][0]["text"] if right else "не помню"]
        case QuestionKind.NUMBER:
            return [question.settings["answers"][0]["answer"] if right else "1"]
        case QuestionKind.ORDERING:
            return question.settings["items"][:: 1 if right else -1]
        case QuestionKind.MATCHING:
            return [pair["right"] for pair in question.settings["pairs"][:: 1 if right else -1]]
        case QuestionKind.GAPS:
            return [gap["accepted"][0]["text"] if right else "не помню" for gap in question.settings["gaps"]]
    picked = [str(choice.id) for choice in question.choices if choice.is_right is right]
    return picked if question.kind is QuestionKind.SEVERAL else picked[:1]
