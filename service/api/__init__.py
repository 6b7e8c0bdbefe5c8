"""The API under /api/v1: flask-smorest and marshmallow, one file per noun; handlers call `plans` and nothing deeper."""
