"""What came in as a file, whatever it is: a tree that was looked through, and the contents of its files.

Knows no database. An archive of ours is told by its manifest, a Common Cartridge by its own.
"""

from __future__ import annotations

import hashlib
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO

from flask_babel import gettext as _

from lms.materials import filetypes, storage
from lms.packages import archive as packages
from lms.packages import manifest
from lms.packages import words as packages_words
from lms.transfer import archive, cartridge
from lms.transfer.checking import checked
from lms.transfer.parcel import Tree, named_files, packages_of
from lms.transfer.values import Unreadable

_PIECE = 256 * 1024
# How many times as much as the archive itself may come to, all its packages together may come to when unpacked.
_GROWN = 3


@dataclass
class Delivery:
    """``doubts`` name what is left out.

    ``open_file`` gives the content of a file of the tree, ``open_package`` the ZIP of a package, by their keys.
    """

    name: str
    tree: Tree
    doubts: list[str]
    open_file: Callable[[str], IO[bytes]]
    open_package: Callable[[str], IO[bytes]]
    # Those of the tree that can be kept.
    files: list[Tree] = field(default_factory=list)
    packages: list[Tree] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Of all that will be kept, in bytes."""
        return sum(one["size"] for one in (*self.files, *(package["zip"] for package in self.packages)))


@contextmanager
def opened(content: IO[bytes], *, largest: int, most: int = archive.MOST_UNPACKED) -> Iterator[Delivery]:
    """``largest`` is how large a file may be that is kept, ``most`` how large all of them, in bytes.

    Raises Unreadable.
    """
    with archive.opened(content, most=most) as packed:
        delivery = _cartridge(packed) if cartridge.MANIFEST in packed.namelist() else _archive(packed)
        delivery.files = [file for file in delivery.tree["files"] if _can_be_kept(delivery, file, largest)]
        delivery.packages = list(_packages(delivery, largest, _GROWN * most))
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
    zips = {package["key"]: archive.inside_of_package(package) for package in packages_of(tree)}
    return Delivery(
        _("archive of a cycle"), tree, doubts, lambda key: packed.open(names[key]), lambda key: packed.open(zips[key])
    )


def _cartridge(packed: zipfile.ZipFile) -> Delivery:
    told, lost, places = cartridge.read(packed)
    tree, doubts = checked(told)
    return Delivery("Common Cartridge", tree, [*lost, *doubts], lambda key: packed.open(places[key]), packed.open)


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


def _packages(delivery: Delivery, largest: int, most: int) -> Iterator[Tree]:
    """The packages whose ZIP would be taken as an upload, too; ``most`` is what they may come to, in bytes."""
    for package in packages_of(delivery.tree):
        title, why = package["title"], ""
        try:
            with package_of(delivery, package, largest) as content:
                looked = packages.look_through(content)
            manifest.read(looked.manifest, looked.names)
            most -= looked.size
            why = packages_words.refusal(packages.Refused(packages.Trouble.LARGE)) if most < 0 else ""
        except KeyError:
            why = _("It is not in the archive.")
        except storage.TooLarge:
            why = _("It is too large.")
        except packages.Refused as refused:
            why = packages_words.refusal(refused)
        except manifest.NothingToOpen:
            why = packages_words.nothing_to_open()
        except manifest.Unreadable:
            why = packages_words.unreadable()
        if why:
            delivery.doubts.append(_("The ZIP of the package “%(title)s” is left out. %(why)s", title=title, why=why))
        else:
            yield package


@contextmanager
def package_of(delivery: Delivery, package: Tree, largest: int) -> Iterator[IO[bytes]]:
    """The ZIP of a package as a stream of its own: one inside another cannot be sought in without reading it anew.

    Raises KeyError where it is not there, storage.TooLarge where it has more than ``largest`` bytes.
    """
    with delivery.open_package(package["key"]) as packed, tempfile.TemporaryFile() as content:
        while piece := packed.read(_PIECE):
            if content.tell() + len(piece) > largest:
                raise storage.TooLarge
            content.write(piece)
        content.seek(0)
        yield content


def must_be_whole(content: IO[bytes], file: Tree) -> None:
    """Raises Unreadable where the content is not what the tree says of it; the stream is left at its start."""
    digest = hashlib.sha256()
    content.seek(0)
    while piece := content.read(_PIECE):
        digest.update(piece)
    content.seek(0)
    if digest.hexdigest() != file["sha256"]:
        raise Unreadable(_("The file “%(name)s” in the archive is damaged.", name=file["original_name"]))
