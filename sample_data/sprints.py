"""The two-week sprints of each squad."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sample_data import story
from sample_data.company import SQUADS, Squad
from sample_data.draw import generator
from sample_data.timeline import WEEKS, Timeline

_GOALS = (
    "Réduire le temps jusqu'au premier succès",
    "Fiabiliser les rapprochements",
    "Ouvrir la nouvelle page d'accueil à dix clients",
    "Diviser par deux les demandes au support",
    "Préparer la mise en conformité",
    "Livrer la recherche instantanée",
)


@dataclass(frozen=True)
class Sprint:
    """`end` is the last day, a Sunday; `to_go` is 0 for the squad's last sprint that has ended."""

    squad: str
    name: str
    number: int
    start: date
    end: date
    to_go: int
    goal: str
    goal_met: bool | None


def sprints_of(squad: Squad, timeline: Timeline, seed: int) -> list[Sprint]:
    """A squad's sprints in order, the one that runs on the last day included."""
    if squad.cadence is None:
        return []
    chance = generator(seed, "sprints", squad.squad)
    starts = [timeline.monday(week) for week in range(squad.cadence, WEEKS, 2)]
    ended = sum(1 for start in starts if start + timedelta(13) <= timeline.until)
    sprints = []
    for index, start in enumerate(starts):
        end = start + timedelta(13)
        to_go = ended - 1 - index
        met = bool(chance.random() < 0.72) and not (
            to_go >= 0 and story.strain(squad.squad, to_go) > 0
        )
        word = f"{squad.project} {'Cycle' if squad.tool == 'linear' else 'Sprint'}"
        sprints.append(
            Sprint(
                squad.squad,
                f"{word} {index + 1}",
                index + 1,
                start,
                end,
                to_go,
                _GOALS[int(chance.integers(len(_GOALS)))],
                met if end <= timeline.until else None,
            )
        )
    return sprints


def all_sprints(timeline: Timeline, seed: int) -> list[Sprint]:
    return [sprint for squad in SQUADS for sprint in sprints_of(squad, timeline, seed)]
