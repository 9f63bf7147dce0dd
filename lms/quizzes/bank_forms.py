from __future__ import annotations

from flask_babel import lazy_gettext as _l

from lms.forms import EditForm, LineField


class TopicForm(EditForm):
    title = LineField(_l("Topic"), longest=120)
