"""The tree of a parcel, looked through before anything of it is stored. Asks no database.

What comes out has the same form, with the values that columns hold. What is damaged raises Wrong and nothing comes in;
what is sound but cannot be kept (a question without a right answer, an address of no page) is left out and named.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _

from lms.cycles.models import FITTING_RULES, Activity, Cycle, Module, State
from lms.dates import find_zone
from lms.materials import chapters, links
from lms.materials.filetypes import kept_name
from lms.materials.markdown import LARGEST, LARGEST_TRANSCRIPT, TooLong, must_fit
from lms.materials.models import Material, MaterialKind, StoredFile
from lms.quizzes.formats.draft import ChoiceDraft, QuestionDraft, lacks
from lms.quizzes.models import Choice, Question, QuestionKind, Quiz, QuizDraw, Topic
from lms.sessions.models import Anchor, LiveSession, Reminder
from lms.surveys.models import Survey, SurveyKind, SurveyQuestion
from lms.texts import one_line
from lms.transfer import shapes
from lms.transfer.parcel import Tree
from lms.transfer.values import Wrong, read

MOST = {"modules": 200, "activities": 500, "questions": 2000, "reminders": 30, "surveys": 200, "files": 5000}
_MOST_ROWS = 2000


def checked(tree: Tree, *, trusted: bool = False) -> tuple[Tree, list[str]]:
    """The tree with sound values, and what is left out of it. ``trusted``: it was made of rows of our own."""
    checking = _Checking(trusted)
    return checking.tree(tree), checking.doubts


def _read(model: Any, told: Tree, place: str) -> Tree:
    return read(told, model.__table__, place)


def _rows(told: Tree, name: str, place: str) -> list[tuple[Tree, str]]:
    rows = told.get(name, [])
    if not isinstance(rows, list) or len(rows) > MOST.get(name, _MOST_ROWS):
        raise Wrong(f"{place}.{name}")
    found = [(row, f"{place}.{name}[{number}]") for number, row in enumerate(rows, 1)]
    for row, at in found:
        if not isinstance(row, dict):
            raise Wrong(at)
    return found


def _required(values: Tree, place: str, *names: str) -> None:
    for name in names:
        if values.get(name) in (None, ""):
            raise Wrong(f"{place}.{name}")


def _key(told: Tree, name: str, place: str) -> str | None:
    """The key of something else; None where there is none."""
    key = told.get(name)
    if key is not None and not (isinstance(key, str) and len(key) <= 20):
        raise Wrong(f"{place}.{name}")
    return key


class _Checking:
    def __init__(self, trusted: bool) -> None:
        self.trusted = trusted
        self.doubts: list[str] = []
        self.keys: set[str] = set()

    def tree(self, told: Tree) -> Tree:
        cycle = told.get("cycle")
        if cycle is not None and not isinstance(cycle, dict):
            raise Wrong("cycle")
        made: Tree = {
            "cycle": _read(Cycle, cycle, "cycle") if cycle is not None else None,
            "modules": [self._module(*row) for row in _rows(told, "modules", "manifest")],
            "sessions": [self._activity(*row) for row in _rows(told, "sessions", "manifest")],
            "surveys": [self._survey(*row) for row in _rows(told, "surveys", "manifest")],
            "topics": [self._topic(*row) for row in _rows(told, "topics", "manifest")],
            "files": [self._file(*row) for row in _rows(told, "files", "manifest")],
        }
        _no_circles(made["modules"])
        if any(session["type"] != "live_session" for session in made["sessions"]):
            raise Wrong("sessions")
        return made

    def _own_key(self, told: Tree, place: str) -> str:
        key = _key(told, "key", place)
        if not key or key in self.keys:
            raise Wrong(f"{place}.key")
        self.keys.add(key)
        return key

    def _module(self, told: Tree, place: str) -> Tree:
        values = _read(Module, told, place)
        _required(values, place, "title")
        needs = told.get("needs", [])
        if not isinstance(needs, list) or not all(isinstance(one, str) for one in needs):
            raise Wrong(f"{place}.needs")
        return {
            "key": self._own_key(told, place),
            **_appearing(values),
            "needs": needs[: MOST["modules"]],
            "activities": [self._activity(*row) for row in _rows(told, "activities", place)],
        }

    def _activity(self, told: Tree, place: str) -> Tree:
        values = _read(Activity, told, place)
        _required(values, place, "type", "title", "rule")
        check = _KINDS.get(values["type"])
        if check is None:
            raise Wrong(f"{place}.type")
        values |= {"key": self._own_key(told, place), "rule_quiz": _key(told, "rule_quiz", place)}
        return _appearing(values | check(self, told, place, values))

    # --- by kind ------------------------------------------------------------------------------------------------------
    def material(self, told: Tree, place: str, common: Tree) -> Tree:
        values = _read(Material, told, place)
        _required(values, place, "kind")
        values["file"] = self._address(told.get("file"), place)
        values["sound"] = self._address(told.get("sound"), place)
        values["recording_of"] = _key(told, "recording_of", place)
        values["url"] = self._link(values.get("url") or "", common["title"])
        values["body"] = values.get("body") or ""
        _must_fit(values["body"], f"{place}.body")
        values |= _around_the_player(values, place)
        fitting = Material(kind=values["kind"]).fitting_rules
        rule = common["rule"] if common["rule"] in fitting else fitting[0]
        return {**values, "rule": rule, "state": _ready(common, _has_content(values))}

    def package(self, told: Tree, place: str, common: Tree) -> Tree:
        """A copy has the ZIP of the one it is of; from elsewhere one of its own, or its name only."""
        source, packed = told.get("source") if self.trusted else None, told.get("zip")
        if packed is not None and not isinstance(packed, dict):
            raise Wrong(f"{place}.zip")
        packed = self._content(packed, f"{place}.zip") if packed else None
        if source is None and packed is None:
            said = _("“%(title)s” comes without its ZIP: upload it there again.", title=common["title"])
            self.doubts.append(said)
        fitting = FITTING_RULES["package"]
        rule = common["rule"] if common["rule"] in fitting else fitting[0]
        is_ready = source is not None or packed is not None
        return {"source": source, "zip": packed, "rule": rule, "state": _ready(common, is_ready)}

    def quiz(self, told: Tree, place: str, common: Tree) -> Tree:
        values = _read(Quiz, told, place)
        values["pair_of"] = _key(told, "pair_of", place)
        values["questions"] = self._questions(told, place, common["title"])
        values["draws"] = [self._draw(*row) for row in _rows(told, "draws", place)]
        rule = common["rule"] if common["rule"] in FITTING_RULES["quiz"] else FITTING_RULES["quiz"][0]
        asks = any(question["kind"].asks for question in values["questions"]) or values["draws"]
        return {**values, "rule": rule, "state": _ready(common, bool(asks))}

    def live_session(self, told: Tree, place: str, common: Tree) -> Tree:
        values = _read(LiveSession, told, place)
        _required(values, place, "kind", "starts_at", "ends_at", "zone")
        if values["ends_at"] <= values["starts_at"] or find_zone(values["zone"]) is None:
            raise Wrong(f"{place}.ends_at")
        values["room_url"] = self._link(values.get("room_url") or "", common["title"])
        values["reminders"] = [self._reminder(*row) for row in _rows(told, "reminders", place)]
        usual = FITTING_RULES["live_session"]
        return {
            **values,
            "rule": common["rule"] if common["rule"] in usual else usual[0],
            "state": State.DRAFT,
            "publish_at": None,
        }

    # --- what hangs on them -------------------------------------------------------------------------------------------
    def _reminder(self, told: Tree, place: str) -> Tree:
        values = _read(Reminder, told, place)
        _required(values, place, "anchor", "whom")
        if values["anchor"] is Anchor.MOMENT:
            _required(values, place, "at")
        return values

    def _draw(self, told: Tree, place: str) -> Tree:
        values = _read(QuizDraw, told, place) | {"topic": _key(told, "topic", place)}
        _required(values, place, "count", "topic")
        return values

    def _topic(self, told: Tree, place: str) -> Tree:
        values = _read(Topic, told, place) | {"key": self._own_key(told, place)}
        _required(values, place, "title")
        return values | {"questions": self._questions(told, place, values["title"])}

    def _questions(self, told: Tree, place: str, within: str) -> list[Tree]:
        found = [self._question(*row, within) for row in _rows(told, "questions", place)]
        return [question for question in found if question is not None]

    def _question(self, told: Tree, place: str, within: str) -> Tree | None:
        values = _read(Question, told, place)
        _required(values, place, "kind", "text")
        values["tags"] = [shapes.text(tag)[:50] for tag in values.get("tags") or [] if isinstance(tag, str)][:20]
        values["choices"] = [self._choice(*row) for row in _rows(told, "choices", place)]
        kind: QuestionKind = values["kind"]
        problem = self._unfit(values, kind) or self._lacking(values)
        if problem:
            about = one_line(values["text"])[:80]
            self.doubts.append(
                _("A question of “%(quiz)s” is left out: “%(about)s”. %(why)s", quiz=within, about=about, why=problem)
            )
            return None
        _must_fit(values["text"], f"{place}.text")
        return values

    def _unfit(self, values: Tree, kind: QuestionKind | SurveyKind) -> str:
        try:
            values["settings"] = shapes.settings(kind, values.get("settings") or {})
        except shapes.Unfit:
            return "" if self.trusted else _("What is right in it is not said in a way that can be read.")
        return ""

    def _lacking(self, values: Tree) -> str:
        if self.trusted:
            return ""
        draft = QuestionDraft(
            values["kind"], values["text"], settings=values["settings"],
            points=values.get("points", 1), explanation=values.get("explanation") or "",
        )  # fmt: skip
        draft.choices = [ChoiceDraft(one["text"], one.get("is_right", False)) for one in values["choices"]]
        return lacks(draft)

    def _choice(self, told: Tree, place: str) -> Tree:
        values = _read(Choice, told, place)
        _required(values, place, "text")
        return values

    def _survey(self, told: Tree, place: str) -> Tree:
        values = _read(Survey, told, place)
        _required(values, place, "title")
        links_to = {name: _key(told, name, place) for name in ("module", "live_session")}
        asked = [self._survey_question(*row) for row in _rows(told, "questions", place)]
        return {**values, **links_to, "questions": asked}

    def _survey_question(self, told: Tree, place: str) -> Tree:
        values = _read(SurveyQuestion, told, place)
        _required(values, place, "kind", "text")
        if self._unfit(values, values["kind"]):
            raise Wrong(f"{place}.settings")
        _must_fit(values["text"], f"{place}.text")
        return values

    def _file(self, told: Tree, place: str) -> Tree:
        return {"key": self._own_key(told, place), **self._content(told, place)}

    def _content(self, told: Tree, place: str) -> Tree:
        """What is said of bytes that lie beside the tree."""
        values = _read(StoredFile, told, place)
        _required(values, place, "original_name", "sha256", "size")
        return values | {"original_name": kept_name(values["original_name"])}

    def _address(self, told: Any, place: str) -> str | None:
        if told is not None and not (isinstance(told, str) and len(told) < 1000):
            raise Wrong(f"{place}.file")
        return told

    def _link(self, address: str, title: str) -> str:
        if not address or self.trusted:
            return address
        try:
            return links.checked(address)
        except ValueError:
            self.doubts.append(
                _("The address of “%(title)s” is left out: %(address)s", title=title, address=address[:200])
            )
            return ""


def _no_circles(modules: list[Tree]) -> None:
    """Modules that need each other would never open for anybody."""
    needs = {module["key"]: set(module["needs"]) for module in modules}
    while free := [key for key, needed in needs.items() if not needed & needs.keys()]:
        for key in free:
            del needs[key]
    if needs:
        raise Wrong("modules.needs")


def _must_fit(text: str, place: str, largest: int = LARGEST) -> None:
    """Markdown is parsed when it is stored; here it is only measured."""
    try:
        must_fit(text, largest=largest)
    except TooLong:
        raise Wrong(place) from None


def _around_the_player(values: Tree, place: str) -> Tree:
    """What a recording has beside its file: the text, and chapters, which must be some to be kept."""
    text, typed = values.get("transcript") or "", values.get("chapters") or ""
    _must_fit(text, f"{place}.transcript", LARGEST_TRANSCRIPT)
    try:
        chapters.read(typed)
    except chapters.NoChapter:
        raise Wrong(f"{place}.chapters") from None
    seconds = values.get("seconds")
    return {"transcript": text, "chapters": typed, "seconds": seconds if seconds and 0 < seconds < 90_000 else None}


def _appearing(values: Tree) -> Tree:
    """Scheduled without a time is a draft; only what is scheduled has a time."""
    is_scheduled = values.get("state") is State.SCHEDULED and values.get("publish_at") is not None
    state = State.DRAFT if values.get("state") is State.SCHEDULED and not is_scheduled else values.get("state")
    return values | {"state": state or State.DRAFT, "publish_at": values["publish_at"] if is_scheduled else None}


def _has_content(material: Tree) -> bool:
    if material["kind"] is MaterialKind.PAGE:
        return bool(material["body"].strip())
    if material["kind"] is MaterialKind.FILE:
        return bool(material["file"])
    if material["kind"] is MaterialKind.LINK:
        return bool(material["url"])
    return bool(material["url"] or material["file"])


def _ready(common: Tree, is_ready: bool) -> State:
    """What lacks something is a draft, whatever it says of itself."""
    state: State = common.get("state") or State.DRAFT
    return state if is_ready or state is State.HIDDEN else State.DRAFT


# How each kind of activity is looked through.
_KINDS: dict[str, Callable[[_Checking, Tree, str, Tree], Tree]] = {
    "material": _Checking.material,
    "package": _Checking.package,
    "quiz": _Checking.quiz,
    "live_session": _Checking.live_session,
}
