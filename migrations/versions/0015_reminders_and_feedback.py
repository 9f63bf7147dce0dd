"""Reminders, a letter after the session, and feedback

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feedback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("live_session_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("useful", sa.Integer(), nullable=False),
        sa.Column("clear", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["live_session_id"],
            ["live_session.id"],
            name="fk_feedback_live_session_id_live_session",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_feedback_person_id_person", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_feedback"),
        sa.UniqueConstraint("live_session_id", "person_id", name="uq_feedback_live_session_id_person_id"),
    )
    op.create_index("ix_feedback_person_id", "feedback", ["person_id"])
    op.create_table(
        "session_reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("live_session_id", sa.Integer(), nullable=False),
        sa.Column("anchor", sa.String(length=30), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("whom", sa.String(length=30), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["live_session_id"],
            ["live_session.id"],
            name="fk_session_reminder_live_session_id_live_session",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_session_reminder"),
    )
    op.create_index("ix_session_reminder_live_session_id", "session_reminder", ["live_session_id"])
    with op.batch_alter_table("live_session") as batch_op:
        batch_op.add_column(sa.Column("sends_followup", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("followed_up_at", sa.DateTime(timezone=True), nullable=True))
    # Nobody is written to about what was over before this letter existed.
    op.execute("UPDATE live_session SET followed_up_at = ends_at WHERE ends_at < CURRENT_TIMESTAMP")


def downgrade() -> None:
    with op.batch_alter_table("live_session") as batch_op:
        batch_op.drop_column("followed_up_at")
        batch_op.drop_column("sends_followup")
    op.drop_index("ix_session_reminder_live_session_id", "session_reminder")
    op.drop_table("session_reminder")
    op.drop_index("ix_feedback_person_id", "feedback")
    op.drop_table("feedback")
