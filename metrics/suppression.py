"""Which groups of a survey may be shown, so that no small group can be worked out from others.

A figure of a group of fewer respondents than the threshold is hidden. That is not enough: with the
company and all squads but one shown, the one follows by subtraction. So groups are let through one
by one, the whole first and then the largest, and a group is held back when the sums of the groups
shown so far would, with it, give away one that must stay hidden.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from metrics.calendar import Period
from metrics.organisation import Organisation, held_on
from metrics.scopes import ScopeSets

Floats = NDArray[np.float64]
#: A vector this close to the span of others lies in it; entries are 0 and 1, so errors are 1e-15.
TOLERANCE = 1e-9


def shown_waves(
    sets: ScopeSets,
    periods: Sequence[Period],
    respondents: Floats,
    threshold: int,
    organisation: Organisation,
    before: Mapping[date, Collection[frozenset[str]]],
) -> NDArray[np.bool_]:
    """One flag per set and period: whether the answers of that set in that wave may be shown.

    `before` holds the sets that were shown of a wave already, by its first day.

    Of two successive waves of one squad between which a few people came or went, fewer than the
    threshold, the second is not shown: the difference would be theirs. A wave is compared with the
    last one shown.
    """
    shown = np.zeros(respondents.shape, dtype=np.bool_)
    last_people: dict[int, frozenset[str]] = {}
    for column, period in enumerate(periods):
        held = [int(row) for row in np.unique(sets.held[:, column]) if row >= 0]
        answered = [row for row in held if respondents[row, column] > 0]
        if not answered:
            continue
        people = {
            row: _people(organisation, sets.sets[row], period)
            for row in answered
            if len(sets.sets[row]) == 1
        }
        close = [
            row
            for row, now in people.items()
            if row in last_people and 0 < len(now ^ last_people[row]) < threshold
        ]
        flags = shown_groups(
            [sets.sets[row] for row in held],
            respondents[held, column].tolist(),
            threshold,
            withheld=[sets.sets[row] for row in close],
            before=before.get(period.start, ()),
        )
        shown[held, column] = flags
        for row, now in people.items():
            if shown[row, column]:
                last_people[row] = now
    return shown


def _people(organisation: Organisation, squads: frozenset[str], period: Period) -> frozenset[str]:
    return frozenset(
        row.person for row in held_on(organisation.memberships, period.end) if row.squad in squads
    )


def shown_groups(
    groups: Sequence[frozenset[str]],
    respondents: Sequence[float],
    threshold: int,
    withheld: Collection[frozenset[str]] = (),
    before: Collection[frozenset[str]] = (),
) -> NDArray[np.bool_]:
    """One flag per group: whether its figure may be shown.

    Those shown `before` stay so, and stand beside all others: what follows from them alone is no
    secret any more.

    `groups` are sets of members (squads, products), `respondents` how many answered in each; a
    member's own count follows from a group of its own or is found by `_member_counts`. `withheld`
    names further groups that must stay hidden although they are large enough. Groups without any
    respondent have nothing to hide.
    """
    counts = np.asarray(respondents, dtype=float)
    members = sorted(set().union(*groups, *before)) if groups else []
    column = {member: index for index, member in enumerate(members)}
    rows = np.zeros((len(groups), len(members)))
    for index, group in enumerate(groups):
        for member in group:
            rows[index, column[member]] = 1.0
    sizes = _member_counts(rows, counts)
    answering = sizes > 0.5
    rows[:, ~answering] = 0.0  # a member without answers adds nothing to any sum
    secrets = _secrets(rows, counts, sizes, threshold)
    for group in withheld:
        vector = np.array([float(member in group) for member in members]) * answering
        if vector.any():
            secrets.append(vector)
    shown = np.zeros(len(groups), dtype=np.bool_)
    if not secrets:
        shown[:] = counts >= threshold
        return shown
    hidden = np.array(secrets)
    basis = np.zeros((0, len(members)))
    for group in before:
        vector = np.array([float(member in group) for member in members]) * answering
        basis = _with(basis, vector) if vector.any() else basis
    hidden = hidden[~_given_away(basis, hidden)]
    # The largest first: what is held back in the end is the next smallest. Ties: the wider set.
    order = sorted(range(len(groups)), key=lambda g: (-counts[g], -len(groups[g])))
    for at in order:
        if counts[at] < threshold:
            continue
        if groups[at] in before:
            shown[at] = True
            continue
        wider = _with(basis, rows[at])
        if not _given_away(wider, hidden).any():
            basis = wider
            shown[at] = True
    return shown


def _member_counts(rows: Floats, counts: Floats) -> Floats:
    """Each member's own respondents: least squares over all groups, exact where they determine it.

    Members that no groups tell apart share what they have; their parts do not matter, since no sum
    of groups tells them apart either.
    """
    if not rows.size:
        return np.zeros(rows.shape[1])
    return np.asarray(np.linalg.lstsq(rows, counts, rcond=None)[0], dtype=np.float64)


def _secrets(rows: Floats, counts: Floats, sizes: Floats, threshold: int) -> list[Floats]:
    """What must not follow from what is shown: small groups, and members small together."""
    found = [row for row, count in zip(rows, counts, strict=True) if 0 < count < threshold]
    small = [int(index) for index in np.argsort(sizes) if 0.5 < sizes[index] < threshold - 0.5]

    def join(vector: Floats, total: float, following: Sequence[int]) -> None:
        for position, index in enumerate(following):
            if total + sizes[index] >= threshold - 0.5:
                return  # they come in order of size: all others are too large as well
            joined = vector.copy()
            joined[index] = 1.0
            found.append(joined)
            join(joined, total + sizes[index], following[position + 1 :])

    join(np.zeros(rows.shape[1]), 0.0, small)
    return found


def _with(basis: Floats, row: Floats) -> Floats:
    """The orthonormal basis widened by what is new in a row."""
    rest = row - basis.T @ (basis @ row)
    rest -= basis.T @ (basis @ rest)  # once more: the first pass leaves rounding behind
    length = float(np.linalg.norm(rest))
    return basis if length < TOLERANCE else np.vstack([basis, rest / length])


def _given_away(basis: Floats, secrets: Floats) -> NDArray[np.bool_]:
    """Which secrets follow from what the basis spans."""
    rest = secrets - (secrets @ basis.T) @ basis
    return np.asarray(np.linalg.norm(rest, axis=1) < TOLERANCE)
