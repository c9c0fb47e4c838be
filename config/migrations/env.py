"""Alembic runs this file; the connection comes from `migrate`, inside one transaction for all steps."""

from alembic import context

connection = context.config.attributes["connection"]
# SQLite can change tables inside a transaction once the driver's own transactions are off (config/database.py):
# a migration that fails half way then leaves nothing behind, on either database.
context.configure(connection=connection, transactional_ddl=True, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
