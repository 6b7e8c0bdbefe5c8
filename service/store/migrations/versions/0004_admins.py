"""Who may sign in to the console."""

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the tables of the sign-in."""
