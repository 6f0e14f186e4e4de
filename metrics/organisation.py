"""The organisation: products, squads, people, and who held what when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TypeVar

MOST_FUNNEL_STEPS = 8
#: Days of a funnel whose product declares none, and the most that it may declare.
FUNNEL_DAYS, MOST_FUNNEL_DAYS = 14, 366
#: The same from sign-up to activation.
ACTIVATION_DAYS, MOST_ACTIVATION_DAYS = 7, 366
#: The target of a name that someone said is none of the company's.
#: The kind of a name that says that two tools mean the same accounts.
ACCOUNT = "account"
NOT_OURS = ""


@dataclass(frozen=True)
class Product:
    product: str
    name: str
    line: str | None = None
    stage: str | None = None
    launched: date | None = None
    ended: date | None = None  # the last day on which it was there
    vision: str | None = None
    north_star: str | None = None
    signup_event: str | None = None
    activation_event: str | None = None
    qualifying_events: str | None = None
    keeps_verbatims: bool | None = None
    funnel_steps: str | None = None  # event names in order, separated by ';'
    funnel_days: int | None = None
    activation_days: int | None = None

    @property
    def funnel(self) -> tuple[str, ...]:
        """The declared steps; empty unless there are 2 to MOST_FUNNEL_STEPS of them."""
        steps = listed(self.funnel_steps)
        return steps if 2 <= len(steps) <= MOST_FUNNEL_STEPS else ()

    @property
    def funnel_window(self) -> int:
        """Days after the first step within which the last one counts; FUNNEL_DAYS unless from 1 to
        MOST_FUNNEL_DAYS of them are declared."""
        declared = self.funnel_days or 0
        return declared if 1 <= declared <= MOST_FUNNEL_DAYS else FUNNEL_DAYS

    @property
    def activation_window(self) -> int:
        """Days after the sign-up within which an activation counts; ACTIVATION_DAYS unless from 1
        to MOST_ACTIVATION_DAYS of them are declared."""
        declared = self.activation_days or 0
        return declared if 1 <= declared <= MOST_ACTIVATION_DAYS else ACTIVATION_DAYS


@dataclass(frozen=True)
class Feature:
    """A feature of a product. Lists are separated by ';'.

    Everyone may use it, unless it is for the users of `eligible_plans` or, with `listed_users`,
    for those whose own row in the product's list of users names it.
    """

    product: str
    feature: str
    tags: str | None = None
    eligible_plans: str | None = None
    listed_users: bool | None = None


@dataclass(frozen=True)
class Squad:
    squad: str
    name: str
    ended: date | None = None  # the last day on which it was there


@dataclass(frozen=True)
class Person:
    person: str
    name: str
    email: str | None = None


@dataclass(frozen=True)
class Assignment:
    """A squad works on a product from `start` to `end`, both inclusive; no end while it lasts."""

    squad: str
    product: str
    start: date
    end: date | None = None


@dataclass(frozen=True)
class Membership:
    person: str
    squad: str
    start: date
    end: date | None = None


@dataclass(frozen=True)
class Ownership:
    """A person holds a role for a product, line, squad or the company."""

    person: str
    role: str
    target_kind: str
    target: str
    start: date
    end: date | None = None


@dataclass(frozen=True)
class SquadRate:
    """What a squad costs a month from `start` to `end`, both inclusive."""

    squad: str
    monthly_cost: float
    start: date
    end: date | None = None


@dataclass(frozen=True)
class KpiTarget:
    """What a KPI should be (`target`), or was budgeted to be (`budget`), in a period of a scope."""

    kpi: str
    scope_kind: str
    scope: str
    period: str
    kind: str
    value: float


@dataclass(frozen=True)
class Name:
    """What a tool calls one of our products, squads or people; NOT_OURS for a stranger."""

    kind: str
    source: str
    alias: str
    target: str


Row = TypeVar("Row")
Dated = TypeVar("Dated", Assignment, Membership, Ownership, SquadRate)


def _grouped(pairs: Iterable[tuple[str, Row]]) -> dict[str, list[Row]]:
    """Rows by key, in their order."""
    found: dict[str, list[Row]] = {}
    for key, row in pairs:
        found.setdefault(key, []).append(row)
    return found


def listed(text: str | None) -> tuple[str, ...]:
    """The entries of a list written with ';'."""
    return tuple(part.strip() for part in (text or "").split(";") if part.strip())


def held_on(rows: Iterable[Dated], day: date) -> list[Dated]:
    """Those of the dated rows that hold on `day`."""
    return [row for row in rows if row.start <= day and (row.end is None or day <= row.end)]


@dataclass(frozen=True)
class Organisation:
    products: Sequence[Product] = ()
    squads: Sequence[Squad] = ()
    people: Sequence[Person] = ()
    assignments: Sequence[Assignment] = ()
    memberships: Sequence[Membership] = ()
    ownerships: Sequence[Ownership] = ()
    names: Sequence[Name] = ()
    features: Sequence[Feature] = ()
    squad_rates: Sequence[SquadRate] = ()
    targets: Sequence[KpiTarget] = ()

    def place(self, kind: str, source: str, stream: str) -> str | None:
        """The product or squad that a tool's word stands for, or None when nobody has said.

        Compared without case or surrounding space. A name given for the tool wins over one given
        for all tools (source '*'), which wins over the product's own key and name.
        """
        wanted = stream.strip().casefold()
        if not wanted:
            return None
        for key in ((kind, source, wanted), (kind, "*", wanted)):
            if key in self._said:
                return self._said[key] or None
        return self._own.get((kind, wanted))

    def same_accounts(self, source: str, other: str) -> bool | None:
        """Whether two tools mean the same accounts by a number, domain or name that they share;
        None where nobody has said."""
        said = self._said.get((ACCOUNT, source, other.casefold()))
        return None if said is None else said != NOT_OURS

    def answered(self, kinds: Iterable[str], source: str, stream: str) -> bool:
        """Whether a tool's word stands for something of ours, or someone said that it does not."""
        wanted = stream.strip().casefold()
        return any(
            self.place(kind, source, stream) is not None
            or self._said.get((kind, source, wanted)) == NOT_OURS
            for kind in kinds
        )

    def named(self, names: Sequence[Name]) -> Organisation:
        """The organisation once these names count, in place of earlier ones for the same words."""
        if not names:
            return self
        new = {(name.kind, name.source, name.alias) for name in names}
        kept = [name for name in self.names if (name.kind, name.source, name.alias) not in new]
        products, squads = self.founded(names)
        return replace(
            self,
            names=(*kept, *names),
            products=(*self.products, *products),
            squads=(*self.squads, *squads),
        )

    def founded(self, names: Sequence[Name]) -> tuple[list[Product], list[Squad]]:
        """The products and squads that names stand for and that are not there yet: each is called
        as the tool calls it."""
        told = {(name.kind, name.target): name.alias.strip() for name in names if name.target}
        return (
            [
                Product(key, alias)
                for (kind, key), alias in told.items()
                if kind == "product" and key not in self.product_keys
            ],
            [
                Squad(key, alias)
                for (kind, key), alias in told.items()
                if kind == "squad" and key not in self.squad_keys
            ],
        )

    @cached_property
    def product_keys(self) -> frozenset[str]:
        return frozenset(product.product for product in self.products)

    @cached_property
    def squad_keys(self) -> frozenset[str]:
        return frozenset(squad.squad for squad in self.squads)

    @cached_property
    def ends(self) -> dict[tuple[str, str], date]:
        """The last day of each product and squad that has ended, by kind and key."""
        return {
            **{("product", each.product): each.ended for each in self.products if each.ended},
            **{("squad", each.squad): each.ended for each in self.squads if each.ended},
        }

    def had_ended(self, kind: str, key: str, day: date) -> bool:
        """Whether a product or squad had ended before `day`; False for every other kind."""
        last = self.ends.get((kind, key))
        return last is not None and last < day

    @cached_property
    def by_line(self) -> dict[str, frozenset[str]]:
        """The products of each line."""
        pairs = ((product.line, product.product) for product in self.products if product.line)
        return {line: frozenset(found) for line, found in _grouped(pairs).items()}

    @cached_property
    def assigned_to(self) -> dict[str, list[Assignment]]:
        """Assignments by product."""
        return _grouped((row.product, row) for row in self.assignments)

    @cached_property
    def assigned(self) -> dict[str, list[Assignment]]:
        """Assignments by squad."""
        return _grouped((row.squad, row) for row in self.assignments)

    @cached_property
    def held_by(self) -> dict[str, list[Ownership]]:
        """Ownerships by person."""
        return _grouped((row.person, row) for row in self.ownerships)

    @cached_property
    def _said(self) -> dict[tuple[str, str, str], str]:
        """Target by kind, source and word."""
        return {
            (name.kind, name.source, name.alias.strip().casefold()): name.target
            for name in self.names
        }

    @cached_property
    def _own(self) -> dict[tuple[str, str], str]:
        """Key by kind and by key or name; of two alike the first."""
        found: dict[tuple[str, str], str] = {}
        for product in self.products:
            for word in (product.product, product.name):
                found.setdefault(("product", word.casefold()), product.product)
        for squad in self.squads:
            for word in (squad.squad, squad.name):
                found.setdefault(("squad", word.casefold()), squad.squad)
        return found
