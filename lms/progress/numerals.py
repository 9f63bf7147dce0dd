"""Small numbers as words: up to nine in sentences, figures from ten up and always in tables. Pure.

Russian needs them in cases, and people are counted by collective words (двое, четверым).
"""

from __future__ import annotations

_ENGLISH = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_WORDS = {
    # один модуль, два модуля
    "nominative": "ни одного|один|два|три|четыре|пять|шесть|семь|восемь|девять",
    # из одного, в двух: the genitive and the prepositional are one
    "of": "нуля|одного|двух|трёх|четырёх|пяти|шести|семи|восьми|девяти",
}
_PEOPLE = {
    "nominative": "|один|двое|трое|четверо|пятеро|шестеро|семеро",
    "dative": "|одному|двоим|троим|четверым|пятерым|шестерым|семерым",
}


def number_word(number: int, locale: str, case: str = "nominative") -> str:
    """«пять», «пяти» (case "of"); "five". Figures beyond nine."""
    words = _ENGLISH if locale == "en" else _WORDS[case].split("|")
    return words[number] if 0 <= number < len(words) else str(number)


def people_word(number: int, locale: str, case: str = "nominative") -> str:
    """«четверо», «четверым» (case "dative"); empty where Russian says the number with a noun instead."""
    if locale == "en":
        return ""
    words = _PEOPLE[case].split("|")
    return words[number] if 1 < number < len(words) else ""
