"""A Common Cartridge while it is read: its resources, what was lost of it, and where its files stand. No database."""

from __future__ import annotations

import posixpath
import re
import zipfile
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import unquote, urlsplit

from lms.quizzes.formats import draft as drafts
from lms.quizzes.formats.package import beside
from lms.quizzes.formats.xml import Node, parse
from lms.texts import one_line
from lms.transfer.archive import read_entry
from lms.transfer.parcel import Tree
from lms.transfer.values import Unreadable

LARGEST_XML = 5_000_000
_BASE = re.compile(r"\$IMS-CC-FILEBASE\$/?|%24IMS-CC-FILEBASE%24/?", re.IGNORECASE)
_UNTITLED = re.compile(r"[\s_]+")


@dataclass
class Work:
    """A cartridge while it is read."""

    packed: zipfile.ZipFile
    names: set[str]
    resources: dict[str, Node]
    doubts: list[str] = field(default_factory=list)
    numbers: dict[str, str] = field(default_factory=dict)  # of files, by their path in the cartridge
    used: set[str] = field(default_factory=set)  # resources that stand somewhere
    topics: list[Tree] = field(default_factory=list)
    keys: Any = field(default_factory=lambda: count(1))

    def xml(self, name: str) -> Node:
        try:
            return parse(read_entry(self.packed, name, most=LARGEST_XML))
        except drafts.Unreadable as error:
            raise Unreadable(f"{name}: {error}") from error

    def doubt(self, words: str) -> None:
        if words not in self.doubts:
            self.doubts.append(words)

    def number(self, path: str) -> str:
        return self.numbers.setdefault(path, str(len(self.numbers) + 1))


def activity(work: Work, type: str, title: str, path: str, rule: str, **parts: Any) -> Tree:
    usual = _UNTITLED.sub(" ", posixpath.basename(path).rpartition(".")[0])
    return {
        "key": f"a{next(work.keys)}",
        "type": type,
        "title": (one_line(title) or usual or path)[:200],
        "state": "draft",
        "rule": rule,
        **parts,
    }


def inside_address(work: Work, path: str, said: str) -> str | None:
    """Where in the cartridge an address leads, or None where it leads to the web or to a place in the page."""
    if not said or said.startswith(("#", "mailto:", "tel:")):
        return None
    bare, from_base = _BASE.subn("", said)
    if not from_base and (urlsplit(said).scheme or said.startswith("//")):
        return None
    bare = unquote(bare.partition("?")[0].partition("#")[0])
    places = [beside(path, bare), posixpath.normpath(bare.lstrip("./")), f"web_resources/{bare}"]
    return next((place for place in places if place in work.names), places[0])
