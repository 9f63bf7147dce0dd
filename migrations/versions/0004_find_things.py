"""Find materials, sessions, questions and people by their words

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INDEX = {
    "sqlite": (
        'CREATE VIRTUAL TABLE search_index USING fts5(title, text, tokenize="unicode61 remove_diacritics 0")',
        "CREATE TRIGGER search_entry_gone AFTER DELETE ON search_entry BEGIN "
        "DELETE FROM search_index WHERE rowid = old.id; END",
    ),
    "postgresql": (
        "CREATE TABLE search_index (rowid integer PRIMARY KEY REFERENCES search_entry (id) ON DELETE CASCADE, "
        "stems tsvector NOT NULL)",
        "CREATE INDEX search_index_stems ON search_index USING gin (stems)",
    ),
}


def upgrade() -> None:
    op.create_table(
        "search_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_search_entry"),
        sa.UniqueConstraint("kind", "object_id", name="uq_search_entry_kind_object_id"),
    )
    for statement in INDEX[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE search_index")
    op.drop_table("search_entry")
