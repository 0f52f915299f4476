"""Alembic's entry into one database: the connection and the metadata are handed in by `run` and `revise`.

Never opens a connection of its own and reads no settings, so there is no second way to reach a database.
"""

from alembic import context

given = context.config.attributes
context.configure(
    connection=given["connection"],
    target_metadata=given.get("metadata"),
    compare_type=True,
    compare_server_default=False,
    transaction_per_migration=False,
    render_item=given.get("render_item", lambda *_: False),
    process_revision_directives=given.get("process_revision_directives"),
)
with context.begin_transaction():
    context.run_migrations()
