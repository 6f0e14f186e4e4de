"""A Trello board's JSON, exported every Monday of the last quarter: cards, lists and the thousand
newest actions."""

from __future__ import annotations

import json
import zlib
from datetime import date, datetime, time, timedelta
from pathlib import Path

from sample_data.company import SQUADS, Person, Squad
from sample_data.delivery import Item
from sample_data.timeline import Timeline

LISTS = ("À faire", "En cours", "Fait")
_ACTIONS_KEPT = 1000
_BOARDS = 13  # the last Mondays on which the board was exported
_EPOCH = datetime(1970, 1, 1)


def _identifier(moment: datetime, name: str) -> str:
    """24 hexadecimal digits; the first eight are the time of creation."""
    seconds = int((moment - _EPOCH).total_seconds())
    return f"{seconds:08x}{zlib.crc32(name.encode()):08x}{zlib.crc32(name[::-1].encode()):08x}"


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.000Z"


def _member(person: Person) -> dict[str, object]:
    return {
        "id": _identifier(datetime(2021, 1, 4, 9), person.person),
        "username": person.person.replace("-", ""),
        "fullName": person.name,
    }


def write(folder: Path, timeline: Timeline, squads: dict[str, list[Item]]) -> list[Path]:
    days = [timeline.exported - timedelta(7 * before) for before in reversed(range(_BOARDS))]
    return [
        _export(folder, squad, day, squads[squad.squad])
        for squad in SQUADS
        if squad.tool == "trello"
        for day in days
    ]


def _export(folder: Path, squad: Squad, day: date, planned: list[Item]) -> Path:
    """The board as it stood when the day before was over."""
    moment = datetime.combine(day - timedelta(1), time(23, 59))
    board = _identifier(datetime(2021, 1, 4, 9), squad.project)
    lists = [_identifier(datetime(2021, 1, 4, 9, n), name) for n, name in enumerate(LISTS)]
    cards: list[dict[str, object]] = []
    actions: list[dict[str, object]] = []
    items = [item for item in planned if item.created <= moment]
    people = {item.assignee.person: item.assignee for item in items}
    for number, item in enumerate(items):
        card_id = _identifier(item.created, item.key)
        reached = [item.created]
        reached += [change for change in (item.started, item.done) if change and change <= moment]
        archived = len(reached) == 3 and reached[-1] < moment - timedelta(days=60)
        cards.append(
            {
                "id": card_id, "idShort": number + 1, "name": item.title, "desc": "",
                "closed": archived, "due": None, "dueComplete": False, "idBoard": board,
                "idList": lists[len(reached) - 1], "idMembers": [_member(item.assignee)["id"]],
                "labels": [{"name": label, "color": "blue"} for label in item.labels],
                "dateLastActivity": _stamp(reached[-1]), "pos": 65535 + number,
                "shortUrl": f"https://trello.com/c/{card_id[8:16]}",
            }
        )  # fmt: skip
        short = {"id": card_id, "name": item.title, "idShort": number + 1}
        for step, when in enumerate(reached):
            data: dict[str, object] = {
                "board": {"id": board, "name": squad.project},
                "card": short,
            }
            if step:
                data["listBefore"] = {"id": lists[step - 1], "name": LISTS[step - 1]}
                data["listAfter"] = {"id": lists[step], "name": LISTS[step]}
            else:
                data["list"] = {"id": lists[0], "name": LISTS[0]}
            actions.append(
                {
                    "id": _identifier(when, f"{item.key}/{step}"),
                    "idMemberCreator": _member(item.assignee)["id"],
                    "type": "updateCard" if step else "createCard",
                    "date": _stamp(when),
                    "data": data,
                }
            )
    actions.sort(key=lambda action: (str(action["date"]), str(action["id"])), reverse=True)
    document = {
        "id": board, "name": squad.project, "desc": "", "closed": False,
        "dateLastActivity": actions[0]["date"], "url": f"https://trello.com/b/{board[:8]}",
        "lists": [
            {"id": list_id, "name": name, "closed": False, "idBoard": board,
                "pos": 16384 * (n + 1)}
            for n, (list_id, name) in enumerate(zip(lists, LISTS, strict=True))
        ],
        "cards": cards, "actions": actions[:_ACTIONS_KEPT], "labels": [], "checklists": [],
        "members": [_member(person) for person in people.values()], "customFields": [],
    }  # fmt: skip
    path = folder / f"trello {squad.squad} {day}.json"
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return path
