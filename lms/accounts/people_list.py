"""A list of people as anybody may write it, understood: who, at which address, of which centre. Pure.

Columns may stand in any order, with a head or without; names may be one cell or three, family name first or last; an
address may stand in angle brackets after a name, several of them on one line. What cannot be told apart is left for the
person who pasted it to mend: nothing is guessed away.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from lms.accounts.tables import Line


@dataclass(frozen=True)
class Row:
    """One person of the list, as written there; ``number`` is the line she stands in."""

    number: int
    family_name: str = ""
    given_name: str = ""
    patronymic: str = ""
    email: str = ""
    centre: str = ""
    position: str = ""


class Kind(Enum):
    FAMILY = auto()
    GIVEN = auto()
    PATRONYMIC = auto()
    FULL = auto()
    EMAIL = auto()
    CENTRE = auto()
    POSITION = auto()
    OTHER = auto()


_HEADS = {
    Kind.FAMILY: "фамилия, lastname, last name, surname, family name, family_name",
    Kind.GIVEN: "имя, firstname, first name, given name, given_name",
    Kind.PATRONYMIC: "отчество, patronymic, middlename, middle name",
    Kind.FULL: (
        "фио, ф и о, фамилия имя отчество, фамилия имя, имя фамилия, имя и фамилия, фамилия и имя, "
        "имя отчество фамилия, полное имя, участник, имя участника, фио участника, name, full name, fullname"
    ),
    Kind.EMAIL: (
        "почта, email, e mail, mail, адрес почты, эл почта, электронная почта, электронный адрес, эл адрес, "
        "адрес электронной почты, e mail address, email address, почта email, электронная почта email"
    ),
    Kind.CENTRE: (
        "центр, рц, ресурсный центр, название центра, centre, center, resource centre, город, city, institution"
    ),
    Kind.POSITION: "должность, роль, position, role, job, job title, кем работает, статус",
}
_KIND_OF_HEAD = {head: kind for kind, heads in _HEADS.items() for head in heads.split(", ")}

_ANGLE = re.compile(r"^(.*?)[\s\"]*<\s*(?:mailto:)?([^<>]*)>[\s;,.]*$")
_PATRONYMIC = re.compile(r"(?:[оеё]вич|[оеё]вна|ична|инична|ич)$", re.IGNORECASE)
_SECOND_PATRONYMIC = {"оглы", "кызы", "оглу", "кизи", "улы"}
_POSITIONS = re.compile(
    "волонт|бухгалтер|юрист|специалист|методист|руковод|директор|координатор|менеджер|председат|эксперт|консультант|"
    "volunteer|accountant|lawyer|manager|head|director",
    re.IGNORECASE,
)
# Given names common in Russia: they tell «Ирина Ковалёва» from «Ковалёва Ирина».
_GIVEN_NAMES = frozenset(
    """
    александр алексей альберт анатолий андрей антон аркадий арсений артём артемий артур богдан борис вадим валентин
    валерий василий виктор виталий владимир владислав вячеслав геннадий георгий герман глеб григорий даниил данила
    денис дмитрий евгений егор ефим захар иван игнат игорь илья иннокентий иосиф кирилл константин кузьма лев леонид
    лука макар максим марат марк матвей мирон михаил назар никита николай олег павел пётр платон прохор ренат ринат
    роберт родион роман рустам руслан савелий семён сергей спартак станислав степан тарас тимофей тимур тихон фёдор
    феликс филипп эдуард эльдар юлиан юрий яков ярослав агата аделина аксинья александра алевтина алёна алина алиса
    алла альбина амина анастасия ангелина анна антонина анфиса арина валентина валерия варвара василиса вера
    вероника виктория виолетта галина дарина дарья диана дина ева евгения евдокия екатерина елена елизавета жанна
    зинаида злата зоя инна ираида ирина карина кира клавдия кристина ксения лариса лейла лидия лилия любовь людмила
    майя маргарита марианна марина мария марта милана мирослава надежда наина наталия наталья нелли ника нина нонна
    оксана олеся ольга пелагея полина раиса регина римма роза ростислава руслана светлана серафима снежана софия
    софья стефания таисия тамара татьяна ульяна фаина эвелина элеонора элина эльвира эльмира эмма юлия яна
    """.replace("ё", "е").split()
)


def read_people(lines: list[Line], is_centre: Callable[[str], bool]) -> list[Row]:
    """The people of those lines, in order. ``is_centre`` says whether a cell names a centre that there is."""
    kinds = _kinds_of_head(lines[0].cells, lines[1:]) if lines else None
    if kinds is not None:
        return [_row(line, kinds) for line in lines[1:]]
    lines = [one for line in lines for one in _unfold(line)]
    kinds = _kinds_of_columns(lines, is_centre)
    return [_row(_straightened(line, kinds), kinds) for line in lines]


def split_name(text: str) -> tuple[str, str, str]:
    """(family name, given name, patronymic) of a whole name in one of the usual orders; what is not there is empty."""
    if "," in text:
        family, _comma, rest = text.partition(",")
        given, *others = rest.split() or [""]
        return _cased(family), _cased(given), _cased(" ".join(others))
    words = re.sub(r"\.(?=\w)", ". ", text).split()
    family, given, patronymic = _ordered(words)
    return _cased(family), _cased(given), _cased(patronymic)


def _ordered(words: list[str]) -> tuple[str, str, str]:
    match words:
        case []:
            return "", "", ""
        case [only]:
            return ("", only, "") if _is_given(only) else (only, "", "")
        case [first, second] if _is_given(first) and _PATRONYMIC.search(second) and _agree(first, second):
            return "", first, second
        case [first, second] if (_is_given(first) and not _is_given(second)) or first.endswith("."):
            return second, first, ""
        case [first, second]:
            return first, second, ""
        case [first, second, third] if _PATRONYMIC.search(third) and not _PATRONYMIC.search(second):
            return first, second, third
        case [first, second, third] if _PATRONYMIC.search(second) or (first.endswith(".") and second.endswith(".")):
            return third, first, second
        case [first, *between, last] if _is_given(first) and not _PATRONYMIC.search(last) and not _is_second(last):
            return last, " ".join([first, *between]), ""
        case [first, second, *rest]:
            return first, second, " ".join(rest)
    raise AssertionError(words)


def _is_given(word: str) -> bool:
    return word.lower().replace("ё", "е") in _GIVEN_NAMES


def _is_second(word: str) -> bool:
    return word.lower() in _SECOND_PATRONYMIC


def _agree(given: str, patronymic: str) -> bool:
    """Are both a woman's or both a man's? (Анна Пашкевич has a family name there, not a patronymic.)"""
    return (given[-1:].lower() in "аяь" and patronymic.lower().endswith("на")) or (
        given[-1:].lower() not in "ая" and patronymic.lower().endswith("ч")
    )


def _cased(name: str) -> str:
    """«ИВАНОВА» as «Иванова»; names with letters of both cases, and initials, stay."""
    name = name.strip(' "«»;')
    return name.title() if len(name) > 3 and (name.isupper() or name.islower()) else name


# --- columns ----------------------------------------------------------------------------------------------------------
def _kinds_of_head(cells: list[str], below: list[Line]) -> list[Kind] | None:
    """What the columns are by their head; None where the first line is no head."""
    if any("@" in cell for cell in cells):
        return None
    kinds = [_KIND_OF_HEAD.get(_plain_head(cell), Kind.OTHER) for cell in cells]
    known = [kind for kind in kinds if kind is not Kind.OTHER]
    if not known or (Kind.EMAIL not in known and Kind.FULL not in known and Kind.FAMILY not in known):
        return None
    if Kind.EMAIL not in known and not any("@" in cell for line in below for cell in line.cells) and len(known) < 2:
        return None
    if Kind.GIVEN in known and Kind.FAMILY not in known and Kind.FULL not in known:
        kinds[kinds.index(Kind.GIVEN)] = Kind.FULL  # «Имя» over whole names
    if Kind.EMAIL not in known:
        column = _column_of_addresses(below)
        if column is not None and column < len(kinds) and kinds[column] is Kind.OTHER:
            kinds[column] = Kind.EMAIL
    return kinds


def _plain_head(cell: str) -> str:
    return " ".join(re.sub(r"[^a-zа-я_ ]+", " ", cell.lower().replace("ё", "е")).split())


def _kinds_of_columns(lines: list[Line], is_centre: Callable[[str], bool]) -> list[Kind]:
    """What the columns are by what stands in them; where that says nothing: names, then centre, then position."""
    width = max((len(line.cells) for line in lines), default=0)
    kinds = [Kind.OTHER] * width
    columns = [[line.cells[at] for line in lines if at < len(line.cells) and line.cells[at]] for at in range(width)]
    addresses = _column_of_addresses(lines)
    if addresses is not None:
        kinds[addresses] = Kind.EMAIL
    left = [at for at in range(width) if at != addresses and _share(columns[at], _has_letters) > 0.5]
    centre = _best(left, lambda at: _share(columns[at], is_centre), least=0.3)
    position = _best([at for at in left if at != centre], lambda at: _share(columns[at], _is_position), least=0.3)
    for at, kind in ((centre, Kind.CENTRE), (position, Kind.POSITION)):
        if at is not None:
            kinds[at] = kind
            left.remove(at)
    if addresses is None or _share(columns[addresses], lambda cell: bool(_named(cell))) < 0.5:
        for at, kind in _name_columns(left, columns):
            kinds[at] = kind
            left.remove(at)
    elif left and left[0] < addresses and _share(columns[left[0]], lambda cell: " " not in cell) > 0.8:
        kinds[left.pop(0)] = Kind.FAMILY  # «Ковалёва, Ирина <irina@…>»
    for at, kind in zip(left, [kind for kind in (Kind.CENTRE, Kind.POSITION) if kind not in kinds], strict=False):
        kinds[at] = kind
    return kinds


def _name_columns(left: list[int], columns: list[list[str]]) -> list[tuple[int, Kind]]:
    """Which of the columns that are left hold names."""
    if not left:
        return []
    single = [at for at in left if _share(columns[at], lambda cell: " " not in cell.strip()) > 0.7]
    patronymics = _best(single, lambda at: _share(columns[at], lambda cell: bool(_PATRONYMIC.search(cell))), least=0.4)
    first = left[0]
    if first not in single:
        return [(first, Kind.FULL)]
    rest = [at for at in single if at != patronymics]
    if len(rest) < 2 or (patronymics is None and rest[1] != first + 1):
        return [(first, Kind.FULL)] if patronymics is None else [(first, Kind.GIVEN), (patronymics, Kind.PATRONYMIC)]
    family, given = rest[:2]
    if _share(columns[family], _is_given) > _share(columns[given], _is_given):
        family, given = given, family
    found = [(family, Kind.FAMILY), (given, Kind.GIVEN)]
    return found if patronymics is None else [*found, (patronymics, Kind.PATRONYMIC)]


def _column_of_addresses(lines: list[Line]) -> int | None:
    counts = Counter(at for line in lines for at, cell in enumerate(line.cells) if "@" in cell)
    return min(counts, key=lambda at: (-counts[at], at)) if counts else None


def _best(columns: list[int], share: Callable[[int], float], *, least: float) -> int | None:
    best = max(columns, key=share, default=None)
    return best if best is not None and share(best) >= least else None


def _share(cells: list[str], test: Callable[[str], bool]) -> float:
    return sum(map(test, cells)) / len(cells) if cells else 0.0


def _has_letters(cell: str) -> bool:
    return any(sign.isalpha() for sign in cell)


def _is_position(cell: str) -> bool:
    return bool(_POSITIONS.search(cell))


def _named(cell: str) -> str:
    """The name before an address in angle brackets; empty where there is none."""
    found = _ANGLE.match(cell)
    return found[1].strip(' "') if found else ""


# --- rows -------------------------------------------------------------------------------------------------------------
def _unfold(line: Line) -> list[Line]:
    """A line of nothing but addresses, as mail programs copy them, is as many people."""
    cells = [cell for cell in line.cells if cell]
    if len(cells) > 1 and all("@" in cell for cell in cells):
        return [Line(line.number, [cell]) for cell in cells]
    return [line]


def _straightened(line: Line, kinds: list[Kind]) -> Line:
    """A line whose address stands in another column than everybody's: the two cells change places."""
    if Kind.EMAIL not in kinds:
        return line
    usual = kinds.index(Kind.EMAIL)
    cells = line.cells + [""] * (len(kinds) - len(line.cells))
    elsewhere = [at for at, cell in enumerate(cells) if "@" in cell]
    if "@" in cells[usual] or len(elsewhere) != 1:
        return line
    cells[usual], cells[elsewhere[0]] = cells[elsewhere[0]], cells[usual]
    return Line(line.number, cells)


def _row(line: Line, kinds: list[Kind]) -> Row:
    cells: dict[Kind, str] = {}
    for kind, cell in zip(kinds, line.cells, strict=False):
        if cell and kind not in cells:
            cells[kind] = cell
    email = cells.get(Kind.EMAIL, "")
    within = _ANGLE.match(email)
    whole = cells.get(Kind.FULL, "")
    if within:
        email = within[2]
        if not whole and Kind.GIVEN not in cells:
            whole = f"{cells.pop(Kind.FAMILY)}, {within[1]}" if Kind.FAMILY in cells else within[1]
    if whole:
        family, given, patronymic = split_name(whole.strip(' "'))
    else:
        family, given, patronymic = (_cased(cells.get(kind, "")) for kind in (Kind.FAMILY, Kind.GIVEN, Kind.PATRONYMIC))
    return Row(
        number=line.number,
        family_name=family,
        given_name=given,
        patronymic=patronymic or (cells.get(Kind.PATRONYMIC, "") if whole else ""),
        email=email.strip(" \"';,<>").removeprefix("mailto:"),
        centre=cells.get(Kind.CENTRE, ""),
        position=cells.get(Kind.POSITION, ""),
    )
