"""The last day of products and squads that have ended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    for table in ("products", "squads"):
        op.add_column(table, sa.Column("ended", sa.Date(), nullable=True))
