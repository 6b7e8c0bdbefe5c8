"""What makes a real org hard to live with: seeded faults of calls and rows, each switchable on its own."""
