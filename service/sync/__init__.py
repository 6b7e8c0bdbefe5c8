"""The cycle that keeps both sides in step: detect, fetch, merge, push, record."""
