"""Materials to take along: a page as a PDF, a module as one archive that is read without a connection."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from flask import Response, abort, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from lms import pdf
from lms import permissions as can
from lms.access import allow, for_guests, me
from lms.clock import now
from lms.cycles.models import Module
from lms.display import day, file_size, locale, titled
from lms.downloads import download
from lms.extensions import db
from lms.materials import offline, queries
from lms.materials.links import host
from lms.materials.markdown import FILE_ADDRESS
from lms.materials.models import Material, MaterialKind, StoredFile
from lms.materials.offline import Pack, PackedFile, PackedPage
from lms.materials.places import KeptFile
from lms.materials.views import blueprint, files_folder, find_open_material, turn_back
from lms.progress.path_queries import held_up
from lms.progress.queries import visible_modules
from lms.slugs import slug


@blueprint.get("/materials/<int:material_id>.pdf")
@for_guests
def as_pdf(material_id: int) -> Response:
    material = find_open_material(material_id)
    if material.kind is not MaterialKind.PAGE:
        abort(404)
    pictures = {
        file.id: files_folder() / file.storage_name for file in material.page_files if file.file_type.is_picture
    }
    paper = pdf.Document(titled(material), lang=locale(), made_at=material.updated_at)
    paper.heading(titled(material), 1)
    paper.paragraph(_module_line(material), "dim")
    paper.html(material.body_html, base=url_for("home.index", _external=True).rstrip("/"), picture_of=_reader(pictures))
    return download(paper.bytes(), f"{_file_name(material)}.pdf", pdf.CONTENT_TYPE)


def _module_line(material: Material) -> str:
    module = cast(Module, material.module)
    updated = _("updated %(day)s", day=day(material.updated_at))
    return f"{titled(module.cycle)} · {titled(module)} · {updated}"


def _reader(pictures: dict[int, KeptFile]) -> Callable[[str], bytes | None]:
    def content(address: str) -> bytes | None:
        found = FILE_ADDRESS.fullmatch(address)
        path = pictures.get(int(found[1])) if found else None
        return path.read_bytes() if path is not None and path.is_file() else None

    return content


@blueprint.get("/modules/<int:module_id>/offline.zip")
@allow(can.learn)
def take_along(module_id: int) -> Response:
    """What one may read of the module now, drafts of nobody."""
    module = db.session.scalar(visible_modules(me()).where(Module.id == module_id)) or abort(404)
    turn_back(held_up(me(), module.id, now=now()))
    materials = queries.materials_to_take(me(), module.id)
    files = {file.id: _packed(file) for material in materials for file in material.page_files}
    themselves = [file for material in materials for file in (material.file, material.sound) if file]
    files |= {file.id: _packed(file) for file in themselves}
    pack = Pack(
        title=titled(module),
        summary=titled(module, "summary"),
        pages=[_page(material) for material in materials],
        files=list(files.values()),
        home=url_for("home.index", _external=True).rstrip("/"),
        words={
            "language": locale(),
            "back": _("Contents of the module"),
            "until": _(
                "As it stood on %(day)s. The platform has the newest: quizzes, packages and sessions are only there.",
                day=day(now()),
            ),
        },
        made=now().timetuple()[:6],
    )
    return download(offline.archive(pack), f"{slug(module.title) or module.id}.zip", "application/zip")


def _packed(file: StoredFile) -> PackedFile:
    return PackedFile(file.id, files_folder() / file.storage_name, file.original_name)


def _page(material: Material) -> PackedPage:
    match material.kind:
        case MaterialKind.PAGE:
            minutes = material.minutes or 1
            note = ngettext("%(num)s minute to read", "%(num)s minutes to read", minutes)
            return PackedPage(material.id, titled(material), note, html=material.body_html)
        case MaterialKind.RECORDING if material.transcript_html or material.sound:
            note = f"{material.file.ending}, {file_size(material.file.size)}" if material.file else host(material.url)
            return PackedPage(material.id, titled(material), note, html=_recording(material))
        case _ if material.file:
            note = f"{material.file.ending}, {file_size(material.file.size)}"
            return PackedPage(material.id, titled(material), note, file=_packed(material.file))
    return PackedPage(material.id, titled(material), _("opens at %(host)s", host=host(material.url)), url=material.url)


def _recording(material: Material) -> Markup:
    """A recording with its sound, its chapters and its text, as a page."""
    places = [(file.original_name, _address_of(file)) for file in (material.file, material.sound) if file]
    if material.url:
        places.insert(0, (material.url, material.url))
    links = Markup("").join(Markup('<p><a href="{1}">{0}</a></p>').format(*place) for place in places)
    typed = Markup("").join(Markup("<li>{0}</li>").format(line) for line in material.chapters.splitlines())
    return links + Markup("<ul>{0}</ul>").format(typed) + Markup(material.transcript_html)


def _address_of(file: StoredFile) -> str:
    return url_for("materials.file", file_id=file.id, name=file.original_name)


def _file_name(material: Material) -> str:
    return slug(material.title) or str(material.id)
