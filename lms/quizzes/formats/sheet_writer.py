"""Questions as rows of a spreadsheet; sheet.py says how, and reads them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _

from lms.quizzes.formats.draft import (
    FULL,
    QuestionDraft,
    whole,
)
from lms.quizzes.formats.sheet import read
from lms.quizzes.formats.sheet_words import COLUMNS, FLAG_WORDS, HEADS, KINDS, SCORING_WORDS
from lms.quizzes.kinds import QuestionKind

WIDTHS = [16, 60, 50, 8, 24, 40, 20, 20, 20]
_LONGEST_CELL = 32_000


def losses(draft: QuestionDraft) -> list[str]:
    return [str(_("pictures"))] if draft.pictures else []


def carries(draft: QuestionDraft) -> bool:
    return all(len(str(cell)) <= _LONGEST_CELL for cell in _line(draft))


def head() -> list[str]:
    """The names of the columns, of those that are read again whatever the language of the page."""
    return [HEADS[column].split(", ")[0].capitalize() for column in COLUMNS]


def lines(drafts: Iterable[QuestionDraft]) -> list[list[str | int]]:
    """The rows of a workbook, the head first."""
    return [list(head()), *(_line(draft) for draft in drafts if carries(draft))]


def examples() -> list[QuestionDraft]:
    """A question of each type, for the template."""
    rows = [_EXAMPLE_HEAD, *_EXAMPLES]
    return read("\n".join("\t".join(f'"{cell}"' for cell in row) for row in rows)).drafts


_EXAMPLE_HEAD = ["тип", "вопрос", "ответы", "баллы", "настройки", "пояснение"]
_EXAMPLES = [
    ["один ответ", "Сколько дней в високосном году?", "365\n* 366\n367", "1", "", "В феврале 29 дней."],
    ["несколько ответов", "Что бережёт почту?", "* Долгий пароль\n* Второй шаг входа\nОдин пароль на всё", "2", "", ""],
    ["верно или неверно", "Личные данные можно публиковать без согласия.", "неверно", "1", "", ""],
    ["короткий ответ", "Столица России?", "Москва\nг. Москва", "1", "", ""],
    ["число", "Сколько секунд в минуте?", "60 ± 0", "1", "единица: с", ""],
    ["соответствие", "Соедините страну и столицу.", "Италия | Рим\nФранция | Париж\n | Мадрид", "2", "", ""],
    ["порядок", "Расставьте по порядку.", "Зима\nВесна\nЛето", "1", "по местам", ""],
    [
        "пропуски", "Вода кипит при [[1]] градусах, а при нуле [[2]].",
        "[[1]] число\n100\n[[2]] выбор\n* замерзает\nтает", "2", "", "",
    ],
    ["эссе", "Опишите свой проект.", "Назван адресат | 2\nЕсть смета | 3", "5", "слов: 50-300", ""],
    ["текст между вопросами", "Дальше вопросы о деньгах.", "", "", "", ""],
]  # fmt: skip


def _line(draft: QuestionDraft) -> list[str | int]:
    return [
        KINDS[draft.kind].split(", ")[0],
        draft.text,
        "\n".join(_answers(draft)),
        draft.points if draft.kind.asks else "",
        "; ".join(_settings_out(draft.settings, draft.kind)),
        draft.explanation,
        draft.topic,
        draft.title,
        "; ".join(tag.replace(";", ",") for tag in draft.tags),
    ]


def _slash(text: str) -> str:
    text = re.sub(r"([\\|;])", r"\\\1", text).replace("\n", "\\n")
    return f"\\{text}" if text.startswith(("*", "[")) else text


def _tail(share: float | None, said: str, usual: float | None) -> str:
    written = "" if share == usual or share is None else str(whole(share))
    return f" | {written} | {_slash(said)}" if said else f" | {written}" if written else ""


def _answers(draft: QuestionDraft) -> list[str]:
    settings = draft.settings
    match draft.kind:
        case QuestionKind.SINGLE | QuestionKind.SEVERAL:
            return [
                ("* " if one.is_right else "") + _slash(one.text) + _tail(one.share, one.feedback, None)
                for one in draft.choices
            ]
        case QuestionKind.TRUE_FALSE:
            said = settings.get("feedback") or {}
            return [
                ("* " if settings["right"] is truth else "")
                + word
                + (f" | {_slash(said[key])}" if said.get(key) else "")
                for truth, word, key in ((True, "верно", "true"), (False, "неверно", "false"))
            ]
        case QuestionKind.SHORT:
            return _rows_out(settings["accepted"])
        case QuestionKind.NUMBER:
            return _numbers_out(settings["answers"])
        case QuestionKind.MATCHING:
            pairs = [f"{_slash(pair['left'])} | {_slash(pair['right'])}" for pair in settings["pairs"]]
            return pairs + [f" | {_slash(one)}" for one in settings.get("extra") or []]
        case QuestionKind.ORDERING:
            return [_slash(item) for item in settings["items"]]
        case QuestionKind.GAPS:
            return [line for at, gap in enumerate(settings["gaps"], 1) for line in _gap_out(at, gap)]
        case QuestionKind.ESSAY:
            return [f"{_slash(one['criterion'])} | {one['points']}" for one in settings.get("rubric") or []]
    return []


def _rows_out(rows: list[dict[str, Any]]) -> list[str]:
    return [_slash(one["text"]) + _tail(one["share"], one.get("feedback") or "", FULL) for one in rows]


def _numbers_out(rows: list[dict[str, Any]]) -> list[str]:
    out = []
    for one in rows:
        about = str(one.get("tolerance") or "0")
        near = f" ± {about}" if about not in {"0", ""} else ""
        out.append(f"{one['answer']}{near}" + _tail(one["share"], one.get("feedback") or "", FULL))
    return out


def _gap_out(at: int, gap: dict[str, Any]) -> list[str]:
    name = {"short": "текст", "number": "число", "choice": "выбор"}[gap["kind"]]
    settings = "; ".join(_settings_out(gap, None))
    head = f"[[{at}]] {name} {gap.get('points', 1)}" + (f"; {settings}" if settings else "")
    if gap["kind"] == "short":
        return [head, *_rows_out(gap["accepted"])]
    if gap["kind"] == "number":
        return [head, *_numbers_out(gap["answers"])]
    return [head] + [
        ("* " if one["share"] == FULL else "")
        + _slash(one["text"])
        + _tail(one["share"], one.get("feedback") or "", FULL if one["share"] == FULL else 0)
        for one in gap["options"]
    ]


def _settings_out(settings: dict[str, Any], kind: QuestionKind | None) -> list[str]:
    out = [FLAG_WORDS[name] for name in ("case", "yo", "spaces", "wildcards") if settings.get(name)]
    if kind and kind.has_choices and not settings.get("shuffle", True):
        out.append(FLAG_WORDS["fixed"])
    if settings.get("scoring") in SCORING_WORDS:
        out.append(SCORING_WORDS[settings["scoring"]])
    if settings.get("unit"):
        out.append(f"единица: {_slash(settings['unit'])}")
    out += [f"единицы: {_slash(one['unit'])} = {one['factor']}" for one in settings.get("units") or []]
    if settings.get("words"):
        least, most = settings["words"]
        out.append(f"слов: {least or ''}-{most or ''}")
    return out
