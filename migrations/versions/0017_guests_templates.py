"""Guests of a session, and sessions to start others from

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("person") as batch_op:
        batch_op.add_column(sa.Column("is_guest", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("live_session") as batch_op:
        batch_op.add_column(sa.Column("is_template", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    # Without the mark guests would have accounts: they go, with their invitations and links.
    op.execute("DELETE FROM person WHERE is_guest")
    with op.batch_alter_table("live_session") as batch_op:
        batch_op.drop_column("is_template")
    with op.batch_alter_table("person") as batch_op:
        batch_op.drop_column("is_guest")
