import pytest

from lms.typography import typo

NB, WJ = "\u00a0", "\u2060"


@pytest.mark.parametrize(
    ("plain", "set_"),
    [
        ("и в Сальске", f"и{NB}в{NB}Сальске"),
        ("Встреча — завтра", f"Встреча{NB}— завтра"),
        ("180 000 ₽", f"180{NB}000{NB}₽"),
        ("15:00–16:30", f"15:00{WJ}–{WJ}16:30"),
        ("чт, 3 декабря", f"чт,{NB}3{NB}декабря"),
        ("№ 7", f"№{NB}7"),
        ("%(num)s человек", f"%(num)s{NB}человек"),
        ("Просто слова", "Просто слова"),
    ],
)
def test_short_words_numbers_and_dashes_do_not_part(plain, set_):
    assert typo(plain) == set_


def test_typing_a_text_twice_changes_nothing_more():
    once = typo("У вас 5 из 8 модулей — до вс, 6 декабря, 15:00–16:30")
    assert typo(once) == once
