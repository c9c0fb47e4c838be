"""Drafts of courses, and their editions."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "course_drafts",
        sa.Column("course_id", sa.String(), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=False),
        sa.Column("begun_by", sa.String(), nullable=False),
        sa.Column("begun_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("handed_in_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("given_back", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["begun_by"], ["staff.person_id"], name="fk_course_drafts_begun_by_staff"),
        sa.PrimaryKeyConstraint("course_id", name="pk_course_drafts"),
    )
    op.create_table(
        "course_draft_files",
        sa.Column("course_id", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=True),
        sa.Column("changed_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"],
            ["course_drafts.course_id"],
            name="fk_course_draft_files_course_id_course_drafts",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["changed_by"], ["staff.person_id"], name="fk_course_draft_files_changed_by_staff"),
        sa.PrimaryKeyConstraint("course_id", "path", name="pk_course_draft_files"),
    )
    op.create_table(
        "course_editions",
        sa.Column("course_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("course_version", sa.String(), nullable=False),
        sa.Column("files", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("written_by", sa.String(), nullable=False),
        sa.Column("published_by", sa.String(), nullable=False),
        sa.Column("published_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("is_alone", sa.Boolean(), nullable=False),
        sa.Column("withdrawn_by", sa.String(), nullable=True),
        sa.Column("withdrawn_at_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["published_by"], ["staff.person_id"], name="fk_course_editions_published_by_staff"),
        sa.PrimaryKeyConstraint("course_id", "number", name="pk_course_editions"),
    )


def downgrade() -> None:
    op.drop_table("course_editions")
    op.drop_table("course_draft_files")
    op.drop_table("course_drafts")
