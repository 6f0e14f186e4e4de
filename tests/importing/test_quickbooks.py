"""QuickBooks' Profit and Loss becomes ledger lines by month; its ledger is politely refused."""

from __future__ import annotations

from datetime import date

import pytest

from tests.imported import Imported

from .conftest import Desk

MONTHLY = """Acme LLC
Profit and Loss
"January 1 - March 15, 2026"

,Jan 2026,Feb 2026,"Mar 1-15, 2026",Total
Income,,,,
Sales,"1,000.00","$1,100.00",500.00,"2,600.00"
   Discounts given,-50.00,(25.00),,-75.00
Total for Income,$950.00,"$1,075.00",$500.00,"$2,525.00"
Cost of Goods Sold,,,,
Hosting,100.00,,50.00,150.00
Total for Cost of Goods Sold,$100.00,$0.00,$50.00,$150.00
Gross Profit,$850.00,"$1,075.00",$450.00,"$2,375.00"
Expenses,,,,
Office,,,,
Rent,300.00,300.00,,600.00
Total for Office,$300.00,$300.00,,$600.00
Total for Expenses,$300.00,$300.00,$0.00,$600.00
Net Operating Income,$550.00,$775.00,$450.00,"$1,775.00"
Net Income,$550.00,$775.00,$450.00,"$1,775.00"

"Accrual Basis  Monday, March 16, 2026 03:30 AM GMTZ",,,,
"""


def test_every_line_lands_under_its_section_with_its_sign(desk: Desk) -> None:
    report = desk.land("ProfitandLoss.csv", MONTHLY).report
    assert (report.status, report.profile) == ("loaded", "quickbooks_profit_and_loss")
    # Independent count: every line below the header that is not blank.
    assert report.rows.read == len([each for each in MONTHLY.splitlines()[5:] if each.strip()])
    assert (report.rows.loaded, report.rows.skipped) == (4, 12)
    assert [each.reason for each in report.problems if each.severity != "warning"] == [
        "footer_row", "heading_row", "total_row"
    ]  # fmt: skip
    rows = desk.rows("select account, day, amount::double from ledger order by 1, 2")
    months = [date(2026, month, 1) for month in (1, 2, 3)]
    assert rows == [
        ("cost of goods sold:Hosting", months[0], -100.0),
        ("cost of goods sold:Hosting", months[2], -50.0),
        ("expenses:Rent", months[0], -300.0),
        ("expenses:Rent", months[1], -300.0),
        ("income:Discounts given", months[0], -50.0),
        ("income:Discounts given", months[1], -25.0),
        ("income:Sales", months[0], 1000.0),
        ("income:Sales", months[1], 1100.0),
        ("income:Sales", months[2], 500.0),
    ]


def test_its_figures_are_the_products(tmp_path) -> None:
    company = Imported(tmp_path)
    company.file("ProfitandLoss.csv", MONTHLY, observed="2026-03-16", product="anvil")
    by_month = {
        key[1]: value for key, value in company.values("revenue").items() if key[0] == "anvil"
    }
    assert (by_month["2026-01"], by_month["2026-02"]) == (950.0, 1075.0)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "Acme LLC\nProfit and Loss\nJanuary-December 2025\n\n,Total\nIncome,\nSales,10.00\n",
            "months_as_one",
        ),
        (
            "Acme\nProfit and Loss\n2025\n\n,Jan - Mar 2025,Apr - Jun 2025\nIncome,,\nSales,1,2\n",
            "months_as_one",
        ),
        (
            "Acme\nGeneral Ledger\nJanuary 2025\n\n,Transaction date,Transaction type,Num,Name,"
            "Description,Split,Amount,Balance\nSales,,,,,,,,\n,01/15/2025,Invoice,1,X,,AR,10.00,10.00\n",
            "ledger_without_kinds",
        ),
    ],
)
def test_what_months_cannot_be_told_of_is_refused(desk: Desk, text: str, reason: str) -> None:
    report = desk.inspect("report.csv", text)
    assert report.status == "refused"
    assert [problem.reason for problem in report.problems] == [reason]


def test_one_month_may_be_told_as_a_total(desk: Desk) -> None:
    text = "Acme\nProfit and Loss\nJanuary 2025\n\n,Total\nIncome,\nSales,$10.00\n"
    desk.land("pl.csv", text)
    assert desk.rows("select day, amount::double from ledger") == [(date(2025, 1, 1), 10.0)]
