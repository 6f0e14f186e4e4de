"""What options of the command accept: days and moments of a company's life, numbers of rows."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import click

from metrics.importing.report import FIRST_YEAR, LAST_YEAR

#: Numbers that the register gives: of an import, a decision, a token.
NUMBER = click.IntRange(1, 2**31 - 1)

DAY_FORM = "%Y-%m-%d"
MOMENT_FORMS = (DAY_FORM, "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S")


class Day(click.ParamType[date]):
    """A day within the years that a workspace can hold."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        found = _read(value, (DAY_FORM,))
        if found is None:
            self.fail(f"'{value}' is not a day such as 2026-11-16{YEARS}", param, ctx)
        return found.date()


class Moment(click.ParamType[datetime]):
    """A moment within those years, in local time; a day is its first moment."""

    name = "moment"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        found = _read(value, MOMENT_FORMS)
        if found is None:
            self.fail(
                f"'{value}' is neither a day such as 2026-11-16 nor a moment such as "
                f"2026-11-16T08:30{YEARS}",
                param,
                ctx,
            )
        return found


YEARS = f", from {FIRST_YEAR} to {LAST_YEAR}."


def _read(value: str, forms: tuple[str, ...]) -> datetime | None:
    """The moment that a text of one of the forms gives; None without one within the years."""
    for form in forms:
        try:
            found = datetime.strptime(value, form)
        except ValueError:
            continue
        return found if FIRST_YEAR <= found.year <= LAST_YEAR else None
    return None


DAY = Day()
MOMENT = Moment()
