"""What the squads worked on: every item's life in timestamps, whatever tool will show it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import numpy as np

from sample_data import story
from sample_data.company import MEMBERS, SQUADS, Person, Squad
from sample_data.draw import generator
from sample_data.sprints import Sprint, sprints_of
from sample_data.timeline import WEEKS, Timeline

_AREAS = ("import", "export", "mobile", "search", "billing", "rights", "notifications", "speed")
_VERBS = ("Add", "Simplify", "Speed up", "Rework", "Translate", "Cover", "Secure", "Show")
_OBJECTS = (
    "the customer list", "the first-run guide", "the monthly summary", "attachments", "bulk edits",
    "the approval step", "duplicate detection", "the audit trail", "saved filters",
    "the API token page",
)  # fmt: skip
_FAULTS = (
    "Total is off by one cent", "Page stays blank after login", "Date shown in English",
    "Attachment lost on retry", "Filter forgets its value", "Slow list above 500 rows",
)  # fmt: skip
EPICS = ("Onboarding", "Reliability", "Compliance", "Self-service", "Integrations", "Mobile")
_POINTS = np.array([1, 2, 3, 5, 8])
_POINT_SHARES = np.array([0.16, 0.30, 0.30, 0.18, 0.06])
_WORKING_DAYS = 10


@dataclass
class Item:
    """A piece of work. Times are local; `epic` indexes EPICS; `blocked_by` holds item keys."""

    squad: str
    title: str
    type: str
    points: int | None
    created: datetime
    priority: str
    assignee: Person
    reporter: Person
    epic: int | None
    labels: tuple[str, ...] = ()
    key: str = ""
    sprints: list[tuple[Sprint, datetime]] = field(default_factory=list)  # and when it was added
    started: datetime | None = None
    done: datetime | None = None
    blocked_by: str = ""
    blocks: list[str] = field(default_factory=list)

    def changes(self, moment: datetime) -> list[datetime]:
        """When it changed, up to a moment."""
        times = [self.created, self.created + timedelta(days=3, minutes=7)]
        times += [added for _, added in self.sprints]
        times += [change for change in (self.started, self.done) if change]
        return [change for change in times if change <= moment]

    def sprints_at(self, moment: datetime) -> list[Sprint]:
        return [
            sprint
            for sprint, added in self.sprints
            if added <= moment and sprint.start <= moment.date()
        ]


class _Squad:
    """One squad's two years, sprint after sprint."""

    def __init__(self, squad: Squad, timeline: Timeline, seed: int) -> None:
        self.squad = squad
        self.timeline = timeline
        self.chance = generator(seed, "delivery", squad.squad)
        self.items: list[Item] = []
        self.opening = datetime.combine(timeline.start, time(8))

    def _item(self, kind: str, created: datetime, labels: tuple[str, ...] = ()) -> Item:
        chance = self.chance
        words = _FAULTS if kind == "Bug" else _OBJECTS
        title = words[int(chance.integers(len(words)))]
        area = _AREAS[int(chance.integers(len(_AREAS)))]
        if kind != "Bug":
            title = f"{_VERBS[int(chance.integers(len(_VERBS)))]} {title}"
        members = MEMBERS[self.squad.squad]
        created = max(created, self.opening + timedelta(minutes=3 * len(self.items)))
        item = Item(
            self.squad.squad,
            f"{title} ({area})",
            kind,
            int(chance.choice(_POINTS, p=_POINT_SHARES)) if chance.random() < 0.96 else None,
            created.replace(second=0, microsecond=0),
            ("High", "Medium", "Medium", "Low")[int(chance.integers(4))],
            members[int(chance.integers(2, len(members)))],
            members[int(chance.integers(2))],
            int(chance.integers(len(EPICS))) if chance.random() < 0.75 else None,
            (area, *labels),
        )
        self.items.append(item)
        return item

    def _planned(self, start: date) -> Item:
        """An item prepared for a sprint, written one to eight weeks before."""
        kind = str(self.chance.choice(["Story", "Task", "Bug"], p=[0.68, 0.2, 0.12]))
        before = timedelta(days=float(self.chance.uniform(6, 55)))
        created = _office(datetime.combine(start, time(9)) - before, self.chance)
        return self._item(kind, created, ("qa",) if kind == "Bug" else ())

    def live(self, sprints: list[Sprint]) -> list[Item]:
        carried: list[Item] = []
        for sprint in (*sprints, *_coming(self.squad, sprints)):
            carried = self._sprint(sprint, carried)
        return self.items

    def _sprint(self, sprint: Sprint, carried: list[Item]) -> list[Item]:
        chance = self.chance
        strain = story.strain(self.squad.squad, sprint.to_go) if sprint.to_go >= 0 else 0.0
        added = datetime.combine(sprint.start - timedelta(3), time(16, 20))
        if sprint.number == 1:
            added = datetime.combine(sprint.start, time(10))
        wanted = self.squad.capacity * chance.uniform(0.94, 1.06)
        committed = list(carried)
        while sum(_size(item) for item in committed) < wanted:
            committed.append(self._planned(sprint.start))
        for item in committed:
            item.sprints.append((sprint, added))
        total = sum(_size(item) for item in committed)
        target = total * (0.87 + chance.uniform(-0.05, 0.05) - 0.42 * strain)
        fresh = [item for item in committed if item not in carried]
        order = carried + [fresh[index] for index in chance.permutation(len(fresh))]
        finished = 0.0
        left: list[Item] = []
        for item in order:
            if finished + _size(item) / 2 <= target:
                finished += _size(item)
                self._finish(item, sprint, strain, early=item in carried)
            else:
                left.append(item)
                if item.started is None and chance.random() < 0.55 + 0.4 * strain:
                    begun = chance.uniform(5.5 - 4 * strain, 9.6)
                    item.started = _moment(sprint.start, begun)
        for _ in range(int(chance.integers(1, 3)) + round(2 * strain)):
            label = "production" if chance.random() < 0.4 else "qa"
            noticed = _moment(sprint.start, chance.uniform(0.6, 5.5))
            bug = self._item("Bug", noticed - timedelta(hours=2), (label,))
            bug.sprints.append((sprint, noticed))
            if chance.random() < strain * 0.6:
                bug.started = noticed + timedelta(hours=1)
                left.append(bug)
            else:
                self._finish(bug, sprint, strain, early=False, after=noticed)
        return left

    def _finish(
        self,
        item: Item,
        sprint: Sprint,
        strain: float,
        *,
        early: bool,
        after: datetime | None = None,
    ) -> None:
        chance = self.chance
        longest = 9.0 if after is None else 4.0
        days = float(
            np.clip(
                np.exp(np.log(2.4 * (1 + 1.3 * strain)) + 0.42 * chance.uniform(-1.7, 1.7)),
                0.4,
                longest,
            )
        )
        if early:
            item.done = _moment(sprint.start, chance.uniform(0.6, 5.0))
            if item.started is None:
                item.started = _moment(sprint.start, 0.2)
                item.done = max(item.done, item.started + timedelta(hours=7))
            return
        end = chance.uniform(min(days + 0.4, 9.4), 9.8)
        begin = max(end - days, 0.1)
        item.started = _moment(sprint.start, begin)
        if after is not None:
            item.started = max(item.started, after + timedelta(minutes=50))
        item.done = max(_moment(sprint.start, end), item.started + timedelta(hours=2))


