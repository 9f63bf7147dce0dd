"""Versions and drafts of pages, topics of materials

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("material") as batch_op:
        batch_op.add_column(sa.Column("topic", sa.String(length=255), nullable=False, server_default=""))
    op.create_table(
        "page_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("material_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["material_id"], ["material.id"], name="fk_page_version_material_id_material", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["saved_by_id"], ["person.id"], name="fk_page_version_saved_by_id_person", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_page_version"),
        sa.UniqueConstraint("material_id", "number", name="uq_page_version_material_id_number"),
    )
    op.create_index("ix_page_version_saved_by_id", "page_version", ["saved_by_id"])
    op.create_table(
        "page_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("module_id", sa.Integer(), nullable=False),
        sa.Column("material_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_page_draft_person_id_person", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["module_id"], ["module.id"], name="fk_page_draft_module_id_module", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["material_id"], ["material.id"], name="fk_page_draft_material_id_material", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_page_draft"),
    )
    op.create_index("ix_page_draft_module_id", "page_draft", ["module_id"])
    op.create_index("ix_page_draft_material_id", "page_draft", ["material_id"])
    for name, column, which in (
        ("uq_page_draft_of_page", "material_id", sa.text("material_id IS NOT NULL")),
        ("uq_page_draft_of_new_page", "module_id", sa.text("material_id IS NULL")),
    ):
        op.create_index(
            name, "page_draft", ["person_id", column], unique=True, sqlite_where=which, postgresql_where=which
        )
    # What stands in a page now is the beginning of its history.
    op.execute(
        "INSERT INTO page_version (material_id, number, title, body, saved_at) "
        "SELECT material.id, 1, activity.title, material.body, activity.updated_at "
        "FROM material JOIN activity ON activity.id = material.id "
        "WHERE material.kind = 'page' AND material.body <> ''"
    )


def downgrade() -> None:
    op.drop_table("page_draft")
    op.drop_table("page_version")
    with op.batch_alter_table("material") as batch_op:
        batch_op.drop_column("topic")
