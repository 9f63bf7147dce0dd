"""Know how long people were there, and who marked whom

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attendance_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("live_session_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("how", sa.String(length=30), nullable=False),
        sa.Column("was_there", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_attendance_mark_by_id_person", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["live_session_id"],
            ["live_session.id"],
            name="fk_attendance_mark_live_session_id_live_session",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_attendance_mark_person_id_person", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_attendance_mark"),
    )
    op.create_index("ix_attendance_mark_live_session_id", "attendance_mark", ["live_session_id"])
    op.create_index("ix_attendance_mark_person_id", "attendance_mark", ["person_id"])
    op.create_table(
        "participant_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("live_session_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("assigned", sa.JSON(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_participant_list_by_id_person", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["live_session_id"],
            ["live_session.id"],
            name="fk_participant_list_live_session_id_live_session",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_participant_list"),
    )
    op.create_index("ix_participant_list_live_session_id", "participant_list", ["live_session_id"])
    with op.batch_alter_table("attendance") as table:
        table.add_column(sa.Column("left_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("minutes", sa.Integer(), nullable=True))
    with op.batch_alter_table("live_session") as table:
        table.add_column(sa.Column("sheet_number", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    with op.batch_alter_table("live_session") as table:
        table.drop_column("sheet_number")
    with op.batch_alter_table("attendance") as table:
        table.drop_column("minutes")
        table.drop_column("left_at")
    op.drop_table("participant_list")
    op.drop_table("attendance_mark")
