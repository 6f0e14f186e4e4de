"""Jira's issue navigator export, taken every Monday morning by the squads that use Jira."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from pathlib import Path

from sample_data.company import SQUAD, SQUADS
from sample_data.delivery import EPICS, Item
from sample_data.tables import write_csv
from sample_data.timeline import WEEKS, Timeline

WEEKLY_FROM = 52
"""The first export, of everything, is taken on the Monday of this week; then one a week."""

_MONTHS = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
]  # fmt: skip


def stamp(moment: datetime | None) -> str:
    """`10/Jan/26 11:13 AM`, in English whatever the machine's language."""
    if moment is None:
        return ""
    hour = moment.hour % 12 or 12
    half = "AM" if moment.hour < 12 else "PM"
    month = _MONTHS[moment.month - 1]
    return f"{moment.day:02}/{month}/{moment.year % 100:02} {hour}:{moment.minute:02} {half}"


def _headers(labels: int, blocks: int, sprints: int) -> list[str]:
    return [
        "Summary", "Issue key", "Issue id", "Issue Type", "Status", "Project key", "Project name",
        "Project type", "Priority", "Resolution", "Assignee", "Assignee Id", "Reporter",
        "Reporter Id", "Created", "Updated", "Resolved", "Due date", "Votes", *["Labels"] * labels,
        "Description", "Inward issue link (Blocks)", *["Outward issue link (Blocks)"] * blocks,
        "Custom field (Actual start)", *["Sprint"] * sprints, "Custom field (Story Points)",
        "Parent", "Parent key", "Parent summary", "Status Category", "Status Category Changed",
    ]  # fmt: skip


def _state(item: Item, moment: datetime) -> tuple[str, str, datetime]:
    """Status, status category and when the category last changed, as seen at a moment."""
    if item.done and item.done <= moment:
        return "Done", "Done", item.done
    if item.started and item.started <= moment:
        review = item.done and item.started + (item.done - item.started) * 0.7 <= moment
        return ("In Review" if review else "In Progress"), "In Progress", item.started
    if item.sprints_at(moment):
        return "To Do", "To Do", item.created
    ready = item.points is not None and item.created + timedelta(days=3, minutes=7) <= moment
    return ("Ready" if ready else "Backlog"), "To Do", item.created


def _wanted(item: Item, moment: datetime, everything: bool) -> bool:
    if item.created > moment:
        return False
    if everything or not (item.done and item.done <= moment):
        return True
    open_sprint = any(sprint.end >= moment.date() for sprint in item.sprints_at(moment))
    return open_sprint or max(item.changes(moment)) > moment - timedelta(days=8)


def _export(path: Path, items: Sequence[Item], moment: datetime) -> Path:
    blocks = max((len(item.blocks) for item in items), default=0)
    sprints = max((len(item.sprints_at(moment)) for item in items), default=0)
    known = {item.key for item in items if item.started and item.started <= moment}

    def filled(values: Sequence[str], width: int) -> list[str]:
        return [*values, *[""] * (width - len(values))]

    rows = []
    for item in items:
        status, category, changed = _state(item, moment)
        squad = SQUAD[item.squad]
        epic = item.epic
        started = item.started if item.started and item.started <= moment else None
        prefix, number = item.key.split("-")
        rows.append(
            [
                item.title, item.key, 10_000 * (1 + SQUADS.index(squad)) + int(number), item.type,
                status, prefix, squad.name, "software", item.priority,
                "Done" if category == "Done" else "", item.assignee.name,
                f"acct-{item.assignee.person}",
                item.reporter.name, f"acct-{item.reporter.person}", stamp(item.created),
                stamp(max(item.changes(moment))), stamp(item.done) if category == "Done" else "",
                "", 0, *filled(item.labels, 2),
                f"As a user, I want this:\n{item.title}." if item.type == "Story" else "",
                item.blocked_by if started else "",
                *filled([key for key in item.blocks if key in known], blocks),
                stamp(started),
                *filled([sprint.name for sprint in item.sprints_at(moment)], sprints),
                "" if item.points is None else f"{item.points}.0",
                "" if epic is None else 10_000 * (1 + SQUADS.index(squad)) + epic + 1,
                "" if epic is None else f"{prefix}-{epic + 1}", "" if epic is None else EPICS[epic],
                category, stamp(changed),
            ]
        )  # fmt: skip
    return write_csv(path, _headers(2, blocks, sprints), rows)


def write(folder: Path, timeline: Timeline, squads: dict[str, list[Item]]) -> list[Path]:
    """One file a Monday at 7:00: all issues the first time, then those that changed or are open."""
    items = [item for squad in SQUADS if squad.tool == "jira" for item in squads[squad.squad]]
    paths = []
    for week in range(WEEKLY_FROM, WEEKS + 1):
        moment = datetime.combine(timeline.monday(week), time(7))
        # On the last Monday, what starts that day is not planned yet: the week before is shown.
        planned = moment if week < WEEKS else datetime.combine(timeline.until, time(23, 59))
        shown = [item for item in items if _wanted(item, planned, everything=week == WEEKLY_FROM)]
        paths.append(_export(folder / f"Jira {moment.date()}.csv", shown, planned))
    return paths
