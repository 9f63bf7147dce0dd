"""An item of QTI 2 while it is read: what it declares, and its text as Markdown. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

from flask_babel import gettext as _

from lms.quizzes.formats.draft import (
    QuestionDraft,
    name_unshown,
    read_share,
)
from lms.quizzes.formats.markup import from_html, unshown
from lms.quizzes.formats.package import beside
from lms.quizzes.formats.xml import Node


class Bad(ValueError):
    """This item cannot be read, and why."""


@dataclass
class Item:
    """What an item says besides its text."""

    node: Node
    name: str
    files: Mapping[str, bytes]
    draft: QuestionDraft
    responses: dict[str, Node] = field(default_factory=dict)

    def correct(self, identifier: str) -> list[str]:
        found = self.responses.get(identifier)
        return [one.text.strip() for one in found.find("value")] if found and found.first("correctResponse") else []

    def mapping(self, identifier: str) -> dict[str, float]:
        found = self.responses.get(identifier)
        entries = found.find("mapEntry") if found else []
        return {entry.get("mapKey"): read_share(entry.get("mappedValue")) for entry in entries}

    def base_type(self, identifier: str) -> str:
        found = self.responses.get(identifier)
        return found.get("baseType", "string") if found else "string"

    def is_cased(self, identifier: str) -> bool:
        """Do capitals matter? They do unless an entry says they do not."""
        found = self.responses.get(identifier)
        return not any(entry.get("caseSensitive") == "false" for entry in (found.find("mapEntry") if found else []))


def replace_in(within: Node, node: Node, by: Sequence[Node | str]) -> None:
    for parent in within.walk():
        if node in parent.children:
            at = parent.children.index(node)
            parent.children[at : at + 1] = by
            return


def markdown(item: Item, node: Node) -> str:
    for one in node.find("object"):
        if one.get("type").startswith("image/") or one.get("data").lower().endswith((".png", ".jpg", ".jpeg", ".gif")):
            one.tag, one.attributes = "img", {"src": one.get("data"), "alt": one.text.strip()}
            one.children = []
    name_unshown(item.draft, unshown(node.inner))
    return from_html(node.inner, lambda address: _picture(item, address))


def _picture(item: Item, address: str) -> str:
    path = beside(item.name, unquote(address)) if ":" not in address else ""
    if path not in item.files:
        item.draft.warnings.append(_("A picture is not in the file: %(name)s.", name=unquote(address)[-80:]))
        return ""
    name = path.rpartition("/")[2]
    while item.draft.pictures.get(name, item.files[path]) != item.files[path]:
        name = f"2-{name}"
    item.draft.pictures[name] = item.files[path]
    return name
