"""How a journey is asked for on the command line: events, audiences, spans, exclusions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import ParamSpec, TypeVar

import click

from metrics import journeys
from metrics.command.scopes import scope_of
from metrics.errors import VigieError
from metrics.journeys import Audience, EventFilter, Unit
from metrics.journeys.audience import PROPERTIES, Pairs
from metrics.query import SCOPE_KINDS

MOST_DAYS = 3_660
MOST_DIGITS = 7
EVENT_SYNTAX = "EVENT[;property=value][;property!=value]"
ANY = "*"
Given = ParamSpec("Given")
Back = TypeVar("Back")
_AUDIENCE = (
    click.option("--scope", default="company", show_default=True, metavar="KIND[:KEY]"),
    click.option("--unit", type=click.Choice([str(unit) for unit in Unit]), default="user"),
    click.option("--where", "where", multiple=True, metavar="PROPERTY=VALUE"),
    click.option("--unless", "unless", multiple=True, metavar="PROPERTY=VALUE"),
)


def of_audience(command: Callable[Given, Back]) -> Callable[Given, Back]:
    """Adds the options that say whose journeys are asked for."""
    for option in reversed(_AUDIENCE):
        command = option(command)
    return command


def audience_of(scope: str, unit: str, where: Sequence[str], unless: Sequence[str]) -> Audience:
    asked = scope_of(scope, SCOPE_KINDS)
    return Audience(asked, Unit(unit), _pairs(where, "="), _pairs(unless, "="))


def _pairs(texts: Sequence[str], sign: str) -> Pairs:
    found = []
    for text in texts:
        name, equals, value = text.partition(sign)
        if not equals:
            raise VigieError(
                f"'{text}' is not a condition.",
                choices=[f"{name}{sign}VALUE" for name in PROPERTIES],
                exit_code=2,
            )
        found.append((name.strip(), value.strip()))
    return tuple(found)


def event_of(text: str) -> EventFilter:
    """The filter that `EVENT;property=value;property!=value` says; `*` is any event."""
    name, *conditions = text.split(";")
    refused = [each for each in conditions if "!=" in each]
    held = [each for each in conditions if "!=" not in each]
    event = None if name.strip() in (ANY, "") else name.strip()
    return EventFilter(event, _pairs(held, "="), _pairs(refused, "!="))


def span_of(text: str) -> timedelta:
    for unit, name in (("min", "minutes"), ("h", "hours"), ("d", "days")):
        number = text.removesuffix(unit)
        if number != text and number.isdigit() and len(number) <= MOST_DIGITS:
            found = timedelta(**{name: int(number)})
            if found <= timedelta(MOST_DAYS):
                return found
    raise VigieError(
        f"'{text}' is not a span of at most {MOST_DAYS} days.",
        choices=("30min", "12h", "14d"),
        exit_code=2,
    )


def exclusion_of(text: str) -> journeys.Exclusion:
    event, _, between = text.rpartition("@")
    first, _, last = between.partition("-")
    if not event or not first.isdigit() or not last.isdigit():
        raise VigieError(f"'{text}' is not an exclusion.", choices=("EVENT@1-2",), exit_code=2)
    return journeys.Exclusion(event_of(event), int(first) - 1, int(last) - 1)
