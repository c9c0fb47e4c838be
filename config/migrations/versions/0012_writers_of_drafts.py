"""Everybody who changed something in a draft, also where somebody else changed the same file later."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "course_draft_writers",
        sa.Column("course_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"],
            ["course_drafts.course_id"],
            name="fk_course_draft_writers_course_id_course_drafts",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["staff.person_id"], name="fk_course_draft_writers_person_id_staff"),
        sa.PrimaryKeyConstraint("course_id", "person_id", name="pk_course_draft_writers"),
    )
    op.execute(
        "INSERT INTO course_draft_writers (course_id, person_id) "
        "SELECT DISTINCT course_id, changed_by FROM course_draft_files WHERE changed_by IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_table("course_draft_writers")
