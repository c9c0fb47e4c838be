"""Ended chats as they were sealed, and those that could not be archived."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "archived_chats",
        sa.Column("chat_id", sa.String(), nullable=False),
        sa.Column("age_band", sa.String(), nullable=False),
        sa.Column("epoch", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("entries", sa.LargeBinary(), nullable=False),
        sa.Column("ended_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("archived_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("chat_id", name="pk_archived_chats"),
    )
    op.create_index("ix_archived_chats_ended_at_ms", "archived_chats", ["ended_at_ms"], unique=False)
    op.create_table(
        "set_aside_chats",
        sa.Column("chat_id", sa.String(), nullable=False),
        sa.Column("age_band", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("first_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("chat_id", name="pk_set_aside_chats"),
    )


def downgrade() -> None:
    op.drop_table("set_aside_chats")
    op.drop_table("archived_chats")
