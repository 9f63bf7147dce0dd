from lms.progress.numerals import number_word, people_word


def test_words_to_nine_and_figures_from_ten():
    assert [number_word(n, "ru") for n in (1, 5, 9, 10, 31)] == ["один", "пять", "девять", "10", "31"]
    assert [number_word(n, "ru", "of") for n in (1, 2, 8, 12)] == ["одного", "двух", "восьми", "12"]
    assert [number_word(n, "en") for n in (1, 9, 10)] == ["one", "nine", "10"]


def test_people_are_counted_in_collective_words_from_two_to_seven():
    assert [people_word(n, "ru") for n in (1, 2, 4, 7, 8)] == ["", "двое", "четверо", "семеро", ""]
    assert people_word(4, "ru", "dative") == "четверым"
    assert people_word(4, "en") == ""
