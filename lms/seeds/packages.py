"""The one package of the demo: a course of five pages out of the folder ``package``, packed as a program exports it."""

from __future__ import annotations

import zipfile
from datetime import datetime
from io import BytesIO
from pathlib import Path

from flask import current_app

from lms.accounts.models import Person
from lms.cycles.models import Module, Rule, State
from lms.packages.actions import lay_down, new_package, take_archive
from lms.packages.host import packages_folder
from lms.packages.models import Package

HERE = Path(__file__).parent / "package"


def archive() -> BytesIO:
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(HERE.iterdir()):
            packed.writestr(zipfile.ZipInfo(path.name, (2026, 1, 1, 0, 0, 0)), path.read_bytes())
    content.seek(0)
    return content


def journalist(module: Module, trainer: Person, now: datetime) -> Package:
    package = new_package(module, now=now)
    package.state, package.rule, package.title_en = State.PUBLISHED, Rule.OPTIONAL, "Practice: a journalist calls"
    folder, largest = packages_folder(current_app.config), current_app.config["UPLOAD_LIMIT"]
    laid = lay_down(archive(), "zvonit-zhurnalist.zip", unpacked=folder, largest=largest)
    take_archive(package, laid, trainer, now=now)
    return package
