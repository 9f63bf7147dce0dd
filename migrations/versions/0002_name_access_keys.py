"""Say what an access key is for

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("token") as token:
        token.add_column(sa.Column("label", sa.String(length=255), server_default="", nullable=False))


def downgrade() -> None:
    op.execute("DELETE FROM token WHERE purpose = 'api'")
    with op.batch_alter_table("token") as token:
        token.drop_column("label")
