"""Who answers for a product or a squad on a day, and since when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from metrics.organisation import Organisation, Ownership, held_on
from metrics.pages.review_facts import Person
from metrics.result import Scope
from metrics.roles import plays

PRODUCT_ROLES = ("PM", "PO")
SQUAD_ROLES = ("PO", "squad lead")
#: Roles whose holders manage those who answer for a product.
MANAGING_ROLES = ("cpo", "head of product")


def holders(
    organisation: Organisation, scope: Scope, roles: Iterable[str], day: date
) -> tuple[Person, ...]:
    """Who holds each of `roles` for `scope` on `day`; nobody is a vacancy.

    A role held for the scope itself comes first. Where nobody does, one held for its line (of a
    product), for the products a squad works on or the squads that work on a product, or
    for the company (the CPO) answers.
    """
    return holders_of(organisation, [scope], roles, day)[scope]


def holders_of(
    organisation: Organisation, scopes: Iterable[Scope], roles: Iterable[str], day: date
) -> dict[Scope, tuple[Person, ...]]:
    """The same for several scopes."""
    names = {person.person: person.name for person in organisation.people}
    held: dict[str, dict[Scope, list[Ownership]]] = {role: {} for role in roles}
    for row in held_on(organisation.ownerships, day):
        for role, by_target in held.items():
            if plays(row, role):
                by_target.setdefault(_target(row), []).append(row)
    found: dict[Scope, tuple[Person, ...]] = {}
    for scope in scopes:
        nearest = _targets(organisation, scope, day)
        people: list[Person] = []
        for role, by_target in held.items():
            for targets in nearest:
                rows = [row for target in targets for row in by_target.get(target, ())]
                if rows:
                    people += [
                        Person(row.person, names.get(row.person, row.person), role, row.start)
                        for row in sorted(rows, key=lambda row: (row.start, row.person))
                    ]
                    break
        found[scope] = tuple(dict.fromkeys(people))
    return found


def managers_of(organisation: Organisation, person: str, day: date) -> frozenset[str]:
    """Who manages a role owner on `day`: the CPO, and heads of product of the company or of a line
    of which the person holds a product."""
    held = held_on(organisation.ownerships, day)
    own = {_target(row) for row in held if row.person == person}
    lines = {
        product.line
        for product in organisation.products
        if Scope("product", product.product) in own or Scope("line", product.line or "") in own
    }
    return frozenset(
        row.person
        for row in held
        if row.role.casefold() in MANAGING_ROLES
        and (row.target_kind == "company" or (row.target_kind == "line" and row.target in lines))
        and row.person != person
    )


def _target(row: Ownership) -> Scope:
    return (
        Scope("company", "") if row.target_kind == "company" else Scope(row.target_kind, row.target)
    )


def _targets(organisation: Organisation, scope: Scope, day: date) -> list[set[Scope]]:
    """Whose roles answer for a scope, the nearest first."""
    nearest = [{scope}]
    assigned = held_on(organisation.assignments, day)
    if scope.kind == "product":
        lines = {p.line for p in organisation.products if p.product == scope.key and p.line}
        nearest.append({Scope("line", line) for line in lines})
        nearest.append({Scope("squad", row.squad) for row in assigned if row.product == scope.key})
    if scope.kind == "squad":
        nearest.append(
            {Scope("product", row.product) for row in assigned if row.squad == scope.key}
        )
    if scope.kind != "company":
        nearest.append({Scope("company", "")})
    return nearest
