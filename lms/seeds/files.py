"""The one file of the demo that people download: a month's plan of posts, as a trainer would upload it."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

from flask import current_app
from werkzeug.datastructures import FileStorage

from lms.accounts.models import Person
from lms.materials import storage
from lms.materials.actions import keep_file
from lms.materials.models import StoredFile
from lms.spreadsheet import Cell, xlsx

_TOPICS = (
    "Человек недели: волонтёр и его первый день",
    "Один вопрос, который нам задали",
    "Что изменилось за месяц, в трёх числах",
    "Анонс: куда прийти в субботу",
    "Как это устроено: разбираем свою работу по шагам",
    "Спасибо соседям: кто помог и чем",
    "Фотография, за которой есть история",
    "Ошибка, на которой мы научились",
    "Полезная памятка на одну страницу",
    "Вопрос читателям",
    "Что пишет районная газета",
    "План на следующий месяц",
)
_HEAD: list[Cell] = ["Неделя", "День", "О чём пост", "Кто пишет", "Снимок, согласие", "Вышел"]
_DAYS = ("вторник", "четверг", "суббота")


def content_plan(trainer: Person, now: datetime) -> StoredFile:
    rows: list[list[Cell]] = [
        [place // 3 + 1, _DAYS[place % 3], topic, "", "", ""] for place, topic in enumerate(_TOPICS)
    ]
    content = b"".join(xlsx("План на месяц", [_HEAD, *rows], [8, 12, 48, 16, 18, 8]))
    upload = FileStorage(BytesIO(content), filename="Контент-план на месяц.xlsx")
    return keep_file(upload, trainer, storage.here(), largest=current_app.config["UPLOAD_LIMIT"], now=now)
