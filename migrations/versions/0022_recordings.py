"""Recordings: chapters, sound alone, text, and what of them was played

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("material") as batch:
        batch.add_column(sa.Column("seconds", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("sound_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("chapters", sa.Text(), server_default="", nullable=False))
        batch.add_column(sa.Column("transcript", sa.Text(), server_default="", nullable=False))
        batch.add_column(sa.Column("transcript_html", sa.Text(), server_default="", nullable=False))
        batch.create_foreign_key(batch.f("fk_material_sound_id_stored_file"), "stored_file", ["sound_id"], ["id"])
        batch.create_index(batch.f("ix_material_sound_id"), ["sound_id"])
    with op.batch_alter_table("reading_position") as batch:
        batch.add_column(sa.Column("second", sa.Integer(), server_default="0", nullable=False))
        batch.add_column(sa.Column("played", sa.Text(), server_default="", nullable=False))
        batch.add_column(sa.Column("length", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    # Where "most of it was played" is the rule, marking it by hand is what the older version knows.
    op.execute("UPDATE activity SET rule = 'marked' WHERE rule = 'watched'")
    with op.batch_alter_table("reading_position") as batch:
        batch.drop_column("length")
        batch.drop_column("played")
        batch.drop_column("second")
    with op.batch_alter_table("material") as batch:
        batch.drop_index(batch.f("ix_material_sound_id"))
        batch.drop_constraint(batch.f("fk_material_sound_id_stored_file"), type_="foreignkey")
        batch.drop_column("transcript_html")
        batch.drop_column("transcript")
        batch.drop_column("chapters")
        batch.drop_column("sound_id")
        batch.drop_column("seconds")
