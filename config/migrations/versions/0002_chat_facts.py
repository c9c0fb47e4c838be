"""What stays of ended chats and of the line, without words."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "load_samples",
        sa.Column("at_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("age_band", sa.String(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("longest_wait_ms", sa.BigInteger(), nullable=False),
        sa.Column("available", sa.Integer(), nullable=False),
        sa.Column("paused", sa.Integer(), nullable=False),
        sa.Column("in_chat", sa.Integer(), nullable=False),
        sa.Column("open_chats", sa.Integer(), nullable=False),
        sa.Column("open_offers", sa.Integer(), nullable=False),
        sa.Column("offers_missed_1h", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("at_ms", "language", "age_band", name="pk_load_samples"),
    )
    op.create_table(
        "chat_facts",
        sa.Column("chat_id", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("age_band", sa.String(), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("distress_before", sa.Integer(), nullable=True),
        sa.Column("distress_after", sa.Integer(), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("arrived_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("offered_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("opened_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("ended_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_by", sa.String(), nullable=False),
        sa.Column("end_reason", sa.String(), nullable=False),
        sa.Column("listener_id", sa.String(), nullable=True),
        sa.Column("wait_ms", sa.BigInteger(), nullable=True),
        sa.Column("offers", sa.Integer(), nullable=False),
        sa.Column("messages_seeker", sa.Integer(), nullable=False),
        sa.Column("messages_listener", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("chat_id", name="pk_chat_facts"),
    )
    op.create_index("ix_chat_facts_ended_at_ms", "chat_facts", ["ended_at_ms"], unique=False)
    op.create_index("ix_chat_facts_listener_id_ended_at_ms", "chat_facts", ["listener_id", "ended_at_ms"], unique=False)
    op.create_table(
        "feedback_comments",
        sa.Column("chat_id", sa.String(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("chat_id", name="pk_feedback_comments"),
    )
    op.create_index("ix_feedback_comments_at_ms", "feedback_comments", ["at_ms"], unique=False)
    op.create_table(
        "reports",
        sa.Column("chat_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("by_role", sa.String(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("comment", sa.String(), nullable=True),
        sa.Column("block", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("chat_id", "person_id", name="pk_reports"),
    )
    op.create_index("ix_reports_at_ms", "reports", ["at_ms"], unique=False)
    op.create_table(
        "wrap_up_notes",
        sa.Column("chat_id", sa.String(), nullable=False),
        sa.Column("listener_id", sa.String(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("chat_id", "listener_id", name="pk_wrap_up_notes"),
    )
    op.create_index("ix_wrap_up_notes_at_ms", "wrap_up_notes", ["at_ms"], unique=False)


def downgrade() -> None:
    op.drop_table("wrap_up_notes")
    op.drop_table("reports")
    op.drop_table("feedback_comments")
    op.drop_table("chat_facts")
    op.drop_table("load_samples")
