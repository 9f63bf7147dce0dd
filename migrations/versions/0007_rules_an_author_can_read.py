"""Rules an author can read

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "cycle_completion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("how", sa.String(length=30), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_cycle_completion_by_id_person", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycle.id"], name="fk_cycle_completion_cycle_id_cycle", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_cycle_completion_person_id_person", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_cycle_completion"),
        sa.UniqueConstraint("cycle_id", "person_id", name="uq_cycle_completion_cycle_id_person_id"),
    )
    with op.batch_alter_table("cycle_completion") as batch_op:
        batch_op.create_index("ix_cycle_completion_person_id", ["person_id"])

    op.create_table(
        "due_exception",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("module_id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(centre_id is null) <> (person_id is null)", name="ck_due_exception_centre_or_person"),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_due_exception_by_id_person", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centre.id"], name="fk_due_exception_centre_id_centre", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["module_id"], ["module.id"], name="fk_due_exception_module_id_module", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_due_exception_person_id_person", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_due_exception"),
        sa.UniqueConstraint("module_id", "centre_id", name="uq_due_exception_module_id_centre_id"),
        sa.UniqueConstraint("module_id", "person_id", name="uq_due_exception_module_id_person_id"),
    )
    with op.batch_alter_table("due_exception") as batch_op:
        batch_op.create_index("ix_due_exception_centre_id", ["centre_id"])
        batch_op.create_index("ix_due_exception_person_id", ["person_id"])

    op.create_table(
        "module_prerequisite",
        sa.Column("module_id", sa.Integer(), nullable=False),
        sa.Column("needs_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["module_id"], ["module.id"], name="fk_module_prerequisite_module_id_module", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["needs_id"], ["module.id"], name="fk_module_prerequisite_needs_id_module", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("module_id", "needs_id", name="pk_module_prerequisite"),
    )
    with op.batch_alter_table("module_prerequisite") as batch_op:
        batch_op.create_index("ix_module_prerequisite_needs_id", ["needs_id"])

    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_saved_view_person_id_person", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_saved_view"),
        sa.UniqueConstraint("person_id", "name", name="uq_saved_view_person_id_name"),
    )
    op.create_table(
        "completion_set_aside",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("how", sa.String(length=30), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name="fk_completion_set_aside_activity_id_activity", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["person.id"], name="fk_completion_set_aside_by_id_person", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_completion_set_aside_person_id_person", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_completion_set_aside"),
        sa.UniqueConstraint(
            "activity_id", "person_id", "how", name="uq_completion_set_aside_activity_id_person_id_how"
        ),
    )
    with op.batch_alter_table("completion_set_aside") as batch_op:
        batch_op.create_index("ix_completion_set_aside_person_id", ["person_id"])

    with op.batch_alter_table("activity") as batch_op:
        batch_op.add_column(sa.Column("rule_quiz_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("rule_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index("ix_activity_rule_quiz_id", ["rule_quiz_id"])
        batch_op.create_foreign_key(
            "fk_activity_rule_quiz_id_activity", "activity", ["rule_quiz_id"], ["id"], ondelete="SET NULL"
        )

    with op.batch_alter_table("completion_decision") as batch_op:
        batch_op.add_column(sa.Column("batch", sa.String(length=255), nullable=False, server_default=""))
        batch_op.create_index("ix_completion_decision_batch", ["batch"])

    with op.batch_alter_table("cycle") as batch_op:
        batch_op.add_column(sa.Column("needed", sa.Integer(), nullable=True))

    with op.batch_alter_table("module") as batch_op:
        batch_op.add_column(sa.Column("needed", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("module") as batch_op:
        batch_op.drop_column("needed")

    with op.batch_alter_table("cycle") as batch_op:
        batch_op.drop_column("needed")

    with op.batch_alter_table("completion_decision") as batch_op:
        batch_op.drop_index("ix_completion_decision_batch")
        batch_op.drop_column("batch")

    with op.batch_alter_table("activity") as batch_op:
        batch_op.drop_constraint("fk_activity_rule_quiz_id_activity", type_="foreignkey")
        batch_op.drop_index("ix_activity_rule_quiz_id")
        batch_op.drop_column("rule_until")
        batch_op.drop_column("rule_quiz_id")

    with op.batch_alter_table("completion_set_aside") as batch_op:
        batch_op.drop_index("ix_completion_set_aside_person_id")

    op.drop_table("completion_set_aside")
    op.drop_table("saved_view")
    with op.batch_alter_table("module_prerequisite") as batch_op:
        batch_op.drop_index("ix_module_prerequisite_needs_id")

    op.drop_table("module_prerequisite")
    with op.batch_alter_table("due_exception") as batch_op:
        batch_op.drop_index("ix_due_exception_person_id")
        batch_op.drop_index("ix_due_exception_centre_id")

    op.drop_table("due_exception")
    with op.batch_alter_table("cycle_completion") as batch_op:
        batch_op.drop_index("ix_cycle_completion_person_id")

    op.drop_table("cycle_completion")
