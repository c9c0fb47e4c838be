"""Which listener a report is about, so that they are not the one who reads it."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reports", sa.Column("about_id", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("reports", "about_id")
