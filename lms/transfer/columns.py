"""What a cycle is made of, column by column: what goes into a copy or an archive, and what stays behind, and why. Pure.

Copies, archives and cartridges all go by this table, and a test reads it beside the models: a column or a table that is
new and stands here nowhere is said to be forgotten. Whoever adds one adds its name here, and a ``linked`` or ``made``
one is then looked after in ``parcel_queries`` (out) and ``unpacking_actions`` (in).
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Carried:
    """The columns of one table.

    ``whole`` go as they are. ``moved`` are days and instants, which move along with the season. ``linked`` point to
    other rows, and to the same places among the new ones afterwards. ``made`` follow from the others and are made anew.
    ``left`` begin anew or stay behind, each for a reason.
    """

    whole: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()
    made: tuple[str, ...] = ()
    left: dict[str, str] = field(default_factory=dict)

    @property
    def told(self) -> tuple[str, ...]:
        """What an archive says of a row by itself."""
        return (*self.whole, *self.moved)

    @property
    def all(self) -> list[str]:
        return [*self.whole, *self.moved, *self.linked, *self.made, *self.left]


_NEW = {"id": "a row of its own", "version": "nobody has changed the new one yet"}
_ID = {"id": "a row of its own"}
_BORN = {"created_at": "made now", "updated_at": "made now"}

TABLES = {
    "cycle": Carried(
        whole=("title", "title_en", "summary", "summary_en", "hours", "needed"),
        moved=("starts_on", "ends_on", "due_at"),
        left=_NEW | {"slug": "its address is its own", "state": "a draft until somebody has looked at it"},
    ),
    "module": Carried(
        whole=(
            "title", "title_en", "short_title", "short_title_en", "summary", "summary_en", "state", "needed",
        ),
        moved=("publish_at", "due_at"),
        linked=("cycle_id",),
        made=("position",),
        left=_NEW,
    ),
    "module_prerequisite": Carried(linked=("module_id", "needs_id")),
    # Of a live session, state and publish_at are left behind as well: it is a draft until its new day is looked at.
    "activity": Carried(
        whole=("type", "title", "title_en", "state", "rule"),
        moved=("publish_at", "rule_until", "due_at"),
        linked=("module_id", "rule_quiz_id"),
        made=("position",),
        left=_NEW | _BORN,
    ),
    "material": Carried(
        whole=("kind", "body", "topic", "url", "minutes", "seconds", "chapters", "transcript"),
        linked=("file_id", "sound_id", "recording_of_id"),
        made=("id", "body_html", "transcript_html"),
    ),
    # A copy has the same ZIP; an archive carries it beside its manifest, and what is in it is read anew.
    "package": Carried(
        made=(
            "id", "storage_name", "original_name", "size", "sha256", "edition", "outline", "uploaded_at",
            "uploaded_by_id",
        ),
    ),
    "material_file": Carried(made=("material_id", "file_id")),
    "picture_size": Carried(made=("file_id", "width", "height", "storage_name", "size")),
    "stored_file": Carried(
        whole=("original_name", "size", "sha256"),
        made=("storage_name", "content_type", "width", "height"),
        left=_NEW | {"uploaded_by_id": "whoever brings it in", "uploaded_at": "kept now"},
    ),
    "quiz": Carried(
        whole=(
            "intro", "pass_mark", "attempts_allowed", "counts", "shuffle_questions", "shuffle_choices", "layout",
            "time_limit_minutes", "grace_seconds", "show_results", "show_right_answers", "penalty",
        ),
        moved=("opens_at", "closes_at"),
        linked=("pair_of_id",),
        made=("id",),
    ),
    "quiz_draw": Carried(whole=("count", "points"), linked=("quiz_id", "topic_id"), left=_ID),
    "topic": Carried(whole=("title",), left=_NEW),
    "question": Carried(
        whole=("kind", "title", "tags", "text", "points", "explanation", "settings"),
        linked=("quiz_id", "topic_id"),
        made=("position", "text_html"),
        left=_NEW | {
            "edition": "nobody has answered the new one yet",
            "updated_at": "made now",
            "before_change": "nothing of the new one can be undone",
            "retired_at": "what was taken out of a quiz stays out",
        },
    ),
    "question_file": Carried(made=("question_id", "file_id")),
    "choice": Carried(
        whole=("text", "is_right", "share", "feedback"), linked=("question_id",), made=("position",), left=_ID
    ),
    "live_session": Carried(
        whole=(
            "kind", "audience", "zone", "room_url", "place", "summary", "summary_en", "agenda", "capacity",
            "sends_followup",
        ),
        moved=("starts_at", "ends_at"),
        linked=("cycle_id",),
        made=("id", "uid"),
        left={
            "is_template": "one to start others from is enough",
            "followed_up_at": "nothing was written about the new one",
            "sequence": "nobody was told of the new one",
            "cancelled_at": "what was called off is not copied",
            "cancel_reason": "what was called off is not copied",
            "sheet_number": "no sheet of the new one was printed",
        },
    ),
    "session_reminder": Carried(
        whole=("anchor", "minutes", "whom"),
        moved=("at",),
        linked=("live_session_id",),
        left=_ID | {"written_at": "still to come"},
    ),
    "survey": Carried(
        whole=("title", "title_en", "intro", "is_anonymous"),
        moved=("opens_at", "closes_at"),
        linked=("cycle_id", "module_id", "live_session_id"),
        left=_NEW | {"created_at": "made now", "state": "a draft until somebody has looked at it"},
    ),
    "survey_question": Carried(
        whole=("kind", "text", "settings"), linked=("survey_id",), made=("position", "text_html"), left=_NEW
    ),
}  # fmt: skip

_PEOPLE = "people, and what they did, stay with the season they did it in"
_OTHERS = "written for the season it was written in"

# Tables that hang on those above and stay behind.
LEFT_TABLES = {
    "answer": _PEOPLE,
    "arrival": "tells of copies, and is none itself",
    "attempt": _PEOPLE,
    "attendance": _PEOPLE,
    "attendance_mark": _PEOPLE,
    "certificate": _PEOPLE,
    "completion": _PEOPLE,
    "completion_decision": _PEOPLE,
    "completion_set_aside": _PEOPLE,
    "cycle_completion": _PEOPLE,
    "due_exception": "other due times are for a person or a centre",
    "enquiry": _PEOPLE,
    "enrolment": _PEOPLE,
    "extra_time": _PEOPLE,
    "feedback": _PEOPLE,
    "grant_plan": "another season has another contract",
    "incoming_letter": _PEOPLE,
    "invitation": _PEOPLE,
    "live_session_centre": "for whom it is, is chosen when its people are",
    "live_session_trainer": "who leads is asked anew",
    "package_claim": _PEOPLE,
    "page_draft": "typed by somebody and not saved",
    "page_version": "the copy begins with its first version",
    "participant_list": _PEOPLE,
    "question_edition": _PEOPLE,
    "question_import": "still on its way in",
    "reading_position": _PEOPLE,
    "regrading": _PEOPLE,
    "signed_report": _OTHERS,
    "survey_reply": _PEOPLE,
    "survey_taken": _PEOPLE,
    "upload": "still on its way in",
}
