"""The demo's essay quiz, with answers that wait to be checked, and a topic in the bank of questions."""

from __future__ import annotations

from datetime import datetime, timedelta

from lms.cycles.models import Rule, State
from lms.extensions import db
from lms.materials.markdown import to_html
from lms.quizzes import actions
from lms.quizzes.building_actions import copy_to_bank
from lms.quizzes.kinds import QuestionKind
from lms.quizzes.models import Question, Quiz, Topic
from lms.seeds.curriculum import HELD, Curriculum
from lms.seeds.people import Everybody

_TASK = "Напишите обращение к предпринимателю вашего города: кто вы, о чём просите и что он увидит через месяц."
_RUBRIC = [
    {"criterion": "Назван адресат и повод", "points": 2},
    {"criterion": "Просьба одна и понятна", "points": 2},
    {"criterion": "Сказано, что будет через месяц", "points": 2},
]
_ANSWERS = (
    "Здравствуйте, Сергей Иванович. Мы — клуб при доме культуры. Просим краску для площадки: двадцать литров. "
    "Через месяц покажем фотографии и табличку с вашим именем.",
    "Добрый день. Нам нужна помощь в ремонте. Будем рады любой поддержке.",
    "Уважаемая Ольга Петровна, вы печёте хлеб для всего района. Просим пятьдесят булок на праздник двора 12 декабря. "
    "Через месяц пришлём отчёт: сколько семей пришло и что они сказали.",
)


def tell(everybody: Everybody, school: Curriculum, now: datetime) -> None:
    taught = school.taught[HELD - 1]
    quiz = Quiz(
        module=taught.module, position=9, title="Обращение к предпринимателю", title_en="A letter to a businessman",
        intro="Один развёрнутый ответ. Ведущий прочтёт его и напишет вам.", rule=Rule.OPTIONAL, state=State.PUBLISHED,
        attempts_allowed=1, created_at=taught.quiz.created_at, updated_at=taught.quiz.created_at,
    )  # fmt: skip
    quiz.questions = [
        Question(
            position=1, kind=QuestionKind.ESSAY, text=_TASK, text_html=to_html(_TASK), points=6,
            settings={"rubric": _RUBRIC, "words": [20, 150]},
        )
    ]  # fmt: skip
    db.session.add(quiz)
    db.session.flush()
    authors = [one.person for one in everybody.learners if one.person.email != "volunteer@example.org"]
    for days, (person, text) in enumerate(zip(authors[3::9], _ANSWERS, strict=False), 1):
        attempt = actions.start(person, quiz, now=now - timedelta(days=days, hours=3))
        actions.save_form(attempt, {quiz.questions[0].id: ([text], 0)}, now=now - timedelta(days=days, hours=2))
        actions.submit(attempt, now=now - timedelta(days=days, hours=2))
    topic = Topic(title="Деньги и отчёты")
    db.session.add(topic)
    db.session.flush()
    for question in school.taught[3].quiz.live_questions[:4]:
        copy_to_bank(question, topic, now=now)
        db.session.flush()
