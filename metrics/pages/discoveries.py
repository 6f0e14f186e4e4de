"""What a product heard from its users in interviews and studies, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from metrics.access import Viewer
from metrics.pages.facts_now import FactsNow, facts_now
from metrics.workspace import Workspace

#: Days looked back on.
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Discovery:
    """An interview or a study. `initiative` is the one it led to, with its state where the roadmap
    holds it: planned, under_way, shipped, dropped."""

    day: date
    kind: str | None
    people_heard: int | None
    insight: str | None
    initiative: str | None
    state: str | None


@dataclass(frozen=True)
class Discoveries:
    """The discoveries of the year up to `until`, the newest first."""

    until: date
    found: tuple[Discovery, ...]

    @property
    def people_heard(self) -> int:
        """People heard, as far as the file counts them; one heard twice counts twice."""
        return sum(each.people_heard or 0 for each in self.found)

    @property
    def led(self) -> int:
        """Those that led to an initiative."""
        return sum(each.initiative is not None for each in self.found)


def discoveries(workspace: Workspace, viewer: Viewer, product: str, *, until: date) -> Discoveries:
    """What was heard of a product in the year up to a day."""
    with facts_now(workspace, viewer) as facts:
        return Discoveries(until, ()) if facts is None else heard(facts, product, until)


def heard(facts: FactsNow, product: str, until: date) -> Discoveries:
    """The same, of open facts."""
    rows = facts.rows("discoveries", product=product, since=until - YEAR, until=until)
    # A title that two initiatives share would tell a discovery twice.
    once = {(row.pop("source"), row.pop("discovery_id")): row for row in rows}
    return Discoveries(until, tuple(Discovery(**row) for row in once.values()))
