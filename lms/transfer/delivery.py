"""What came in as a file, whatever it is: a tree that was looked through, and the contents of its files.

Knows no database. An archive of ours is told by its manifest, a Common Cartridge by its own.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO

from flask_babel import gettext as _

from lms.materials import filetypes
from lms.transfer import archive, cartridge
from lms.transfer.checking import checked
from lms.transfer.parcel import Tree, named_files
from lms.transfer.values import Unreadable

_PIECE = 256 * 1024


@dataclass
class Delivery:
    """``doubts`` name what is left out. ``open_file`` gives the content of a file of the tree, by its key."""

    name: str
    tree: Tree
    doubts: list[str]
    open_file: Callable[[str], IO[bytes]]
    files: list[Tree] = field(default_factory=list)  # those of the tree that can be kept


@contextmanager
def opened(content: IO[bytes], *, largest: int, most: int = archive.MOST_UNPACKED) -> Iterator[Delivery]:
    """``largest`` is how large a file may be that is kept, ``most`` how large all of them, in bytes.

    Raises Unreadable.
    """
    with archive.opened(content, most=most) as packed:
        delivery = _cartridge(packed) if cartridge.MANIFEST in packed.namelist() else _archive(packed)
        delivery.files = [file for file in delivery.tree["files"] if _can_be_kept(delivery, file, largest)]
        yield delivery


def _archive(packed: zipfile.ZipFile) -> Delivery:
    if archive.MANIFEST not in packed.namelist():
        raise Unreadable(_("This is neither an archive of a cycle nor a Common Cartridge."))
    tree, doubts = checked(archive.read_manifest(packed))
    if tree["cycle"] is None:
        raise Unreadable(_("This is no archive of a cycle."))
    names = {file["key"]: archive.inside(file) for file in tree["files"]}
    unknown = set(named_files(tree)) - names.keys()
    if any(name.startswith("f") for name in unknown):
        doubts.append(_("The archive mentions files that it does not list."))
    return Delivery(_("archive of a cycle"), tree, doubts, lambda key: packed.open(names[key]))


def _cartridge(packed: zipfile.ZipFile) -> Delivery:
    told, lost, places = cartridge.read(packed)
    tree, doubts = checked(told)
    return Delivery("Common Cartridge", tree, [*lost, *doubts], lambda key: packed.open(places[key]))


def _can_be_kept(delivery: Delivery, file: Tree, largest: int) -> bool:
    """A file that is not there, not what it says, or too large is left out, and named."""
    name = file["original_name"]
    try:
        with delivery.open_file(file["key"]) as content:
            if max(file["size"], content.seek(0, 2)) > largest:
                delivery.doubts.append(_("The file “%(name)s” is left out: it is too large.", name=name))
                return False
            content.seek(0)
            filetypes.recognise(name, content)
            return True
    except KeyError:
        delivery.doubts.append(_("The file “%(name)s” is left out: it is not in the archive.", name=name))
    except (filetypes.NotTaken, filetypes.NotWhatItSays):
        delivery.doubts.append(
            _("The file “%(name)s” is left out: such files are not taken, or it is not what its name says.", name=name)
        )
    return False


def must_be_whole(content: IO[bytes], file: Tree) -> None:
    """Raises Unreadable where the content is not what the tree says of it; the stream is left at its start."""
    digest = hashlib.sha256()
    content.seek(0)
    while piece := content.read(_PIECE):
        digest.update(piece)
    content.seek(0)
    if digest.hexdigest() != file["sha256"]:
        raise Unreadable(_("The file “%(name)s” in the archive is damaged.", name=file["original_name"]))
