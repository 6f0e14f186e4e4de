"""Linear's CSV export (34 columns) of the squads that use Linear."""

from __future__ import annotations

import uuid
from datetime import datetime, time, timedelta
from pathlib import Path

from sample_data.company import SQUAD, SQUADS
from sample_data.delivery import EPICS, Item
from sample_data.tables import write_csv
from sample_data.timeline import Timeline

HEADERS = (
    "ID", "Team", "Title", "Description", "Status", "Estimate", "Priority", "Project ID", "Project",
    "Creator", "Assignee", "Labels", "Cycle Number", "Cycle Name", "Cycle Start", "Cycle End",
    "Created", "Updated", "Started", "Triaged", "Completed", "Canceled", "Archived", "Due Date",
    "Parent issue", "Initiatives", "Project Milestone ID", "Project Milestone", "SLA Status",
    "UUID",
    "Time in status (minutes)", "Related to", "Blocked by", "Duplicate of",
)  # fmt: skip


def _stamp(moment: datetime | None) -> str:
    """UTC; the company's clock is an hour ahead in winter, which is near enough for a sample."""
    return "" if moment is None else f"{moment - timedelta(hours=1):%Y-%m-%dT%H:%M:%S}.000Z"


def _row(item: Item, moment: datetime) -> list[object]:
    done = item.done if item.done and item.done <= moment else None
    started = item.started if item.started and item.started <= moment else None
    status = "Done" if done else "In Progress" if started else "Todo"
    cycles = item.sprints_at(moment)
    cycle = cycles[-1] if cycles else None
    if cycle is None and status == "Todo":
        status = "Backlog"
    project = "" if item.epic is None else EPICS[item.epic]
    changed = max(item.changes(moment))
    return [
        item.key, SQUAD[item.squad].project, item.title, "", status,
        "" if item.points is None else item.points, item.priority,
        "" if not project else uuid.uuid5(uuid.NAMESPACE_OID, item.squad + project), project,
        item.reporter.email, item.assignee.email, ", ".join([item.type, *item.labels]),
        cycle.number if cycle else "", cycle.name if cycle else "",
        _stamp(datetime.combine(cycle.start, time(1))) if cycle else "",
        _stamp(datetime.combine(cycle.end + timedelta(1), time(1))) if cycle else "",
        _stamp(item.created), _stamp(changed), _stamp(started), "", _stamp(done), "", "", "", "",
        "", "", "", "", uuid.uuid5(uuid.NAMESPACE_OID, item.key),
        int((moment - changed).total_seconds() // 60), "", "", "",
    ]  # fmt: skip


def write(folder: Path, timeline: Timeline, squads: dict[str, list[Item]]) -> list[Path]:
    moment = datetime.combine(timeline.until, time(23, 59))
    items = [item for squad in SQUADS if squad.tool == "linear" for item in squads[squad.squad]]
    rows = [_row(item, moment) for item in items if item.created <= moment]
    path = folder / f"Linear export {timeline.exported}.csv"
    return [write_csv(path, HEADERS, rows)]
