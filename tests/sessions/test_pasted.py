from lms.sessions.pasted import Line, lines


def test_addresses_and_names_come_in_any_of_the_usual_shapes():
    text = """Ivanova@Example.org
    "Иванова, Анна" <a.ivanova@example.org>

    1. Петров Пётр
    one@example.org; two@example.org, "Три" <three@example.org>
    Сидорова Анна;"""

    assert lines(text) == [
        Line(1, "Ivanova@Example.org", address="ivanova@example.org"),
        Line(2, "a.ivanova@example.org", address="a.ivanova@example.org", called="Иванова, Анна"),
        Line(4, "Петров Пётр", name="петров пётр"),
        Line(5, "one@example.org", address="one@example.org"),
        Line(5, "two@example.org", address="two@example.org"),
        Line(5, "three@example.org", address="three@example.org", called="Три"),
        Line(6, "Сидорова Анна;", name="сидорова анна"),
    ]


def test_several_addresses_on_one_line_are_several_people():
    assert [line.address for line in lines("one@example.org; two@example.org,three@example.org")] == [
        "one@example.org", "two@example.org", "three@example.org"
    ]  # fmt: skip


def test_a_wrong_address_keeps_its_line_and_says_what_is_wrong(app):
    (line,) = lines("\n\nа.мороз@example.org")

    assert (line.number, line.text, line.address) == (3, "а.мороз@example.org", "")
    assert line.problem
