"""The work queue and the ticks of the clock."""

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create what the clock and the workers need."""
