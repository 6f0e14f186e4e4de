"""Cap or cadence: does a product need a clearer heading, or a steadier pace?

Two scores, each the share of the known signs that are met; a sign half met counts half. Every
sign is a figure or a fact that anybody can look up, set against levels that stand here by name. A
sign of which nothing is known counts neither way, and a score that rests on fewer than `FEWEST`
signs is not given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MET, HALF, UNMET, UNKNOWN = "met", "half", "unmet", "unknown"
WORTH = {MET: 1.0, HALF: 0.5, UNMET: 0.0}
FEWEST = 3
#: A score from here up is high: the quadrant's lines.
HIGH = 0.6

STRAINS = ("unready_backlog", "delays", "falling_engagement")


@dataclass(frozen=True)
class Level:
    """Where a sign is met and where it is half met. `up` says whether more is better; a range has
    an upper end for each as well."""

    met: float
    half: float
    up: bool = True
    met_to: float | None = None
    half_to: float | None = None


#: Shares, but for the ready backlog (sprints of work) and the cycle time (weeks above the usual
#: range, of the last 13).
LEVELS = {
    "objectives": Level(0.0, -0.10),  # progress less what the calendar expects
    "linked_initiatives": Level(0.80, 0.50),
    "roadmap_stability": Level(0.80, 0.60),
    "commitment_kept": Level(0.80, 0.60),
    "cycle_time_stability": Level(0, 1, up=False),
    "ready_backlog": Level(2, 1, met_to=3, half_to=4),
    "scope_change": Level(0.15, 0.30, up=False),
    "escaped_defects": Level(0.10, 0.20, up=False),
}


@dataclass(frozen=True)
class Sign:
    """One sign: its state and what it rests on.

    `value` is what was set against the levels, `part` of `whole` what it is made of where it is a
    share; `kpi` is the KPI to look at for the evidence, '' where it is a fact of the organisation.
    """

    name: str
    state: str
    value: float | None = None
    part: float | None = None
    whole: float | None = None
    kpi: str = ""


@dataclass(frozen=True)
class Score:
    """The share of known signs that are met; None with fewer than `FEWEST` known."""

    signs: tuple[Sign, ...]

    @property
    def known(self) -> int:
        return sum(sign.state != UNKNOWN for sign in self.signs)

    @property
    def value(self) -> float | None:
        if self.known < FEWEST:
            return None
        return sum(WORTH.get(sign.state, 0.0) for sign in self.signs) / self.known


def state_of(name: str, value: float | None) -> str:
    """How a sign of a level stands at a value."""
    if value is None:
        return UNKNOWN
    level = LEVELS[name]
    if level.met_to is not None and level.half_to is not None:
        if level.met <= value <= level.met_to:
            return MET
        return HALF if level.half <= value <= level.half_to else UNMET
    side = 1.0 if level.up else -1.0
    if side * value >= side * level.met:
        return MET
    return HALF if side * value >= side * level.half else UNMET


def judged(
    name: str,
    value: float | None,
    part: float | None = None,
    whole: float | None = None,
    kpi: str = "",
) -> Sign:
    """The sign of a figure."""
    return Sign(name, state_of(name, value), value, part, whole, kpi)


def fact(name: str, holds: bool | None, *, kpi: str = "") -> Sign:
    """The sign of something that is there or is not; None where nobody can tell."""
    return Sign(name, UNKNOWN if holds is None else MET if holds else UNMET, kpi=kpi)


def quadrant(heading: Score, pace: Score) -> str:
    """both, heading (needs a clearer one), pace (needs a steadier one), steady; '' when unknown."""
    if heading.value is None or pace.value is None:
        return ""
    needs_heading, needs_pace = heading.value < HIGH, pace.value < HIGH
    if needs_heading and needs_pace:
        return "both"
    return "heading" if needs_heading else "pace" if needs_pace else "steady"


@dataclass(frozen=True)
class Advice:
    """Whether PM and PO should be one person or two: `verdict` is one, two or either.

    `squads` work on the product, `products` are held by its PM, `strains` show (of `STRAINS`), and
    `people` hold the two roles now, 0 when either is vacant.
    """

    verdict: str
    squads: int
    products: int
    people: int
    strains: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether the roles are held as advised."""
        return {"one": self.people == 1, "two": self.people > 1}.get(self.verdict, self.people > 0)


def advise(squads: int, products: int, people: int, strains: Sequence[str]) -> Advice:
    """One person can see to the why and the when of one squad on one product while nothing strains.

    Two are advised where there is more than one of both, three of either, or two strains at once;
    between the two it is the company's choice.
    """
    if len(strains) >= 2 or squads >= 3 or products >= 3 or (squads >= 2 and products >= 2):
        verdict = "two"
    elif squads <= 1 and products <= 1 and not strains:
        verdict = "one"
    else:
        verdict = "either"
    return Advice(verdict, squads, products, people, tuple(strains))
