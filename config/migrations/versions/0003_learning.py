"""Enrolments, bookmarks, attempts at tests and their answers."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "enrolments",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("course_id", sa.String(), nullable=False),
        sa.Column("enrolled_by", sa.String(), nullable=False),
        sa.Column("enrolled_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["staff.person_id"], name="fk_enrolments_person_id_staff"),
        sa.PrimaryKeyConstraint("person_id", "course_id", name="pk_enrolments"),
    )
    op.create_table(
        "lesson_progress",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("course_id", sa.String(), nullable=False),
        sa.Column("lesson_id", sa.String(), nullable=False),
        sa.Column("lesson_version", sa.String(), nullable=False),
        sa.Column("section", sa.Integer(), nullable=False),
        sa.Column("begun_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("changed_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("read_at_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["staff.person_id"], name="fk_lesson_progress_person_id_staff"),
        sa.PrimaryKeyConstraint("person_id", "course_id", "lesson_id", name="pk_lesson_progress"),
    )
    op.create_table(
        "test_attempts",
        sa.Column("attempt_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("course_id", sa.String(), nullable=False),
        sa.Column("lesson_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("lesson_version", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("seed", sa.String(), nullable=False),
        sa.Column("drawn", sa.JSON(), nullable=False),
        sa.Column("begun_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("share", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["staff.person_id"], name="fk_test_attempts_person_id_staff"),
        sa.PrimaryKeyConstraint("attempt_id", name="pk_test_attempts"),
        sa.UniqueConstraint(
            "person_id",
            "course_id",
            "lesson_id",
            "number",
            name="uq_test_attempts_person_id_course_id_lesson_id_number",
        ),
    )
    op.create_index(
        "ix_test_attempts_course_id_lesson_id_begun_at_ms",
        "test_attempts",
        ["course_id", "lesson_id", "begun_at_ms"],
        unique=False,
    )
    op.create_table(
        "test_answers",
        sa.Column("attempt_id", sa.String(), nullable=False),
        sa.Column("question_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("chosen", sa.JSON(), nullable=False),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("worth", sa.Double(), nullable=True),
        sa.Column("answered_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("checked", sa.JSON(), nullable=True),
        sa.Column("compared_at_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["test_attempts.attempt_id"], name="fk_test_answers_attempt_id_test_attempts"
        ),
        sa.PrimaryKeyConstraint("attempt_id", "question_id", name="pk_test_answers"),
    )
    op.create_index("ix_test_answers_question_id", "test_answers", ["question_id"], unique=False)


def downgrade() -> None:
    op.drop_table("test_answers")
    op.drop_table("test_attempts")
    op.drop_table("lesson_progress")
    op.drop_table("enrolments")
