"""The org's HTTP face: one noun per file, joined by routing and app."""
