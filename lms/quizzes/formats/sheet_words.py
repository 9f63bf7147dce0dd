"""The words of a spreadsheet of questions, those that are read and those that are written. Pure."""

from __future__ import annotations

from lms.quizzes.kinds import QuestionKind

COLUMNS = ("type", "text", "answers", "points", "settings", "explanation", "topic", "title", "tags")
HEADS = {
    "type": "тип, тип вопроса, type, question type",
    "text": "вопрос, текст, текст вопроса, question, text, question text",
    "answers": "ответы, варианты, варианты ответа, answers, choices, options",
    "points": "баллы, балл, points, score",
    "settings": "настройки, settings",
    "explanation": "пояснение, объяснение, explanation",
    "topic": "тема, раздел, topic, category",
    "title": "название, имя, title, name",
    "tags": "метки, теги, tags",
}
COLUMN_OF = {head: column for column, heads in HEADS.items() for head in heads.split(", ")}
KINDS = {
    QuestionKind.SINGLE: "один ответ, один, single, one answer",
    QuestionKind.SEVERAL: "несколько ответов, несколько, several, several answers, multiple",
    QuestionKind.TRUE_FALSE: "верно или неверно, верно/неверно, да/нет, true_false, true or false, true/false",
    QuestionKind.SHORT: "короткий ответ, текст, short, short answer",
    QuestionKind.NUMBER: "число, number",
    QuestionKind.MATCHING: "соответствие, сопоставление, matching",
    QuestionKind.ORDERING: "порядок, упорядочение, ordering, order",
    QuestionKind.GAPS: "пропуски, пропуски в тексте, gaps, gaps in a text, cloze",
    QuestionKind.ESSAY: "эссе, развёрнутый ответ, развернутый ответ, essay",
    QuestionKind.INFO: "текст между вопросами, информация, info, text between questions",
}
KIND_OF = {word: kind for kind, words in KINDS.items() for word in words.split(", ")}
GAP_KINDS = {
    "текст": "short",
    "short": "short",
    "число": "number",
    "number": "number",
    "выбор": "choice",
    "choice": "choice",
}
FLAGS = {
    "регистр": "case", "case": "case", "ё": "yo", "yo": "yo", "пробелы": "spaces", "spaces": "spaces",
    "звёздочка": "wildcards", "звездочка": "wildcards", "wildcards": "wildcards",
    "не перемешивать": "fixed", "fixed": "fixed", "по местам": "places", "places": "places",
    "по соседям": "neighbours", "neighbours": "neighbours",
}  # fmt: skip
FLAG_WORDS = {"case": "регистр", "yo": "ё", "spaces": "пробелы", "wildcards": "звёздочка", "fixed": "не перемешивать"}
SCORING_WORDS = {"places": "по местам", "neighbours": "по соседям"}
TRUTHS = {
    "верно": True,
    "да": True,
    "true": True,
    "yes": True,
    "неверно": False,
    "нет": False,
    "false": False,
    "no": False,
}
