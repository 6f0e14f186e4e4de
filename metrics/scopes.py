"""Scopes as sets: which products or squads a scope held on the last day of each period."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from metrics.calendar import Period
from metrics.organisation import Assignment, Organisation, Ownership, held_on
from metrics.result import Scope
from metrics.roles import plays

COMPANY = Scope("company", "")
#: Roles whose holders answer for figures; each holder in a role is a scope of their own.
OWNER_ROLES = ("PM", "PO", "squad lead")


#: Between the digest of a set and that of those of its members of which a figure does not tell yet.
WITHOUT = "-"


def owner_key(role: str, person: str) -> str:
    """The key of an owner scope, `PM:c-morel`: a person in one role."""
    return f"{role}:{person}"


def all_scopes(organisation: Organisation) -> list[Scope]:
    """Every scope of the organisation, company first."""
    lines = sorted({product.line for product in organisation.products if product.line})
    owners = sorted(
        {
            owner_key(role, ownership.person)
            for ownership in organisation.ownerships
            for role in OWNER_ROLES
            if plays(ownership, role)
        }
    )
    return [
        COMPANY,
        *(Scope("line", line) for line in lines),
        *(Scope("product", product.product) for product in organisation.products),
        *(Scope("squad", squad.squad) for squad in organisation.squads),
        *(Scope("owner", owner) for owner in owners),
    ]


def _squads_of(organisation: Organisation, products: frozenset[str], day: date) -> frozenset[str]:
    assigned = (row for key in products for row in organisation.assigned_to.get(key, ()))
    return frozenset(row.squad for row in held_on(assigned, day))


def _products_of(organisation: Organisation, squads: frozenset[str], day: date) -> frozenset[str]:
    assigned = (row for key in squads for row in organisation.assigned.get(key, ()))
    return frozenset(row.product for row in held_on(assigned, day))


def _owned(organisation: Organisation, scope: Scope, day: date) -> dict[str, frozenset[str]]:
    role, _, person = scope.key.partition(":")
    products: frozenset[str] = frozenset()
    squads: frozenset[str] = frozenset()
    for row in held_on(organisation.held_by.get(person, ()), day):
        if not plays(row, role):
            continue
        match row.target_kind:
            case "company":
                products, squads = organisation.product_keys, organisation.squad_keys
            case "line":
                products |= organisation.by_line.get(row.target, frozenset())
            case "product":
                products |= {row.target} & organisation.product_keys
            case "squad":
                squads |= {row.target} & organisation.squad_keys
    return {
        "product": products | _products_of(organisation, squads, day),
        "squad": squads | _squads_of(organisation, products, day),
    }


def members_of(
    organisation: Organisation, scope: Scope, member_kind: str, day: date
) -> frozenset[str]:
    """The products or squads that `scope` stood for on `day`.

    A squad stands for the products it works on (figures shared with other squads there), a product
    for the squads that work on it, an owner for what they held in that role.
    """
    match scope.kind:
        case "company":
            product = member_kind == "product"
            return organisation.product_keys if product else organisation.squad_keys
        case "owner":
            return _owned(organisation, scope, day)[member_kind]
        case "squad":
            own = frozenset({scope.key})
            return own if member_kind == "squad" else _products_of(organisation, own, day)
        case "line":
            own = organisation.by_line.get(scope.key, frozenset())
        case _:
            own = frozenset({scope.key})
    return own if member_kind == "product" else _squads_of(organisation, own, day)


def _change_days(organisation: Organisation) -> list[date]:
    """The days on which an assignment or an ownership begins or no longer holds."""
    days: set[date] = set()
    dated: list[Assignment | Ownership] = [*organisation.assignments, *organisation.ownerships]
    for row in dated:
        days.add(row.start)
        if row.end is not None:
            days.add(row.end + timedelta(1))
    return sorted(days)


@dataclass(frozen=True)
class ScopeSets:
    """The distinct sets behind some scopes over some periods.

    `sets[i]` is the set with id i; `held[scope, period]` is the id of the set that the scope held
    on the period's last day, −1 for an empty one.
    """

    member_kind: str
    scopes: tuple[Scope, ...]
    sets: tuple[frozenset[str], ...]
    digests: tuple[str, ...]
    held: NDArray[np.int32]


def digest_of(members: frozenset[str]) -> str:
    """A short name of a set, the same on every machine."""
    return hashlib.sha256("\n".join(sorted(members)).encode()).hexdigest()[:12]


def scope_sets(
    organisation: Organisation,
    scopes: Sequence[Scope],
    member_kind: str,
    periods: Sequence[Period],
) -> ScopeSets:
    """Look up each scope's set at each period's end, and keep every distinct set once."""
    ids: dict[frozenset[str], int] = {}
    held = np.full((len(scopes), len(periods)), -1, dtype=np.int32)
    changes = _change_days(organisation)
    for row, scope in enumerate(scopes):
        since = None  # how many changes lie behind; between two changes nothing moves
        members: frozenset[str] = frozenset()
        for column, period in enumerate(periods):
            behind = bisect_right(changes, period.end)
            if behind != since:
                since = behind
                members = members_of(organisation, scope, member_kind, period.end)
            if members:
                held[row, column] = ids.setdefault(members, len(ids))
    digests = tuple(digest_of(members) for members in ids)
    return ScopeSets(member_kind, tuple(scopes), tuple(ids), digests, held)
