"""What the organisation's rows name and nobody knows: a product, squad, person or line misspelt.

Such a row loads, for what it names may come with a later file; until then it counts for nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, replace
from datetime import date
from difflib import get_close_matches
from typing import Any, NamedTuple

from metrics.importing.report import FileReport, Problem
from metrics.organisation import (
    ACCOUNT,
    NOT_OURS,
    Assignment,
    Membership,
    Name,
    Organisation,
    Ownership,
    Person,
    Product,
    Squad,
    SquadRate,
)

#: What a role may be held for, beside the company, and what a name may stand for, beside accounts.
TARGETS = ("product", "squad", "line")
NAMED = ("product", "squad", "person")
#: Known names told where none is near a stranger.
MOST = 8
#: What the rows of each table are.
ROWS: dict[str, type] = {
    "products": Product, "squads": Squad, "people": Person, "assignments": Assignment,
    "memberships": Membership, "ownerships": Ownership, "squad_rates": SquadRate, "names": Name,
}  # fmt: skip


class Reference(NamedTuple):
    """One cell of a table of the organisation: `key` names one of a `kind`."""

    table: str
    column: str
    kind: str
    key: str


@dataclass(frozen=True)
class Stranger:
    """A name in a column of `rows` rows of a table that nobody bears; `choices` are known."""

    table: str
    column: str
    key: str
    rows: int
    choices: tuple[str, ...]


def strangers(organisation: Organisation) -> list[Stranger]:
    """Every name that the organisation's rows refer to and that is not known, by table."""
    known = {
        "product": {each.product for each in organisation.products},
        "squad": {each.squad for each in organisation.squads},
        "person": {each.person for each in organisation.people},
        "line": {each.line for each in organisation.products if each.line},
        "target_kind": {*TARGETS, "company"},
        "name_kind": {*NAMED, ACCOUNT},
    }
    found: dict[Reference, int] = {}
    for reference in _references(organisation):
        if reference.key and reference.key not in known[reference.kind]:
            found[reference] = found.get(reference, 0) + 1
    return [
        Stranger(each.table, each.column, each.key, rows, tuple(sorted(known[each.kind])))
        for each, rows in sorted(found.items())
    ]


def backward(organisation: Organisation) -> dict[str, list[date]]:
    """The first days of rows that end before they begin, by table."""
    dated: dict[str, Sequence[Assignment | Membership | Ownership | SquadRate]] = {
        "assignments": organisation.assignments,
        "memberships": organisation.memberships,
        "ownerships": organisation.ownerships,
        "squad_rates": organisation.squad_rates,
    }
    found = {
        table: [row.start for row in rows if row.end is not None and row.end < row.start]
        for table, rows in dated.items()
    }
    return {table: starts for table, starts in found.items() if starts}


def _references(organisation: Organisation) -> Iterator[Reference]:
    for assignment in organisation.assignments:
        yield Reference("assignments", "squad", "squad", assignment.squad)
        yield Reference("assignments", "product", "product", assignment.product)
    for membership in organisation.memberships:
        yield Reference("memberships", "person", "person", membership.person)
        yield Reference("memberships", "squad", "squad", membership.squad)
    for ownership in organisation.ownerships:
        yield Reference("ownerships", "person", "person", ownership.person)
        yield Reference("ownerships", "target_kind", "target_kind", ownership.target_kind)
        if ownership.target_kind in TARGETS:
            yield Reference("ownerships", "target", ownership.target_kind, ownership.target)
    for rate in organisation.squad_rates:
        yield Reference("squad_rates", "squad", "squad", rate.squad)
    for name in organisation.names:
        yield Reference("names", "kind", "name_kind", name.kind)
        if name.kind in NAMED and name.target != NOT_OURS:
            yield Reference("names", "target", name.kind, name.target)


def with_strangers(report: FileReport, organisation: Organisation) -> FileReport:
    """A report of the organisation's rows with warnings of what they name and nobody knows once the
    whole job is read, and of those that end before they begin."""
    if report.status != "loaded" or report.dataset not in ROWS:
        return report
    unknown = []
    for each in strangers(organisation):
        if each.table == report.dataset:
            near = get_close_matches(each.key, each.choices) or each.choices[:MOST]
            choices = {"choices": ", ".join(near)}
            unknown.append(
                Problem("warning", "stranger", each.column, None, each.rows, each.key, choices)
            )
    starts = backward(organisation).get(report.dataset, [])
    ended = (
        [Problem("warning", "backward", "end", None, len(starts), str(starts[0]))] if starts else []
    )
    return replace(report, problems=(*report.problems, *unknown, *ended))


def with_rows(
    organisation: Organisation, table: str, rows: Iterable[Mapping[str, Any]]
) -> Organisation:
    """The organisation with the rows that a file adds to one of its tables, as far as names go."""
    if table not in ROWS:
        return organisation
    row_type = ROWS[table]
    added = [
        row_type(
            **{
                field.name: "" if row.get(field.name) is None else row[field.name]
                for field in fields(row_type)
                if row.get(field.name) is not None or field.default is MISSING
            }
        )
        for row in rows
    ]
    known = [row for row in getattr(organisation, table) if row not in added]
    return replace(organisation, **{table: (*known, *added)})
