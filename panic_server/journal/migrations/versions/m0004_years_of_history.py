"""Indexes for what was looked for in the whole table, and one less that nobody needs any more.

Revision ID: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.create_index("incidents_by_area", "incidents", ["opened_seq", "status", "areas"], unique=False)
    op.create_index("people_by_role", "people", ["role", "subject"], unique=False)
    op.create_index(
        "tokens_in_force",
        "tokens",
        ["subject"],
        unique=False,
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_index(
        "codes_unused",
        "codes",
        ["subject"],
        unique=False,
        sqlite_where=sa.text("used_at IS NULL"),
        postgresql_where=sa.text("used_at IS NULL"),
    )
    op.drop_index("standings_by_seq", "standings")


def downgrade() -> None:
    raise NotImplementedError("restore the backup that you made before the upgrade")
