"""The register's tables. Migrations under `migrations/` create exactly these."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: One row: which warehouse file and which publication everybody reads. Changed by one UPDATE.
state = sa.Table(
    "state",
    metadata,
    sa.Column("id", sa.Integer, sa.CheckConstraint("id = 1", name="single"), primary_key=True),
    sa.Column("warehouse_version", sa.Integer, nullable=False, default=0),
    sa.Column("publication_id", sa.Integer, nullable=False, default=0),
)

#: Who may change the warehouse and publish. A lease of a dead process can be taken over.
leases = sa.Table(
    "leases",
    metadata,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("holder", sa.String, nullable=False),  # host:pid:token
    sa.Column("expires_at", sa.Float, nullable=False),  # epoch seconds
)

#: The import ledger. Rows of an import count only while its status is 'applied'.
imports = sa.Table(
    "imports",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("file", sa.String, nullable=False),
    sa.Column("sha256", sa.String, nullable=False),
    sa.Column("tool", sa.String, nullable=False),
    sa.Column("profile", sa.String, nullable=False),
    sa.Column("dataset", sa.String, nullable=False),  # the canonical table it feeds
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("observed_at", sa.DateTime, nullable=False),  # UTC: when the tool wrote the export
    sa.Column("options", sa.JSON, nullable=False),
    sa.Column("status", sa.String, nullable=False),  # staged, applied, undone
    sa.Column("rows", sa.JSON, nullable=False),  # RowCounts
    sa.Column("problems", sa.JSON, nullable=False),
    sa.Column("kpis", sa.JSON, nullable=False),
    sa.Column("period_start", sa.Date),
    sa.Column("period_end", sa.Date),
    sa.Column("archive", sa.String),  # path under the workspace's archive folder
    sa.Column("created_at", sa.DateTime, nullable=False),
    sa.Column("created_by", sa.String, nullable=False),
    sa.Column("undone_at", sa.DateTime),
    sa.Column("undone_by", sa.String),
    sa.Column("totals", sa.JSON),  # FileTotals; null where the import is older than they are kept
)

#: Days on which a dataset of a stream is known, as gap-free spans, per import.
coverage = sa.Table(
    "coverage",
    metadata,
    sa.Column("import_id", sa.ForeignKey("imports.id"), primary_key=True),
    sa.Column("dataset", sa.String, primary_key=True),
    sa.Column("source", sa.String, primary_key=True),
    sa.Column("stream", sa.String, primary_key=True),
    sa.Column("start", sa.Date, primary_key=True),
    sa.Column("end", sa.Date, nullable=False),
)

quarantine = sa.Table(
    "quarantine",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("import_id", sa.ForeignKey("imports.id"), nullable=False, index=True),
    sa.Column("line", sa.Integer, nullable=False),
    sa.Column("column", sa.String, nullable=False),
    sa.Column("reason", sa.String, nullable=False),  # a key of importing.problems
    sa.Column("text", sa.String, nullable=False),  # the row without personal data, as JSON
)


def _organisation(name: str, *columns: sa.Column[Any], key: tuple[str, ...]) -> sa.Table:
    """A table of organisation rows. Every version is kept; the newest applied one is the present.

    `import_id` is null for rows written on screen; `observed_at` orders versions.
    """
    return sa.Table(
        name,
        metadata,
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("import_id", sa.ForeignKey("imports.id"), index=True),
        sa.Column("observed_at", sa.DateTime, nullable=False),
        *columns,
        info={"key": key},
    )


products = _organisation(
    "products",
    sa.Column("product", sa.String, nullable=False),  # key: lower case, used in URLs
    sa.Column("name", sa.String, nullable=False),
    sa.Column("line", sa.String),
    sa.Column("stage", sa.String),
    sa.Column("launched", sa.Date),
    sa.Column("vision", sa.String),
    sa.Column("north_star", sa.String),
    sa.Column("signup_event", sa.String),
    sa.Column("activation_event", sa.String),
    sa.Column("qualifying_events", sa.String),  # separated by ';'; null: every event counts
    sa.Column("keeps_verbatims", sa.Boolean),  # false: themes only, never the text
    sa.Column("funnel_steps", sa.String),  # event names in order, separated by ';'
    sa.Column("funnel_days", sa.Integer),  # within which the last step counts
    sa.Column("ended", sa.Date),  # the last day on which it was there
    sa.Column("activation_days", sa.Integer),  # after a sign-up, within which activation counts
    key=("product",),
)
features = _organisation(
    "features",
    sa.Column("product", sa.String, nullable=False),
    sa.Column("feature", sa.String, nullable=False),
    sa.Column("tags", sa.String),  # separated by ';'
    sa.Column("eligible_plans", sa.String),  # separated by ';'; null: whatever the plan
    sa.Column("listed_users", sa.Boolean),  # true: only users whose own row lists it
    key=("product", "feature"),
)
squads = _organisation(
    "squads",
    sa.Column("squad", sa.String, nullable=False),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("ended", sa.Date),  # the last day on which it was there
    key=("squad",),
)
people = _organisation(
    "people",
    sa.Column("person", sa.String, nullable=False),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("email", sa.String),
    key=("person",),
)
assignments = _organisation(
    "assignments",
    sa.Column("squad", sa.String, nullable=False),
    sa.Column("product", sa.String, nullable=False),
    sa.Column("start", sa.Date, nullable=False),
    sa.Column("end", sa.Date),  # last day, inclusive; null while it lasts
    key=("squad", "product", "start"),
)
memberships = _organisation(
    "memberships",
    sa.Column("person", sa.String, nullable=False),
    sa.Column("squad", sa.String, nullable=False),
    sa.Column("start", sa.Date, nullable=False),
    sa.Column("end", sa.Date),
    key=("person", "squad", "start"),
)
ownerships = _organisation(
    "ownerships",
    sa.Column("person", sa.String, nullable=False),
    sa.Column("role", sa.String, nullable=False),
    sa.Column("target_kind", sa.String, nullable=False),  # product, line, squad, company
    sa.Column("target", sa.String, nullable=False, default=""),  # '' for the company
    sa.Column("start", sa.Date, nullable=False),
    sa.Column("end", sa.Date),
    key=("person", "role", "target_kind", "target", "start"),
)
#: What a squad costs a month, for those whose cost no account says.
squad_rates = _organisation(
    "squad_rates",
    sa.Column("squad", sa.String, nullable=False),
    sa.Column("monthly_cost", sa.Float, nullable=False),
    sa.Column("start", sa.Date, nullable=False),
    sa.Column("end", sa.Date),
    key=("squad", "start"),
)
#: What a KPI should be, or was budgeted to be, in a period. Every version is kept.
targets = _organisation(
    "targets",
    sa.Column("kpi", sa.String, nullable=False),
    sa.Column("scope_kind", sa.String, nullable=False),
    sa.Column("scope", sa.String, nullable=False, default=""),  # '' for the company
    sa.Column("period", sa.String, nullable=False),  # 2026-Q4, 2026-11, 2026-W46
    sa.Column("kind", sa.String, nullable=False),  # target, budget
    sa.Column("value", sa.Float, nullable=False),
    sa.Column("set_by", sa.String, nullable=False, default=""),  # '' when a file set it
    key=("kpi", "scope_kind", "scope", "period", "kind"),
)
#: What tools call our products and squads: a Jira project, a Stripe plan, a ledger account.
names = _organisation(
    "names",
    sa.Column("kind", sa.String, nullable=False),  # product, squad
    sa.Column("source", sa.String, nullable=False),  # a tool, or * for all
    sa.Column("alias", sa.String, nullable=False),
    sa.Column("target", sa.String, nullable=False),  # product or squad key
    key=("kind", "source", "alias"),
)
ORGANISATION = {
    table.name: table
    for table in (
        products, features, squads, people, assignments, memberships, ownerships, squad_rates,
        targets, names,
    )
}  # fmt: skip

publications = sa.Table(
    "publications",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("warehouse_version", sa.Integer, nullable=False),
    sa.Column("cause", sa.String, nullable=False),  # import, undo, definition, organisation, …
    sa.Column("cause_detail", sa.String, nullable=False),
    sa.Column("started_at", sa.DateTime, nullable=False),
    sa.Column("finished_at", sa.DateTime),
    sa.Column("published_by", sa.String, nullable=False),
    sa.Column("rows_written", sa.Integer, nullable=False, default=0),
)

#: The constant part of a figure's key. `definition` is a digest of the KPI's definition.
series = sa.Table(
    "series",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("kpi", sa.String, nullable=False),
    sa.Column("definition", sa.String, nullable=False),
    sa.Column("scope_kind", sa.String, nullable=False),
    sa.Column("scope", sa.String, nullable=False),
    sa.Column("grain", sa.String, nullable=False),  # a grain or a window
    sa.Column("dimension", sa.String, nullable=False, default=""),
    sa.Column("member", sa.String, nullable=False, default=""),
    sa.UniqueConstraint("kpi", "definition", "scope_kind", "scope", "grain", "dimension", "member"),
)

#: Published figures, each valid from one publication up to, not including, another.
figures = sa.Table(
    "figures",
    metadata,
    sa.Column("series_id", sa.ForeignKey("series.id"), primary_key=True),
    sa.Column("start", sa.Date, primary_key=True),  # of figures to date: their last day
    sa.Column("from_publication", sa.Integer, primary_key=True),
    sa.Column("to_publication", sa.Integer),  # null while current
    sa.Column("end", sa.Date, nullable=False),
    sa.Column("period", sa.String, nullable=False),
    sa.Column("value", sa.Float),
    sa.Column("numerator", sa.Float),
    sa.Column("denominator", sa.Float),
    sa.Column("n", sa.Integer),
    sa.Column("low", sa.Float),
    sa.Column("high", sa.Float),
    sa.Column("closed", sa.Boolean, nullable=False),
    sa.Column("reason", sa.String),  # why the value is absent or partial
    sa.Column("members", sa.String, nullable=False),  # digest of the set the scope held
    sa.Index("ix_figures_from_publication", "from_publication"),
    sa.Index("ix_figures_to_publication", "to_publication"),
    sqlite_with_rowid=False,
)

#: Process-behaviour signals, published and versioned like figures.
signals = sa.Table(
    "signals",
    metadata,
    sa.Column("series_id", sa.ForeignKey("series.id"), primary_key=True),
    sa.Column("start", sa.Date, primary_key=True),
    sa.Column("rule", sa.Integer, primary_key=True),
    sa.Column("from_publication", sa.Integer, primary_key=True),
    sa.Column("to_publication", sa.Integer),
    sa.Column("direction", sa.Integer, nullable=False),  # +1 above, -1 below
    sa.Column("centre", sa.Float, nullable=False),
    sa.Column("lower", sa.Float, nullable=False),
    sa.Column("upper", sa.Float, nullable=False),
    sa.Column("provisional", sa.Boolean, nullable=False),
    # what was taken out of the series before it was judged: season, trend, autocorrelation, steps
    sa.Column("taken_out", sa.String, nullable=False, server_default=""),
)

#: What is no single figure, as JSON: a retention grid, a funnel, where a KPI will stand. Versioned
#: like figures; its series names the KPI that it belongs to, and as `dimension` what it is.
documents = sa.Table(
    "documents",
    metadata,
    sa.Column("series_id", sa.ForeignKey("series.id"), primary_key=True),
    sa.Column("start", sa.Date, primary_key=True),
    sa.Column("from_publication", sa.Integer, primary_key=True),
    sa.Column("to_publication", sa.Integer),
    sa.Column("body", sa.Text, nullable=False),
)

restatements = sa.Table(
    "restatements",
    metadata,
    sa.Column("publication_id", sa.ForeignKey("publications.id"), primary_key=True),
    sa.Column("series_id", sa.ForeignKey("series.id"), primary_key=True),
    sa.Column("start", sa.Date, primary_key=True),
    sa.Column("old", sa.Float),
    sa.Column("new", sa.Float),
    sa.Column("cause", sa.String, nullable=False),
    sa.Column("cause_detail", sa.String, nullable=False),
    sa.Index("ix_restatements_series_id", "series_id", "start"),
)

#: KPIs whose definition failed when figures were last computed; their published figures stay.
left_out = sa.Table(
    "left_out",
    metadata,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("file", sa.String, nullable=False),
    sa.Column("line", sa.Integer, nullable=False),
    sa.Column("key", sa.String, nullable=False),
    sa.Column("message", sa.String, nullable=False),
    sa.Column("remedy", sa.String, nullable=False),
)

#: Level shifts that someone has acknowledged: what came before is no baseline for what follows.
baselines = sa.Table(
    "baselines",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("kpi", sa.String, nullable=False),
    sa.Column("scope_kind", sa.String, nullable=False),
    sa.Column("scope", sa.String, nullable=False),
    sa.Column("since", sa.Date, nullable=False),  # first day of the new level's first period
    sa.Column("note", sa.String, nullable=False, default=""),
    sa.Column("acknowledged_at", sa.DateTime, nullable=False),
    sa.Column("acknowledged_by", sa.String, nullable=False),
    sa.Column("withdrawn_at", sa.DateTime),
    sa.Column("withdrawn_by", sa.String),
)

#: Decisions and actions as they were first written; `decision_changes` says what became of them.
decisions = sa.Table(
    "decisions",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("kpi", sa.String, nullable=False),  # '' for the scope as a whole
    sa.Column("scope_kind", sa.String, nullable=False),
    sa.Column("scope", sa.String, nullable=False),
    sa.Column("what", sa.String, nullable=False),
    sa.Column("why", sa.String, nullable=False, default=""),
    sa.Column("owner", sa.String, nullable=False, default=""),
    sa.Column("review_on", sa.Date),
    sa.Column("decided_at", sa.DateTime, nullable=False),
    sa.Column("decided_by", sa.String, nullable=False),
    sa.Column("kind", sa.String, nullable=False, server_default="decision"),  # decision, action
    sa.Column("expected", sa.String, nullable=False, server_default=""),
    sa.Column("towards", sa.Integer, nullable=False, server_default="0"),  # +1 up, -1 down, 0 hold
    sa.Column("part_of", sa.Integer),  # the decision that an action carries out
)

#: Each later wording or state of a decision, whole; the one of the highest version holds.
decision_changes = sa.Table(
    "decision_changes",
    metadata,
    sa.Column("decision_id", sa.ForeignKey("decisions.id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),  # from 2
    sa.Column("what", sa.String, nullable=False),
    sa.Column("why", sa.String, nullable=False),
    sa.Column("owner", sa.String, nullable=False),
    sa.Column("review_on", sa.Date),
    sa.Column("expected", sa.String, nullable=False),
    sa.Column("towards", sa.Integer, nullable=False),
    sa.Column("status", sa.String, nullable=False),  # open, closed
    sa.Column("note", sa.String, nullable=False),
    sa.Column("changed_at", sa.DateTime, nullable=False),
    sa.Column("changed_by", sa.String, nullable=False),
)


def _remark(name: str, *columns: sa.Column[Any]) -> sa.Table:
    """A table of what people say of a KPI of a scope; a row is withdrawn, never deleted."""
    return sa.Table(
        name,
        metadata,
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("kpi", sa.String, nullable=False, default=""),  # '' for the scope as a whole
        sa.Column("scope_kind", sa.String, nullable=False),
        sa.Column("scope", sa.String, nullable=False),
        *columns,
        sa.Column("written_at", sa.DateTime, nullable=False),
        sa.Column("written_by", sa.String, nullable=False),
        sa.Column("withdrawn_at", sa.DateTime),
        sa.Column("withdrawn_by", sa.String),
    )


comments = _remark(
    "comments",
    sa.Column("period", sa.String, nullable=False, default=""),  # 2026-W46; '' for any
    sa.Column("text", sa.String, nullable=False),
    sa.Column("said_by", sa.String, nullable=False, default=""),  # whose words, if not the writer's
)
#: Signals that are not talked about until a day.
mutes = _remark(
    "mutes",
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("until", sa.Date, nullable=False),  # the last muted day
)
#: What happened on a day, as charts show it.
chart_annotations = _remark(
    "annotations",
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("text", sa.String, nullable=False),
)

#: The KPIs that the company reviews, each choice whole; the newest one holds.
review_choices = sa.Table(
    "review_choices",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("kpis", sa.JSON, nullable=False),  # names in order; empty: those of the settings
    sa.Column("chosen_at", sa.DateTime, nullable=False),
    sa.Column("chosen_by", sa.String, nullable=False),
)

#: Keys with which programs may bring files in. Only digests: a token is shown once, when made.
tokens = sa.Table(
    "tokens",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("digest", sa.String, nullable=False, unique=True),  # SHA-256 of the token
    sa.Column("created_at", sa.DateTime, nullable=False),
    sa.Column("created_by", sa.String, nullable=False),
    sa.Column("revoked_at", sa.DateTime),
    sa.Column("revoked_by", sa.String),
)

#: Purges of raw rows by age. Days before the newest `horizon` are known by published figures only.
purges = sa.Table(
    "purges",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("purged_at", sa.DateTime, nullable=False),
    sa.Column("purged_by", sa.String, nullable=False),
    sa.Column("horizon", sa.Date, nullable=False),  # the first day of which raw rows were left
    sa.Column("rows", sa.JSON, nullable=False),  # place -> rows deleted
)

#: Figures of later periods that a purge would have changed: they stay as they were published.
kept_figures = sa.Table(
    "kept_figures",
    metadata,
    sa.Column("series_id", sa.ForeignKey("series.id"), primary_key=True),
    sa.Column("start", sa.Date, primary_key=True),
)

#: Erasures of persons: when and how much, never who.
erasures = sa.Table(
    "erasures",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("erased_at", sa.DateTime, nullable=False),
    sa.Column("erased_by", sa.String, nullable=False),
    sa.Column("rows", sa.JSON, nullable=False),  # place -> rows deleted or changed
)
