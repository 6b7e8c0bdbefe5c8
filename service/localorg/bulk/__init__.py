"""Bulk API 2.0: CSV files in and out, and the loading of what was uploaded."""
