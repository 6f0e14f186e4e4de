"""What options of the command accept: moments of a company's life, numbers of rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from metrics.importing.report import FIRST_YEAR, LAST_YEAR

#: Numbers that the register gives: of an import, a decision, a token.
NUMBER = click.IntRange(1, 2**31 - 1)


class Moment(click.DateTime):
    """A day or moment within the years that a workspace can hold."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        moment: datetime = super().convert(value, param, ctx)
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            self.fail(f"{value} is not between {FIRST_YEAR} and {LAST_YEAR}.", param, ctx)
        return moment


DAY = Moment(["%Y-%m-%d"])
MOMENT = Moment(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])
