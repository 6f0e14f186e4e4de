"""The datasets that an import can feed, and how a re-import of each behaves."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from importlib.resources import files

#: The type of a list of answers, as `answer_of` of values.sql makes them.
ANSWERS = (
    "struct(question varchar, kind varchar, score decimal(28,6), low decimal(9,2), "
    "high decimal(9,2))[]"
)


class Behaviour(StrEnum):
    VERSIONS = "versions"  # rows with an id: the newest observed counts
    SLICES = "slices"  # rows without: a file replaces the stream days that it covers
    AGGREGATES = "aggregates"  # a tool's own figures: the newest per metric, scope and date
    ORGANISATION = "organisation"  # rows of the register


@dataclass(frozen=True)
class Dataset:
    """`fields` are what a profile may fill, with their SQL types; `key` names a landed row.

    `belongs_to` says what its streams name: products or squads. `loose` slices cover every stream
    at once (stream ''). `repeats_by` is what must not come twice in one file.
    """

    name: str
    behaviour: Behaviour
    fields: dict[str, str]
    key: tuple[str, ...] = ()
    belongs_to: tuple[str, ...] = ("product",)
    loose: bool = False
    repeats_by: tuple[str, ...] = ()  # what must not come twice in one file; the key if empty
    stream_columns: tuple[str, ...] = ("stream",)
    wide: bool = False  # a column that no field reads may be a member with its own values
    text: str = ""  # the field in which people say something in their own words

    @property
    def table(self) -> str:
        return f"landed_{self.name}"

    @property
    def has_shape(self) -> bool:
        """Whether fields become columns by a select; an organisation's mostly are the columns."""
        return (files(__package__) / "shapes" / f"{self.name}.sql").is_file()

    @cached_property
    def shape(self) -> str:
        """The select that turns typed fields into landed columns, with `problem` and `skip`."""
        return (files(__package__) / "shapes" / f"{self.name}.sql").read_text("utf-8")


def _texts(*names: str) -> dict[str, str]:
    return dict.fromkeys(names, "varchar")


def _moments(*names: str) -> dict[str, str]:
    """Each moment has the company's local day beside it."""
    found: dict[str, str] = {}
    for name in names:
        found |= {name: "timestamp", f"{name}_day": "date"}
    return found


def _of_register(table: str, key: tuple[str, ...], /, **fields: str) -> Dataset:
    return Dataset(table, Behaviour.ORGANISATION, fields, key)


