"""The skills matrix, assessed twice a year, and what each squad needs."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sample_data.company import MEMBERS, SQUADS
from sample_data.draw import generator
from sample_data.tables import write_csv
from sample_data.timeline import Timeline

HEADERS = ("Employee", "Squad", "Skill", "Level", "Assessed on")
NEED_HEADERS = ("Squad", "Skill", "Required level")
REQUIRED = 3  # of 5


def _rows(timeline: Timeline, seed: int) -> list[tuple[str, str, str, int, date]]:
    rows = []
    for week in (2, 28, 54, 80):
        for squad in SQUADS:
            for person in MEMBERS[squad.squad]:
                for skill in squad.skills:
                    chance = generator(seed, "skills", person.person, skill)
                    level = int(chance.integers(1, 5))
                    gained = sum(chance.random() < 0.3 for _ in range(week // 26))
                    day = timeline.monday(week)
                    rows.append((person.name, squad.name, skill, min(5, level + gained), day))
    return rows


def write(folder: Path, timeline: Timeline, seed: int) -> list[Path]:
    needs = ((squad.name, skill, REQUIRED) for squad in SQUADS for skill in squad.skills)
    return [
        write_csv(folder / f"skills {timeline.exported}.csv", HEADERS, _rows(timeline, seed)),
        write_csv(folder / f"skill needs {timeline.exported}.csv", NEED_HEADERS, needs),
    ]
