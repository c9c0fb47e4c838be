"""What supervisors who read along and listeners write to each other."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "whispers",
        sa.Column("whisper_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("chat_id", sa.String(), nullable=False),
        sa.Column("from_id", sa.String(), nullable=False),
        sa.Column("to_id", sa.String(), nullable=False),
        sa.Column("whisper_id", sa.String(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("whisper_no", name="pk_whispers"),
        sa.UniqueConstraint("chat_id", "from_id", "whisper_id", name="uq_whispers_chat_id_from_id_whisper_id"),
    )
    op.create_index("ix_whispers_chat_id", "whispers", ["chat_id"], unique=False)


def downgrade() -> None:
    op.drop_table("whispers")
