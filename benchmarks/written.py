"""The hand-written queries of `sql/`, each with what it shares with others put before it.

A query may begin with `-- after: months, held_mrr`: those files of `sql/shared/` are put before it,
in that order, each holding one or more tables of a `with`. `-- reads: mrr` puts the whole query of
that KPI before it, as the table `written_mrr`.
"""

from __future__ import annotations

from pathlib import Path

SQL = Path(__file__).parent / "sql"


def names() -> list[str]:
    """The KPIs and measures that have a hand-written query."""
    return sorted(file.stem for file in SQL.glob("*.sql"))


def written(name: str) -> str:
    """The whole text of a hand-written query, ready to run."""
    text = (SQL / f"{name}.sql").read_text("utf-8")
    tables = [(SQL / "shared" / f"{part}.sql").read_text("utf-8") for part in _told(text, "after")]
    tables += [f"written_{part} as (\n{written(part)}\n)" for part in _told(text, "reads")]
    if not tables:
        return text
    lines = text.splitlines()
    query = "\n".join(line for line in lines if not line.startswith("--"))
    before = "with " + ",\n\n".join(table.strip() for table in tables)
    if query.startswith("with "):
        return f"{before},\n\n{query.removeprefix('with ')}\n"
    return f"{before}\n\n{query}\n"


def _told(text: str, word: str) -> list[str]:
    """What the line `-- word: one, other` at the top of a query names."""
    for line in text.splitlines():
        if line.startswith(f"-- {word}: "):
            return [part.strip() for part in line.partition(": ")[2].split(",")]
    return []
