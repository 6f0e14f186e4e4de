"""Waves of team surveys that were published: which answers counted then, and count for ever.

A wave is published once. An answer that comes later and moved a figure would tell, by what the
figure was before, what one person said; so it does not count, in live questions neither. Waves are
kept in the warehouse, by kind of answer and month.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import duckdb
import sqlalchemy as sa
from sqlglot import exp

from metrics import shown_groups
from metrics.access import LOCAL_CPO
from metrics.calendar import Grain
from metrics.catalogue.kpi import Catalogue
from metrics.organisation import Organisation
from metrics.register.series import read_figures


def hidden_kpis(catalogue: Catalogue) -> list[str]:
    """The KPIs whose small groups are hidden: those of waves."""
    return [kpi.name for kpi in catalogue if "small_groups" in kpi.calculation]


def note_shown(
    facts: duckdb.DuckDBPyConnection,
    register: sa.Connection,
    catalogue: Catalogue,
    organisation: Organisation,
    publication: int,
) -> None:
    """Freeze what counts now of the waves of which a publication shows a figure, unless they are
    frozen already, and keep whom these figures are of."""
    figures = read_figures(
        register, LOCAL_CPO, kpis=hidden_kpis(catalogue), grains=[Grain.MONTH],
        dimensions=[""], publication=publication,
    )  # fmt: skip
    shown = [figure for figure in figures if figure.closed and figure.value is not None]
    note(facts, {figure.start for figure in shown})
    shown_groups.note(facts, shown, organisation)


def note(facts: duckdb.DuckDBPyConnection, months: Collection[date]) -> None:
    """Freeze the answers that count now in these months, of which a figure is shown; `months` are
    their first days."""
    facts.execute(
        "insert or ignore into published_waves "
        "select distinct kind, cast(date_trunc('month', day) as date) as month, "
        "(select coalesce(max(import_id), 0) from imports) "
        "from team_responses where date_trunc('month', day) in (select unnest(?::date[]))",
        [sorted(months)],
    )


def withdraw(facts: duckdb.DuckDBPyConnection, import_id: int) -> None:
    """Give up the waves that rest on an import about to be undone: what comes then is a new one."""
    rests = (
        "published_waves where import_id >= $id and exists ("
        "select 1 from landed_responses as r where r.import_id = $id "
        "and r.kind = published_waves.kind "
        "and date_trunc('month', r.day) = published_waves.month)"
    )
    given = {"id": import_id}
    facts.execute(f"delete from shown_groups where month in (select month from {rests})", given)  # noqa: S608 - our own words
    facts.execute(f"delete from {rests}", given)  # noqa: S608 - our own words


def carry_over(facts: duckdb.DuckDBPyConnection, catalog: str) -> None:
    """Take the waves of an attached warehouse into a draft that was made anew."""
    known = "select 1 from duckdb_tables() where table_name = ? and database_name = ?"
    for table in ("published_waves", shown_groups.TABLE):
        if facts.execute(known, [table, catalog]).fetchone():
            held = exp.select("*").from_(exp.table_(table, db="main", catalog=catalog))
            facts.execute(exp.insert(held, table).sql("duckdb"))
