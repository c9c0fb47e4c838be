"""Data keys of chats, and places for words that are sealed with them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

#: table -> column that held the words in clear. `tealight migrate` seals and empties them once the keys are at hand.
CLEAR = {"feedback_comments": "comment", "wrap_up_notes": "note"}


def upgrade() -> None:
    op.create_table(
        "chat_keys",
        sa.Column("chat_id", sa.String(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("master_id", sa.String(), nullable=False),
        sa.Column("made_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("deletion_hash", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("chat_id", name="pk_chat_keys"),
    )
    op.create_index("ix_chat_keys_master_id", "chat_keys", ["master_id"], unique=False)
    op.create_index("ix_chat_keys_deletion_hash", "chat_keys", ["deletion_hash"], unique=False)
    for table in ("feedback_comments", "reports", "wrap_up_notes", "practice_chats"):
        op.add_column(table, sa.Column("sealed", sa.LargeBinary(), nullable=True))
    op.add_column("practice_chats", sa.Column("sealed_note", sa.LargeBinary(), nullable=True))
    for table, column in CLEAR.items():
        with op.batch_alter_table(table) as batch:
            batch.alter_column(column, existing_type=sa.String(), nullable=True)


def downgrade() -> None:
    for table, column in CLEAR.items():
        with op.batch_alter_table(table) as batch:
            batch.alter_column(column, existing_type=sa.String(), nullable=False)
    op.drop_column("practice_chats", "sealed_note")
    for table in ("practice_chats", "wrap_up_notes", "reports", "feedback_comments"):
        op.drop_column(table, "sealed")
    op.drop_table("chat_keys")
