"""What charts say in a sentence, and the names of what a survey is about."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from lms.display import number, percent
from lms.surveys.figures import Figure
from lms.surveys.kinds import SurveyKind
from lms.typography import typo


def conclusion(figure: Figure) -> str:
    """«В среднем 4,2 из 5; чаще всего ставили 5 — 40 %.»"""
    if not figure.people:
        return str(_("Nobody has answered this question."))
    if figure.asked.kind is SurveyKind.TEXT:
        return str(ngettext("%(num)s person has written.", "%(num)s people have written.", figure.people))
    most = figure.most
    share = percent(most.percent) if most else ""
    if figure.mean is not None:
        mean = number(round(figure.mean, 1))
        if most is None:
            return str(_("%(mean)s of 5 on average.", mean=mean))
        return str(
            _(
                "%(mean)s of 5 on average; most often it was %(value)s, %(share)s.",
                mean=mean,
                value=most.label[0],
                share=share,
            )
        )
    if most is None:
        return str(_("No answer stands out."))
    return str(_("Most often: “%(choice)s”, %(share)s of those who answered.", choice=typo(most.label), share=share))
