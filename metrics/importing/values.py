"""The closed set of ways in which a text cell becomes a value (see `values.sql`)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from importlib.resources import files
from zoneinfo import ZoneInfo

import duckdb
from sqlglot import exp


class Reading(StrEnum):
    """How a column is read. The closed set that a profile may name."""

    TEXT = "text"
    WORD = "word"  # text compared without case, through `words`
    INTEGER = "integer"
    DECIMAL = "decimal"
    MOMENT = "moment"  # a UTC moment, and beside it the company's local day as <field>_day
    DAY = "day"
    PERIOD = "period"  # a day, or a month, quarter or year, which stands for its first day
    FLAG = "flag"
    HASH = "hash"  # a personal identifier, replaced by a keyed 64-bit number

    @property
    def can_fail(self) -> bool:
        return self not in (Reading.TEXT, Reading.HASH)


#: What the macros of `values.sql` ask of each file and its company.
TOLD = (
    "fiscal_year_start", "file_name", "company_zone", "company_currency", "secret", "effort_sizes",
)  # fmt: skip


NO_SIZES: Mapping[str, float] = {}


def prepare(
    connection: duckdb.DuckDBPyConnection,
    zone: ZoneInfo,
    currency: str,
    secret: bytes,
    *,
    fiscal_year_start: int = 1,
    file_name: str = "",
    effort_sizes: Mapping[str, float] = NO_SIZES,
) -> None:
    """Tell the connection's readings a company's zone, currency and fiscal year, the person-months
    that sizes of effort stand for, and the name of the file that it reads."""
    make_readings(connection)
    _tell(
        connection,
        {
            "fiscal_year_start": str(fiscal_year_start),
            "file_name": file_name,
            "company_zone": zone.key,
            "company_currency": currency,
            "secret": secret.hex(),
            "effort_sizes": ";".join(
                f"{size.lower()}={months:f}" for size, months in effort_sizes.items()
            ),
        },
    )


def make_readings(connection: duckdb.DuckDBPyConnection) -> None:
    """Give the connection the macros of `values.sql`, unless it has them. To be called outside
    of any transaction, so that they last as long as the connection: asking for what is not there
    would end one."""
    try:
        connection.execute("select readings_are_made()")
    except duckdb.CatalogException:
        _tell(connection, dict.fromkeys(TOLD, ""))
        connection.execute((files(__package__) / "values.sql").read_text("utf-8"))


def _tell(connection: duckdb.DuckDBPyConnection, told: dict[str, str]) -> None:
    for name, value in told.items():
        literal = exp.Literal.string(value).sql("duckdb")
        connection.execute(f"create or replace temp macro {name}() as {literal}")


def read(cell: exp.Expr, reading: Reading, mark: str, order: str) -> exp.Expr:
    """The expression that reads a cell; a moment's day comes from `local_day`."""
    match reading:
        case Reading.TEXT:
            return exp.func("clean", cell)
        case Reading.WORD:
            return exp.func("word", cell)
        case Reading.INTEGER | Reading.DECIMAL:
            return exp.func(f"read_{reading}", cell, exp.Literal.string(mark))
        case Reading.DAY:
            return exp.func("read_day", cell, exp.Literal.string(order))
        case Reading.PERIOD:
            return exp.func("period_start", cell, exp.Literal.string(order))
        case Reading.FLAG:
            return exp.func("read_flag", cell)
    raise ValueError(f"{reading} is read by a function of its own")


def read_moment(cell: exp.Expr, zone: str, order: str) -> exp.Expr:
    return exp.func(f"moment_of_{zone}", cell, exp.Literal.string(order))


def local_day(moment: exp.Expr) -> exp.Expr:
    """The company's day of a UTC moment."""
    return exp.cast(exp.func("utc_to_local", moment), "date")
