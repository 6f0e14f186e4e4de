"""Days after the first step within which a product's funnel counts the last one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("products", sa.Column("funnel_days", sa.Integer(), nullable=True))
