"""Seats, a line for them, and a word to the organiser

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("invitation") as batch_op:
        batch_op.add_column(sa.Column("line", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("note", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("live_session") as batch_op:
        batch_op.add_column(sa.Column("capacity", sa.Integer(), nullable=True))


def downgrade() -> None:
    # Whoever waits for a seat said yes and has none: the nearest word there was before.
    op.execute("UPDATE invitation SET answer = 'maybe' WHERE answer = 'waiting'")
    with op.batch_alter_table("live_session") as batch_op:
        batch_op.drop_column("capacity")
    with op.batch_alter_table("invitation") as batch_op:
        batch_op.drop_column("note")
        batch_op.drop_column("line")
