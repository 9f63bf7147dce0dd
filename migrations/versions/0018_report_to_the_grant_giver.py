"""Report to the grant-giver: what was promised, and what was signed off; tables that come every week

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "grant_plan",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("contract", sa.String(length=255), nullable=False),
        sa.Column("planned", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name="fk_grant_plan_cycle_id_cycle", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("cycle_id", name="pk_grant_plan"),
    )
    op.create_table(
        "signed_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_by_id", sa.Integer(), nullable=True),
        sa.Column("contents", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name="fk_signed_report_cycle_id_cycle"),
        sa.ForeignKeyConstraint(
            ["signed_by_id"], ["person.id"], name="fk_signed_report_signed_by_id_person", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_signed_report"),
    )
    op.create_index("ix_signed_report_cycle_id", "signed_report", ["cycle_id"])
    with op.batch_alter_table("saved_view") as view:
        view.add_column(sa.Column("is_weekly", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("saved_view") as view:
        view.drop_column("is_weekly")
    op.drop_table("signed_report")
    op.drop_table("grant_plan")
