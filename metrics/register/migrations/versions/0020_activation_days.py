"""Days after a sign-up within which an activation of the product counts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column("products", sa.Column("activation_days", sa.Integer(), nullable=True))
