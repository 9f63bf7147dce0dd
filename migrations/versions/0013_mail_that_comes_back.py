"""Mail that comes back, addresses that are no good, and holding all letters

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "address_trouble",
        sa.Column("address", sa.String(length=255), nullable=False),
        sa.Column("hard", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("address", name="pk_address_trouble"),
    )
    op.create_table(
        "delivery_hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_delivery_hold_by_id_person", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_delivery_hold"),
    )
    op.create_table(
        "incoming_letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sender", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("finding", sa.String(length=30), nullable=False),
        sa.Column("live_session_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(length=30), nullable=True),
        sa.Column("attendee", sa.String(length=255), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["live_session_id"],
            ["live_session.id"],
            name="fk_incoming_letter_live_session_id_live_session",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_incoming_letter_person_id_person", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["person.id"], name="fk_incoming_letter_settled_by_id_person", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_incoming_letter"),
        sa.UniqueConstraint("key", name="uq_incoming_letter_key"),
    )
    op.create_index("ix_incoming_letter_live_session_id", "incoming_letter", ["live_session_id"])
    op.create_index("ix_incoming_letter_person_id", "incoming_letter", ["person_id"])
    op.create_index("ix_incoming_letter_settled_at", "incoming_letter", ["settled_at", "id"])


def downgrade() -> None:
    op.drop_table("incoming_letter")
    op.drop_table("delivery_hold")
    op.drop_table("address_trouble")
