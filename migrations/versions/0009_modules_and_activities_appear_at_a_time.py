"""Modules and activities appear at a time

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

APPEARING = ("activity", "module")


def upgrade() -> None:
    for table in APPEARING:
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(sa.Column("publish_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for table in APPEARING:
        # What waits or is hidden has no such state there: learners go on not seeing it.
        op.execute(f"UPDATE {table} SET state = 'draft' WHERE state IN ('scheduled', 'hidden')")
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column("publish_at")
