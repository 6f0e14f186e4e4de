"""Whose journeys are asked for, and which of their events."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlglot import exp

from metrics.errors import VigieError
from metrics.journeys import trees
from metrics.journeys.trees import Bound
from metrics.result import Scope
from metrics.scopes import COMPANY

#: What an event can be told apart by, beside its name.
PROPERTIES = ("feature", "session", "platform", "country", "plan")

Pairs = tuple[tuple[str, str], ...]


class Unit(StrEnum):
    """Who makes the journey: a person, or the customer account that several persons belong to."""

    USER = "user"
    ACCOUNT = "account"


def _checked(pairs: Pairs) -> None:
    for name, _ in pairs:
        check_property(name)


def check_property(name: str) -> None:
    """Raises VigieError for what an event does not hold."""
    if name not in PROPERTIES:
        raise VigieError(
            f"Events cannot be told apart by '{name}'.", choices=PROPERTIES, exit_code=2
        )


@dataclass(frozen=True)
class EventFilter:
    """Events of one name (any when None) with these properties, and without those of `unless`."""

    event: str | None = None
    where: Pairs = ()
    unless: Pairs = ()

    def __post_init__(self) -> None:
        _checked(self.where)
        _checked(self.unless)

    def condition(self, bound: Bound) -> exp.Expr:
        """Whether a row of `user_events` matches."""
        parts: list[exp.Expr] = []
        if self.event is not None:
            parts.append(exp.EQ(this=exp.column("event"), expression=bound.value(self.event)))
        parts += property_conditions(self.where, self.unless, bound)
        return exp.and_(*parts) if parts else exp.true()

    def by_name(self) -> EventFilter:
        """The same without what it asks of properties."""
        return EventFilter(self.event)

    def excludes(self, other: EventFilter) -> bool:
        """Whether no event can match both, as far as the filters tell."""
        if None not in (self.event, other.event) and self.event != other.event:
            return True
        mine, theirs = dict(self.where), dict(other.where)
        return any(theirs.get(name, value) != value for name, value in mine.items()) or bool(
            set(self.where) & set(other.unless) or set(other.where) & set(self.unless)
        )


def property_conditions(where: Pairs, unless: Pairs, bound: Bound) -> list[exp.Expr]:
    """The conditions on properties; what has no value is not the value."""
    held = [exp.EQ(this=exp.column(name), expression=bound.value(value)) for name, value in where]
    refused = [
        exp.NEQ(
            this=exp.func("coalesce", exp.column(name), exp.Literal.string("")),
            expression=bound.value(value),
        )
        for name, value in unless
    ]
    return [*held, *refused]


@dataclass(frozen=True)
class Audience:
    """A scope's users or accounts; `where` and `unless` hold for every event that is looked at."""

    scope: Scope = COMPANY
    unit: Unit = Unit.USER
    where: Pairs = ()
    unless: Pairs = ()

    def __post_init__(self) -> None:
        _checked(self.where)
        _checked(self.unless)

    def visits(self, bound: Bound, breakdown: str | None = None) -> exp.Select:
        """`unit`, `cut`, `time`, `day` and the properties of every event of the audience.

        Reads the model `user_events` and the relation `set_members`.
        """
        if breakdown is not None:
            check_property(breakdown)
        cut: exp.Expr = exp.Literal.string("")
        if breakdown is not None:
            cut = exp.func("coalesce", trees.column(breakdown, "e"), exp.Literal.string(""))
        key = trees.column(f"{self.unit}_key", "e")
        kept = ("time", "day", "event", *PROPERTIES)
        return (
            exp.select(
                exp.alias_(key, "unit"),
                exp.alias_(cut, "cut"),
                *(exp.alias_(trees.column(name, "e"), name) for name in kept),
            )
            .from_(exp.alias_(exp.to_table("user_events"), "e", table=True))
            .join(
                exp.alias_(exp.to_table("set_members"), "s", table=True),
                on=exp.EQ(
                    this=trees.column("member", "s"), expression=trees.column("product", "e")
                ),
            )
            .where(
                exp.and_(
                    exp.not_(exp.Is(this=key.copy(), expression=exp.null())),
                    *property_conditions(self.where, self.unless, bound),
                )
            )
        )


EVERYONE = Audience()