DATASETS = {
    dataset.name: dataset
    for dataset in (
        Dataset(
            "events",
            Behaviour.SLICES,
            _moments("time")
            | {"user_key": "bigint", "account_key": "bigint"}
            | _texts("stream", "event", "feature", "session", "platform", "country", "plan"),
        ),
        Dataset(
            "ledger",
            Behaviour.SLICES,
            _texts("stream", "journal", "account", "side", "currency")
            | {"day": "date"}
            | dict.fromkeys(("debit", "credit", "amount"), "decimal(28,6)"),
            loose=True,
            belongs_to=("product", "squad"),
            wide=True,
        ),
        Dataset(
            "work_items",
            Behaviour.VERSIONS,
            _texts("item_id", "stream", "title", "type", "status", "resolution", "parent")
            | {"status_category": "varchar", "points": "decimal(28,6)", "due_day": "date"}
            | _moments("created", "updated", "viewed", "category_changed", "started", "done")
            | _moments("cancelled")
            | dict.fromkeys(("sprints", "labels", "blocked_by", "blocks", "moves"), "varchar[]")
            # What an open item counts as where its status is a word of the team's own.
            | {"criteria": "varchar", "otherwise": "varchar"},
            key=("item_id",),
            belongs_to=("squad", "product"),
        ),
        Dataset(
            "sprints",
            Behaviour.VERSIONS,
            _texts("sprint", "stream", "goal")
            | {"start_day": "date", "end_day": "date", "goal_met": "boolean"},
            key=("stream", "sprint"),
            belongs_to=("squad",),
        ),
        Dataset(
            "subscriptions",
            Behaviour.VERSIONS,
            _texts("subscription_id", "stream", "plan", "interval", "currency", "status", "channel")
            | {"account_key": "bigint", "coupon": "varchar"}
            | dict.fromkeys(("amount", "quantity"), "decimal(28,6)")
            | dict.fromkeys(("discount_percent", "discount_amount"), "decimal(28,6)")
            | {"interval_count": "integer"}
            | _moments("created", "started", "trial_end", "canceled", "ended")
            | _moments("period_start", "period_end"),
            key=("subscription_id",),
        ),
        Dataset(
            "responses",
            Behaviour.VERSIONS,
            _moments("answered")
            | _texts("respondent", "product", "squad", "wave", "comment")
            | {"account_key": "bigint"},
            key=("response_id", "question"),
            text="comment",
            repeats_by=("response_id",),
            belongs_to=("product", "squad"),
        ),
        Dataset(
            "users",
            Behaviour.VERSIONS,
            _texts("stream", "plan", "country")
            | _moments("signed_up")
            | {"user_key": "bigint", "account_key": "bigint", "features": "varchar[]"},
            key=("stream", "user_key"),
        ),
        Dataset(
            "identities",
            Behaviour.VERSIONS,
            {"alias_key": "bigint", "person_key": "bigint"},
            key=("alias_key",),
            belongs_to=(),
        ),
        Dataset(
            "rates",
            Behaviour.VERSIONS,
            {"currency": "varchar", "day": "date", "rate": "varchar"},
            key=("currency", "day"),
            belongs_to=(),
        ),
        Dataset(
            "feedback",
            Behaviour.VERSIONS,
            _texts("feedback_id", "kind", "stream", "status", "rating", "title", "text", "language")
            | _moments("opened", "resolved")
            | {"scale_min": "decimal(9,2)", "scale_max": "decimal(9,2)"},
            key=("feedback_id",),
            text="text",
        ),
        Dataset(
            "deals",
            Behaviour.VERSIONS,
            _texts("deal_id", "stream", "stage", "competitor", "loss_reason")
            | {"amount": "decimal(28,6)"}
            # What a tool says beside a stage whose name is the company's own.
            | dict.fromkeys(("is_won", "is_lost", "is_closed"), "boolean")
            | _moments("created", "closed"),
            key=("deal_id",),
        ),
        Dataset(
            "observations",
            Behaviour.AGGREGATES,
            _texts("metric", "stream", "grain", "dimension", "member", "unit", "status", "period")
            | {"value": "decimal(28,6)", "deducted": "decimal(28,6)"}
            | _moments("time"),
            key=("metric", "stream", "day", "grain", "dimension", "member"),
            belongs_to=("product", "squad"),
            wide=True,
        ),
        Dataset(
            "initiatives",
            Behaviour.VERSIONS,
            _texts("initiative_id", "stream", "squad_stream", "title", "status", "impact")
            | _texts("confidence", "effort", "moscow", "target_kpi", "expected_effect")
            | _texts("objective", "origin", "work", "link")
            | dict.fromkeys(("reach", "rice"), "decimal(28,6)")
            | dict.fromkeys(
                ("begun_day", "first_due_day", "due_day", "shipped_day", "review_day"), "date"
            )
            | {"dates": "varchar[]"}
            | _moments("edited"),
            key=("initiative_id",),
            belongs_to=("product", "squad"),
            stream_columns=("stream", "squad_stream"),
        ),
        Dataset(
            "discoveries",
            Behaviour.VERSIONS,
            _texts("discovery_id", "stream", "kind", "insight", "initiative")
            | {"day": "date", "people_heard": "integer"},
            key=("discovery_id",),
        ),
        Dataset(
            "objectives",
            Behaviour.VERSIONS,
            _texts("objective", "stream", "owner", "period")
            | {"start_day": "date", "end_day": "date"},
            key=("stream", "objective", "period_start"),
        ),
        Dataset(
            "key_results",
            Behaviour.VERSIONS,
            _texts("key_result", "objective", "stream", "owner", "period", "kpi")
            | {"start_day": "date", "end_day": "date"}
            | dict.fromkeys(("start_value", "target_value", "current_value"), "decimal(28,6)")
            | _moments("edited"),
            key=("stream", "key_result", "period_start"),
        ),
        Dataset(
            "market",
            Behaviour.VERSIONS,
            _texts("stream", "period", "segment", "player", "unit", "definition")
            | {"value": "decimal(28,6)", "is_own": "boolean"},
            key=("market", "stream", "player", "day", "grain"),
            stream_columns=("stream", "player"),
            wide=True,
        ),
        Dataset(
            "ratings",
            Behaviour.VERSIONS,
            _texts("stream", "store", "player")
            | {"day": "date", "rating": "decimal(28,6)", "reviews": "integer"}
            | {"is_own": "boolean"},
            key=("stream", "day", "store", "player"),
        ),
        Dataset(
            "qualifying_usage",
            Behaviour.VERSIONS,
            _texts("stream", "event", "free_plan")
            | {"version": "integer", "least_count": "integer"},
            key=("stream", "version"),
        ),
        Dataset(
            "deployments",
            Behaviour.VERSIONS,
            _texts("deployment_id", "change_id", "stream", "environment", "status")
            | {"failed": "boolean"}
            | _moments("deployed", "restored", "committed"),
            key=("deployment_id", "change_id"),
            belongs_to=("squad",),
        ),
        Dataset(
            "skills",
            Behaviour.VERSIONS,
            _texts("person", "stream", "skill", "level")
            | {"day": "date", "listed": "varchar[]", "answers": ANSWERS},
            key=("person", "skill_key", "day"),
            belongs_to=("squad",),
        ),
        Dataset(
            "skill_needs",
            Behaviour.VERSIONS,
            _texts("stream", "skill", "level") | {"start_day": "date", "end_day": "date"},
            key=("stream", "skill_key", "start_day"),
            belongs_to=("squad",),
        ),
        Dataset(
            "survey_waves",
            Behaviour.VERSIONS,
            _texts("wave", "stream")
            | {"start_day": "date", "end_day": "date", "invited": "integer"},
            key=("stream", "wave"),
            belongs_to=("squad", "product"),
        ),
        _of_register(
            "products",
            ("product",),
            product="varchar",
            name="varchar",
            line="varchar",
            stage="varchar",
            launched="date",
            ended="date",
            vision="varchar",
            north_star="varchar",
            signup_event="varchar",
            activation_event="varchar",
            qualifying_events="varchar",
            keeps_verbatims="boolean",
            funnel_steps="varchar",
            funnel_days="integer",
            activation_days="integer",
        ),
        _of_register(
            "features",
            ("product", "feature"),
            product="varchar",
            feature="varchar",
            tags="varchar",
            eligible_plans="varchar",
            listed_users="boolean",
        ),
        _of_register(
            "squad_rates",
            ("squad", "start"),
            squad="varchar",
            monthly_cost="double",
            start="date",
            end="date",
        ),
        _of_register(
            "targets",
            ("kpi", "scope_kind", "scope", "period", "kind"),
            kpi="varchar",
            scope_kind="varchar",
            scope="varchar",
            period="varchar",
            kind="varchar",
            value="double",
        ),
        _of_register("squads", ("squad",), squad="varchar", name="varchar", ended="date"),
        _of_register("people", ("person",), person="varchar", name="varchar", email="varchar"),
        _of_register(
            "assignments",
            ("squad", "product", "start"),
            squad="varchar",
            product="varchar",
            start="date",
            end="date",
        ),
        _of_register(
            "memberships",
            ("person", "squad", "start"),
            person="varchar",
            squad="varchar",
            start="date",
            end="date",
        ),
        _of_register(
            "ownerships",
            ("person", "role", "target_kind", "target", "start"),
            person="varchar",
            role="varchar",
            target_kind="varchar",
            target="varchar",
            start="date",
            end="date",
        ),
        _of_register(
            "names",
            ("kind", "source", "alias"),
            kind="varchar",
            source="varchar",
            alias="varchar",
            target="varchar",
        ),
    )
}
