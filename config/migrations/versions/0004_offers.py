"""Every offer with why it went where it went, and the wait that was announced first."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "offers",
        sa.Column("offer_id", sa.String(), nullable=False),
        sa.Column("chat_id", sa.String(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("age_band", sa.String(), nullable=False),
        sa.Column("cell", sa.String(), nullable=False),
        sa.Column("listener_id", sa.String(), nullable=False),
        sa.Column("made_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("arrived_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("offer_id", name="pk_offers"),
    )
    op.create_index("ix_offers_chat_id", "offers", ["chat_id"], unique=False)
    op.create_index("ix_offers_made_at_ms", "offers", ["made_at_ms"], unique=False)
    op.create_index(
        "ix_offers_language_age_band_made_at_ms",
        "offers",
        ["language", "age_band", "made_at_ms"],
        unique=False,
    )
    op.add_column("chat_facts", sa.Column("wait_promised_s", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("chat_facts", "wait_promised_s")
    op.drop_table("offers")
