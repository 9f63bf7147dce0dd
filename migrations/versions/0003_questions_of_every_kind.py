"""Questions of every kind, a bank of them, and how a quiz is taken

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_question = sa.table("question", sa.column("id", sa.Integer), sa.column("kind"), sa.column("settings", sa.JSON))
_edition = sa.table(
    "question_edition", sa.column("question_id", sa.Integer), sa.column("edition", sa.Integer),
    sa.column("asked", sa.JSON),
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "topic",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_topic"),
    )
    op.create_table(
        "extra_time",
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_extra_time_person_id_person", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name="fk_extra_time_quiz_id_quiz", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("quiz_id", "person_id", name="pk_extra_time"),
    )
    op.create_index("ix_extra_time_person_id", "extra_time", ["person_id"])
    op.create_table(
        "quiz_draw",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name="fk_quiz_draw_quiz_id_quiz", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name="fk_quiz_draw_topic_id_topic", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_quiz_draw"),
    )
    op.create_index("ix_quiz_draw_quiz_id", "quiz_draw", ["quiz_id"])
    op.create_index("ix_quiz_draw_topic_id", "quiz_draw", ["topic_id"])
    op.create_table(
        "question_file",
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name="fk_question_file_file_id_stored_file", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name="fk_question_file_question_id_question", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("question_id", "file_id", name="pk_question_file"),
    )
    op.create_index("ix_question_file_file_id", "question_file", ["file_id"])

    with op.batch_alter_table("answer") as table:
        table.add_column(sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("checked_by_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("criteria", sa.JSON(), nullable=True))
        table.add_column(sa.Column("comment", sa.Text(), nullable=False, server_default=""))
        table.create_foreign_key(
            "fk_answer_checked_by_id_person", "person", ["checked_by_id"], ["id"], ondelete="SET NULL"
        )
    with op.batch_alter_table("attempt") as table:
        table.add_column(sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("dealt", sa.JSON(), nullable=True))
        table.add_column(sa.Column("seed", sa.BigInteger(), nullable=False, server_default="0"))
        table.create_index("ix_attempt_deadline_at", ["deadline_at"])
    with op.batch_alter_table("choice") as table:
        table.add_column(sa.Column("share", sa.Double(), nullable=True))
    with op.batch_alter_table("question") as table:
        table.add_column(sa.Column("topic_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("title", sa.String(length=255), nullable=False, server_default=""))
        table.add_column(sa.Column("tags", sa.JSON(), nullable=False, server_default="[]"))
        table.alter_column("quiz_id", existing_type=sa.Integer(), nullable=True)
        table.create_index("ix_question_topic_id", ["topic_id"])
        table.create_foreign_key("fk_question_topic_id_topic", "topic", ["topic_id"], ["id"], ondelete="CASCADE")
        table.create_check_constraint(
            "ck_question_place",
            "quiz_id IS NULL AND topic_id IS NOT NULL OR quiz_id IS NOT NULL AND topic_id IS NULL",
        )
    with op.batch_alter_table("quiz") as table:
        table.add_column(sa.Column("counts", sa.String(length=30), nullable=False, server_default="best"))
        table.add_column(sa.Column("shuffle_questions", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("shuffle_choices", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("layout", sa.String(length=30), nullable=False, server_default="all"))
        table.add_column(sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("time_limit_minutes", sa.Integer(), nullable=True))
        table.add_column(sa.Column("grace_seconds", sa.Integer(), nullable=False, server_default="60"))
        table.add_column(sa.Column("show_results", sa.String(length=30), nullable=False, server_default="at_once"))
        table.add_column(
            sa.Column("show_right_answers", sa.String(length=30), nullable=False, server_default="settled")
        )
        table.add_column(sa.Column("penalty", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("pair_of_id", sa.Integer(), nullable=True))
        table.create_index("ix_quiz_pair_of_id", ["pair_of_id"])
        table.create_foreign_key("fk_quiz_pair_of_id_quiz", "quiz", ["pair_of_id"], ["id"], ondelete="SET NULL")
    _rewrite(_with_shares)


def downgrade() -> None:
    """Questions of the bank have no place in the old tables; of several right answers the first one stays."""
    _rewrite(_without_shares)
    of_the_bank = "(SELECT id FROM question WHERE quiz_id IS NULL)"
    for table_name in ("answer", "question_edition", "choice"):
        op.execute(f"DELETE FROM {table_name} WHERE question_id IN {of_the_bank}")
    op.execute("DELETE FROM question WHERE quiz_id IS NULL")
    with op.batch_alter_table("quiz") as table:
        table.drop_constraint("fk_quiz_pair_of_id_quiz", type_="foreignkey")
        table.drop_index("ix_quiz_pair_of_id")
        for name in (
            "pair_of_id", "penalty", "show_right_answers", "show_results", "grace_seconds", "time_limit_minutes",
            "closes_at", "opens_at", "layout", "shuffle_choices", "shuffle_questions", "counts",
        ):  # fmt: skip
            table.drop_column(name)
    with op.batch_alter_table("question") as table:
        table.drop_constraint("ck_question_place", type_="check")
        table.drop_constraint("fk_question_topic_id_topic", type_="foreignkey")
        table.drop_index("ix_question_topic_id")
        table.alter_column("quiz_id", existing_type=sa.Integer(), nullable=False)
        for name in ("tags", "title", "topic_id"):
            table.drop_column(name)
    with op.batch_alter_table("choice") as table:
        table.drop_column("share")
    with op.batch_alter_table("attempt") as table:
        table.drop_index("ix_attempt_deadline_at")
        for name in ("seed", "dealt", "deadline_at"):
            table.drop_column(name)
    with op.batch_alter_table("answer") as table:
        table.drop_constraint("fk_answer_checked_by_id_person", type_="foreignkey")
        for name in ("comment", "criteria", "checked_by_id", "checked_at"):
            table.drop_column(name)
    op.drop_table("question_file")
    op.drop_table("quiz_draw")
    op.drop_table("extra_time")
    op.drop_table("topic")


# --- what right answers look like -------------------------------------------------------------------------------------
def _rewrite(change: Callable[[str, dict[str, Any]], dict[str, Any]]) -> None:
    connection = op.get_bind()
    wanted = _question.c.kind.in_(["short", "number"])
    for row in connection.execute(sa.select(_question).where(wanted)).all():
        settings = change(row.kind, row.settings)
        connection.execute(_question.update().where(_question.c.id == row.id).values(settings=settings))
    for row in connection.execute(sa.select(_edition)).all():
        asked = row.asked | {"settings": change(row.asked["kind"], row.asked["settings"])}
        same = (_edition.c.question_id == row.question_id) & (_edition.c.edition == row.edition)
        connection.execute(_edition.update().where(same).values(asked=asked))


def _with_shares(kind: str, old: dict[str, Any]) -> dict[str, Any]:
    if kind == "short":
        accepted = [{"text": text, "share": 100, "feedback": ""} for text in old.get("accepted") or []]
        return {"accepted": accepted, "case": False, "yo": False, "spaces": False, "wildcards": False}
    if kind == "number":
        answer = {"answer": old.get("answer", ""), "tolerance": old.get("tolerance") or "0", "share": 100}
        return {"answers": [answer | {"feedback": ""}], "unit": old.get("unit", ""), "units": []}
    return old


def _without_shares(kind: str, new: dict[str, Any]) -> dict[str, Any]:
    if kind == "short":
        return {"accepted": [one["text"] for one in new.get("accepted") or []]}
    if kind == "number":
        first = (new.get("answers") or [{}])[0]
        told = {"answer": first.get("answer", ""), "tolerance": first.get("tolerance", "0")}
        return told | {"unit": new.get("unit", "")}
    return new
