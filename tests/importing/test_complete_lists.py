"""An export declared complete: what it lacks was deleted, and undoing in any order forgets it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from metrics.importing.landed_tables import remove
from metrics.importing.report import ImportOptions

from .conftest import Desk

HEADER = "Summary,Issue key,Status,Project key,Created,Status Category\n"


def issues(*keys: str, status: str = "To Do") -> str:
    rows = [f"x,{key},{status},{key.split('-')[0]},2026-01-02 10:00,{status}" for key in keys]
    return HEADER + "\n".join(rows) + "\n"


def taken(day: int, *, complete: bool = False) -> ImportOptions:
    return ImportOptions(
        observed_at=datetime(2026, 3, day, 18), complete=("*",) if complete else ()
    )


def items(desk: Desk) -> dict[str, str]:
    return dict(desk.rows("select item_id, status_category from work_items"))


def test_what_a_complete_list_lacks_is_cancelled_in_its_project_only(desk: Desk) -> None:
    desk.land("a.csv", issues("A-1", "A-2", "B-1"), taken(1))
    report = desk.land("b.csv", issues("A-1"), taken(2, complete=True)).report
    assert items(desk) == {"A-1": "todo", "A-2": "cancelled", "B-1": "todo"}
    assert report.rows.balanced
    desk.land("c.csv", issues("A-2", "A-3"), taken(3))
    assert items(desk) == {"A-1": "todo", "A-2": "todo", "A-3": "todo", "B-1": "todo"}


def test_what_several_complete_lists_lack_was_deleted_by_the_first(desk: Desk) -> None:
    desk.land("a.csv", issues("A-1", "A-2"), taken(1))
    for day in (2, 3):
        desk.land(f"{day}.csv", issues("A-1"), taken(day, complete=True))
    deleted = desk.rows("select day(observed_day) from work_item_versions where item_id = 'A-2'")
    assert sorted(deleted) == [(1,), (2,)]


def test_a_list_that_is_not_declared_complete_deletes_nothing(desk: Desk) -> None:
    desk.land("a.csv", issues("A-1", "A-2"), taken(1))
    desk.land("b.csv", issues("A-1"), taken(2))
    assert items(desk) == {"A-1": "todo", "A-2": "todo"}


def test_only_the_file_that_was_named_is_complete(desk: Desk) -> None:
    desk.land("a.csv", issues("A-1", "A-2"), taken(1))
    other = ImportOptions(observed_at=datetime(2026, 3, 2, 18), complete=("another digest",))
    desk.land("b.csv", issues("A-1"), other)
    assert items(desk)["A-2"] == "todo"
    assert other.of("another digest").complete == ("*",)
    assert replace(other, complete=("*",)).of("x").complete == ("*",)
    assert other.of("x").complete == ()


def test_an_item_that_moved_to_another_project_is_not_deleted(desk: Desk) -> None:
    desk.land("a.csv", issues("A-1", "A-2"), taken(1))
    desk.land("m.csv", issues("A-2").replace(",A,", ",B,"), taken(2))
    desk.land("b.csv", issues("A-1"), taken(3, complete=True))
    assert items(desk) == {"A-1": "todo", "A-2": "todo"}


def test_an_older_list_does_not_delete_what_came_later(desk: Desk) -> None:
    desk.land("a.csv", issues("A-1", "A-2"), taken(5))
    desk.land("b.csv", issues("A-1"), taken(2, complete=True))
    assert items(desk) == {"A-1": "todo", "A-2": "todo"}


def test_undoing_in_any_order_gives_what_the_remaining_imports_give(desk: Desk) -> None:
    files = [
        ("a.csv", issues("A-1", "A-2", "A-3"), taken(1)),
        ("b.csv", issues("A-1", "A-3", status="Done"), taken(2, complete=True)),
        ("c.csv", issues("A-1"), taken(4, complete=True)),
    ]
    alone: dict[frozenset[int], object] = {}
    for kept in ((), (0,), (1,), (2,), (0, 1), (0, 2), (1, 2)):
        numbers = [land_anew(desk, *files[place]) for place in kept]
        alone[frozenset(kept)] = desk.contents()
        for number in numbers:
            remove(desk.connection, number)
    for order in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        numbers = [land_anew(desk, *file) for file in files]
        left = {0, 1, 2}
        for place in order:
            remove(desk.connection, numbers[place])
            left.discard(place)
            assert desk.contents() == alone[frozenset(left)], (order, left)


DEALS = "Record ID,Deal Name,Deal Stage,Product,Amount,Create Date,Close Date\n"


def deals(*keys: str, product: str = "Atelier") -> str:
    return DEALS + "".join(
        f"{key},Deal {key},Closed Won,{product},100,2026-01-05,2026-02-03\n" for key in keys
    )


def test_a_deal_that_a_complete_list_lacks_counts_in_nothing(desk: Desk) -> None:
    def kept() -> list[str]:
        return [str(key) for (key,) in desk.rows("select deal_id from deals order by 1")]

    desk.land("a.csv", deals("1", "2", "3"), taken(1))
    desk.land("other.csv", deals("9", product="Balise"), taken(1))
    desk.land("b.csv", deals("1", "3"), taken(2, complete=True))
    whole = desk.last_id
    assert kept() == ["1", "3", "9"]
    desk.land("c.csv", deals("2"), taken(3))
    assert kept() == ["1", "2", "3", "9"]
    remove(desk.connection, desk.last_id)
    remove(desk.connection, whole)
    assert kept() == ["1", "2", "3", "9"]


def roadmap(**states: str) -> str:
    rows = [f"{key},Atelier,{key},{state}" for key, state in states.items()]
    return "\n".join(["initiative,product,title,status", *rows, ""])


def test_an_initiative_that_a_complete_list_lacks_is_dropped_unless_it_shipped(desk: Desk) -> None:
    def states() -> dict[str, str]:
        return dict(desk.rows("select initiative_id, state from initiatives"))

    desk.land("a.csv", roadmap(one="Planned", two="Shipped", three="In progress"), taken(1))
    before = desk.contents()
    desk.land("b.csv", roadmap(three="In progress"), taken(2, complete=True))
    assert states() == {"one": "dropped", "two": "shipped", "three": "under_way"}
    versions = desk.rows(
        "select observed_day from initiative_versions where initiative_id = 'one' order by 1"
    )
    assert [day.day for (day,) in versions] == [1, 2]  # type: ignore[attr-defined]
    remove(desk.connection, desk.last_id)
    assert desk.contents() == before


def land_anew(desk: Desk, name: str, text: str, options: ImportOptions) -> int:
    """Land a file as if it had never been seen; gives its number."""
    desk.imports.clear()
    desk.land(name, text, options)
    return desk.last_id
