"""Run the migrations on the connection that `service.store.schema.upgrade` hands over."""

from alembic import context

from service.store.ledger import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
