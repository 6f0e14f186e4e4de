"""Documents of a publication: what of a KPI and scope is no single figure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from metrics.access import Viewer
from metrics.register.selection import conditions_on, rows_of, series_keys
from metrics.register.tables import documents
from metrics.result import Scope


@dataclass(frozen=True)
class Document:
    """What is no single figure, of a KPI and scope; `kind` says what `body`, a JSON text, holds."""

    kpi: str
    scope: Scope
    grain: str
    kind: str
    start: date
    body: str


def read_documents(
    connection: sa.Connection,
    viewer: Viewer,
    kind: str,
    *,
    kpis: Iterable[str] | None = None,
    scopes: Iterable[Scope] | None = None,
    publication: int | None = None,
) -> list[Document]:
    """The documents of one kind that `viewer` may see, ordered by KPI, scope, grain and start."""
    wanted = conditions_on(viewer, kpis, scopes, None, [kind])
    number, keys = series_keys(connection, wanted, publication)
    rows = connection.execute(
        rows_of(documents, (documents.c.start, documents.c.body), wanted, keys, None, None, number)
    )
    found = [
        Document(keys[row[0]][0], Scope(*keys[row[0]][1:3]), keys[row[0]][3], kind, row[1], row[2])
        for row in rows
        if row[0] in keys
    ]
    return sorted(found, key=lambda each: (each.kpi, each.scope, each.grain, each.start))
