"""Plansync: keeps customer-success records in step between Salesforce and PostgreSQL."""
