"""Who is asking, and what they may see. Every read of figures takes a viewer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    CPO = "cpo"
    MEMBER = "member"  # anyone else of the company


@dataclass(frozen=True)
class Viewer:
    """A person as the access rules see them. `key` is part of every cache key.

    `owners` are the role owners (`PM:c-morel`), of one person, whose figures this read may see
    whatever the matrix says of all of them: see `metrics.pages.owner`.
    """

    person: str
    role: Role
    owners: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return ":".join((self.role, self.person, *self.owners))


#: Until sign-in comes there is one viewer, and the server listens on loopback only.
LOCAL_CPO = Viewer(person="local", role=Role.CPO)

#: The one visibility matrix: which scope kinds a role may read. A scope kind that is not listed
#: here is seen by nobody, so a new kind stays hidden until someone decides otherwise.
VISIBLE_SCOPES: dict[Role, frozenset[str]] = {
    Role.CPO: frozenset({"company", "line", "product", "squad", "owner"}),
    Role.MEMBER: frozenset({"company", "line", "product", "squad"}),
}


def may_see(viewer: Viewer, scope_kind: str) -> bool:
    """Whether `viewer` may read figures of this kind of scope."""
    return scope_kind in VISIBLE_SCOPES.get(viewer.role, frozenset())


def visible_scope_kinds(viewer: Viewer) -> tuple[str, ...]:
    """The scope kinds to put into a query's WHERE, sorted, so that the rule acts in the query."""
    return tuple(sorted(VISIBLE_SCOPES.get(viewer.role, frozenset())))
