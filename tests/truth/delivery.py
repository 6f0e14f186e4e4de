"""What squads finished, promised and put into production."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from tests.truth.exports import (
    HISTORY_BEGINS,
    LAST_DAY,
    SQUAD_NAMES,
    ZONE,
    Exports,
    days_of,
    moments_of,
    number_of,
    once,
    quotient,
)
from tests.truth.spans import Span

SILENT_SQUADS = ("quart",)  # works in a tool that no profile reads
_JIRA_TIME = "%d/%b/%y %I:%M %p"


class Delivery(Exports):
    """What squads finished, promised and put into production."""

    @cached_property
    def _issues(self) -> dict[date, pd.DataFrame]:
        """Each Jira export: squad, key, state, days created, started and done, points, sprints."""
        found = {}
        for day, path in self._files("Jira *.csv").items():
            rows = pd.read_csv(path, low_memory=False)
            sprints = [name for name in rows.columns if name.partition(".")[0] == "Sprint"]
            table = pd.DataFrame(
                {
                    "squad": rows["Project key"].map(SQUAD_NAMES),
                    "key": rows["Issue key"],
                    "state": rows["Status Category"],
                    "created": days_of(pd.to_datetime(rows["Created"], format=_JIRA_TIME)),
                    "started": days_of(
                        pd.to_datetime(rows["Custom field (Actual start)"], format=_JIRA_TIME)
                    ),
                    "done": days_of(pd.to_datetime(rows["Resolved"], format=_JIRA_TIME)),
                    "points": rows["Custom field (Story Points)"],
                    "status": rows["Status"],
                    "changed": days_of(
                        pd.to_datetime(rows["Status Category Changed"], format=_JIRA_TIME)
                    ),
                    "type": rows["Issue Type"],
                    "waits_for": rows["Inward issue link (Blocks)"],
                    "parent": rows["Parent key"],
                }
            )
            labels = [name for name in rows.columns if name.partition(".")[0] == "Labels"]
            table["labels"] = [
                {name.lower() for name in names if isinstance(name, str)}
                for names in rows[labels].to_numpy(dtype=object)
            ]
            table["sprints"] = [
                {name for name in names if isinstance(name, str)}
                for names in rows[sprints].to_numpy(dtype=object)
            ]
            found[day] = table
        return found

    @cached_property
    def _items(self) -> pd.DataFrame:
        """Every item as its newest export shows it."""
        jira = pd.concat(self._issues.values()).drop_duplicates("key", keep="last")
        rows = pd.read_csv(self._one("Linear*.csv"))
        linear = pd.DataFrame(
            {
                "squad": rows["Team"].map(SQUAD_NAMES),
                "key": rows["ID"],
                "state": np.where(rows["Completed"].notna(), "Done", "Open"),
                "created": days_of(moments_of(rows["Created"], "ISO8601")),
                "started": days_of(moments_of(rows["Started"], "ISO8601")),
                "done": days_of(moments_of(rows["Completed"], "ISO8601")),
                "points": rows["Estimate"],
                "labels": [
                    {word.strip().lower() for word in words.split(",")} for words in rows["Labels"]
                ],
                "sprints": [{name} for name in rows["Cycle Name"]],
                "parent": rows["Project"].astype(object).fillna(rows["Parent issue"]),
            }
        )
        found = pd.concat([jira, linear], ignore_index=True)
        done, open_ = found["state"] == "Done", found["state"] != "Done"
        # What the figures below rest on: done items say when they began, open ones are not done.
        assert (found["started"][done] > 0).all()
        assert (found["done"][open_] == 0).all()
        assert (found["started"][found["state"] == "In Progress"] > 0).all()
        assert (found["started"][found["state"] == "To Do"] == 0).all()
        return found

    @cached_property
    def _newest(self) -> pd.DataFrame:
        return self._items.set_index("key")

    @once
    def _finished(self, squads: tuple[str, ...], span: Span) -> pd.DataFrame | None:
        heard = [squad for squad in squads if squad not in SILENT_SQUADS]
        if not heard or span.start < HISTORY_BEGINS or span.end > LAST_DAY:
            return None
        rows = self._items
        inside = rows["done"].between(number_of(span.start), number_of(span.end))
        return rows[rows["squad"].isin(heard) & (rows["state"] == "Done") & inside]

    def _throughput(self, squads: tuple[str, ...], span: Span) -> float | None:
        rows = self._finished(squads, span)
        return None if rows is None else len(rows)

    def _waited(
        self, squads: tuple[str, ...], span: Span, since: str, share: float
    ) -> float | None:
        """The quantile of whole days, between the two nearest ones where it falls between."""
        rows = self._finished(squads, span)
        if rows is None or rows.empty:
            return None
        days = sorted((rows["done"] - rows[since]).tolist())
        place = share * (len(days) - 1)
        low = int(place)
        high = min(low + 1, len(days) - 1)
        return days[low] + (place - low) * (days[high] - days[low])

    def _cycle_time_p50(self, squads: tuple[str, ...], span: Span) -> float | None:
        return self._waited(squads, span, "started", 0.5)

    def _cycle_time_p85(self, squads: tuple[str, ...], span: Span) -> float | None:
        return self._waited(squads, span, "started", 0.85)

    def _lead_time_p50(self, squads: tuple[str, ...], span: Span) -> float | None:
        return self._waited(squads, span, "created", 0.5)

    def _lead_time_p85(self, squads: tuple[str, ...], span: Span) -> float | None:
        return self._waited(squads, span, "created", 0.85)

    def _wip(self, squads: tuple[str, ...], span: Span) -> float | None:
        heard = [squad for squad in squads if squad not in SILENT_SQUADS]
        if not heard or span.end < HISTORY_BEGINS or span.end > LAST_DAY:
            return None
        rows, day = self._items, number_of(span.end)
        begun = (rows["started"] > 0) & (rows["started"] <= day)
        under_way = begun & ~((rows["done"] > 0) & (rows["done"] <= day))
        return float((under_way & rows["squad"].isin(heard)).sum())

    @cached_property
    def _memberships(self) -> pd.DataFrame:
        return pd.read_csv(self.folder / "memberships.csv", dtype=str)

    def _members(self, squads: tuple[str, ...], span: Span) -> float | None:
        if not HISTORY_BEGINS <= span.end <= LAST_DAY:
            return None
        rows, day = self._memberships, str(span.end)
        now = (rows["start"] <= day) & (rows["end"].isna() | (rows["end"] >= day))
        return rows["person"][now & rows["squad"].isin(squads)].nunique()

    def _wip_per_person(self, squads: tuple[str, ...], span: Span) -> float | None:
        return quotient(self._wip(squads, span), self._members(squads, span))

    @cached_property
    def _sprints(self) -> list[tuple[str, str, date, float, float]]:
        """Squad, name, last day, points committed at the start and points of those done in time."""
        newest = self._newest
        found = []
        for sprint in pd.read_csv(self.folder / "sprints.csv").itertuples():
            start, end = date.fromisoformat(str(sprint.start)), date.fromisoformat(str(sprint.end))
            seen = [day for day in self._issues if abs((day - start).days) <= 1]
            if not seen:
                continue
            rows = self._issues[min(seen, key=lambda day, start=start: abs((day - start).days))]
            inside = np.array([sprint.sprint in names for names in rows["sprints"]])
            rows = rows[inside & ((rows["state"] != "Done") | (rows["done"] >= number_of(start)))]
            rows = rows[rows["squad"] == sprint.squad]
            points = rows["points"].fillna(1.0).to_numpy()
            present = newest.loc[rows["key"]]
            kept = present["done"].between(number_of(start), number_of(end)).to_numpy()
            if len(rows):
                name = (str(sprint.squad), str(sprint.sprint), end)
                found.append((*name, float(points.sum()), float(points[kept].sum())))
        return found

    def _sprint_predictability(self, squads: tuple[str, ...], span: Span) -> float | None:
        ended = [s for s in self._sprints if s[0] in squads and span.start <= s[2] <= span.end]
        if span.end > LAST_DAY:
            return None
        return quotient(sum(s[4] for s in ended), sum(s[3] for s in ended))

    @cached_property
    def _calendar(self) -> list[tuple[str, str, date, date]]:
        """Squad, sprint, first and last day."""
        return [
            (str(row.squad), str(row.sprint), date.fromisoformat(str(row.start)),
             date.fromisoformat(str(row.end)))
            for row in pd.read_csv(self.folder / "sprints.csv").itertuples()
        ]  # fmt: skip

    @cached_property
    def _changes(self) -> list[tuple[str, date, float, float]]:
        """Squad and last day of each sprint whose start was exported, points moved, committed."""
        starts = {(squad, name): start for squad, name, start, _ in self._calendar}
        found = []
        for squad, sprint, start, end in self._calendar:
            near = [day for day in self._issues if abs((day - start).days) <= 1]
            if not near:
                continue
            committed: dict[str, float] = {}
            entered: dict[str, float] = {}
            latest: dict[str, tuple[date, str, set[str]]] = {}
            for day, rows in self._issues.items():
                if not start - timedelta(1) <= day <= end + timedelta(1):
                    continue
                mine = rows[rows["squad"] == squad]
                for row in mine.itertuples():
                    if row.state == "Done" and row.done < number_of(start):
                        continue
                    points = 1.0 if pd.isna(row.points) else float(row.points)
                    if sprint in row.sprints:
                        if day in near:
                            committed.setdefault(row.key, points)
                        entered.setdefault(row.key, points)
                    latest[row.key] = (day, row.state, row.sprints)
            moved = sum(points for key, points in entered.items() if key not in committed)
            for key, points in committed.items():
                day, _, inside = latest[key]
                later = any(starts.get((squad, name), start) > start for name in inside)
                if sprint not in inside and (day <= end or not later):
                    moved += points
            if committed:
                found.append((squad, end, moved, sum(committed.values())))
        return found

    def _scope_change(self, squads: tuple[str, ...], span: Span) -> float | None:
        ended = [s for s in self._changes if s[0] in squads and span.start <= s[1] <= span.end]
        if span.end > LAST_DAY:
            return None
        return quotient(sum(s[2] for s in ended), sum(s[3] for s in ended))

    @cached_property
    def _velocities(self) -> dict[str, list[tuple[date, float]]]:
        """By squad: last day and points done of each sprint, in order."""
        found: dict[str, list[tuple[date, float]]] = {}
        for squad, sprint, start, end in self._calendar:
            rows = self._items[self._items["squad"] == squad]
            inside = np.array([sprint in names for names in rows["sprints"]])
            within = rows["done"].between(number_of(start), number_of(end)).to_numpy()
            points = rows["points"].fillna(1.0).to_numpy(dtype=float)
            found.setdefault(squad, []).append((end, float(points[inside & within].sum())))
        return {squad: sorted(ended) for squad, ended in found.items()}

    def _velocity(self, squads: tuple[str, ...], span: Span) -> float | None:
        if len(squads) > 1 or span.start < HISTORY_BEGINS or span.end > LAST_DAY:
            return None
        ended = [
            points
            for end, points in self._velocities.get(squads[0], [])
            if span.start <= end <= span.end
        ]
        return sum(ended) if ended else None

    @cached_property
    def _lives(self) -> dict[str, list[tuple[int, int, Any]]]:
        """By key of an issue: from which day, known on which day, what its exports showed."""
        found: dict[str, list[tuple[int, int, Any]]] = {}
        for day, rows in self._issues.items():
            for row in rows.itertuples():
                versions = found.setdefault(row.key, [])
                since = row.created
                if versions:
                    _, known, before = versions[-1]
                    moved = before.state != row.state and known < row.changed <= number_of(day)
                    since = row.changed if moved else known
                versions.append((since, number_of(day), row))
        return found

    @once
    def _shown(self, day: date) -> list[Any]:
        """What held of each issue at the end of a day."""
        states = []
        for versions in self._lives.values():
            held = [row for since, _, row in versions if since <= number_of(day)]
            if held:
                states.append(held[-1])
        return states

    def _backlog_readiness(self, squads: tuple[str, ...], span: Span) -> float | None:
        first_export = min(self._issues)
        if len(squads) > 1 or not first_export <= span.end <= LAST_DAY:
            return None
        if not (self._items["status"][self._items["squad"] == squads[0]] == "Ready").any():
            return None
        ready = sum(
            1.0 if pd.isna(row.points) else row.points
            for row in self._shown(span.end)
            if row.squad == squads[0] and row.status == "Ready"
        )
        ended = [points for end, points in self._velocities[squads[0]] if end <= span.end]
        return quotient(ready, float(np.median(ended[-6:])) if ended else None)

    def _under_way(self, squads: tuple[str, ...], day: date) -> pd.DataFrame:
        rows = self._items
        begun = (rows["started"] > 0) & (rows["started"] <= number_of(day))
        finished = (rows["done"] > 0) & (rows["done"] <= number_of(day))
        return rows[begun & ~finished & rows["squad"].isin(squads)]

    def _wip_age(self, squads: tuple[str, ...], span: Span) -> float | None:
        if self._wip(squads, span) is None:
            return None
        rows = self._under_way(squads, span.end)
        ages = (number_of(span.end) - rows["started"]).to_list()
        return float(np.median(ages)) if ages else None

    def _blocked_items(self, squads: tuple[str, ...], span: Span) -> float | None:
        if self._wip(squads, span) is None:
            return None
        under_way = set(self._under_way(squads, span.end)["key"])
        newest = self._newest
        blocked = 0
        for row in self._shown(span.end):
            if row.key in under_way and isinstance(row.waits_for, str):
                other = newest.loc[row.waits_for]
                done = 0 < other["done"] <= number_of(span.end)
                blocked += other["squad"] != row.squad and not done
        return blocked

    def _escaped_defects_rate(self, squads: tuple[str, ...], span: Span) -> float | None:
        if self._finished(squads, span) is None:
            return None
        rows = self._items[self._items["squad"].isin(squads)]
        rows = rows[rows["created"].between(number_of(span.start), number_of(span.end))]
        said = zip(rows["type"], rows["labels"], strict=True)
        bug = np.array([kind == "Bug" or "bug" in words for kind, words in said])
        escaped = np.array(["production" in words for words in rows["labels"]])
        return quotient(float((bug & escaped).sum()), float(bug.sum()))

    @cached_property
    def _deployments(self) -> pd.DataFrame:
        """Deployments to production: squad, local day, hours from commit, and until restored."""
        rows = pd.read_csv(self._one("deployments *.csv"))
        rows = rows[rows["environment"] == "production"]
        at, committed, restored = (
            pd.to_datetime(rows[name]).dt.tz_localize(ZONE)
            for name in ("deployed_at", "first_commit_at", "restored_at")
        )
        return pd.DataFrame(
            {
                "squad": rows["squad"].map(SQUAD_NAMES),
                "day": days_of(at),
                "waited": (at - committed).dt.total_seconds() / 3600,
                "failed": rows["failed"] == "yes",
                "restored": days_of(restored),
                "down": (restored - at).dt.total_seconds() / 3600,
            }
        )

    def _released(
        self, squads: tuple[str, ...], span: Span, when: str = "day"
    ) -> pd.DataFrame | None:
        if span.start < HISTORY_BEGINS or span.end > LAST_DAY:
            return None
        rows = self._deployments
        inside = rows[when].between(number_of(span.start), number_of(span.end))
        return rows[rows["squad"].isin(squads) & inside]

    def _deployment_frequency(self, squads: tuple[str, ...], span: Span) -> float | None:
        rows = self._released(squads, span)
        return None if rows is None else len(rows)

    def _change_lead_time(self, squads: tuple[str, ...], span: Span) -> float | None:
        rows = self._released(squads, span)
        return None if rows is None or rows.empty else float(rows["waited"].median())

    def _change_fail_rate(self, squads: tuple[str, ...], span: Span) -> float | None:
        rows = self._released(squads, span)
        return None if rows is None else quotient(float(rows["failed"].sum()), len(rows))

    def _recovery_time(self, squads: tuple[str, ...], span: Span) -> float | None:
        rows = self._released(squads, span, "restored")
        return None if rows is None or rows.empty else float(rows["down"].median())
