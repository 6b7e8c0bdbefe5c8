"""SOQL: parse, compile to SQL, run for an acting user."""
