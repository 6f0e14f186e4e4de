from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from metrics.errors import VigieError
from metrics.importing.report import FileReport, FileTotal, ImportOptions, RowCounts
from metrics.organisation import Membership, Product
from metrics.register import ledger
from metrics.register.organisation import load_organisation, organisation_now, write_rows

#: As files give them: three more rows here, and as many.
TOTALS = (FileTotal("Sessions", 34.0, 31.0), FileTotal("Orders", 5.0, 5.0))
OLD, NEW = datetime(2026, 1, 1), datetime(2026, 6, 1)


def brought(
    register: sa.Engine, number: int, observed_at: datetime, table: str, *rows: dict[str, Any]
) -> None:
    """Stage an import of organisation rows."""
    report = FileReport(
        file=f"{number}.csv",
        tool="organisation",
        profile=table,
        dataset=table,
        confidence=1.0,
        status="loaded",
        rows=RowCounts(read=len(rows), loaded=len(rows)),
        observed_at=observed_at,
        sha256=str(number),
        totals=TOTALS,
    )
    with register.begin() as connection:
        ledger.stage(connection, number, report, options=ImportOptions(), archive=None, by="test")
        write_rows(connection, table, rows, number, observed_at)


def names(register: sa.Engine, **options: Any) -> list[str]:
    with register.connect() as connection:
        return [product.name for product in load_organisation(connection, **options).products]


def apply(register: sa.Engine, *numbers: int) -> None:
    with register.begin() as connection:
        ledger.apply(connection, numbers)


def test_the_newest_applied_row_counts_whatever_the_order_of_arrival(register: sa.Engine) -> None:
    brought(register, 1, NEW, "products", {"product": "atelier", "name": "New"})
    brought(register, 2, OLD, "products", {"product": "atelier", "name": "Old"})
    assert names(register) == []
    assert names(register, including=[2]) == ["Old"]
    apply(register, 1, 2)
    assert names(register) == ["New"]
    assert names(register, excluding=[1]) == ["Old"]
    with register.begin() as connection:
        ledger.undo(connection, 1, by="test")
        assert [each.totals for each in ledger.history(connection)] == [TOTALS, TOTALS]
    assert names(register) == ["Old"]


def test_at_the_same_moment_the_later_import_counts(register: sa.Engine) -> None:
    brought(register, 1, OLD, "products", {"product": "atelier", "name": "First"})
    brought(register, 2, OLD, "products", {"product": "atelier", "name": "Second"})
    apply(register, 1, 2)
    assert names(register) == ["Second"]


def test_rows_written_on_screen_count_like_any(register: sa.Engine) -> None:
    brought(register, 1, OLD, "products", {"product": "atelier", "name": "File"})
    apply(register, 1)
    with register.begin() as connection:
        write_rows(connection, "products", [{"product": "atelier", "name": "Screen"}], None, NEW)
    assert names(register) == ["Screen"]


def test_a_dated_row_is_ended_by_a_newer_version_of_it(register: sa.Engine) -> None:
    held = {"person": "c-morel", "squad": "nord", "start": date(2025, 1, 6)}
    brought(register, 1, OLD, "memberships", held)
    brought(
        register,
        2,
        NEW,
        "memberships",
        held | {"end": date(2026, 3, 1)},
        {"person": "c-morel", "squad": "sud", "start": date(2026, 3, 2)},
    )
    apply(register, 1, 2)
    with register.connect() as connection:
        assert load_organisation(connection).memberships == (
            Membership("c-morel", "nord", date(2025, 1, 6), date(2026, 3, 1)),
            Membership("c-morel", "sud", date(2026, 3, 2), None),
        )


def test_absent_columns_are_null_and_unknown_ones_refused(register: sa.Engine) -> None:
    with register.begin() as connection:
        write_rows(connection, "products", [{"product": "a", "name": "A"}], None, NEW)
        assert load_organisation(connection).products == (Product("a", "A"),)
        with pytest.raises(VigieError, match=r"column of products named 'stag'.*stage"):
            write_rows(connection, "products", [{"product": "a", "stag": "x"}], None, NEW)
        with pytest.raises(VigieError, match="organisation table named 'imports'"):
            write_rows(connection, "imports", [], None, NEW)


def test_the_present_organisation_is_read_again_only_once_it_changed(register: sa.Engine) -> None:
    def now() -> Any:
        with register.connect() as connection:
            return organisation_now(connection)

    before = now()
    assert now() is before
    with register.begin() as connection:
        rows = [{"product": "boutique", "name": "Boutique"}]
        write_rows(connection, "products", rows, None, datetime(2026, 11, 2))
    assert [each.product for each in now().products] == ["boutique"]
