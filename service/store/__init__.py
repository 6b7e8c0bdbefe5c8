"""PostgreSQL: tables, migrations, one transaction per org, sealed secrets."""
