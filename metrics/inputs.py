"""What figures are made of, as digests: where nothing of it changed, neither did the figure.

A KPI in a grain is made of its definition, the facts that it reads, the days known of them, the
sets and periods that it is asked for, and this very program. The digests of a publication are kept
in its warehouse file, so that the next one computes only what can differ.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from functools import cache, lru_cache

import duckdb
from sqlglot import exp

from metrics import kinds, pinning, shown_groups
from metrics.calendar import Grain
from metrics.catalogue.kpi import Kpi
from metrics.catalogue.loading import parts_of
from metrics.contents import Contents, program
from metrics.digest import digest
from metrics.engines import DEFINITION_ERRORS
from metrics.functions import FUNCTIONS
from metrics.functions.given import named
from metrics.grains import grains_of
from metrics.models import Model, inlined
from metrics.result import Scope
from metrics.same import Same
from metrics.scopes import all_scopes, scope_sets
from metrics.setting import Setting
from metrics.timeline import ending_of, timeline_of

Made = Mapping[tuple[str, str], str]  # a digest by KPI and grain


class Inputs:
    """Digests of what the KPIs of a setting, and their signals, are made of in an open draft.

    `shifts` are the first days of acknowledged new levels, by KPI and scope.
    """

    def __init__(
        self,
        facts: duckdb.DuckDBPyConnection,
        setting: Setting,
        contents: Contents,
        shifts: Mapping[tuple[str, Scope], tuple[date, ...]] | None = None,
    ) -> None:
        self._shifts = sorted((shifts or {}).items())
        self._launched = [(each.product, each.launched) for each in setting.organisation.products]
        self._ends = sorted(setting.organisation.ends.items())
        self._facts = facts
        self._setting = setting
        self._contents = contents
        self._found: dict[tuple[str, Grain], str] = {}
        self._covered: dict[tuple[str, str], str] = {}
        self._told: dict[tuple[Grain, Grain], str] = {}

    def all(self) -> dict[tuple[str, str], str]:
        """A digest for each published KPI and each grain in which it is given."""
        catalogue = self._setting.catalogue
        return {
            (kpi.name, str(grain)): self.of(kpi, grain)
            for kpi in catalogue
            for grain in grains_of(kpi, catalogue)
        }

    def of(self, kpi: Kpi, grain: Grain) -> str:
        """What a KPI or measure is made of in a grain."""
        key = (kpi.name, grain)
        if key not in self._found:
            self._found[key] = digest(
                self._asked(grain, ending_of(kpi, grain)),
                self._ends,
                (kpi.definition, kpi.kind, kpi.unit, kpi.member, kpi.not_judged),
                (kpi.cadence, kpi.grains, kpi.dimensions, kpi.direction, kpi.owner_role),
                kpi.calculation,
                [self._days(dataset, kpi.member) for dataset in kpi.datasets],
                self._reads(kpi, grain),
                self._judged_from(kpi) if grain is kpi.cadence else (),
            )
        return self._found[key]

    def _judged_from(self, kpi: Kpi) -> object:
        """From which days on a KPI's signals go by what came before."""
        own = [(scope, days) for (name, scope), days in self._shifts if name == kpi.name]
        return own, self._launched

    def _reads(self, kpi: Kpi, grain: Grain) -> object:
        setting = self._setting
        beside: list[object] = []
        if not kpi.datasets or "function" in kpi.calculation:
            beside.append(setting.coverage.last)
        if "small_groups" in kpi.calculation:
            beside += [setting.small_group, setting.organisation.memberships]
            beside.append(self._contents.of_relation(shown_groups.TABLE))
        if "model" in kpi.calculation:
            model = setting.models[str(kpi.calculation["model"])]
            shape = kinds.shape_of(kpi.kind, kpi.calculation, kpi.source)
            beside.append(self._contents.of_model(model))
            beside += [
                self._contents.of_relation(name)
                for name in _canonical(shape.template or shape.name)
            ]
        if "function" in kpi.calculation:
            beside += self._of_function(kpi, grain)
        return beside, [self.of(setting.catalogue[part], grain) for part in parts_of(kpi)]

    def _of_function(self, kpi: Kpi, grain: Grain) -> list[object]:
        """What a function is given beside the KPIs it always reads: facts, and KPIs they name."""
        setting = self._setting
        declared = FUNCTIONS[str(kpi.calculation["function"])]
        words: list[str | None] = [product.north_star for product in setting.organisation.products]
        found: list[object] = [repr(setting.organisation)]
        if declared.facts:
            model = setting.models[declared.facts]
            found.append(self._contents.of_model(model))
            words = list(self._words(model, declared.names))
        for word in sorted({word for word in words if word}):
            other = named(setting.catalogue, word)
            if other is not None:
                found += [word, self.of(other, other.cadence), self.of(other, grain)]
        return found

    def _words(self, model: Model, column: str) -> list[str]:
        query = _distinct(Same(self._setting.models), model.name, column)
        try:
            return [word for (word,) in self._facts.execute(query).fetchall()]
        except DEFINITION_ERRORS:  # the KPI fails as well, and is told
            return []

    def _days(self, dataset: str, kind: str) -> str:
        if (dataset, kind) not in self._covered:
            self._covered[dataset, kind] = digest(self._setting.coverage.told(dataset, kind))
        return self._covered[dataset, kind]

    def _asked(self, grain: Grain, ending: Grain) -> str:
        """The periods of a grain and the sets that scopes held in them."""
        if (grain, ending) not in self._told:
            setting = self._setting
            timeline = timeline_of(self._facts, setting, grain, ending)
            told: object = None
            if timeline is not None:
                scopes = all_scopes(setting.organisation)
                held = [
                    scope_sets(setting.organisation, scopes, kind, timeline.periods)
                    for kind in ("product", "squad")
                ]
                told = (
                    timeline.periods,
                    timeline.before,
                    timeline.held_by and [sorted(squads) for squads in timeline.held_by],
                    scopes,
                    [(sets.digests, sets.held.tobytes()) for sets in held],
                )
            self._told[grain, ending] = digest(program(), repr(setting.calendar), told)
        return self._told[grain, ending]


