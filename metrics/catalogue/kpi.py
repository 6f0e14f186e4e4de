"""A KPI's definition as the rest of Vigie sees it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from metrics.calendar import Grain
from metrics.catalogue.example import Example
from metrics.errors import Mistake, VigieError, unknown

#: What `elapsed` says instead of a number of days: those that each product gives its own funnel, or
#: those who signed up to activate.
OWN_FUNNEL, OWN_ACTIVATION = "funnel", "activation"
OWN_WINDOWS = (OWN_FUNNEL, OWN_ACTIVATION)


class Kind(StrEnum):
    """The closed set of kinds. Each knows how it may be rolled up (see `metrics.kinds`)."""

    FLOW = "flow"
    STOCK = "stock"
    DISTINCT = "distinct"
    ROLLING = "rolling"
    RATIO = "ratio"
    SCORE = "score"
    QUANTILE = "quantile"
    COHORT = "cohort"
    DERIVED = "derived"


class Unit(StrEnum):
    COUNT = "count"
    MONEY = "money"  # in the company's currency
    RATE = "rate"  # a fraction, shown in %, compared in points
    SCORE = "score"  # -100…100 or 0…10, compared in points
    NUMBER = "number"  # a plain ratio such as uses per user
    DAYS = "days"
    HOURS = "hours"
    POINTS = "points"  # percentage points, such as growth contribution

    @property
    def compares_in_points(self) -> bool:
        return self in (Unit.RATE, Unit.SCORE, Unit.POINTS)


class Family(StrEnum):
    PRODUCT_PERFORMANCE = "product_performance"
    USER_EXPERIENCE = "user_experience"
    MARKET = "market"
    TEAMS = "teams"
    DELIVERY = "delivery"
    GROWTH = "growth"


@dataclass(frozen=True)
class Text:
    """A text in the two languages of the interface."""

    en: str
    fr: str

    def __getitem__(self, language: str) -> str:
        return unbroken(self.fr) if language.startswith("fr") else self.en


def unbroken(french: str) -> str:
    """A French text whose signs stay with the word before them: a line never begins with ":"."""
    return french.replace(" :", "\u00a0:").replace(" ;", "\u202f;")


class Status(StrEnum):
    """How far a definition may be relied on."""

    CERTIFIED = "certified"
    DRAFT = "draft"


class NotJudged(StrEnum):
    """Why a KPI has no usual range to be judged by: it is charted without limits or signals."""

    COPY = "copy"  # it repeats another KPI, which is judged
    PLAN = "plan"  # it says what was planned, not what happened
    STEPS = "steps"  # it moves when someone decides or assesses, and stays between
    CHANGE = "change"  # it is the change of another KPI, which is judged
    OUTSIDE = "outside"  # it follows what nobody in the company answers for, as rates of exchange


@dataclass(frozen=True)
class Governance:
    """What a definition owes to those who decide by it.

    `decision`: the decision it serves. `in_words`: its formula. `edge_rule`: what it does where the
    formula alone would mislead. `version` and `since`: which definition, from when.
    """

    decision: Text | None = None
    in_words: Text | None = None
    edge_rule: Text | None = None
    version: int = 1
    since: date | None = None
    status: Status = Status.DRAFT


@dataclass(frozen=True)
class Kpi:
    """One KPI. `member` is what its facts belong to: 'product' or 'squad'.

    `cadence` is the grain in which it is born and judged; `grains` are all that are published.
    `direction` is +1 where higher is better, -1 where lower is, 0 where neither.
    `calculation` holds what the kind needs (model, expression, numerator, formula …).
    """

    name: str
    label: Text
    meaning: Text
    family: Family
    kind: Kind
    unit: Unit
    direction: int
    cadence: Grain
    grains: tuple[Grain, ...]
    member: str
    owner_role: str
    parents: tuple[str, ...]
    dimensions: tuple[str, ...]
    datasets: tuple[str, ...]
    review: bool
    published: bool  # False: a measure that only serves others
    calculation: dict[str, object]
    definition: str  # digest of everything that changes the figure
    source: str  # file:line
    governance: Governance = Governance()
    examples: tuple[Example, ...] = ()
    not_judged: NotJudged | None = None

    @property
    def waits(self) -> bool:
        """Whether a period's figure is known only some days after the period has ended."""
        return self.kind is Kind.COHORT or "elapsed" in self.calculation


@dataclass(frozen=True)
class Catalogue:
    """All KPIs and measures by name, parents before children where it matters.

    `problems` are the mistakes of definitions, by which their entries and what reads them are
    left out.
    """

    entries: dict[str, Kpi]
    problems: tuple[Mistake, ...] = ()

    def __getitem__(self, name: str) -> Kpi:
        """The KPI of that name; raises VigieError with the nearest names when there is none, or
        with what is wrong when it is left out."""
        try:
            return self.entries[name]
        except KeyError:
            for mistake in self.problems:
                if mistake.name == name:
                    raise VigieError(
                        f"'{name}' is left out: {mistake.message}",
                        next_step=f"{mistake.remedy} See {mistake.place}.",
                    ) from None
            raise unknown(
                "KPI", name, [kpi.name for kpi in self.entries.values()], "See 'vigie kpi list'."
            ) from None

    def __contains__(self, name: object) -> bool:
        return name in self.entries

    def __iter__(self) -> Iterator[Kpi]:
        """The published KPIs, in catalogue order."""
        return (kpi for kpi in self.entries.values() if kpi.published)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @cached_property
    def left_out(self) -> frozenset[str]:
        """The names that are written but have no definition to go by."""
        return frozenset(mistake.name for mistake in self.problems) - self.entries.keys()

    @cached_property
    def review(self) -> tuple[Kpi, ...]:
        """The dozen that a review looks at unless the company chooses others."""
        return tuple(kpi for kpi in self if kpi.review)
