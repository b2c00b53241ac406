"""Alembic's entry point: migrates over the connection that `doctray.storage.migrate` hands in."""

from alembic import context

from doctray.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