@cache
def _canonical(template: str) -> tuple[str, ...]:
    """The canonical tables that a kind's SQL reads beside a KPI's rows, the sets and periods."""
    tree = kinds.template(template)
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    put = {"facts", "set_members", "member_masks", "set_bits", "days", "periods"}
    return tuple(sorted({table.name for table in tree.find_all(exp.Table)} - own - put))


def unchanged(
    facts: duckdb.DuckDBPyConnection, publication: int, made: Made
) -> Collection[tuple[str, str]]:
    """The KPIs and grains that the draft's own publication made of the very same."""
    _make_table(facts)
    before = {
        (kpi, grain): told
        for kpi, grain, told in facts.execute(
            "select kpi, grain, digest from published_inputs where publication = ?", [publication]
        ).fetchall()
    }
    return {key for key, told in made.items() if before.get(key) == told}


def note(facts: duckdb.DuckDBPyConnection, publication: int, made: Made) -> None:
    """Keep what a publication was made of in the draft that it was made from."""
    _make_table(facts)
    facts.execute("delete from published_inputs")
    facts.execute(
        "insert into published_inputs select ?, unnest(?::varchar[]), unnest(?::varchar[]), "
        "unnest(?::varchar[])",
        [publication, [k for k, _ in made], [g for _, g in made], list(made.values())],
    )


@lru_cache(maxsize=256)
def _distinct(models: Same[Mapping[str, Model]], name: str, column: str) -> str:
    """SQL for the different values in a column of a model."""
    query = exp.select(column).distinct().from_(name)
    return pinning.render(inlined(query, models.value))


def _make_table(facts: duckdb.DuckDBPyConnection) -> None:
    facts.execute(
        "create table if not exists published_inputs (publication integer not null, "
        "kpi varchar not null, grain varchar not null, digest varchar not null)"
    )