def _size(item: Item) -> int:
    """Points for planning; an item without an estimate counts as a middling one."""
    return item.points or 2


def _coming(squad: Squad, sprints: list[Sprint]) -> Iterator[Sprint]:
    """Sprints after the history, for which items are already being written."""
    last = sprints[-1]
    for step in range(1, 4):
        start = last.start + timedelta(14 * step)
        yield Sprint(
            squad.squad, "", last.number + step, start, start + timedelta(13), -9, "", None
        )


def _moment(start: date, working_day: float) -> datetime:
    """The time at which so many working days of a sprint have passed: 4.5 is Friday noon."""
    working_day = min(max(working_day, 0.0), _WORKING_DAYS - 0.05)
    day = int(working_day)
    minutes = int((working_day - day) * 9 * 60)
    return datetime.combine(start + timedelta(day + 2 * (day // 5)), time(9)) + timedelta(
        minutes=minutes
    )


def _office(moment: datetime, chance: np.random.Generator) -> datetime:
    """The same day in office hours, or the Friday before a week-end."""
    day = moment.date() - timedelta(max(0, moment.isoweekday() - 5))
    return datetime.combine(day, time(9)) + timedelta(minutes=int(chance.integers(0, 510)))


def _kanban(squad: Squad, timeline: Timeline, seed: int) -> list[Item]:
    """A squad without sprints: three items a week, each a few days in progress."""
    one = _Squad(squad, timeline, seed)
    for week in range(WEEKS + 4):
        for _ in range(int(one.chance.integers(2, 5))):
            item = one._planned(timeline.monday(week))
            begin = one.chance.uniform(0, 4.6)
            item.started = _moment(timeline.monday(week), begin)
            item.done = _moment(timeline.monday(week), begin + one.chance.uniform(0.5, 5))
            item.done = max(item.done, item.started + timedelta(hours=3))
    return one.items


def work(timeline: Timeline, seed: int) -> dict[str, list[Item]]:
    """Each squad's items in order of creation, numbered, with what blocks what across squads."""
    squads = {
        squad.squad: (
            _kanban(squad, timeline, seed)
            if squad.cadence is None
            else _Squad(squad, timeline, seed).live(sprints_of(squad, timeline, seed))
        )
        for squad in SQUADS
    }
    for squad in SQUADS:
        items = squads[squad.squad]
        items.sort(key=lambda item: item.created)
        prefix = squad.project if squad.tool == "jira" else squad.squad[:3].upper()
        for number, item in enumerate(items):
            item.key = f"{prefix}-{len(EPICS) + 1 + number}"
    _block([item for squad in SQUADS if squad.tool == "jira" for item in squads[squad.squad]], seed)
    return squads


def _block(items: list[Item], seed: int) -> None:
    """Some items wait for one that another squad has in progress."""
    chance = generator(seed, "blocked")
    started = [item for item in items if item.started]
    for item in started:
        assert item.started is not None
        strained = (
            bool(item.sprints)
            and story.strain(item.squad, item.sprints[-1][0].to_go) > 0
            and item.sprints[-1][0].to_go >= 0
        )
        if chance.random() > (0.3 if strained else 0.06):
            continue
        others = [
            other
            for other in started
            if other.squad != item.squad
            and other.started
            and other.started <= item.started
            and (other.done is None or other.done > item.started)
        ]
        if others:
            other = others[int(chance.integers(len(others)))]
            item.blocked_by = other.key
            other.blocks.append(item.key)
