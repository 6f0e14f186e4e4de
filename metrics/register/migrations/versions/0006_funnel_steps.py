"""The funnel that a product declares."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("products", sa.Column("funnel_steps", sa.String(), nullable=True))
