from __future__ import annotations

import pytest

from lms.surveys.kinds import SurveyKind
from tests import factories


@pytest.fixture
def cycle(cast):
    made = factories.cycle(slug="rc")
    factories.enrolment(cast.volunteer, made)
    return made


@pytest.fixture
def survey(cycle):
    """A scale, several choices and a text."""
    made = factories.survey(cycle, title="Как прошла встреча")
    factories.survey_question(made, SurveyKind.SCALE, text="Насколько полезно?")
    factories.survey_question(made, SurveyKind.SEVERAL, "Примеры", "Шаблоны", "Запись", text="Что пригодится?")
    factories.survey_question(made, SurveyKind.TEXT, text="Что сделать иначе?")
    return made
