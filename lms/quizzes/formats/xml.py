"""XML from strangers as a tree of nodes that know their lines, and texts made into XML. Pure.

No entities, no outside files, at most 100 levels and 300,000 elements. Names are without their prefixes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from io import BytesIO
from xml.sax import ContentHandler, SAXException
from xml.sax.xmlreader import Locator

import defusedxml.sax
from defusedxml import DefusedXmlException
from flask_babel import gettext as _

from lms.accounts.tables import decode
from lms.quizzes.formats.draft import Unreadable

DEEPEST = 100
MOST_ELEMENTS = 300_000
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,300}\?>")
_ENCODING = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_UNFIT = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(eq=False)
class Node:
    tag: str
    attributes: dict[str, str]
    line: int
    children: list[Node | str] = field(default_factory=list)

    def all(self, *tags: str) -> list[Node]:
        """The children of that name."""
        return [child for child in self.children if isinstance(child, Node) and child.tag in tags]

    def first(self, *path: str) -> Node | None:
        here: Node | None = self
        for tag in path:
            here = next(iter(here.all(tag)), None) if here else None
        return here

    def walk(self) -> Iterator[Node]:
        """Itself and everything below, in the order of the file."""
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.walk()

    def find(self, *tags: str) -> list[Node]:
        return [node for node in self.walk() if node.tag in tags]

    def get(self, name: str, usual: str = "") -> str:
        return self.attributes.get(name, usual)

    @property
    def text(self) -> str:
        """The words in it and below it."""
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    def said(self, *path: str) -> str:
        found = self.first(*path)
        return found.text.strip() if found else ""

    @property
    def inner(self) -> str:
        """What stands in it, as HTML."""
        return "".join(escape(child, quote=False) if isinstance(child, str) else child.outer for child in self.children)

    @property
    def outer(self) -> str:
        given = "".join(f' {name}="{escape(value)}"' for name, value in self.attributes.items())
        return f"<{self.tag}{given}>{self.inner}</{self.tag}>"


class _TooMuch(SAXException):
    pass


class _Builder(ContentHandler):
    def __init__(self) -> None:
        super().__init__()
        self.root = Node("", {}, 0)
        self.open = [self.root]
        self.count = 0
        self.locator: Locator | None = None

    def setDocumentLocator(self, locator: Locator) -> None:
        self.locator = locator

    def startElement(self, name: str, attrs: object) -> None:
        self.count += 1
        if len(self.open) > DEEPEST or self.count > MOST_ELEMENTS:
            raise _TooMuch("too deep or too many")
        line = self.locator.getLineNumber() or 0 if self.locator else 0
        given = {local(key): value for key, value in attrs.items()}  # type: ignore[attr-defined]
        node = Node(local(name), given, line)
        self.open[-1].children.append(node)
        self.open.append(node)

    def endElement(self, name: str) -> None:
        self.open.pop()

    def characters(self, content: str) -> None:
        children = self.open[-1].children
        if children and isinstance(children[-1], str) and len(children[-1]) < 10_000:
            children[-1] += content
        else:
            children.append(content)


def local(name: str) -> str:
    return name.rpartition(":")[2]


def text_of(content: bytes) -> str:
    """The text in the encoding that it says it is in."""
    said = _ENCODING.match(content[:400])
    if said and not content.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        try:
            return content.decode(said[1].decode("ascii"))
        except (LookupError, ValueError):
            pass
    return decode(content)


def parse(content: bytes | str) -> Node:
    """The outermost element. Raises Unreadable, with the line."""
    text = content if isinstance(content, str) else text_of(content)
    text = _DECLARATION.sub(lambda found: "\n" * found[0].count("\n"), text.removeprefix("\ufeff"), count=1)
    builder = _Builder()
    try:
        defusedxml.sax.parse(BytesIO(text.encode("utf-8", "replace")), builder)
    except DefusedXmlException as error:
        raise Unreadable(_("The file declares entities of its own; such a file is not read.")) from error
    except _TooMuch as error:
        message = _("The file has too many elements, or they stand too deep in each other.")
        raise Unreadable(message, builder.open[-1].line) from error
    except (SAXException, ValueError, LookupError) as error:
        line = getattr(error, "getLineNumber", lambda: 0)() or 0
        raise Unreadable(_("The file is no sound XML: it breaks off or is mistyped here."), line) from error
    return next(iter(child for child in builder.root.children if isinstance(child, Node)))


# --- writing ----------------------------------------------------------------------------------------------------------
def element(tag: str, inner: str = "", **attributes: object) -> str:
    """``inner`` is XML; attributes that are None are left out, a trailing underscore is taken off their names."""
    given = "".join(
        f' {name.rstrip("_")}="{words(str(value), quote=True)}"'
        for name, value in attributes.items()
        if value is not None
    )
    return f"<{tag}{given}>{inner}</{tag}>" if inner else f"<{tag}{given}/>"


def words(text: str, *, quote: bool = False) -> str:
    """A text as XML holds it."""
    return escape(_UNFIT.sub("", text), quote=quote)
