"""Certificates

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("cycle") as batch:
        batch.add_column(sa.Column("hours", sa.Integer(), nullable=True))
    op.create_table(
        "certificate_register",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name="pk_certificate_register"),
    )
    op.create_table(
        "certificate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("cycle_title", sa.String(length=255), nullable=False),
        sa.Column("cycle_title_en", sa.String(length=255), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=True),
        sa.Column("modules", sa.Integer(), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by_id", sa.Integer(), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name="fk_certificate_cycle_id_cycle"),
        sa.ForeignKeyConstraint(
            ["issued_by_id"], ["person.id"], name="fk_certificate_issued_by_id_person", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_certificate_person_id_person"),
        sa.ForeignKeyConstraint(
            ["revoked_by_id"], ["person.id"], name="fk_certificate_revoked_by_id_person", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_certificate"),
        sa.UniqueConstraint("code", name="uq_certificate_code"),
        sa.UniqueConstraint("person_id", "cycle_id", "edition", name="uq_certificate_person_id_cycle_id_edition"),
        sa.UniqueConstraint("year", "serial", "edition", name="uq_certificate_year_serial_edition"),
    )
    op.create_index("ix_certificate_cycle", "certificate", ["cycle_id", "replaced_at"])


def downgrade() -> None:
    op.drop_table("certificate")
    op.drop_table("certificate_register")
    with op.batch_alter_table("cycle") as batch:
        batch.drop_column("hours")
