"""The weekly review and the product page as facts.

Pages show what these dataclasses hold; they compute nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from metrics.calendar import Period
from metrics.catalogue.kpi import Text
from metrics.explaining.drivers import Driver
from metrics.outlook import Outlook
from metrics.reading import Limits, Reading
from metrics.register.decisions import Decision
from metrics.register.remarks import Annotation, Comment, Mute
from metrics.result import Figure, Scope


@dataclass(frozen=True)
class Person:
    key: str
    name: str
    role: str  # PM, PO, …
    since: date | None


@dataclass(frozen=True)
class Subject:
    """One thing to talk about: a signal of the reviewed week, with who answers for it."""

    reading: Reading
    owners: tuple[Person, ...]  # empty: a vacancy
    drivers: tuple[Driver, ...]
    also: tuple[Reading, ...]  # other signals of the same causal chain
    decided: int  # open decisions on this KPI and scope
    dimension: str = ""  # what the drivers are members of: product, squad, country …
    because: Text | None = None  # the drivers in one sentence
    decisions: tuple[Decision, ...] = ()  # the open ones, newest first, and their open actions
    comments: tuple[Comment, ...] = ()  # of the reviewed week


@dataclass(frozen=True)
class Muted:
    """A signal that is not talked about, by whose word and until when."""

    reading: Reading
    mute: Mute


@dataclass(frozen=True)
class ScorecardCell:
    family: str
    worst: Reading | None  # the review KPI that gives the family its status
    readings: tuple[Reading, ...]


@dataclass(frozen=True)
class ScorecardRow:
    scope: Scope
    name: str
    owners: tuple[Person, ...]
    cells: tuple[ScorecardCell, ...]


@dataclass(frozen=True)
class Point:
    """One point of a 6-12 chart: this year's figure, the same period a year earlier, and what was
    wanted of it."""

    figure: Figure
    prior_year: float | None
    target: float | None = None


@dataclass(frozen=True)
class Box:
    """One box of the 6-12 table: last_week, wow, yoy, mtd, qtd, ytd.

    A KPI that has no weeks has last_month and mom in place of the first two, one whose cohorts are
    still under way has last_closed_week.
    """

    name: str
    value: float | None
    ratio: float | None  # fraction, for volumes
    points: float | None  # change in the unit, for rates and scores
    reason: str | None
    until: date | None = None  # the last day of a sum that ends before the reviewed week does


@dataclass(frozen=True)
class NewLevel:
    """An acknowledged shift: from `since` on a KPI is judged on what came since.

    `before` of the six weeks lie before it; `limits` are those of the last of them.
    """

    since: date
    before: int
    limits: Limits | None


@dataclass(frozen=True)
class Moved:
    """One period's figure before a change and after it; None where there was none."""

    period: Period
    old: float | None
    new: float | None


@dataclass(frozen=True)
class Restated:
    """One change of figures that had settled. `cause` is import, undo, definition, organisation,
    rate, setting, rebuild or erasure, `detail` says which."""

    at: datetime | None  # UTC
    cause: str
    detail: str
    moved: tuple[Moved, ...]  # the latest period first


@dataclass(frozen=True)
class SixTwelve:
    kpi: str
    scope: Scope
    weeks: tuple[Point, ...]  # six
    months: tuple[Point, ...]  # twelve
    limits: Limits | None  # of the weeks
    boxes: tuple[Box, ...]
    new_level: NewLevel | None = None  # the latest one acknowledged
    annotations: tuple[Annotation, ...] = ()  # of the days drawn, oldest first
    restated: tuple[Restated, ...] = ()  # the newest change of what is drawn first

    @property
    def last_day(self) -> date:
        """The last day drawn."""
        return max(point.figure.end for point in (*self.weeks, *self.months))


@dataclass(frozen=True)
class MissingData:
    """A stream that should have data and has none: 'no data since …', not a fall."""

    scope: Scope
    name: str
    dataset: str
    since: date
    last_import: datetime | None


@dataclass(frozen=True)
class Freshness:
    publication: int
    published_at: datetime | None  # UTC; None while nothing was ever published
    warehouse_version: int


@dataclass(frozen=True)
class Review:
    week: Period
    weeks: tuple[Period, ...]  # those that can be picked, newest first
    scope: Scope
    freshness: Freshness
    headline: tuple[Reading, ...]  # the company's few KPIs at the reviewed scope
    judged: int  # KPIs with a figure at this scope and below
    attention: int  # of those, told by the subjects
    subjects: tuple[Subject, ...]  # at most five
    missing: tuple[MissingData, ...]
    scorecard: tuple[ScorecardRow, ...]
    steady: tuple[Reading, ...]  # the rest: nothing to see
    unusual: tuple[Reading, ...] = ()  # signals that no subject above tells
    muted: tuple[Muted, ...] = ()  # signals that someone asked not to talk about
    landing: Outlook | None = None  # of the first headline KPI, in the present quarter
    waiting: Period | None = None  # the last week that has ended, where the review is not of it


@dataclass(frozen=True)
class ProductPage:
    week: Period
    weeks: tuple[Period, ...]
    product: str
    name: str
    line: str | None
    stage: str | None
    vision: str | None
    launched: date | None
    owners: tuple[Person, ...]
    squads: tuple[tuple[str, str, date], ...]  # key, name, since
    freshness: Freshness
    subjects: tuple[Subject, ...]
    families: tuple[ScorecardCell, ...]
    missing: tuple[MissingData, ...]
    muted: tuple[Muted, ...] = ()
    ended: date | None = None  # its last day, whenever the week is
