"""A Trello board's JSON as rows of cards, under the headers of Trello's own CSV where it has them.

Members are left out. What the CSV lacks comes from the board: the moment of creation lies in the
first eight digits of a card's id; moves and completions are among the last thousand actions.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

#: Actions that tell of a card in which list it was made.
MAKES_A_CARD = ("createCard", "copyCard", "convertToCardFromCheckItem", "emailCard")


def is_board(document: dict[str, Any]) -> bool:
    """Whether an object is a board; one that was asked for without its actions has none."""
    held = isinstance(document.get("actions") or [], list)
    return held and all(isinstance(document.get(key), list) for key in ("cards", "lists"))


def cards(board: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One row per card; what is no card comes as it is."""
    lists = _by_id(board["lists"])
    fields = _by_id(board.get("customFields"))
    actions = board.get("actions") or []
    moved, completed = _moments(actions)
    moves = _moves(actions, lists)
    for card in board["cards"]:
        if not isinstance(card, dict):
            yield card
            continue
        key = str(card.get("id", ""))
        held = lists.get(str(card.get("idList")), {})
        labels = [label for label in card.get("labels") or [] if isinstance(label, dict)]
        row: dict[str, Any] = {
            "Card ID": key,
            "Card Name": card.get("name"),
            "Labels": [label.get("name") or label.get("color") for label in labels],
            "Due Date": card.get("due"),
            "Last Activity Date": card.get("dateLastActivity"),
            "List Name": held.get("name"),
            "Board Name": board.get("name"),
            "Archived": bool(card.get("closed") or held.get("closed")),
            "Start Date": card.get("start"),
            "Due Complete": card.get("dueComplete"),
            "Created": _created(key),
            "List Changed": moved.get(key),
            "Completed": completed.get(key),
            "Moves": ";".join(sorted(moves.get(key, ()))),
        }
        for item in card.get("customFieldItems") or []:
            field = fields.get(str(item.get("idCustomField")), {}) if isinstance(item, dict) else {}
            value = item.get("value") if field else None
            if isinstance(value, dict) and value:
                row.setdefault(str(field.get("name", "")), next(iter(value.values())))
        yield row


def _by_id(items: Any) -> dict[str, dict[str, Any]]:
    found = items if isinstance(items, list) else []
    return {str(item.get("id")): item for item in found if isinstance(item, dict)}


def _created(key: str) -> str:
    try:
        return f"{datetime.fromtimestamp(int(key[:8], 16), UTC):%Y-%m-%dT%H:%M:%SZ}"
    except ValueError:
        return ""


def _moves(actions: list[Any], lists: dict[str, dict[str, Any]]) -> dict[str, list[str]]:
    """Card → every list that it is known to have come to, the one in which it was made included:
    '2026-02-10T10:00:00.000Z En cours'."""
    found: dict[str, list[str]] = {}
    for action in actions:
        data = action.get("data") if isinstance(action, dict) else None
        card = data.get("card") if isinstance(data, dict) else None
        if not isinstance(data, dict) or not isinstance(card, dict):
            continue
        made = action.get("type") in MAKES_A_CARD
        place = data.get("list" if made else "listAfter")
        moment = str(action.get("date") or "")
        if not isinstance(place, dict) or len(moment) != len("2026-02-10T10:00:00.000Z"):
            continue
        name = lists.get(str(place.get("id")), place).get("name") or ""
        found.setdefault(str(card.get("id")), []).append(f"{moment} {str(name).replace(';', ',')}")
    return found


def _moments(actions: list[Any]) -> tuple[dict[str, str], dict[str, str]]:
    """Card → when it last came to another list, and when it was last marked complete."""
    moved: dict[str, str] = {}
    completed: dict[str, str] = {}
    for action in actions:
        data = action.get("data") if isinstance(action, dict) else None
        if not isinstance(data, dict) or action.get("type") != "updateCard":
            continue
        card, old = data.get("card"), data.get("old")
        if not isinstance(card, dict) or not isinstance(old, dict):
            continue
        key, moment = str(card.get("id")), str(action.get("date") or "")
        if "listAfter" in data:
            moved[key] = max(moved.get(key, ""), moment)
        if old.get("dueComplete") is False:
            completed[key] = max(completed.get(key, ""), moment)
    return moved, completed
