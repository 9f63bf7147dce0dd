"""What the completion rules are called on the screen."""

from flask_babel import lazy_gettext as _l

from lms.cycles.models import Rule

RULES = {
    Rule.READ: _l("it is read to the end or marked as read"),
    Rule.MARKED: _l("the learner marks it as done"),
    Rule.OPENED: _l("it is opened"),
    Rule.WATCHED: _l("most of it was played, or it is marked as watched"),
    Rule.PASSED: _l("it is passed"),
    Rule.CLAIMED: _l("the package says that it is completed or passed"),
    Rule.PRESENT: _l("they were at the session"),
    Rule.PRESENT_OR_WATCHED: _l("they were at the session or watched the recording"),
    Rule.PRESENT_OR_CAUGHT_UP: _l("they were at the session or watched the recording and passed the quiz"),
    Rule.OPTIONAL: _l("it is not required"),
}
