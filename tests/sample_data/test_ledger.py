"""The ledger balances, entry by entry, and names every product's and squad's accounts."""

import csv
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

from sample_data import ledger
from sample_data.company import PRODUCTS, SQUADS


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def amount(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def test_every_entry_balances(folder: Path) -> None:
    paths = sorted(folder.glob("*FEC*.txt"))
    assert [path.name for path in paths] == [
        "000000000FEC20241231.txt", "000000000FEC20251231.txt", "000000000FEC20261231.txt"
    ]  # fmt: skip
    for path in paths:
        totals: defaultdict[str, Decimal] = defaultdict(Decimal)
        for row in rows(path):
            assert row["EcritureDate"][:4] == path.stem[12:16]
            assert amount(row["Debit"]) == 0 or amount(row["Credit"]) == 0
            totals[row["EcritureNum"]] += amount(row["Debit"]) - amount(row["Credit"])
        assert len(totals) > 30
        assert set(totals.values()) == {Decimal(0)}


def test_each_product_earns_and_each_squad_costs(folder: Path) -> None:
    result: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in rows(folder / "000000000FEC20261231.txt"):
        result[row["CompteNum"]] += amount(row["Credit"]) - amount(row["Debit"])
    for product in PRODUCTS:
        revenue, *costs = ledger.product_accounts(product.product)
        assert result[revenue] > 0
        assert all(result[cost] < 0 for cost in costs)
        assert result[revenue] + sum(result[cost] for cost in costs) > 0
    for squad in SQUADS:
        assert all(result[account] < 0 for account in ledger.squad_accounts(squad.squad))


def test_years_open_with_balances_that_belong_to_no_month(folder: Path) -> None:
    for year in (2025, 2026):
        opening = [
            r for r in rows(folder / f"000000000FEC{year}1231.txt") if r["JournalCode"] == "AN"
        ]
        assert opening
        assert not any(row["CompteNum"][0] in "67" for row in opening)
