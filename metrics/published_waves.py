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

from metrics.catalogue.kpi import Catalogue
from metrics.register.series import shown_starts


def hidden_kpis(catalogue: Catalogue) -> list[str]:
    """The KPIs whose small groups are hidden: those of waves."""
    return [kpi.name for kpi in catalogue if "small_groups" in kpi.calculation]


def note_shown(
    facts: duckdb.DuckDBPyConnection,
    register: sa.Connection,
    catalogue: Catalogue,
    publication: int,
) -> None:
    """Freeze what counts now of the waves of which a publication shows a figure, unless they are
    frozen already."""
    note(facts, shown_starts(register, hidden_kpis(catalogue), publication))


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
    facts.execute(
        "delete from published_waves where import_id >= $id and exists ("
        "select 1 from landed_responses as r where r.import_id = $id "
        "and r.kind = published_waves.kind "
        "and date_trunc('month', r.day) = published_waves.month)",
        {"id": import_id},
    )


def carry_over(facts: duckdb.DuckDBPyConnection, catalog: str) -> None:
    """Take the waves of an attached warehouse into a draft that was made anew."""
    known = (
        "select 1 from duckdb_tables() where table_name = 'published_waves' and database_name = ?"
    )
    if facts.execute(known, [catalog]).fetchone():
        facts.execute(
            exp.insert(
                exp.select("*").from_(exp.table_("published_waves", db="main", catalog=catalog)),
                "published_waves",
            ).sql("duckdb")
        )
