"""Run the migrations on the connection that `service.store.schema.upgrade` hands over."""

from alembic import context

from service.store import ledger

context.configure(connection=context.config.attributes["connection"], target_metadata=ledger.links.metadata)
with context.begin_transaction():
    context.run_migrations()
