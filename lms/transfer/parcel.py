"""A cycle, or one module, as a tree of plain values: what copies, archives and cartridges have in common. Pure.

The tree is what stands in ``manifest.json`` of an archive (README, “The archive of a cycle”): modules with their
activities, sessions that stand in no module, surveys, topics of the bank, files. Things that others point to carry a
``key``; a file is named by its address, with its key in the place of its number: ``/files/f3/plan.pdf``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Tree = dict[str, Any]

FORMAT = "masterskaya-cycle"
VERSION = 1
# A file that is mentioned and not there: such an address leads nowhere.
NOWHERE = "0"

_ADDRESS = re.compile(r"/files/([0-9]{1,18}|f[0-9]{1,6})/")


def named_files(value: Any) -> Iterator[str]:
    """What stands in the place of the number in every address of a file, in order, as often as it is said."""
    if isinstance(value, str):
        yield from _ADDRESS.findall(value)
    elif isinstance(value, dict):
        for one in value.values():
            yield from named_files(one)
    elif isinstance(value, list):
        for one in value:
            yield from named_files(one)


def with_files(value: Any, names: Mapping[str, str]) -> Any:
    """The same with other names in the addresses of files; one that has none leads nowhere."""
    return _mapped(value, lambda text: _ADDRESS.sub(lambda found: f"/files/{names.get(found[1], NOWHERE)}/", text))


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {name: _mapped(one, change) for name, one in value.items()}
    if isinstance(value, list):
        return [_mapped(one, change) for one in value]
    return change(value) if type(value) is str else value  # words of enums are no texts


def activities(tree: Tree) -> Iterator[Tree]:
    for module in tree["modules"]:
        yield from module["activities"]
    yield from tree["sessions"]


def packages_of(tree: Tree) -> Iterator[Tree]:
    """Those that have their ZIP beside the tree."""
    return (one for one in activities(tree) if one["type"] == "package" and one.get("zip"))


def questions(tree: Tree) -> Iterator[Tree]:
    """Those of quizzes and those of the bank."""
    for activity in activities(tree):
        yield from activity.get("questions", ())
    for topic in tree["topics"]:
        yield from topic["questions"]
