"""Find what is to be pushed by its urgency, however long the backlog is."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Let the index of dirty links know urgency and order."""
    op.execute("DROP INDEX links_dirty_idx")
    op.execute("CREATE INDEX links_dirty_idx ON links (org_id, object, bulk, id) WHERE version > pushed_version")
