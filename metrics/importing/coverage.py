"""Which days a file makes known, per stream, and which of them it leaves out."""

from __future__ import annotations

import calendar
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from statistics import median

from metrics.importing.report import CoverageSpan

DENSE_DAY = 10  # rows on the median day of a weekday from which an empty day is a gap
PARTIAL_SHARE = 0.5
#: Days from which the hours of a file's first and last one can be judged by the others.
FEWEST_DAYS = 4
NEARBY_DAYS = 7
OPENING_JOURNALS = ("AN", "ANO", "RAN", "OUV", "AD")
#: So many subscriptions should have ended where an export tells of none: chance does not do that.
MISSED_ENDS = 10
#: The part of subscriptions that ends in a month, where no end tells: few businesses lose less.
FEWEST_ENDS_A_MONTH = 0.005
DAYS_A_MONTH = 365.25 / 12

Counts = Mapping[str, Mapping[date, int]]  # stream -> day -> rows


@dataclass(frozen=True)
class Coverage:
    """`spans` without gaps; `gaps` per stream; `partial_day` is a last day still under way, or cut,
    `partial_first_day` one that begins in its midst."""

    spans: tuple[CoverageSpan, ...]
    gaps: dict[str, tuple[date, ...]]
    partial_day: date | None = None
    partial_first_day: date | None = None
    survivors_until: date | None = None  # up to this day only what lived on is told of


@dataclass(frozen=True)
class Outside:
    """Rows of each day of a file at an hour `before` that of its very first row, and `after` that
    of its very last."""

    before: Mapping[date, int] = field(default_factory=dict)
    after: Mapping[date, int] = field(default_factory=dict)


def of_events(
    source: str,
    counts: Counts,
    observed_day: date,
    stated: bool,
    modified_day: date,
    outside: Outside | None = None,
) -> Coverage:
    """From a stream's first day to the file's last.

    The last day is left out when the export was taken during it, or, when nobody says when that
    was, when it is the file's own day or holds less than half of what its weekday usually does.
    Whoever says when, a first day that begins, or a last day that ends, at an hour on whose far
    side the other days have many rows (as many as make an empty day a gap) was cut by the export,
    and is left out.
    On a dense stream (the weekday's median is 10 rows or more, and so is that of the days around,
    for streams grow: by chance alone one such day in 20,000 would be empty) a day without rows is
    a gap.
    """
    totals: dict[date, int] = defaultdict(int)
    for days in counts.values():
        for day, rows in days.items():
            totals[day] += rows
    if not totals:
        return Coverage((), {})
    first, last = min(totals), max(totals)
    usual = _weekday_medians(totals, first, last - timedelta(1))
    if stated:
        partial = last >= observed_day
    else:
        thin = usual[last.weekday()] >= DENSE_DAY and (
            totals[last] < PARTIAL_SHARE * usual[last.weekday()]
        )
        partial = last >= modified_day or thin
    outside = outside or Outside()
    others = [day for day in sorted(totals) if first < day < last]
    partial = partial or _is_cut(outside.after, last, others)
    known_until = last - timedelta(1) if partial else last
    cut = first < known_until and _is_cut(outside.before, first, others)
    spans: list[CoverageSpan] = []
    gaps: dict[str, tuple[date, ...]] = {}
    for stream, days in sorted(counts.items()):
        begin = max(min(days), first + timedelta(1)) if cut else min(days)
        medians = _weekday_medians(days, begin, known_until)
        busy = sorted(day for day, rows in days.items() if rows)
        known: list[date] = []
        missing: list[date] = []
        for day in _days(begin, known_until):
            is_gap = (
                days.get(day, 0) == 0
                and medians[day.weekday()] >= DENSE_DAY
                and median(days[near] for near in _nearest(busy, day)) >= DENSE_DAY
            )
            (missing if is_gap else known).append(day)
        spans += _spans("events", source, stream, known)
        if missing:
            gaps[stream] = tuple(missing)
    return Coverage(tuple(spans), gaps, last if partial else None, first if cut else None)


