"""Reviews of chats with what mentors found and what was said, and consent to them."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "review_consents",
        sa.Column("chat_id", sa.String(), nullable=False),
        sa.Column("seeker_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("listener_at_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("chat_id", name="pk_review_consents"),
    )
    op.create_table(
        "reviews",
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("chat_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("age_band", sa.String(), nullable=False),
        sa.Column("is_first_chats", sa.Boolean(), nullable=False),
        sa.Column("rubric_id", sa.String(), nullable=False),
        sa.Column("rubric_version", sa.String(), nullable=False),
        sa.Column("asked_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("shared_by", sa.String(), nullable=True),
        sa.Column("shared_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("settled", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["staff.person_id"], name="fk_reviews_person_id_staff"),
        sa.PrimaryKeyConstraint("review_id", name="pk_reviews"),
        sa.UniqueConstraint("kind", "subject_id", name="uq_reviews_kind_subject_id"),
    )
    for column in ("person_id", "chat_id", "asked_at_ms", "shared_at_ms"):
        op.create_index(f"ix_reviews_{column}", "reviews", [column], unique=False)
    op.create_table(
        "assessments",
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("mentor_id", sa.String(), nullable=False),
        sa.Column("taken_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("handed_in_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("levels", sa.JSON(), nullable=True),
        sa.Column("helped", sa.LargeBinary(), nullable=False),
        sa.Column("to_try", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.review_id"], name="fk_assessments_review_id_reviews"),
        sa.ForeignKeyConstraint(["mentor_id"], ["staff.person_id"], name="fk_assessments_mentor_id_staff"),
        sa.PrimaryKeyConstraint("review_id", "mentor_id", name="pk_assessments"),
    )
    op.create_index("ix_assessments_mentor_id", "assessments", ["mentor_id"], unique=False)
    op.create_table(
        "review_words",
        sa.Column("words_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("is_among_mentors", sa.Boolean(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.review_id"], name="fk_review_words_review_id_reviews"),
        sa.PrimaryKeyConstraint("words_id", name="pk_review_words"),
    )
    op.create_index("ix_review_words_review_id", "review_words", ["review_id"], unique=False)


def downgrade() -> None:
    for table in ("review_words", "assessments", "reviews", "review_consents"):
        op.drop_table(table)
