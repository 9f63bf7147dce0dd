"""The same blocks as a PDF, a Word document and a workbook."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from lms import pdf, spreadsheet
from lms.display import locale
from lms.later import later
from lms.reports import blocks, words
from lms.reports.blocks import Block
from lms.reports.figures import Report

if TYPE_CHECKING:
    from docx.document import Document as DocxDocument

docx = later("docx")

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def as_pdf(report: Report, today: date) -> bytes:
    document = pdf.Document(blocks.title(report), lang=locale(), subject=blocks.subtitle(report))
    document.heading(blocks.title(report), 1)
    document.paragraph(blocks.subtitle(report), "lede")
    for block in blocks.blocks(report, today):
        document.heading(block.title, 2)
        if block.sentence:
            document.paragraph(block.sentence)
        if block.rows:
            document.table(block.head, _shown(block), widths=block.widths)
    return document.bytes()


def as_docx(report: Report, today: date) -> bytes:
    document = docx.Document()
    document.core_properties.title = blocks.title(report)
    document.core_properties.author = ""
    document.add_heading(blocks.title(report), 0)
    document.add_paragraph(blocks.subtitle(report))
    for block in blocks.blocks(report, today):
        document.add_heading(block.title, 1)
        if block.sentence:
            document.add_paragraph(block.sentence)
        if block.rows:
            _add_table(document, block)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def as_xlsx(report: Report, today: date) -> Iterator[bytes]:
    """A sheet a block; whole figures are numbers."""
    return spreadsheet.workbook(
        (block.title, spreadsheet.plain([list(block.head), *block.rows]), [36, 24, 20])
        for block in blocks.blocks(report, today)
    )


def _shown(block: Block) -> list[list[str | int]]:
    return [[words.whole(cell) if isinstance(cell, int) else cell for cell in row] for row in block.rows]


def _add_table(document: DocxDocument, block: Block) -> None:
    table = document.add_table(rows=1, cols=len(block.head))
    table.style = "Light Grid Accent 1"
    for cell, text in zip(table.rows[0].cells, block.head, strict=True):
        cell.text = text
    for row in _shown(block):
        for cell, value in zip(table.add_row().cells, row, strict=True):
            cell.text = str(value)
