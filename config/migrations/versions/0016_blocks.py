"""Who shall not meet whom again, for an engine that lost it."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "blocks",
        sa.Column("seeker_id", sa.String(), nullable=False),
        sa.Column("listener_id", sa.String(), nullable=False),
        sa.Column("used_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seeker_id", "listener_id", name=op.f("pk_blocks")),
    )
    op.create_index(op.f("ix_blocks_used_at_ms"), "blocks", ["used_at_ms"])


def downgrade() -> None:
    op.drop_table("blocks")
