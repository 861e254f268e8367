"""Maps may be written as `geo.stored` writes them from here on, which earlier programs cannot read.

Nothing is changed: maps of before are read as they are. But an earlier program refuses this database with a sentence,
instead of ending in the middle of its start because of a map.

Revision ID: 0003
"""

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The number is what is new."""


def downgrade() -> None:
    raise NotImplementedError("restore the backup that you made before the upgrade")
