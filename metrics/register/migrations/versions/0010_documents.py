"""Documents published beside figures: retention grids, funnels, where KPIs will stand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "documents",
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("from_publication", sa.Integer(), nullable=False),
        sa.Column("to_publication", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_documents_series_id")),
        sa.PrimaryKeyConstraint(
            "series_id", "start", "from_publication", name=op.f("pk_documents")
        ),
    )
