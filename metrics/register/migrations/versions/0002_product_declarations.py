"""What a product says of itself (events that count, verbatims, features) and what a squad costs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("products", sa.Column("qualifying_events", sa.String(), nullable=True))
    op.add_column("products", sa.Column("keeps_verbatims", sa.Boolean(), nullable=True))
    op.create_table(
        "features",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("observed_at", sa.DateTime(), nullable=False),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("feature", sa.String(), nullable=False),
        sa.Column("tags", sa.String(), nullable=True),
        sa.Column("eligible_plans", sa.String(), nullable=True),
        sa.Column("listed_users", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_features_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_features")),
        info={"key": ("product", "feature")},
    )
    op.create_index(op.f("ix_features_import_id"), "features", ["import_id"], unique=False)
    op.create_table(
        "squad_rates",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("observed_at", sa.DateTime(), nullable=False),
        sa.Column("squad", sa.String(), nullable=False),
        sa.Column("monthly_cost", sa.Float(), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("end", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_squad_rates_import_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_squad_rates")),
        info={"key": ("squad", "start")},
    )
    op.create_index(op.f("ix_squad_rates_import_id"), "squad_rates", ["import_id"], unique=False)
