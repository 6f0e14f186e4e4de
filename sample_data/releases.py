"""The squads' deployments, as a pipeline's log lists them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path

from sample_data import story
from sample_data.company import SQUADS
from sample_data.draw import generator
from sample_data.tables import write_csv
from sample_data.timeline import WEEKS, Timeline

HEADERS = (
    "deployment", "squad", "environment", "deployed_at", "failed", "restored_at", "first_commit_at",
)  # fmt: skip
A_WEEK = 5  # deployments to production of one squad in a usual week
FAIL_EVERY = 11
"""One deployment in so many breaks something: evenly dealt, so that no month looks worse."""


def _log(timeline: Timeline, seed: int) -> list[tuple[object, ...]]:
    rows: list[tuple[datetime, tuple[object, ...]]] = []
    for rank, squad in enumerate(SQUADS):
        chance = generator(seed, "releases", squad.squad)
        made = rank  # squads do not fail all at once
        for week in range(WEEKS):
            monday = timeline.monday(week)
            wanted = round((A_WEEK + chance.uniform(-1.4, 1.4)) * story.season(monday))
            for turn in range(max(1, wanted)):
                # The first of a week is on its Monday; the others are spread over the working days.
                day = monday + timedelta(0 if turn == 0 else int(chance.integers(0, 5)))
                at = _clock(day, chance.uniform(9.5, 17.5))
                waited = timedelta(hours=float(chance.lognormal(3.4, 0.55)))
                made += 1
                failed = made % FAIL_EVERY == 0
                restored = at + timedelta(hours=float(chance.uniform(0.7, 5.5)))
                rows.append((at, (
                    f"{squad.squad}-{made}", squad.name, "production", _stamp(at),
                    "yes" if failed else "no", _stamp(restored) if failed else None,
                    _stamp(at - waited),
                )))  # fmt: skip
                if turn % 2 == 0:
                    earlier = at - timedelta(minutes=float(chance.uniform(25, 55)))
                    rows.append((earlier, (
                        f"{squad.squad}-{made}-r", squad.name, "staging", _stamp(earlier), "no",
                        None, _stamp(at - waited),
                    )))  # fmt: skip
    return [row for _, row in sorted(rows, key=lambda row: (row[0], str(row[1][0])))]


def _clock(day: date, hour: float) -> datetime:
    return datetime.combine(day, time()) + timedelta(minutes=int(hour * 60))


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def write(folder: Path, timeline: Timeline, seed: int) -> list[Path]:
    path = folder / f"deployments {timeline.exported}.csv"
    return [write_csv(path, HEADERS, _log(timeline, seed))]