def _is_cut(outside: Mapping[date, int], day: date, others: list[date]) -> bool:
    """Whether rows are missing of a day at the hours at which other days, and those of its weekday
    where there are any, have many."""
    alike = [other for other in others if other.weekday() == day.weekday()]
    return all(
        median(outside.get(other, 0) for other in days) >= DENSE_DAY
        for days in (_nearest(others, day), alike or others)
        if days
    ) and bool(others)


def of_ledger(
    source: str,
    days: Iterable[tuple[str, date]],
    file_name: str,
    observed_day: date,
    stated: bool,
) -> Coverage:
    """Whole months, from the first entry that is not an opening one to the last, all accounts
    at once (stream ''), not past the closing date that the file's name states.

    The month in which the export was taken is known to the day before, so it stays open. A file's
    own time that is before its entries tells nothing.
    """
    entries = sorted(day for journal, day in days if journal.upper() not in OPENING_JOURNALS)
    if not entries:
        return Coverage((), {})
    end = _month_end(entries[-1])
    named = re.search(r"FEC(\d{4})(\d{2})(\d{2})", file_name, re.IGNORECASE)
    if named:
        closing = date(*(int(part) for part in named.groups()))
        if closing >= entries[0]:
            end = min(end, closing)
    if stated or observed_day >= entries[-1]:
        end = min(end, observed_day - timedelta(1))
    if end < entries[0]:
        return Coverage((), {})
    return Coverage((CoverageSpan("ledger", source, "", entries[0].replace(day=1), end),), {})


def since_first(
    dataset: str, source: str, first_days: Mapping[str, date | None], observed_day: date
) -> Coverage:
    """Per stream, from its first row's day to the day before the export."""
    end = observed_day - timedelta(1)
    return Coverage(
        tuple(
            CoverageSpan(dataset, source, stream, first, end)
            for stream, first in sorted(first_days.items())
            if first is not None and first <= end
        ),
        {},
    )


def of_subscriptions(
    source: str, paid: Iterable[tuple[str, date, date | None, int]], observed_day: date
) -> Coverage:
    """Per stream, from its first paid day, or from when the source tells of ends, to the day before
    the export.

    `paid` are (stream, first paid day, first unpaid day or None, how many such). Many exports hold
    who pays now and nobody who left before: of the time before the first end they know the
    survivors alone, and MRR, retention and churn of then cannot be told. That is so where, at the
    pace of the ends that follow (without any, at `FEWEST_ENDS_A_MONTH`), `MISSED_ENDS` or more
    would have been due before the first. The history then begins with the month of the first end,
    and without any on the day before the export.
    """
    rows = [row for row in paid if row[2] is None or row[2] > row[1]]
    ends = [end for _, _, end, _ in rows if end is not None and end < observed_day]
    known_from = min(ends, default=observed_day)
    before = after = 0
    for _, start, end, count in rows:
        last = min(end or observed_day, observed_day)
        before += count * max(0, (min(last, known_from) - start).days)
        after += count * max(0, (last - max(start, known_from)).days)
    ended = sum(count for _, _, end, count in rows if end is not None and end < observed_day)
    pace = ended / after if ends and after else FEWEST_ENDS_A_MONTH / DAYS_A_MONTH
    firsts: dict[str, date] = {}
    for stream, start, _, _ in rows:
        firsts[stream] = min(start, firsts.get(stream, start))
    if pace * before < MISSED_ENDS:
        return since_first("subscriptions", source, firsts, observed_day)
    begins = known_from.replace(day=1) if ends else observed_day - timedelta(1)
    told = {stream: max(first, begins) for stream, first in firsts.items()}
    found = since_first("subscriptions", source, told, observed_day)
    return replace(found, survivors_until=begins - timedelta(1))


def of_answers(
    dataset: str, source: str, ranges: Mapping[str, tuple[date, date]], observed_day: date
) -> Coverage:
    """Per stream, the whole months from its first answer to its last, not past the export."""
    spans = []
    for stream, (first, last) in sorted(ranges.items()):
        end = max(last, min(_month_end(last), observed_day - timedelta(1)))
        spans.append(CoverageSpan(dataset, source, stream, first.replace(day=1), end))
    return Coverage(tuple(spans), {})


