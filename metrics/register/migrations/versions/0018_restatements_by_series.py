"""Restatements are read by the series that they are of."""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_index("ix_restatements_series_id", "restatements", ["series_id", "start"])
