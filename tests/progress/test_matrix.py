"""The table is counted with sets of people; here it is compared with the plain rule, person by person."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from lms.progress.matrix import Column, Filters, Group, Matrix, Row, people_at, people_named, places
from lms.progress.rules import Mark, Required, cycle_is_completed, module_mark

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def row(number: int, name: str = "", seen_days_ago: int | None = 0) -> Row:
    seen = None if seen_days_ago is None else NOW - timedelta(days=seen_days_ago)
    return Row(number, name or f"Участникова{number} Анна", "", f"person{number}@lms.test", seen)


def column(number: int, required: list[Required], needed: int | None = None) -> Column:
    return Column(number, number, f"Модуль {number}", "", "", "", None, tuple(required), needed)


def matrix(rows: list[Row], columns: list[Column], split: int) -> Matrix:
    groups = [Group("salsk", "Сальск", "", 0, split), Group("bataysk", "Батайск", "", split, len(rows))]
    return Matrix(rows, groups, columns, NOW)


needed = st.sampled_from([None, 1, 2, 9])
dues = st.sampled_from([None, NOW - timedelta(days=2), NOW + timedelta(days=2)])


@settings(deadline=None)
@given(st.data())
def test_every_mark_is_the_one_the_rules_give(data):
    size = data.draw(st.integers(1, 7))
    modules = data.draw(st.lists(st.lists(dues, max_size=3), min_size=1, max_size=3))
    activity_ids = iter(range(100, 200))
    columns = [
        column(
            number, [Required(next(activity_ids), due) for due in asked], data.draw(st.sampled_from([None, 1, 2, 9]))
        )
        for number, asked in enumerate(modules, 1)
    ]
    own_dues = {
        (each.id, person): data.draw(dues.filter(bool))
        for each in columns
        for person in data.draw(st.sets(st.integers(0, size - 1)))
    }
    for each in columns:
        each.exceptions = tuple((1 << person, due) for (module, person), due in own_dues.items() if module == each.id)
    ids = [one.activity_id for each in columns for one in each.required]
    who = st.sets(st.integers(0, size - 1))
    done = {one: data.draw(who) for one in ids}
    excused = {one: data.draw(who) & done[one] for one in ids}
    begun = {each.id: data.draw(who) for each in columns if each.required}
    table = matrix([row(n) for n in range(size)], columns, split=data.draw(st.integers(0, size)))

    table.judge(
        {one: people_at(people, size) for one, people in done.items()},
        {one: people_at(people, size) for one, people in excused.items()},
    )
    begun_sets = {one: people_at(people, size) for one, people in begun.items()}
    found = [marks for group in table.groups for marks in table.marks(group, columns, begun_sets)]

    expected = [
        tuple(
            module_mark(
                [Required(one.activity_id, own_dues.get((each.id, person), one.due_at)) for one in each.required],
                done={one for one in ids if person in done[one]},
                excused={one for one in ids if person in excused[one]},
                begun={one.activity_id for one in each.required if person in begun[each.id]},
                needed=each.needed,
                now=NOW,
            )
            for each in columns
        )
        for person in range(size)
    ]
    assert found == expected
    totals = [total for group in table.groups for total in table.totals(group)]
    assert totals == [sum(mark.is_settled for mark in marks) for marks in expected]
    late = table.find(Filters(state="late"))
    assert list(places(late)) == [person for person in range(size) if Mark.LATE in expected[person]]
    cycle_needed = data.draw(st.sampled_from([None, 1, 2]))
    asking = [at for at, each in enumerate(columns) if each.required]
    completed = table.completed(cycle_needed, is_whole=True)
    assert list(places(completed)) == [
        person
        for person in range(size)
        if cycle_is_completed([expected[person][at] for at in asking], needed=cycle_needed, is_whole=True)
    ]
    not_done = table.find(Filters(module=1, state="not-done"))
    assert list(places(not_done)) == [person for person in range(size) if not expected[person][0].is_settled]


def test_people_of_other_tables_are_passed_over():
    assert people_named("7,3,999", {"3": 0, "5": 1, "7": 2}, 3) == 0b101
    assert people_named(None, {"3": 0}, 1) == 0


def test_a_name_is_found_by_any_of_its_words_and_e_for_yo():
    table = matrix([row(1, "Ковалёва Ирина"), row(2, "Ковалёв Пётр"), row(3, "Мороз Артём")], [], split=3)

    assert list(places(table.find(Filters(search="ирина ковалева")))) == [0]
    assert list(places(table.find(Filters(search="КОВАЛЕВ")))) == [0, 1]
    assert list(places(table.find(Filters(search="person3@")))) == [2]


def test_away_are_those_not_seen_for_fourteen_days_or_never():
    table = matrix([row(1, seen_days_ago=13), row(2, seen_days_ago=15), row(3, seen_days_ago=None)], [], split=3)

    assert list(places(table.find(Filters(away=True)))) == [1, 2]


def test_a_centre_nobody_knows_has_nobody():
    assert matrix([row(1)], [], split=1).find(Filters(centre="taganrog")) == 0


def test_the_average_is_of_modules_somebody_did_or_whose_time_is_over():
    columns = [column(1, [Required(1)]), column(2, [Required(2)]), column(3, [Required(3)])]
    table = matrix([row(1), row(2), row(3), row(4)], columns, split=4)
    table.judge({1: 0b1111, 2: 0b0001}, {})

    assert table.average(table.everybody) == 62.5
    assert table.average(0) is None