def of_periods(
    dataset: str, source: str, rows: Iterable[tuple[str, date, str]], observed_day: date
) -> Coverage:
    """Per stream, the days of each row's own period; a 'level' holds until the export.

    `rows` are (stream, first day, grain). A period under way when the export was taken is known
    to the day before it. A file's own time before its rows tells nothing.
    """
    known: dict[str, set[date]] = defaultdict(set)
    for stream, first, grain in rows:
        end = observed_day - timedelta(1) if grain == "level" else period_end(first, grain)
        if first <= observed_day <= end:
            end = observed_day - timedelta(1)
        known[stream].update(_days(first, max(end, first)))
    spans = [
        span
        for stream, days in sorted(known.items())
        for span in _spans(dataset, source, stream, sorted(days))
    ]
    return Coverage(tuple(spans), {})


def period_end(first: date, grain: str) -> date:
    """The last day of a figure's own period, which begins on `first`; of a level, that day."""
    months = {"month": 1, "quarter": 3, "year": 12}.get(grain)
    if months is None:
        days = re.fullmatch(r"(\d+) days", grain)
        told = int(days.group(1)) if days else 7 if grain == "week" else 1
        return first + timedelta(told - 1)
    end = first
    for _ in range(months):
        end = _month_end(end) + timedelta(1)
    return end - timedelta(1)


def of_feedback(
    source: str, heard: Iterable[tuple[str, date, date, bool]], observed_day: date
) -> Coverage:
    """Per stream, whole months from the first item: of tickets up to the day before the export, of
    anything else up to the month of the last one."""
    spans = []
    for stream, first, last, tickets in sorted(heard):
        until = observed_day - timedelta(1)
        end = max(last, until if tickets else min(_month_end(last), until))
        spans.append(CoverageSpan("feedback", source, stream, first.replace(day=1), end))
    return Coverage(tuple(spans), {})


def known_by(covered: Coverage, arrived: date) -> Coverage:
    """What can be known of days on the day that the file arrived: none of them is to come. Of a
    file that tells of nothing else all stands."""
    if all(span.start > arrived for span in covered.spans):
        return covered
    told = (replace(span, end=min(span.end, arrived)) for span in covered.spans)
    return replace(covered, spans=tuple(span for span in told if span.start <= arrived))


def days_of(spans: Iterable[CoverageSpan]) -> set[tuple[str, date]]:
    """Every covered (stream, day)."""
    return {(span.stream, day) for span in spans for day in _days(span.start, span.end)}


def spans_of(
    dataset: str, source: str, days: Iterable[tuple[str, date]]
) -> tuple[CoverageSpan, ...]:
    """Covered (stream, day) as spans without gaps."""
    by_stream: dict[str, list[date]] = defaultdict(list)
    for stream, day in sorted(days):
        by_stream[stream].append(day)
    return tuple(
        span
        for stream, known in by_stream.items()
        for span in _spans(dataset, source, stream, known)
    )


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(number) for number in range((last - first).days + 1)]


def _month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _nearest(busy: list[date], day: date) -> list[date]:
    """The seven days with rows that lie nearest to a day."""
    at = bisect_left(busy, day)
    around = busy[max(0, at - NEARBY_DAYS) : at + NEARBY_DAYS]
    return sorted(around, key=lambda other: abs((other - day).days))[:NEARBY_DAYS]


def _weekday_medians(days: Mapping[date, int], first: date, last: date) -> list[float]:
    """Median rows of each weekday, Monday first, days without rows counted as 0."""
    by_weekday: list[list[int]] = [[] for _ in range(7)]
    for day in _days(first, last):
        by_weekday[day.weekday()].append(days.get(day, 0))
    return [float(median(rows)) if rows else 0.0 for rows in by_weekday]


def _spans(dataset: str, source: str, stream: str, days: list[date]) -> list[CoverageSpan]:
    """Consecutive days as spans."""
    spans: list[CoverageSpan] = []
    for day in days:
        if spans and spans[-1].end == day - timedelta(1):
            spans[-1] = CoverageSpan(dataset, source, stream, spans[-1].start, day)
        else:
            spans.append(CoverageSpan(dataset, source, stream, day, day))
    return spans
