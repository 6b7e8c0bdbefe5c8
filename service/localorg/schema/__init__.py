"""The schema of the org: what it read from metadata, as frozen values."""
