"""The demo's surveys: an anonymous one about the last session, with replies, and one still to be answered."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from lms.cycles.models import State
from lms.extensions import db
from lms.seeds.curriculum import HELD, Curriculum
from lms.seeds.people import Everybody
from lms.surveys.actions import reply
from lms.surveys.kinds import SurveyKind
from lms.surveys.models import Survey, SurveyQuestion

_HEARD = (
    "Примеры из соседних центров были полезнее всего.",
    "Хотелось бы больше времени на вопросы.",
    "Пришлите, пожалуйста, шаблон письма отдельно.",
    "Звук пропадал, но запись выручила.",
)


def tell(everybody: Everybody, school: Curriculum, chance: random.Random, now: datetime) -> None:
    held = school.taught[HELD - 1].live_session
    about_session = Survey(
        cycle=school.cycle, live_session=held, title="Как прошла встреча", title_en="How the session went",
        intro="Четыре вопроса, две минуты. Ведущие читают ответы перед следующей встречей.", is_anonymous=True,
        state=State.PUBLISHED, created_at=held.ends_at, closes_at=now + timedelta(days=6), questions=_about_session(),
    )  # fmt: skip
    halfway = Survey(
        cycle=school.cycle, title="Школа на середине пути", title_en="The school at half-way",
        intro="Ответы видят ведущие и координатор.", state=State.PUBLISHED, created_at=now - timedelta(days=2),
        questions=_halfway(),
    )  # fmt: skip
    db.session.add_all([about_session, halfway])
    db.session.flush()
    for learner in everybody.learners:
        if learner.person.email != "volunteer@example.org" and chance.random() < 0.55:
            reply(learner.person, about_session, _given(about_session, chance), now=now)


def _about_session() -> list[SurveyQuestion]:
    return [
        _question(1, SurveyKind.SCALE, "Насколько встреча была полезна?", low="совсем нет", high="очень"),
        _question(2, SurveyKind.SCALE, "Успевали ли вы за ведущим?", low="нет", high="легко"),
        _question(3, SurveyKind.SEVERAL, "Что пригодится в работе?", "Примеры", "Шаблоны", "Знакомства", "Запись"),
        _question(4, SurveyKind.TEXT, "Что сделать иначе?"),
    ]


def _halfway() -> list[SurveyQuestion]:
    return [
        _question(1, SurveyKind.SINGLE, "Когда вам удобнее встречаться?", "Днём", "Вечером", "В субботу"),
        _question(2, SurveyKind.TEXT, "О чём рассказать подробнее?"),
    ]


def _question(position: int, kind: SurveyKind, text: str, *choices: str, **ends: str) -> SurveyQuestion:
    settings: dict[str, Any] = dict(ends)
    if choices:
        settings["choices"] = [{"id": id, "text": choice} for id, choice in enumerate(choices, 1)]
    return SurveyQuestion(position=position, kind=kind, text=text, text_html=f"<p>{text}</p>\n", settings=settings)


def _given(survey: Survey, chance: random.Random) -> dict[str, Any]:
    useful, pace, picked, text = (str(one.id) for one in survey.questions)
    given: dict[str, Any] = {
        useful: chance.choices((2, 3, 4, 5), (1, 3, 8, 9))[0],
        pace: chance.choices((2, 3, 4, 5), (2, 5, 6, 4))[0],
        picked: sorted(chance.sample((1, 2, 3, 4), chance.randint(1, 3))),
    }
    return given | ({text: chance.choice(_HEARD)} if chance.random() < 0.25 else {})
