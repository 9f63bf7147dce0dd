"""Archives as authoring programs export them, and as they should never be."""

from __future__ import annotations

import io
import zipfile

MANIFEST_12 = """<?xml version="1.0" encoding="UTF-8"?>
<manifest xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2">
<metadata><schema>ADL SCORM</schema><schemaversion>1.2</schemaversion></metadata>
<organizations default="o"><organization identifier="o"><title>Первый разговор</title>
<item identifier="one" identifierref="r1"><title>Начало</title></item>
<item identifier="two" identifierref="r2"><title>Проверка</title></item></organization></organizations>
<resources><resource identifier="r1" type="webcontent" adlcp:scormtype="sco" href="one.html"/>
<resource identifier="r2" type="webcontent" adlcp:scormtype="sco" href="two.html"/></resources></manifest>"""
PAGE = "<!doctype html><title>Часть</title><p>Часть пакета"


def archive(files: dict[str, str | bytes] | None = None, *, manifest: str | None = MANIFEST_12) -> io.BytesIO:
    """A ZIP with that manifest, two pages and those files."""
    packed: dict[str, str | bytes] = {"one.html": PAGE, "two.html": PAGE}
    if manifest is not None:
        packed["imsmanifest.xml"] = manifest
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as target:
        for name, text in (packed | (files or {})).items():
            target.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)
    content.seek(0)
    return content


def with_link(name: str, target: str) -> io.BytesIO:
    """An archive with a symbolic link in it."""
    content = archive()
    with zipfile.ZipFile(content, "a") as packed:
        link = zipfile.ZipInfo(name)
        link.create_system = 3
        link.external_attr = 0o120777 << 16
        packed.writestr(link, target)
    content.seek(0)
    return content
