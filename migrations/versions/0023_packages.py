"""Packages that other programs made, and what they say of people

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "package",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("storage_name", sa.String(length=255), nullable=False),
        sa.Column("original_name", sa.String(length=255), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=255), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=True),
        sa.Column("edition", sa.String(length=30), nullable=True),
        sa.Column("outline", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["activity.id"], name="fk_package_id_activity", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"], ["person.id"], name="fk_package_uploaded_by_id_person", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_package"),
    )
    op.create_table(
        "package_claim",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("package_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=255), nullable=False),
        sa.Column("counter", sa.Integer(), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_package_claim_person_id_person", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["package_id"], ["package.id"], name="fk_package_claim_package_id_package", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "package_id", "part", name="pk_package_claim"),
    )
    op.create_index("ix_package_claim_package_id", "package_claim", ["package_id", "person_id"])


def downgrade() -> None:
    op.drop_table("package_claim")
    op.execute("DELETE FROM search_entry WHERE kind = 'package'")
    op.execute("DELETE FROM completion WHERE activity_id IN (SELECT id FROM package)")
    op.execute("DELETE FROM completion_set_aside WHERE activity_id IN (SELECT id FROM package)")
    op.drop_table("package")
    op.execute("DELETE FROM activity WHERE type = 'package'")
