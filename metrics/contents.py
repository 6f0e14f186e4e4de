"""What the relations of an open draft hold, as digests."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import cache, cached_property, lru_cache
from pathlib import Path

import duckdb
from sqlglot import exp

from metrics.digest import digest
from metrics.engines import DEFINITION_ERRORS
from metrics.importing.dataset import DATASETS
from metrics.importing.verbatims import silent_products
from metrics.models import Model
from metrics.organisation import Organisation
from metrics.same import Same

LANDED = "landed_"
#: What says which landed rows count. A view that joins it to landed rows joins their own imports.
LEDGER = {"imports", "slices", "import_streams", "exports", "same_exports"}


@cache
def program() -> str:
    """A digest of this program: an upgrade may compute anything otherwise."""
    folder = Path(__file__).parent
    found = hashlib.sha256(duckdb.__version__.encode())
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".py", ".sql", ".csv"):
            found.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return found.hexdigest()[:16]


class Contents:
    """What the relations of an open draft hold, as digests.

    Landed rows are told by the imports that brought them, for an import's rows never change but
    for what the taxonomy and products without texts make of words; other tables are small and told
    by their rows.
    """

    def __init__(
        self,
        facts: duckdb.DuckDBPyConnection,
        models: Mapping[str, Model],
        organisation: Organisation,
    ) -> None:
        self._facts = facts
        self._models = models
        self._silent = sorted(silent_products(organisation))
        self._tables: dict[str, frozenset[str]] = {}
        self._digests: dict[str, str] = {}
        self._read: dict[str, str] = {}  # by model
        self._streams: dict[frozenset[str] | None, str] = {}
        self._imports: dict[str, list[tuple[object, ...]]] = {}
        rows = facts.execute(
            "select i.dataset, i.import_id, i.source, i.observed_at, e.origin, e.arrived_at, "
            "e.ordered_at from imports as i left join exports as e on e.import_id = i.import_id "
            "order by i.import_id"
        ).fetchall()
        for dataset, *row in rows:
            self._imports.setdefault(dataset, []).append(tuple(row))

    def of_model(self, model: Model) -> str:
        """A digest of all rows that a model reads, itself or through others."""
        if model.name not in self._read:
            self._read[model.name] = self._of_tables(model)
        return self._read[model.name]

    def _of_tables(self, model: Model) -> str:
        tables = self._behind(model)
        tools = frozenset(
            str(source)
            for table in tables
            for _, source, *_ in self._imports.get(table.removeprefix(LANDED), ())
        )
        whole = any(not joins_by_tool(each) for each in self._with_behind(model))
        return digest(
            program(),
            [(table, self.of_table(table)) for table in sorted(tables - {"streams"})],
            self._of_streams(None if whole else tools) if "streams" in tables else "",
        )

    def of_relation(self, name: str) -> str:
        """A digest of all rows of a canonical table."""
        return digest([(table, self.of_table(table)) for table in sorted(self._under(name))])

    def of_table(self, name: str) -> str:
        if name not in self._digests:
            if name == "imports":
                told: object = self._imports
            elif name.startswith(LANDED):
                dataset = name.removeprefix(LANDED)
                told = self._imports.get(dataset)
                if told and DATASETS[dataset].text:  # its themes follow the taxonomy
                    told = (told, self._taxonomy, self._silent)
            else:
                told = self._rows(exp.select("*").from_(name))
            self._digests[name] = digest(told)
        return self._digests[name]

    def _behind(self, model: Model) -> frozenset[str]:
        """The tables of the draft that a model reads, itself or through others."""
        return frozenset().union(
            *(
                self._under(source)
                for each in self._with_behind(model)
                for source in each.sources
                if source not in self._models
            )
        )

    def _with_behind(self, model: Model) -> Iterator[Model]:
        yield model
        for source in sorted(model.sources):
            if source in self._models:
                yield from self._with_behind(self._models[source])

    def _under(self, name: str) -> frozenset[str]:
        """The tables under a view, or a table itself; of the ledger alone: 'imports'."""
        if name not in self._tables:
            try:
                found = self._facts.get_table_names(exp.select("*").from_(name).sql("duckdb"))
            except DEFINITION_ERRORS:  # no such table: whoever reads it fails, and is told
                found = set()
            landed = {table for table in found if table.startswith(LANDED)}
            if found & LEDGER:
                found = found - LEDGER | (set() if landed else {"imports"})
            self._tables[name] = frozenset(found)
        return self._tables[name]

    def _of_streams(self, tools: frozenset[str] | None) -> str:
        """What the words of some tools stand for; of all, if None."""
        if tools not in self._streams:
            query = exp.select("*").from_("streams")
            if tools is not None:
                query = query.where(exp.column("source").isin(*sorted(tools)))
            self._streams[tools] = digest(self._rows(query))
        return self._streams[tools]

    def _rows(self, query: exp.Select) -> list[str]:
        return sorted(map(repr, self._facts.execute(query.sql("duckdb")).fetchall()))

    @cached_property
    def _taxonomy(self) -> list[str]:
        return self._rows(exp.select("*").from_("taxonomy"))


def joins_by_tool(model: Model) -> bool:
    """Whether a model looks words up only among those of the tool that a row is of."""
    return _joins_by_tool(Same(model))


@lru_cache(maxsize=512)  # every job asks this of all models
def _joins_by_tool(model: Same[Model]) -> bool:

    def by_tool(table: exp.Table) -> bool:
        join = table.parent
        on = join.args.get("on") if isinstance(join, exp.Join) else None
        if on is None:
            return False
        alone = on.flatten() if isinstance(on, exp.And) else [on]
        return any(
            isinstance(test, exp.EQ)
            and test.this.name == test.expression.name == "source"
            and table.alias_or_name in (test.this.table, test.expression.table)
            for test in alone
        )

    return all(
        by_tool(table) for table in model.value.tree.find_all(exp.Table) if table.name == "streams"
    )
