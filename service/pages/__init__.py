"""The console: server-rendered pages that need no script."""
