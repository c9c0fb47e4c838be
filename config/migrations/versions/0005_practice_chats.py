"""Practice chats."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "practice_chats",
        sa.Column("practice_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("scenario", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("age_band", sa.String(), nullable=False),
        sa.Column("pace", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.String(), nullable=False),
        sa.Column("begun_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("opened_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("ended_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("lease_until_ms", sa.BigInteger(), nullable=False),
        sa.Column("turns", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("has_passed", sa.Boolean(), nullable=True),
        sa.Column("debrief", sa.JSON(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("reported", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["staff.person_id"], name="fk_practice_chats_person_id_staff"),
        sa.PrimaryKeyConstraint("practice_id", name="pk_practice_chats"),
    )
    op.create_index("ix_practice_chats_chat_id", "practice_chats", ["chat_id"], unique=False)
    op.create_index("ix_practice_chats_ended_at_ms", "practice_chats", ["ended_at_ms"], unique=False)
    op.create_index(
        "ix_practice_chats_person_id_begun_at_ms", "practice_chats", ["person_id", "begun_at_ms"], unique=False
    )


def downgrade() -> None:
    op.drop_table("practice_chats")
