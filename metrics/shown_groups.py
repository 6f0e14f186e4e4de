"""The groups of squads of which a wave's figure was shown, by KPI and month.

Who read it knows it for ever. Once assignments or roles are corrected, scopes stand for other
squads, and what they show must not tell a hidden one beside what was shown before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import duckdb
import pandas as pd

from metrics.organisation import Organisation
from metrics.result import Figure
from metrics.scopes import digest_of, members_of

TABLE = "shown_groups"
Groups = Mapping[date, frozenset[frozenset[str]]]


def read(facts: duckdb.DuckDBPyConnection, kpi: str) -> Groups:
    """The groups shown of a KPI by the first day of the month; none in a warehouse of before."""
    known = "select 1 from duckdb_tables() where table_name = ?"
    if not facts.execute(known, [TABLE]).fetchone():
        return {}
    found: dict[date, set[frozenset[str]]] = {}
    rows = facts.execute("select month, squads from shown_groups where kpi = ?", [kpi]).fetchall()
    for month, squads in rows:
        found.setdefault(month, set()).add(frozenset(squads.split("\n")))
    return {month: frozenset(groups) for month, groups in found.items()}


def note(
    facts: duckdb.DuckDBPyConnection, shown: Iterable[Figure], organisation: Organisation
) -> None:
    """Keep the groups behind figures that are shown. One whose scope stood for others when it was
    computed was noted then."""
    rows = []
    for figure in shown:
        squads = members_of(organisation, figure.scope, "squad", figure.end)
        if digest_of(squads) == figure.members:
            rows.append((figure.kpi, figure.start, "\n".join(sorted(squads))))
    if rows:
        frame = pd.DataFrame(rows, columns=["kpi", "month", "squads"], dtype="object")
        facts.register("shown_rows", frame)
        facts.execute(
            "insert or ignore into shown_groups select distinct kpi, cast(month as date), squads "
            "from shown_rows"
        )
        facts.unregister("shown_rows")
