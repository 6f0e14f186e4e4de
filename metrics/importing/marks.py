"""Whether a file writes decimals with a comma: what 1.234 means where the cell leaves it open."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
from sqlglot import exp

ROWS_LOOKED_AT = 5_000
#: What separates cells where numbers have a decimal comma.
SEMICOLON = ";"
#: A number that can only have a comma, or only a point, before its decimals.
COMMA = r"^[^\d]*(\d{1,3}([. \x{a0}\x{202f}]?\d{3})*,(\d{1,2}|\d{4,})|0,\d+)[^\d]*$"
POINT = r"^[^\d]*(\d{1,3}([, \x{a0}\x{202f}]?\d{3})*\.(\d{1,2}|\d{4,})|0\.\d+)[^\d]*$"


def writes_commas(
    connection: duckdb.DuckDBPyConnection, cells: Sequence[str], delimiter: str
) -> bool:
    """Whether the numbers in these columns of `staged` have a decimal comma: some can be read in
    no other way, or cells are separated as where they have one, and none has a decimal point."""
    if not cells:
        return False
    told = exp.func("unnest", exp.array(*(exp.column(cell) for cell in cells)))
    sample = exp.select(*cells).from_("staged").limit(ROWS_LOOKED_AT).subquery("first_rows")
    texts = exp.select(told.as_("text")).from_(sample).subquery("texts")
    query = exp.select(
        *(
            exp.func(
                "coalesce",
                exp.func(
                    "bool_or",
                    exp.func("regexp_matches", exp.column("text"), exp.Literal.string(pattern)),
                ),
                exp.false(),
            )
            for pattern in (COMMA, POINT)
        )
    ).from_(texts)
    found = connection.execute(query.sql("duckdb")).fetchone()
    return found is not None and (bool(found[0]) or delimiter == SEMICOLON) and not found[1]
