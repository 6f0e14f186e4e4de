"""Facts for tests of figures: a warehouse in memory, an organisation, coverage, and what to ask."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import duckdb

from metrics import models
from metrics.access import LOCAL_CPO
from metrics.calendar import Grain
from metrics.catalogue import load_catalogue
from metrics.importing.report import CoverageSpan
from metrics.organisation import Assignment, Organisation, Ownership, Person, Product, Squad
from metrics.query import Question, figures_of
from metrics.result import Figure
from metrics.setting import Setting
from metrics.workspace import Settings
from tests import empty_warehouse

#: Facts of events are kept as tables, as in a workspace; all others are read through, so that rows
#: may be inserted at any time.
MODELS = models.Models(
    {
        name: model if "events" in model.datasets else replace(model, materialised=False)
        for name, model in models.load_models().items()
    }
)
CATALOGUE = load_catalogue(models=MODELS)
MONDAY = date(2026, 1, 5)

ORGANISATION = Organisation(
    products=(
        Product("anvil", "Anvil", "tools", signup_event="sign up", activation_event="hammer"),
        Product("bellows", "Bellows", "tools", signup_event="sign up", activation_event="blow"),
        Product("crucible", "Crucible", "metals", signup_event="sign up", activation_event="melt"),
    ),
    squads=(Squad("north", "North"), Squad("south", "South")),
    people=(Person("ada", "Ada"), Person("bob", "Bob")),
    assignments=(
        Assignment("north", "anvil", date(2020, 1, 1)),
        Assignment("north", "bellows", date(2020, 1, 1), date(2026, 2, 1)),
        Assignment("south", "bellows", date(2026, 2, 2)),
        Assignment("south", "crucible", date(2020, 1, 1)),
    ),
    ownerships=(
        Ownership("ada", "PM", "product", "anvil", date(2020, 1, 1)),
        Ownership("ada", "PM", "product", "bellows", date(2020, 1, 1), date(2026, 2, 1)),
        Ownership("bob", "PM", "product", "bellows", date(2026, 2, 2)),
    ),
)  # fmt: skip


@dataclass
class Facts:
    """A warehouse in memory. Streams are the products' and squads' own keys."""

    organisation: Organisation = ORGANISATION
    settings: Settings = field(default_factory=Settings)
    spans: list[CoverageSpan] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.connection: duckdb.DuckDBPyConnection = empty_warehouse.in_memory()
        self.connection.execute(
            "insert into imports values (1, 'test', '', timestamp '2026-01-01')"
        )
        self.connection.execute("insert into company values ('EUR')")
        for product in self.organisation.products:
            self.connection.execute(
                "insert into streams values ('test', ?, ?, null)", [product.product] * 2
            )
            self.connection.execute(
                "insert into products values (?, ?, ?, ?)",
                [
                    product.product,
                    product.signup_event,
                    product.activation_event,
                    product.activation_window,
                ],
            )
        for squad in self.organisation.squads:
            self.connection.execute(
                "insert into streams values ('test', ?, null, ?)", [squad.squad] * 2
            )

    def cover(self, dataset: str, streams: Iterable[str], start: date, end: date) -> Facts:
        self.spans += [CoverageSpan(dataset, "test", stream, start, end) for stream in streams]
        return self

    def insert(self, table: str, columns: str, rows: Sequence[Sequence[object]]) -> Facts:
        marks = ", ".join("?" * len(columns.split(",")))
        if rows:
            self.connection.executemany(
                f"insert into {table} (import_id, {columns}) values (1, {marks})",  # noqa: S608
                rows,
            )
        return self

    def events(self, rows: Sequence[tuple[str, int, date, str]]) -> Facts:
        """Rows of stream, user, day and event."""
        self.insert(
            "landed_events",
            "source, stream, user_key, day, time, event, feature, country, platform",
            [
                ("test", stream, user, day, datetime(day.year, day.month, day.day, 12), event,
                 event, "FR" if user % 2 else "DE", "web")
                for stream, user, day, event in rows
            ],
        )  # fmt: skip
        self.connection.execute(
            "insert into slices select distinct 1, 'events', source, stream, day from landed_events"
        )
        models.refresh(self.connection, MODELS)
        return self

    def ask(
        self,
        *names: str,
        by: str = "company",
        grain: Grain | None = None,
        where: dict[str, str] | None = None,
    ) -> list[Figure]:
        question = Question(names, by, grain, where=where)
        return figures_of(self.connection, self.setting, LOCAL_CPO, question)

    @property
    def setting(self) -> Setting:
        return Setting.of(self.settings, CATALOGUE, MODELS, self.organisation, self.spans)

    def values(
        self, name: str, *, by: str = "company", grain: Grain | None = None
    ) -> dict[tuple[str, str], float | None]:
        """Value by scope (or member of the cut) and period."""
        return {
            (figure.member if figure.dimension else figure.scope.key, figure.period): figure.value
            for figure in self.ask(name, by=by, grain=grain)
        }


def days(start: date, count: int) -> list[date]:
    return [start + timedelta(offset) for offset in range(count)]
