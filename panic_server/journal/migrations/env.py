"""Runs the migrations on the connection that `panic_server.journal.schema` hands over."""

from alembic import context

from panic_server.journal.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
