"""Changing the schema of an org that has records."""
