"""Stems, and what is marked of what was found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.search.words import Piece, mark, snippet, stems, wanted


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("заявку", "заявки"),
        ("заявок", "заявка"),
        ("ЗАЯВКА", "заявкой"),
        ("отчёт", "отчета"),
        ("волонтёров", "волонтеры"),
        ("grants", "grant"),
        ("социальные", "социального"),
    ],
)
def test_forms_of_a_word_have_one_stem(one, other):
    assert stems(one) == stems(other)


def test_different_words_have_different_stems():
    assert stems("заявка") != stems("заявление")


def test_a_query_keeps_each_word_once_and_not_too_many():
    assert wanted("отчёт, отчёта и отчеты!") == ["отчет", "и"]
    assert len(wanted(" ".join(f"слово{n}" for n in range(50)))) == 12
    assert wanted('"*()&|:\\') == []


def test_every_form_of_what_was_looked_for_is_marked():
    assert mark("Заявка: как писать заявки", wanted("заявку")) == [
        Piece("Заявка", found=True),
        Piece(": как писать "),
        Piece("заявки", found=True),
    ]


def test_a_beginning_of_four_letters_is_enough_and_of_two_is_not():
    assert [piece.text for piece in mark("Ковалёва Ирина", wanted("ковал")) if piece.found] == ["Ковалёва"]
    assert [piece for piece in mark("Ковалёва Ирина", wanted("ко")) if piece.found] == []


def test_a_snippet_begins_near_the_first_hit():
    text = "Вступление. " * 60 + "Смета расходов на год. " + "Заключение. " * 60

    pieces = snippet(text, wanted("сметы"))

    shown = "".join(piece.text for piece in pieces)
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert "Смета расходов" in shown
    assert len(shown) < 320


@given(st.text(max_size=500), st.text(max_size=60))
def test_marking_loses_no_sign_of_the_text(text, query):
    assert "".join(piece.text for piece in mark(text, wanted(query))) == text
