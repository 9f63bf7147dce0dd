"""Ask the trainer under a material or a session, and keep titles of both languages apart in the search

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "enquiry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("seen_by_all", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name="fk_enquiry_activity_id_activity", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["person.id"], name="fk_enquiry_answered_by_id_person", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_enquiry_person_id_person", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_enquiry"),
    )
    op.create_index("ix_enquiry_activity_id_asked_at", "enquiry", ["activity_id", "asked_at"])
    op.create_index("ix_enquiry_answered_at", "enquiry", ["answered_at"])
    op.create_index("ix_enquiry_person_id", "enquiry", ["person_id"])
    with op.batch_alter_table("search_entry") as entry:
        entry.add_column(sa.Column("title_en", sa.Text(), server_default="", nullable=False))
    op.execute("DELETE FROM search_entry")  # the worker takes the words anew


def downgrade() -> None:
    with op.batch_alter_table("search_entry") as entry:
        entry.drop_column("title_en")
    op.drop_table("enquiry")
