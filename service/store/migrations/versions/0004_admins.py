"""Who may sign in to the console."""

from alembic import op

revision = "0004"
down_revision = "0003"

ADMINS = """
CREATE TABLE admins (
    id UUID NOT NULL,
    email TEXT NOT NULL,
    password TEXT NOT NULL,
    time_zone TEXT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT admins_pkey PRIMARY KEY (id),
    CONSTRAINT admins_email_key UNIQUE (email)
);

CREATE TABLE admin_sessions (
    token BYTEA NOT NULL,
    admin_id UUID NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT admin_sessions_pkey PRIMARY KEY (token),
    CONSTRAINT admin_sessions_admin_id_fkey FOREIGN KEY(admin_id) REFERENCES admins (id) ON DELETE CASCADE
);

CREATE INDEX admin_sessions_admin_id_idx ON admin_sessions (admin_id);

CREATE TABLE sign_in_attempts (
    id BIGINT GENERATED ALWAYS AS IDENTITY NOT NULL,
    account TEXT NOT NULL,
    address TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT sign_in_attempts_pkey PRIMARY KEY (id)
);

CREATE INDEX sign_in_attempts_account_idx ON sign_in_attempts (account, at);

CREATE INDEX sign_in_attempts_address_idx ON sign_in_attempts (address, at);
"""


def upgrade() -> None:
    """Create the tables of the sign-in."""
    op.execute(ADMINS)
