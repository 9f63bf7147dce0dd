"""Which letters people wish for, and what each letter is about

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# What the keys of letters that were there before say about them.
TOPICS = {
    "sign_in:": "sign_in",
    "set_password:": "sign_in",
    "link:": "sign_in",
    "invite:": "invitations",
    "cancel:": "cancellations",
    "remind:": "reminders",
    "progress-remind:": "reminders",
}


def upgrade() -> None:
    op.create_table(
        "letter_wishes",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("reminders", sa.Boolean(), nullable=False),
        sa.Column("news", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.Boolean(), nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=True),
        sa.Column("quiet_until", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_letter_wishes_person_id_person", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name="pk_letter_wishes"),
    )
    op.add_column("letter", sa.Column("topic", sa.String(length=30), nullable=False, server_default="service"))
    letter = sa.table("letter", sa.column("key", sa.String), sa.column("topic", sa.String))
    for beginning, topic in TOPICS.items():
        op.execute(letter.update().where(letter.c.key.startswith(beginning)).values(topic=topic))


def downgrade() -> None:
    letter = sa.table("letter", sa.column("state", sa.String))
    op.execute(letter.update().where(letter.c.state == "held").values(state="queued"))
    op.execute(letter.update().where(letter.c.state == "gathered").values(state="sent"))
    token = sa.table("token", sa.column("purpose", sa.String))
    op.execute(token.delete().where(token.c.purpose == "letter_wishes"))
    with op.batch_alter_table("letter") as batch:
        batch.drop_column("topic")
    op.drop_table("letter_wishes")
