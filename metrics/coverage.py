"""Which days are known of which product or squad, and so which periods are closed.

Missing is not zero: a period with an unknown day has no figure. Coverage is declared by imports;
where several sources feed one dataset of a product, a day is known when any of them covers it.
Of a product or squad that has ended, the days that follow are known and empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from metrics.calendar import Period
from metrics.importing.report import CoverageSpan
from metrics.kinds import Need
from metrics.organisation import Organisation

#: A first event this long after the launch date still counts as "followed since the launch".
LAUNCH_LAG_DAYS = 7
NO_WAITS: Mapping[str, int] = {}

#: Reasons, the gravest last; where parts differ the gravest is given.
REASONS = (
    "", "not_closed", "partial_members", "no_data", "not_launched", "history_begins", "gap"
)  # fmt: skip
#: Nobody had begun by the period's end; a product followed since its launch was not there yet.
NOBODY = ("no_data", "not_launched")


@dataclass(frozen=True)
class Known:
    """What is known of some sets over some periods, one cell per set and period.

    `closed`: ended, and known to its last needed day. `usable`: every needed day is known.
    `to_date`: open, but known from its start to a day that all members share.
    `reason`: '' or one of REASONS, partial_members as 'partial_members:4/5'.
    """

    closed: NDArray[np.bool_]
    usable: NDArray[np.bool_]
    to_date: NDArray[np.bool_]
    reason: NDArray[np.object_]
    ever: NDArray[np.bool_]  # per set: whether every dataset was ever covered for a member


def alternatives(dataset: str) -> tuple[str, ...]:
    """The datasets that 'users else events' names, the preferred one first."""
    return tuple(name.strip() for name in dataset.split(" else "))


class Coverage:
    """Days known per dataset and member, from the spans that applied imports declare."""

    def __init__(self, spans: Iterable[CoverageSpan], organisation: Organisation) -> None:
        spans = list(spans)
        self.datasets = frozenset(span.dataset for span in spans)
        self.first = min((span.start for span in spans), default=None)
        self.last = max((span.end for span in spans), default=None)
        self._days: dict[tuple[str, str, str], NDArray[np.bool_]] = {}
        self._launched = {
            product.product: product.launched
            for product in organisation.products
            if product.launched
        }
        self._ends = organisation.ends
        everyone = {
            "product": [product.product for product in organisation.products],
            "squad": [squad.squad for squad in organisation.squads],
        }
        places: dict[tuple[str, str, str], str | None] = {}
        for span in spans:
            for kind, members in everyone.items():
                if not span.stream:
                    placed = members
                else:
                    key = (kind, span.source, span.stream)
                    if key not in places:
                        places[key] = organisation.place(*key)
                    placed = [places[key]] if places[key] else []  # type: ignore[list-item]
                for member in placed:
                    days = self._days.setdefault(
                        (span.dataset, kind, member), np.zeros(self.day_count, dtype=np.bool_)
                    )
                    days[self.index(span.start) : self.index(span.end) + 1] = True

    @property
    def day_count(self) -> int:
        return (self.last - self.first).days + 1 if self.first and self.last else 0

    def index(self, day: date) -> int:
        """The position of a day, counted from the first day known of anything."""
        assert self.first is not None
        return (day - self.first).days

    def days(self, dataset: str, kind: str, member: str) -> NDArray[np.bool_] | None:
        """One flag per day from `first` to `last`; None when nothing was ever covered.

        Of 'users else events' the first that was ever covered for the member counts.
        """
        found = (self._days.get((name, kind, member)) for name in alternatives(dataset))
        return next((days for days in found if days is not None), None)

    def told(self, dataset: str, kind: str) -> list[tuple[object, ...]]:
        """All that is known of the days of a dataset, in a form that compares: dataset, member, its
        launch and end, the first and the last day known, and a bit for each between them."""
        found: list[tuple[object, ...]] = []
        for name, of, member in sorted(self._days):
            if name in alternatives(dataset) and of == kind:
                days = self._days[name, of, member]
                covered = np.flatnonzero(days)
                first, last = int(covered[0]), int(covered[-1])
                known = [self._day(first), self._day(last)]
                launched = self._launched.get(member) if kind == "product" else None
                bits = np.packbits(days[first : last + 1]).tobytes()
                ended = self._ends.get((kind, member))
                found.append((name, member, launched, ended, *known, bits))
        return found

    def gone(self, kind: str, datasets: Sequence[str]) -> dict[str, date]:
        """The day from which members that have ended hold nothing: the one after their last, or
        after the last of which a file of `datasets` still speaks."""
        found = {}
        for (of, member), ended in self._ends.items():
            if of == kind:
                told = [self.days(dataset, kind, member) for dataset in datasets]
                last = [
                    self._day(int(np.flatnonzero(days)[-1])) for days in told if days is not None
                ]
                found[member] = max([ended, *last]) + timedelta(1)
        return found

    def _day(self, index: int) -> date:
        assert self.first is not None
        return self.first + timedelta(index)

    def known(
        self,
        sets: Sequence[frozenset[str]],
        kind: str,
        datasets: Sequence[str],
        periods: Sequence[Period],
        windows: Sequence[tuple[date, date]],
        waits: Mapping[str, int] = NO_WAITS,
    ) -> Known:
        """What is known of each set in each period, for figures that need the days of `windows`.

        `waits` are further days that some members need after the last one.
        """
        shape = (len(sets), len(periods))
        level = np.zeros(shape, dtype=np.int8)
        open_members = np.zeros(shape, dtype=np.int32)
        expected_members = np.zeros(shape, dtype=np.int32)
        covered_datasets = np.zeros((len(sets), len(datasets)), dtype=np.bool_)
        launched_later = np.ones(shape, dtype=np.bool_)
        untouched = np.zeros(shape, dtype=np.bool_)  # no day of the window is known yet
        ended_members = np.zeros(shape, dtype=np.int32)
        to_begin = np.zeros(shape, dtype=np.bool_)  # a member's data begin later
        if self.first is None:
            return self._nothing(shape)
        starts = np.array([self.index(window[0]) for window in windows])
        ends = np.array([self.index(window[1]) for window in windows])
        period_ends = np.array([self.index(period.end) for period in periods])
        if not datasets:
            level[:, ends > self.day_count - 1] = REASONS.index("not_closed")
        members = sorted(set().union(*sets)) if sets else []
        states = {
            (member, dataset): self._member_state(
                dataset, kind, member, starts, ends + waits.get(member, 0), period_ends
            )
            for member in members
            for dataset in datasets
        }
        for row, members_held in enumerate(sets):
            for member in members_held:
                member_open = np.zeros(len(periods), dtype=np.bool_)
                member_expected = np.zeros(len(periods), dtype=np.bool_)
                not_yet = np.zeros(len(periods), dtype=np.bool_)  # a dataset begins later
                member_ended = np.zeros(len(periods), dtype=np.bool_)
                for column, dataset in enumerate(datasets):
                    state = states[member, dataset]
                    if state is None:
                        continue
                    covered_datasets[row, column] = True
                    expected, begins, gap, is_open, not_launched, not_begun, ended = state
                    untouched[row] |= not_begun
                    launched_later[row] &= not_launched
                    level[row] = np.maximum(
                        level[row], np.where(begins, REASONS.index("history_begins"), 0)
                    )
                    level[row] = np.maximum(level[row], np.where(gap, REASONS.index("gap"), 0))
                    member_open |= is_open
                    member_expected |= expected
                    not_yet |= ~expected & ~not_launched & ~ended
                    member_ended |= ended
                # What one dataset tells before another begins is a part, not the whole.
                late = member_expected & not_yet
                level[row] = np.maximum(
                    level[row], np.where(late, REASONS.index("history_begins"), 0)
                )
                open_members[row] += member_open
                expected_members[row] += member_expected
                ended_members[row] += member_ended
                to_begin[row] |= not_yet
        if datasets:
            # Where all have ended there is nothing, and that is known.
            nobody = (expected_members == 0) & ((ended_members == 0) | to_begin)
            some = (open_members > 0) & (open_members < expected_members)
            every = (open_members > 0) & (open_members == expected_members)
            level = np.maximum(level, np.where(every, REASONS.index("not_closed"), 0))
            level = np.maximum(level, np.where(some, REASONS.index("partial_members"), 0))
            level = np.maximum(level, np.where(nobody, REASONS.index("no_data"), 0))
            later = nobody & launched_later & np.asarray(covered_datasets.any(axis=1))[:, None]
            level = np.maximum(level, np.where(later, REASONS.index("not_launched"), 0))
        reason = np.array(REASONS, dtype=object)[level]
        for row, column in zip(*np.where(level == REASONS.index("partial_members")), strict=True):
            closed_count = expected_members[row, column] - open_members[row, column]
            reason[row, column] = f"partial_members:{closed_count}/{expected_members[row, column]}"
        longest = np.array([max((waits.get(each, 0) for each in held), default=0) for held in sets])
        is_open_cell = (open_members > 0) | (ends[None, :] + longest[:, None] > self.day_count - 1)
        return Known(
            closed=~is_open_cell & ~np.isin(level, [REASONS.index(word) for word in NOBODY]),
            usable=level == 0,
            to_date=(level == REASONS.index("not_closed")) & ~untouched,
            reason=reason,
            ever=np.asarray(covered_datasets.all(axis=1)),
        )

    def states(
        self,
        members: Iterable[str],
        kind: str,
        datasets: Sequence[str],
        periods: Sequence[Period],
        windows: Sequence[tuple[date, date]],
        waits: Mapping[str, int] = NO_WAITS,
    ) -> dict[str, tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
        """Per member that was ever covered, one flag a period for closed and one for open.

        Closed: it had begun, and every dataset reaches the last day needed; open: one does not yet.
        """
        if self.first is None:
            return {}
        starts = np.array([self.index(window[0]) for window in windows])
        ends = np.array([self.index(window[1]) for window in windows])
        period_ends = np.array([self.index(period.end) for period in periods])
        found = {}
        for member in members:
            states = [
                self._member_state(
                    dataset, kind, member, starts, ends + waits.get(member, 0), period_ends
                )
                for dataset in datasets
            ]
            known = [state for state in states if state is not None]
            if known and len(known) == len(states):
                begun = np.logical_and.reduce([state[0] for state in known])
                is_open = np.logical_or.reduce([state[3] for state in known])
                found[member] = (begun & ~is_open, is_open)
        return found

    def unknown_yet(
        self, kind: str, member: str, datasets: Sequence[str], periods: Sequence[Period]
    ) -> NDArray[np.bool_]:
        """The periods by whose end the data of a member had not begun, though it was there: of a
        product that was launched in one, or later, nothing is taken to be missing."""
        late = np.zeros(len(periods), dtype=np.bool_)
        launched = self._launched.get(member) if kind == "product" else None
        for dataset in datasets:
            days = self.days(dataset, kind, member)
            if days is None:
                continue
            first = self._day(int(np.argmax(days)))
            if not periods or first <= periods[0].end:
                continue
            if launched is not None and first - launched <= timedelta(LAUNCH_LAG_DAYS):
                continue
            late |= [p.end < first and not (launched and p.start <= launched) for p in periods]
        return late

    def _member_state(
        self,
        dataset: str,
        kind: str,
        member: str,
        starts: NDArray[np.int64],
        ends: NDArray[np.int64],
        period_ends: NDArray[np.int64],
    ) -> tuple[NDArray[np.bool_], ...] | None:
        days = self.days(dataset, kind, member)
        if days is None:
            return None
        covered = np.flatnonzero(days)
        first, last = int(covered[0]), int(covered[-1])
        launched = self._launched.get(member) if kind == "product" else None
        # A product followed since its launch: before it, nothing is exactly what there was.
        since_launch = launched is not None and first - self.index(launched) <= LAUNCH_LAG_DAYS
        begin = min(0, int(starts.min())) if since_launch else first
        begun = first <= period_ends
        until = self._ends.get((kind, member))
        ended = np.zeros(len(starts), dtype=np.bool_)
        if until is not None:
            ended = begun & (starts > self.index(until))
            ends = np.minimum(ends, self.index(until))
        expected = begun & ~ended
        begins = expected & (starts < begin)
        missing_before = np.concatenate([[0], np.cumsum(~days)])
        low = np.clip(np.maximum(starts, first), 0, self.day_count)
        high = np.clip(np.minimum(ends, last) + 1, 0, self.day_count)
        gap = expected & (missing_before[np.maximum(high, low)] - missing_before[low] > 0)
        not_launched = since_launch & ~begun
        not_begun = (starts > last) & ~ended
        return expected, begins, gap, expected & (ends > last), not_launched, not_begun, ended

    def _nothing(self, shape: tuple[int, int]) -> Known:
        no = np.zeros(shape, dtype=np.bool_)
        reason = np.full(shape, "no_data", dtype=object)
        return Known(no, no, no, reason, np.zeros(shape[0], dtype=np.bool_))


def windows(
    need: Need,
    periods: Sequence[Period],
    previous: Sequence[Period],
    *,
    trailing_days: int = 0,
    elapsed_days: int = 0,
    later: Sequence[Period] = (),
) -> list[tuple[date, date]]:
    """The first and last day that must be known for each period, by what the figure needs."""
    match need:
        case Need.PERIOD:
            return [(period.start, period.end) for period in periods]
        case Need.END:
            return [(period.end, period.end) for period in periods]
        case Need.TRAILING:
            return [(period.end - timedelta(trailing_days - 1), period.end) for period in periods]
        case Need.BOTH_PERIODS:
            return [
                (before.start, period.end) for before, period in zip(previous, periods, strict=True)
            ]
        case Need.BOTH_ENDS:
            return [
                (before.end, period.end) for before, period in zip(previous, periods, strict=True)
            ]
        case Need.ELAPSED:
            return [(period.start, period.end + timedelta(elapsed_days)) for period in periods]
        case Need.LATER_PERIOD:
            return [(period.start, after.end) for period, after in zip(periods, later, strict=True)]
