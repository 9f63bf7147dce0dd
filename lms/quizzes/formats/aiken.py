"""Aiken, as Moodle documents it (docs.moodle.org/en/Aiken_format): a question, choices «A. …» or «A) …», «ANSWER: B».

Pure. A question may take several lines, and empty lines may stand anywhere.
"""

from __future__ import annotations

import re

from flask_babel import gettext as _

from lms.quizzes.formats.draft import ChoiceDraft, QuestionDraft, Reading
from lms.quizzes.formats.markup import escaped
from lms.quizzes.kinds import QuestionKind

_CHOICE = re.compile(r"\s*([A-ZА-Я])[.)]\s+(.*)", re.IGNORECASE)
ANSWER = re.compile(r"\s*(?:ANSWER|ОТВЕТ)\s*:\s*([A-ZА-Я])\s*", re.IGNORECASE)


def read(text: str) -> Reading:
    """Raises Unreadable for more than 2,000 questions."""
    reading = Reading()
    said: list[str] = []
    choices: list[tuple[str, str]] = []
    first = 0
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        answer, choice = ANSWER.fullmatch(line), _CHOICE.fullmatch(line)
        if not line.strip():
            continue
        if answer:
            _take(reading, first or number, said, choices, answer[1].upper())
            said, choices, first = [], [], 0
        elif choice and said and choice[1].upper() == _next(choices, choice[1].upper()):
            choices.append((choice[1].upper(), choice[2].strip()))
        elif choices:
            reading.refuse(first, _("After the choices there is no line “ANSWER: …”."), said[0])
            said, choices, first = [line.strip()], [], number
        else:
            first = first or number
            said.append(line.strip())
    if said:
        reading.refuse(first, _("After the choices there is no line “ANSWER: …”."), said[0])
    return reading


def _next(choices: list[tuple[str, str]], letter: str) -> str:
    """The letter that must follow: so «А. С. Пушкин» within a question begins no choices."""
    if not choices:
        return letter if letter in {"A", "А"} else ""
    return chr(ord(choices[-1][0]) + 1)


def _take(reading: Reading, line: int, said: list[str], choices: list[tuple[str, str]], answer: str) -> None:
    if answer not in {letter for letter, _text in choices}:
        about = said[0] if said else ""
        reading.refuse(line, _("The right answer “%(letter)s” is none of the choices.", letter=answer), about)
        return
    reading.add(
        QuestionDraft(
            QuestionKind.SINGLE,
            escaped("\n".join(said)),
            choices=[ChoiceDraft(escaped(text), letter == answer) for letter, text in choices],
            settings={"shuffle": True},
            line=line,
        )
    )
