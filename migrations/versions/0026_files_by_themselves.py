"""Views of the table come as files by themselves; what came with the letter of Mondays becomes one of them

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "scheduled_export",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("view_id", sa.Integer(), nullable=False),
        sa.Column("ending", sa.String(length=30), nullable=False),
        sa.Column("rhythm", sa.String(length=30), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_scheduled_export_person_id_person", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["view_id"], ["saved_view.id"], name="fk_scheduled_export_view_id_saved_view", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_scheduled_export"),
        sa.UniqueConstraint("view_id", "ending", "rhythm", name="uq_scheduled_export_view_id_ending_rhythm"),
    )
    op.create_index("ix_scheduled_export_person_id", "scheduled_export", ["person_id"])
    op.create_table(
        "prepared_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("export_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("ending", sa.String(length=30), nullable=False),
        sa.Column("scope", sa.String(length=255), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_prepared_file_person_id_person", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["export_id"],
            ["scheduled_export.id"],
            name="fk_prepared_file_export_id_scheduled_export",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_prepared_file"),
    )
    for column in ("person_id", "export_id", "ends_at"):
        op.create_index(f"ix_prepared_file_{column}", "prepared_file", [column])
    op.execute(
        "INSERT INTO scheduled_export (person_id, view_id, ending, rhythm, last_on) "
        "SELECT person_id, id, 'xlsx', 'weekly', CURRENT_DATE FROM saved_view WHERE is_weekly"
    )
    with op.batch_alter_table("saved_view") as view:
        view.drop_column("is_weekly")


def downgrade() -> None:
    with op.batch_alter_table("saved_view") as view:
        view.add_column(sa.Column("is_weekly", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(
        "UPDATE saved_view SET is_weekly = true WHERE id IN "
        "(SELECT view_id FROM scheduled_export WHERE rhythm = 'weekly')"
    )
    op.drop_table("prepared_file")
    op.drop_table("scheduled_export")
