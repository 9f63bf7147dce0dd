"""imsmanifest.xml as SCORM 1.2 and 2004 (3rd and 4th edition) use it: which parts a package has and where each begins.

Read from the standards (IMS Content Packaging 1.1, ADL SCORM 1.2 and 2004 CAM). Elements go by their names whatever
their namespace: authoring programs differ in those. Sequencing rules and prerequisites are not followed: every part
may be opened at any time. Pure.
"""

from __future__ import annotations

import math
import posixpath
import re
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from lms.texts import one_line

NAME = "imsmanifest.xml"
LARGEST = 2_000_000
MOST_PARTS = 300
DEEPEST = 12
LONGEST_IDENTIFIER = 255
LONGEST_DATA = 4096


class Edition(StrEnum):
    SCORM_12 = "1.2"
    SCORM_2004 = "2004"


class Unreadable(ValueError):
    """The manifest is no XML, or not one of a package."""


class NothingToOpen(Unreadable):
    """No part of it begins at a file that is in the package."""


@dataclass(frozen=True)
class Part:
    """A line of the table of contents; ``href`` (a path in the package, with its query) is empty for a heading.

    ``reports``: a SCO, which says itself when it is done; what does not is done when it was opened.
    """

    identifier: str
    title: str
    depth: int = 0
    href: str = ""
    reports: bool = False
    is_listed: bool = True
    launch_data: str = ""
    # What a score must come to (1.2: of 100; 2004: from -1 to 1), and how much progress is all of it (from 0 to 1).
    passing: float | None = None
    threshold: float | None = None

    @property
    def opens(self) -> bool:
        return bool(self.href)

    @property
    def is_asked(self) -> bool:
        """Must it be done for the whole package to be done?"""
        return self.opens and self.is_listed

    def to_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value != _PLAIN.get(name, ...)}


_PLAIN = {"depth": 0, "href": "", "reports": False, "is_listed": True, "launch_data": "", "passing": None,
          "threshold": None}  # fmt: skip


@dataclass(frozen=True)
class Manifest:
    edition: Edition
    title: str
    parts: tuple[Part, ...]


def read(content: bytes, names: Collection[str]) -> Manifest:
    """``names``: the files in the package. Raises Unreadable."""
    root = _parse(content)
    resources = _resources(root, set(names))
    organization = _organization(root)
    items = list(_items(organization, resources, 0)) if organization is not None else []
    if not any(part.opens for part in items):
        items = _without_contents(resources)
    if not items:
        raise NothingToOpen
    title = _text(organization, "title") if organization is not None else ""
    return Manifest(_edition(root), title, tuple(_each_with_its_name(items)))


def _each_with_its_name(items: list[Part]) -> Iterator[Part]:
    """What is kept about a part is kept under its identifier: no two may have the same."""
    taken: set[str] = set()
    for place, part in enumerate(items, 1):
        name = part.identifier if part.identifier not in taken else f"{part.identifier[:240]} {place}"
        taken.add(name)
        yield replace(part, identifier=name)


def _parse(content: bytes) -> Element:
    if len(content) > LARGEST:
        raise Unreadable
    try:
        root: Element = fromstring(content)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Unreadable from error
    if _name(root) != "manifest":
        raise Unreadable
    return root


# --- names and texts --------------------------------------------------------------------------------------------------
def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()


def _children(element: Element | None, name: str) -> list[Element]:
    return [] if element is None else [child for child in element if _name(child) == name]


def _child(element: Element | None, name: str) -> Element | None:
    return next(iter(_children(element, name)), None)


def _text(element: Element | None, name: str, longest: int = 200) -> str:
    found = _child(element, name)
    return one_line("".join(found.itertext()))[:longest].strip() if found is not None else ""


def _attribute(element: Element, name: str) -> str:
    """By its name whatever its namespace: ``adlcp:scormtype`` and ``adlcp:scormType`` alike."""
    for key, value in element.attrib.items():
        if key.rpartition("}")[2].lower() == name:
            return str(value).strip()
    return ""


def _base(element: Element | None) -> str:
    return "" if element is None else element.get("{http://www.w3.org/XML/1998/namespace}base", "").strip()


def _number(text: str, low: float, high: float) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and low <= number <= high else None


# --- the pieces -------------------------------------------------------------------------------------------------------
def _edition(root: Element) -> Edition:
    said = _text(_child(root, "metadata"), "schemaversion")
    if re.search(r"2004|1\.3", said):
        return Edition.SCORM_2004
    if said.startswith("1.2"):
        return Edition.SCORM_12
    newer = any("adlcp_v1p3" in str(key) for one in root.iter() for key in (one.tag, *one.attrib))
    return Edition.SCORM_2004 if newer else Edition.SCORM_12


