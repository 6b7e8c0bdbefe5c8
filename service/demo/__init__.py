"""The demo: a real company's data, a Salesforce-compatible org, and a story in which both sides meet."""
