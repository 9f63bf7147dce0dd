"""Questions of every kind, made up by hypothesis; only what a draft may hold (see formats.draft)."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from lms.quizzes.formats.draft import ChoiceDraft, QuestionDraft, lacks, picture, tidy
from lms.quizzes.kinds import QuestionKind

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 16
_SIGNS = "абвёЯz 19.,;:!?~=#{}\\%*|_`<>&\"'()[]->/«»—+@$"
lines = st.text(_SIGNS, min_size=1, max_size=25).map(lambda text: " ".join(text.split())).filter(bool)
texts = st.lists(lines, min_size=1, max_size=3).map("\n\n".join).filter(lambda text: "[[" not in text)
said = st.one_of(st.just(""), lines)
shares = st.sampled_from([0, 25, 33.33333, 50, 90])
numbers = (
    st.decimals(-10_000, 10_000, places=2)
    .map(lambda value: format(value.normalize(), "f"))
    .map(lambda text: "0" if text in {"-0", "0"} else text)
)
tolerances = st.sampled_from(["0", "0.5", "2", "5%", "12.5%"])


def _rows(name: str, values: st.SearchStrategy[str]) -> st.SearchStrategy[list[dict[str, Any]]]:
    row = st.fixed_dictionaries({name: values, "share": shares, "feedback": said})
    full = st.fixed_dictionaries({name: values, "share": st.just(100), "feedback": said})
    rows = st.tuples(full, st.lists(row, max_size=3)).map(lambda both: [both[0], *both[1]])
    return rows.filter(lambda found: len({one[name] for one in found}) == len(found))


words = _rows("text", lines)
near = st.tuples(_rows("answer", numbers), st.lists(tolerances, min_size=4, max_size=4)).map(
    lambda both: [row | {"tolerance": about} for row, about in zip(both[0], both[1], strict=False)]
)
units = st.lists(
    st.builds(
        lambda unit, factor: {"unit": unit, "factor": factor},
        st.sampled_from(["см", "км"]),
        st.sampled_from(["0.01", "1000", "0.5"]),
    ),
    max_size=2,
)
spelling = st.fixed_dictionaries({name: st.booleans() for name in ("case", "yo", "spaces", "wildcards")})
gaps = st.one_of(
    st.builds(
        lambda points, rows, how: {"kind": "short", "points": points, "accepted": rows} | how,
        st.integers(1, 5),
        words,
        spelling,
    ),
    st.builds(
        lambda points, rows, unit: {"kind": "number", "points": points, "answers": rows, "unit": unit, "units": []},
        st.integers(1, 5),
        near,
        st.sampled_from(["", "м"]),
    ),
    st.builds(
        lambda points, rows: {"kind": "choice", "points": points, "options": rows},
        st.integers(1, 5),
        _rows("text", lines),
    ),
)


@st.composite
def drafts(draw: st.DrawFn) -> QuestionDraft:
    kind = draw(st.sampled_from(list(QuestionKind)))
    draft = QuestionDraft(
        kind, draw(texts), title=draw(said), points=draw(st.integers(1, 20)),
        explanation="" if kind is QuestionKind.INFO else draw(said),
        topic=draw(st.sampled_from(["", "Закон", "Закон / Налоги"])),
        tags=draw(st.lists(st.sampled_from(["сложный", "для всех"]), max_size=2, unique=True)),
    )  # fmt: skip
    _FILL[kind](draw, draft)
    if draw(st.booleans()):
        draft.text += f"\n\n{picture('флаг (1).png', 'Флаг')}"
        draft.pictures = {"флаг (1).png": PNG}
    draft = tidy(draft)
    return draft if not lacks(draft) else draw(st.nothing())


def _choices(draw: st.DrawFn, draft: QuestionDraft) -> None:
    count = draw(st.integers(2, 5))
    right = draw(st.integers(0, count - 1))
    own = draw(st.booleans())
    many = draft.kind is QuestionKind.SEVERAL
    for at in range(count):
        is_right = at == right or (many and draw(st.booleans()))
        draft.choices.append(ChoiceDraft(draw(lines), is_right, None, draw(said)))
    rights = sum(one.is_right for one in draft.choices)
    for one in draft.choices if own else ():
        one.share = (
            (100 / rights if rights in {1, 2, 4, 5} else 33.33333)
            if one.is_right
            else draw(st.sampled_from([0, -50] if many else [0, 50]))
        )
        one.share = int(one.share) if one.share == int(one.share) else one.share


def _truth(draw: st.DrawFn, draft: QuestionDraft) -> None:
    draft.settings = {"right": draw(st.booleans()), "feedback": {"true": draw(said), "false": draw(said)}}


def _short(draw: st.DrawFn, draft: QuestionDraft) -> None:
    draft.settings = {"accepted": draw(words)} | draw(spelling)


def _number(draw: st.DrawFn, draft: QuestionDraft) -> None:
    draft.settings = {"answers": draw(near), "unit": draw(st.sampled_from(["", "м"])), "units": draw(units)}
    if not draft.settings["unit"]:
        draft.settings["units"] = []


def _matching(draw: st.DrawFn, draft: QuestionDraft) -> None:
    pair = st.fixed_dictionaries({"left": lines, "right": lines})
    draft.settings = {"pairs": draw(st.lists(pair, min_size=2, max_size=4)), "extra": draw(st.lists(lines, max_size=2))}


def _ordering(draw: st.DrawFn, draft: QuestionDraft) -> None:
    scoring = draw(st.sampled_from(["exact", "places", "neighbours"]))
    draft.settings = {"items": draw(st.lists(lines, min_size=2, max_size=4)), "scoring": scoring}


def _gaps(draw: st.DrawFn, draft: QuestionDraft) -> None:
    found = draw(st.lists(gaps, min_size=1, max_size=3))
    draft.text = " ".join(f"слово [[{at}]]" for at in range(1, len(found) + 1))
    draft.settings = {"gaps": found}


def _essay(draw: st.DrawFn, draft: QuestionDraft) -> None:
    rubric = st.lists(st.fixed_dictionaries({"criterion": lines, "points": st.integers(1, 9)}), min_size=1, max_size=3)
    draft.settings = {
        "rubric": draw(st.one_of(st.none(), rubric)),
        "words": draw(st.sampled_from([None, [50, None], [None, 300], [50, 300]])),
    }


def _choice_settings(draw: st.DrawFn, draft: QuestionDraft) -> None:
    draft.settings = {"shuffle": draw(st.booleans())}
    _choices(draw, draft)


_FILL = {
    QuestionKind.SINGLE: _choice_settings, QuestionKind.SEVERAL: _choice_settings, QuestionKind.TRUE_FALSE: _truth,
    QuestionKind.SHORT: _short, QuestionKind.NUMBER: _number, QuestionKind.MATCHING: _matching,
    QuestionKind.ORDERING: _ordering, QuestionKind.GAPS: _gaps, QuestionKind.ESSAY: _essay,
    QuestionKind.INFO: lambda draw, draft: None,
}  # fmt: skip
