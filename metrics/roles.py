"""Roles as people write them: `PM`, `Product Owner`, `hybrid PM/PO`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from metrics.organisation import Assignment, Organisation, Ownership

#: Whose absence leaves a product without an answer, with the words for them.
PRODUCT_ROLES = {
    "PM": ("pm", "product manager", "chef de produit", "cheffe de produit", "responsable produit"),
    "PO": ("po", "product owner"),
}


@lru_cache(maxsize=1024)
def roles_in(text: str) -> frozenset[str]:
    """The roles that a role's name stands for: a hybrid PM/PO is both. Empty for other roles."""
    words = " ".join(re.findall(r"\w+", text.casefold()))
    return frozenset(
        role
        for role, names in PRODUCT_ROLES.items()
        if any(re.search(rf"\b{name}\b", words) for name in names)
    )


def plays(ownership: Ownership, role: str) -> bool:
    """Whether somebody who holds an ownership has a role by it."""
    return ownership.role == role or role in roles_in(ownership.role)


def product_roles(
    organisation: Organisation,
) -> Iterator[tuple[str, str, str, date, date | None]]:
    """Product, role, person, first day and first day no longer of everyone who was PM or PO.

    A product's PM or PO is who holds the role for it, its line or the company, or for a squad
    while that squad is assigned to it. Spans of one person may overlap.
    """
    for ownership in organisation.ownerships:
        for role in sorted(roles_in(ownership.role)):
            for product, start, end in _products(organisation, ownership):
                yield product, role, ownership.person, start, end and end + timedelta(1)


def _products(
    organisation: Organisation, ownership: Ownership
) -> Iterator[tuple[str, date, date | None]]:
    """The products of an ownership with their first and last day; no last day while it lasts."""
    if ownership.target_kind == "squad":
        for assignment in organisation.assignments:
            if assignment.squad == ownership.target:
                start, end = _shared(ownership, assignment)
                if end is None or start <= end:
                    yield assignment.product, start, end
        return
    for product in organisation.products:
        if (
            ownership.target_kind == "company"
            or (ownership.target_kind == "product" and ownership.target == product.product)
            or (ownership.target_kind == "line" and ownership.target == product.line)
        ):
            yield product.product, ownership.start, ownership.end


def _shared(one: Ownership, other: Assignment) -> tuple[date, date | None]:
    ends = [row.end for row in (one, other) if row.end is not None]
    return max(one.start, other.start), min(ends, default=None)
