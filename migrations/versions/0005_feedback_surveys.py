"""Feedback surveys

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "survey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("module_id", sa.Integer(), nullable=True),
        sa.Column("live_session_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("title_en", sa.String(length=255), nullable=False),
        sa.Column("intro", sa.Text(), nullable=False),
        sa.Column("is_anonymous", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name="fk_survey_cycle_id_cycle"),
        sa.ForeignKeyConstraint(
            ["live_session_id"], ["activity.id"], name="fk_survey_live_session_id_activity", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["module_id"], ["module.id"], name="fk_survey_module_id_module", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_survey"),
    )
    op.create_index("ix_survey_cycle_id", "survey", ["cycle_id"])
    op.create_index("ix_survey_live_session_id", "survey", ["live_session_id"])
    op.create_table(
        "survey_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_html", sa.Text(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["survey.id"], name="fk_survey_question_survey_id_survey", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_survey_question"),
    )
    op.create_index("ix_survey_question_survey_id", "survey_question", ["survey_id"])
    op.create_table(
        "survey_reply",
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("centre_id", sa.Integer(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centre.id"], name="fk_survey_reply_centre_id_centre", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_survey_reply_person_id_person", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["survey.id"], name="fk_survey_reply_survey_id_survey", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name="pk_survey_reply"),
        sa.UniqueConstraint("survey_id", "person_id", name="uq_survey_reply_survey_id_person_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_survey_reply_survey_id", "survey_reply", ["survey_id"])
    op.create_table(
        "survey_taken",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_survey_taken_person_id_person", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["survey.id"], name="fk_survey_taken_survey_id_survey", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("survey_id", "person_id", name="pk_survey_taken"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_survey_taken_person_id", "survey_taken", ["person_id"])


def downgrade() -> None:
    op.drop_index("ix_survey_taken_person_id", table_name="survey_taken")
    op.drop_table("survey_taken")
    op.drop_index("ix_survey_reply_survey_id", table_name="survey_reply")
    op.drop_table("survey_reply")
    op.drop_index("ix_survey_question_survey_id", table_name="survey_question")
    op.drop_table("survey_question")
    op.drop_index("ix_survey_live_session_id", table_name="survey")
    op.drop_index("ix_survey_cycle_id", table_name="survey")
    op.drop_table("survey")
