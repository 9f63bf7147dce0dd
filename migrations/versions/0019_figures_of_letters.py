"""Figures of letters

Revision ID: 0019
Revises: 0018
"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_letter_figures", "letter", ["created_at", "state", "topic", "sent_at"])


def downgrade() -> None:
    op.drop_index("ix_letter_figures", table_name="letter")
