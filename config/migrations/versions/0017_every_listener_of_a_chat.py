"""All listeners of a chat, so that none of them reads what was written about it afterwards."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("chat_facts", sa.Column("listener_ids", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("chat_facts", "listener_ids")
