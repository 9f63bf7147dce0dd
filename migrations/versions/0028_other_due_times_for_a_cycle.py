"""Other due times also of a whole cycle, for a centre or a person

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("due_exception") as exception:
        exception.alter_column("module_id", existing_type=sa.Integer(), nullable=True)
        exception.add_column(sa.Column("cycle_id", sa.Integer(), nullable=True))
        exception.create_foreign_key(
            "fk_due_exception_cycle_id_cycle", "cycle", ["cycle_id"], ["id"], ondelete="CASCADE"
        )
        exception.create_unique_constraint("uq_due_exception_cycle_id_centre_id", ["cycle_id", "centre_id"])
        exception.create_unique_constraint("uq_due_exception_cycle_id_person_id", ["cycle_id", "person_id"])
        exception.create_check_constraint(
            "ck_due_exception_module_or_cycle", "(module_id is null) <> (cycle_id is null)"
        )


def downgrade() -> None:
    # What was said of a whole cycle cannot be said any more.
    op.execute("delete from due_exception where module_id is null")
    with op.batch_alter_table("due_exception") as exception:
        exception.drop_constraint("ck_due_exception_module_or_cycle", type_="check")
        exception.drop_constraint("uq_due_exception_cycle_id_person_id", type_="unique")
        exception.drop_constraint("uq_due_exception_cycle_id_centre_id", type_="unique")
        exception.drop_constraint("fk_due_exception_cycle_id_cycle", type_="foreignkey")
        exception.drop_column("cycle_id")
        exception.alter_column("module_id", existing_type=sa.Integer(), nullable=False)
