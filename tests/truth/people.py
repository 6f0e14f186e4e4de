"""Who answered, who can do what, and which roles nobody held."""

from __future__ import annotations

import itertools
from datetime import date
from functools import cached_property

import pandas as pd

from tests.truth.exports import LAST_DAY, SQUAD_NAMES, Exports, days_of, number_of, once, quotient
from tests.truth.spans import Span


class People(Exports):
    """Who answered, who can do what, and which roles nobody held."""

    def _survey_participation(self, squads: tuple[str, ...], span: Span) -> float | None:
        waves = pd.read_csv(self._one("Vagues*.csv"), parse_dates=["Début", "Fin"])
        waves = waves[waves["Équipe"].map(SQUAD_NAMES).isin(squads)]
        starts, ends = days_of(waves["Début"]), days_of(waves["Fin"])
        closed = (ends >= number_of(span.start)) & (ends <= number_of(span.end))
        answers = self._answers["enps"]
        answered = invited = 0
        rows = zip(waves["Équipe"], starts, ends, waves["Personnes invitées"], strict=True)
        for inside, (squad, start, end, asked) in zip(closed, rows, strict=True):
            if inside and span.end <= LAST_DAY:
                mine = answers[answers["whose"] == SQUAD_NAMES[squad]]
                answered += int(mine["day"].between(start, end).sum())
                invited += int(asked)
        return quotient(answered, invited)

    @cached_property
    def _levels(self) -> dict[tuple[str, str], list[tuple[int, int]]]:
        """By person and skill: days of assessment and levels, in order."""
        keys = pd.read_csv(self.folder / "people.csv").set_index("name")["person"]
        found: dict[tuple[str, str], list[tuple[int, int]]] = {}
        rows = pd.read_csv(self._one("skills *.csv"), parse_dates=["Assessed on"])
        for row, day in zip(rows.itertuples(), days_of(rows["Assessed on"]), strict=True):
            found.setdefault((keys[row.Employee], row.Skill), []).append((int(day), row.Level))
        return {whose: sorted(levels) for whose, levels in found.items()}

    @cached_property
    def _needs(self) -> list[tuple[str, str, int]]:
        rows = pd.read_csv(self._one("skill needs *.csv"))
        squads = rows["Squad"].map(SQUAD_NAMES)
        return list(zip(squads, rows["Skill"], rows["Required level"], strict=True))

    @once
    def _people(self, squad: str, day: int) -> list[str]:
        rows, on = self._memberships, str(date.fromordinal(day))
        now = (rows["start"] <= on) & (rows["end"].isna() | (rows["end"] >= on))
        return rows["person"][now & (rows["squad"] == squad)].to_list()

    def _holders(self, squads: tuple[str, ...], span: Span) -> list[int]:
        """How many hold each skill that the squads need, once anything is known of them."""
        day = number_of(span.end)
        if span.end > LAST_DAY or day < min(levels[0][0] for levels in self._levels.values()):
            return []
        return [
            sum(
                ([0] + [level for on, level in self._levels.get((person, skill), []) if on <= day])[
                    -1
                ]
                >= required
                for person in self._people(squad, day)
            )
            for squad, skill, required in self._needs
            if squad in squads
        ]

    def _skills_coverage(self, squads: tuple[str, ...], span: Span) -> float | None:
        holders = self._holders(squads, span)
        return quotient(sum(count >= 2 for count in holders), len(holders))

    def _bus_factor(self, squads: tuple[str, ...], span: Span) -> float | None:
        return min(self._holders(squads, span), default=None)

    def _skills_progress(self, squads: tuple[str, ...], span: Span) -> float | None:
        gained = missing = 0
        for squad, skill, required in self._needs:
            for (person, what), levels in self._levels.items():
                for (_, before), (day, now) in itertools.pairwise(levels):
                    inside = number_of(span.start) <= day <= number_of(span.end)
                    if squad not in squads or what != skill or not inside or before >= required:
                        continue
                    if person in self._people(squad, day):
                        missing += required - before
                        gained += max(0, min(now, required) - before)
        return quotient(gained, missing) if span.end <= LAST_DAY else None

    @cached_property
    def _roles_held(self) -> dict[tuple[str, str], list[tuple[str, str]]]:
        """By product and role: first and last day of each time that somebody held it, a PO of the
        product or of a squad working on it."""
        rows = pd.read_csv(self.folder / "ownerships.csv", dtype=str)
        held: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for row in rows.itertuples():
            end = row.end if isinstance(row.end, str) else "9999"
            if row.target_kind == "product":
                held.setdefault((row.target, row.role), []).append((row.start, end))
            for work in self._assignments.itertuples():
                if row.target_kind == "squad" and work.squad == row.target:
                    until = work.end if isinstance(work.end, str) else "9999"
                    both = (max(row.start, work.start), min(end, until))
                    held.setdefault((work.product, row.role), []).append(both)
        return held

    def _vacancy_days(self, products: tuple[str, ...], span: Span) -> float | None:
        """Days without a PM, and days without a PO of the product or of a squad working on it."""
        days = [
            str(date.fromordinal(n)) for n in range(number_of(span.start), number_of(span.end) + 1)
        ]
        vacant = known = 0
        for product in products:
            for role in ("PM", "PO"):
                spans = [(a, b) for a, b in self._roles_held.get((product, role), []) if a <= b]
                first = min((a for a, _ in spans), default="9999")
                for day in days:
                    if day >= first:
                        known += 1
                        vacant += not any(a <= day <= b for a, b in spans)
        return vacant if known and span.end <= LAST_DAY else None
