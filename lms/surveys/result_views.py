"""What people replied: as charts, as a table, as a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from flask import abort, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms import downloads
from lms import permissions as can
from lms.access import allow
from lms.display import titled
from lms.freshness import no_store
from lms.spreadsheet import Cell, plain
from lms.surveys import queries
from lms.surveys.figures import Asked, cell, figure, may_be_told, told_centres
from lms.surveys.models import Survey
from lms.surveys.views import blueprint, find_survey, short
from lms.surveys.words import conclusion


@blueprint.get("/surveys/<int:survey_id>/results")
@allow(can.teach)
def results(survey_id: int) -> ResponseReturnValue:
    no_store()
    survey = find_survey(survey_id)
    rows = queries.replies(survey)
    is_told = may_be_told(len(rows), is_anonymous=survey.is_anonymous)
    figures = [figure(one, (row.given for row in rows)) for one in _asked(survey)] if is_told else []
    return render_template(
        "surveys/results.html",
        survey=survey,
        count=len(rows),
        of=queries.count_asked(survey),
        is_told=is_told,
        figures=[(one, conclusion(one)) for one in figures],
        centres=_by_centre(survey, rows) if is_told else None,
        rows=rows if is_told and not survey.is_anonymous else [],
        asked=_asked(survey),
        cell=cell,
    )


def _by_centre(survey: Survey, rows: Any) -> dict[str, Any]:
    """The means of the scales by centre, where they may be told, and how many replies stand in no row."""
    scales = [one for one in _asked(survey) if one.kind == "scale"]
    counts = Counter(row.centre_id for row in rows)
    told = told_centres(counts, is_anonymous=survey.is_anonymous)
    names: list[tuple[int | None, str]] = [(row.id, titled(row, "name")) for row in queries.centre_names()]
    lines = []
    for id, name in [*names, (None, _("without a centre"))]:
        if id in told:
            means = [figure(one, (row.given for row in rows if row.centre_id == id)).mean for one in scales]
            lines.append((name, counts[id], [round(mean, 1) if mean is not None else None for mean in means]))
    return {"scales": scales, "lines": lines, "hidden": sum(counts[id] for id in counts if id not in told)}


def _asked(survey: Survey) -> list[Asked]:
    return [
        Asked(one.id, one.kind, short(one, 120), one.choices, one.settings.get("low", ""), one.settings.get("high", ""))
        for one in survey.questions
    ]


# --- as a file --------------------------------------------------------------------------------------------------------
@blueprint.get("/surveys/<int:survey_id>/results.csv")
@allow(can.teach)
def results_csv(survey_id: int) -> ResponseReturnValue:
    _survey, lines = _lines_of(survey_id)
    return downloads.csv(f"survey-{survey_id}", lines)


@blueprint.get("/surveys/<int:survey_id>/results.xlsx")
@allow(can.teach)
def results_xlsx(survey_id: int) -> ResponseReturnValue:
    survey, lines = _lines_of(survey_id)
    return downloads.xlsx(f"survey-{survey_id}", lines, title=titled(survey), widths=[28, 24])


def _lines_of(survey_id: int) -> tuple[Survey, Iterator[list[Cell]]]:
    """One line a reply; of an anonymous survey neither the person nor the centre, and nothing while three are few."""
    survey = find_survey(survey_id)
    rows = queries.replies(survey)
    if survey.is_anonymous and not may_be_told(len(rows), is_anonymous=True):
        abort(404)
    asked = _asked(survey)
    names = {row.id: titled(row, "name") for row in queries.centre_names()}
    head: list[Cell] = [one.title for one in asked]
    lines: list[list[Cell]] = [[cell(one, row.given) for one in asked] for row in rows]
    if not survey.is_anonymous:
        head = [_("Name"), _("Centre"), *head]
        lines = [
            [f"{row.family_name} {row.given_name} {row.patronymic}".strip(), names.get(row.centre_id, ""), *line]
            for row, line in zip(rows, lines, strict=True)
        ]
    return survey, plain([head, *lines])
