"""The customer's own automation: flows and triggers that run whenever anybody saves a record."""
