"""What a package says, and what it comes to: by SCORM 1.2 and 2004."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.packages import runtime
from lms.packages.manifest import Edition, Part
from lms.packages.runtime import Status

SCO = Part("one", "Часть", href="one.html", reports=True)
OLD, NEW = Edition.SCORM_12, Edition.SCORM_2004


@pytest.mark.parametrize(
    ("said", "passing", "status"),
    [
        ({}, None, Status.BEGUN),
        ({"cmi.core.lesson_status": "incomplete"}, None, Status.BEGUN),
        ({"cmi.core.lesson_status": "browsed"}, None, Status.BEGUN),
        ({"cmi.core.lesson_status": "completed"}, None, Status.COMPLETED),
        ({"cmi.core.lesson_status": "passed"}, None, Status.PASSED),
        ({"cmi.core.lesson_status": "failed"}, None, Status.FAILED),
        # A mastery score decides, once the part says that it is over.
        ({"cmi.core.lesson_status": "completed", "cmi.core.score.raw": "59"}, 60, Status.FAILED),
        ({"cmi.core.lesson_status": "failed", "cmi.core.score.raw": "60"}, 60, Status.PASSED),
        ({"cmi.core.lesson_status": "incomplete", "cmi.core.score.raw": "90"}, 60, Status.BEGUN),
        ({"cmi.core.lesson_status": "completed"}, 60, Status.COMPLETED),
    ],
)
def test_status_of_1_2(said, passing, status):
    part = Part("one", "", href="x", reports=True, passing=passing)
    assert runtime.summary(OLD, part, said).status is status


@pytest.mark.parametrize(
    ("said", "passing", "threshold", "status"),
    [
        ({}, None, None, Status.BEGUN),
        ({"cmi.completion_status": "completed"}, None, None, Status.COMPLETED),
        ({"cmi.completion_status": "completed", "cmi.success_status": "failed"}, None, None, Status.FAILED),
        ({"cmi.completion_status": "incomplete", "cmi.success_status": "passed"}, None, None, Status.PASSED),
        ({"cmi.success_status": "passed", "cmi.score.scaled": "0.5"}, 0.7, None, Status.FAILED),
        ({"cmi.success_status": "failed", "cmi.score.scaled": "0.7"}, 0.7, None, Status.PASSED),
        ({"cmi.progress_measure": "0.95"}, None, 0.9, Status.COMPLETED),
        ({"cmi.completion_status": "completed", "cmi.progress_measure": "0.5"}, None, 0.9, Status.BEGUN),
    ],
)
def test_status_of_2004(said, passing, threshold, status):
    part = Part("one", "", href="x", reports=True, passing=passing, threshold=threshold)
    assert runtime.summary(NEW, part, said).status is status


@pytest.mark.parametrize(
    ("edition", "said", "score"),
    [
        (OLD, {"cmi.core.score.raw": "80"}, 80.0),
        (OLD, {"cmi.core.score.raw": "8", "cmi.core.score.min": "0", "cmi.core.score.max": "10"}, 80.0),
        (OLD, {"cmi.core.score.raw": "12", "cmi.core.score.max": "10"}, 100.0),
        (OLD, {"cmi.core.score.raw": "3", "cmi.core.score.max": "0"}, None),
        (OLD, {"cmi.core.score.raw": "nan"}, None),
        (OLD, {}, None),
        (NEW, {"cmi.score.scaled": "0.875", "cmi.score.raw": "7"}, 87.5),
        (NEW, {"cmi.score.scaled": "-1"}, 0.0),
    ],
)
def test_scores_are_told_in_per_cent(edition, said, score):
    assert runtime.summary(edition, SCO, said).score == score


@pytest.mark.parametrize(
    ("edition", "said", "seconds"),
    [
        (OLD, {"cmi.core.total_time": "0001:02:03.5"}, 3723),
        (OLD, {"cmi.core.total_time": "an hour"}, 0),
        (NEW, {"cmi.total_time": "PT1H2M3.50S"}, 3723),
        (NEW, {"cmi.total_time": "P1D"}, 86_400),
        (NEW, {"cmi.total_time": "P999Y"}, 10 * 365 * 86_400),
    ],
)
def test_time_is_told_in_seconds(edition, said, seconds):
    assert runtime.summary(edition, SCO, said).seconds == seconds


@pytest.mark.parametrize(
    ("said", "resumed"),
    [
        ({}, False),
        ({"cmi.core.total_time": "0000:00:01"}, False),
        ({"cmi.core.lesson_location": "3", "cmi.core.exit": "suspend"}, True),
        ({"cmi.core.lesson_location": "3", "cmi.core.exit": ""}, False),
        ({"cmi.core.lesson_location": "3"}, True),  # cut off before it could say how it ends
    ],
)
def test_what_was_left_to_come_back_is_resumed(said, resumed):
    assert runtime.is_resumed(OLD, said) is resumed


_NAMES = st.sampled_from(
    ["cmi.core.score.raw", "cmi.core.score.max", "cmi.core.lesson_status", "cmi.core.total_time", "cmi.suspend_data",
     "cmi.score.scaled", "cmi.success_status", "cmi.completion_status", "cmi.total_time", "cmi.progress_measure"]
)  # fmt: skip
_ODD = st.one_of(st.text(max_size=30), st.sampled_from(["1e999", "-0", "inf", "9" * 400, "P", "PT", "\ud800", "\0"]))


@given(st.sampled_from([OLD, NEW]), st.dictionaries(_NAMES, _ODD))
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_a_package_says_comes_to_something_that_can_be_kept(edition, values):
    kept = runtime.accepted(edition, values)
    said = runtime.summary(edition, SCO, kept)
    assert said.score is None or 0 <= said.score <= 100
    assert 0 <= said.seconds < 2**31
    assert all("\0" not in value and value.encode() is not None for value in kept.values())


@pytest.mark.parametrize("values", [None, [], "x", {"cmi.suspend_data": 1}, {"cmi.suspend_data": "x" * 64_001}])
def test_what_is_no_saying_is_not_kept(values):
    with pytest.raises(runtime.NotKept):
        runtime.accepted(OLD, values)