def _organization(root: Element) -> Element | None:
    """The one that is named as the default, else the first."""
    organizations = _child(root, "organizations")
    found = _children(organizations, "organization")
    wanted = _attribute(organizations, "default") if organizations is not None else ""
    return next((one for one in found if _attribute(one, "identifier") == wanted), found[0] if found else None)


@dataclass(frozen=True)
class _Resource:
    href: str
    reports: bool


def _resources(root: Element, names: set[str]) -> dict[str, _Resource]:
    """What can be opened, by identifier: resources that begin at a file of the package."""
    folded = {name.casefold(): name for name in names}
    listed = _child(root, "resources")
    found = {}
    for resource in _children(listed, "resource"):
        base = _base(root) + _base(listed) + _base(resource)
        href = _inside(base, _attribute(resource, "href"), folded)
        if href:
            reports = _attribute(resource, "scormtype").lower() == "sco"
            found[_attribute(resource, "identifier")] = _Resource(href, reports)
    return found


def _inside(base: str, address: str, folded: dict[str, str]) -> str:
    """The file an address means, as it is spelled in the package, with the query; empty where it leads out of it."""
    try:
        parts = urlsplit(address.replace("\\", "/"))
    except ValueError:
        return ""
    if parts.scheme or parts.netloc or not parts.path:
        return ""
    path = posixpath.normpath(posixpath.join("/", base.replace("\\", "/"), unquote(parts.path))).lstrip("/")
    name = folded.get(path.casefold(), "")
    query = f"?{parts.query}" if parts.query else ""
    return f"{name}{query}" if name and "?" not in name and "#" not in name else ""


def _items(parent: Element, resources: dict[str, _Resource], depth: int) -> Iterator[Part]:
    """The items below that one in their order. Raises Unreadable when there are too many, or they stand too deep."""
    count = 0
    for item in _children(parent, "item"):
        if depth > DEEPEST:
            raise Unreadable
        part = _part(item, resources, depth)
        below = list(_items(item, resources, depth + 1))
        count += 1 + len(below)
        if count > MOST_PARTS:
            raise Unreadable
        if part.opens or below:
            yield part
            yield from below


def _part(item: Element, resources: dict[str, _Resource], depth: int) -> Part:
    resource = resources.get(_attribute(item, "identifierref"))
    identifier = _attribute(item, "identifier")[:LONGEST_IDENTIFIER]
    return Part(
        identifier=identifier or f"item-{depth}-{_attribute(item, 'identifierref')}"[:LONGEST_IDENTIFIER],
        title=_text(item, "title") or identifier,
        depth=depth,
        href=_with_parameters(resource.href, _attribute(item, "parameters")) if resource else "",
        reports=resource is not None and resource.reports,
        is_listed=_attribute(item, "isvisible").lower() not in {"false", "0"},
        launch_data=(_text(item, "datafromlms", LONGEST_DATA)),
        passing=_passing(item),
        threshold=_threshold(item),
    )


def _with_parameters(href: str, parameters: str) -> str:
    """Joined as SCORM 2004 CAM §3.4.1.7 says; a fragment is of no use to a player."""
    added = parameters.partition("#")[0].lstrip("?&")
    if not added or re.search(r"[\s<>\"\\]", added):
        return href
    return f"{href}{'&' if '?' in href else '?'}{added}"


def _passing(item: Element) -> float | None:
    """masteryscore of 1.2; of 2004, minNormalizedMeasure of the primary objective where it is to be measured."""
    mastery = _number(_text(item, "masteryscore"), 0, 100)
    if mastery is not None:
        return mastery
    primary = _child(_child(_child(item, "sequencing"), "objectives"), "primaryobjective")
    if primary is None or _attribute(primary, "satisfiedbymeasure").lower() != "true":
        return None
    said = _text(primary, "minnormalizedmeasure")
    return _number(said, -1, 1) if said else 1.0


def _threshold(item: Element) -> float | None:
    """completionThreshold: a text in the 3rd edition, attributes in the 4th."""
    found = _child(item, "completionthreshold")
    if found is None:
        return None
    if _attribute(found, "completedbymeasure"):
        if _attribute(found, "completedbymeasure").lower() != "true":
            return None
        return _number(_attribute(found, "minprogressmeasure") or "1", 0, 1)
    return _number(_text(item, "completionthreshold"), 0, 1)


def _without_contents(resources: dict[str, _Resource]) -> list[Part]:
    """A package that names no order of its own: what reports in the order of the list, else the first page."""
    chosen = [(name, one) for name, one in resources.items() if one.reports] or list(resources.items())[:1]
    return [
        Part(identifier=(name or "part")[:LONGEST_IDENTIFIER], title="", href=one.href, reports=one.reports)
        for name, one in chosen[:MOST_PARTS]
    ]
