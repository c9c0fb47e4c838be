"""Who of the staff dealt with which report."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "report_handlings",
        sa.Column("handling_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("chat_id", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("report_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("handled_by", sa.String(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("undone_by", sa.String(), nullable=True),
        sa.Column("undone_at_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("handling_no", name="pk_report_handlings"),
    )
    op.create_index("ix_report_handlings_chat_id", "report_handlings", ["chat_id"], unique=False)


def downgrade() -> None:
    op.drop_table("report_handlings")
