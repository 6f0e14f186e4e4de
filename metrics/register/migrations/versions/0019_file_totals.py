"""The totals that a file itself gives are kept with its import."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column("imports", sa.Column("totals", sa.JSON(), nullable=True))
