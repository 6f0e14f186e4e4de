"""A file's own totals beside what its rows add up to."""

from __future__ import annotations

from metrics.importing.drafting import mapping_of, profile_of
from metrics.importing.looking import look
from metrics.importing.own_profiles import write_profile
from metrics.importing.suggesting import suggest

from .conftest import Desk

EXPLORATION = """# ----------------------------------------
# Site
# Untitled exploration-Free form 1
# 20260101-20260131
# ----------------------------------------

Page path + query string,Total users,Sessions,Bounce rate
,25,31,0.25,Grand total
/a,20,20,0.2
/b,9,11,0.3
"""
LEDGER = "Date;Journal;Compte;Libellé du compte;Libellé;Débit;Crédit;Pièce\n"
LEDGER += (
    "02/01/2026;VE;706000;Ventes;x;0,00;1 000,50;1\n03/01/2026;VE;706000;Ventes;x;0,00;9,50;2\n"
)
LEDGER += "Total;;;;;0,00;1 011,00;\n"


def test_an_exploration_s_total_stands_beside_its_rows(desk: Desk) -> None:
    report = desk.inspect("explo.csv", EXPLORATION)
    assert report.status == "loaded"
    found = [(each.column, each.rows, each.file, each.agrees) for each in report.totals]
    assert found == [("Total users", 29.0, 25.0, False), ("Sessions", 31.0, 31.0, True)]


def test_a_table_s_total_row_stands_beside_its_rows(desk: Desk) -> None:
    report = desk.inspect("grand livre.csv", LEDGER)
    assert report.profile == "accounting_fr"
    found = {each.column: (each.rows, each.file, each.agrees) for each in report.totals}
    assert found["Crédit"] == (1010.0, 1011.0, True)
    assert found["Débit"] == (0.0, 0.0, True)


def test_a_file_without_totals_has_none(desk: Desk) -> None:
    assert desk.inspect("x.csv", LEDGER.replace("Total;;;;;0,00;1 011,00;\n", "")).totals == ()


def test_a_mapped_table_leaves_its_total_row_out_and_compares_it(desk: Desk) -> None:
    text = "Month,Visits,Conversion rate\n2026-01,10,5%\n2026-02,20,7%\nTotal,31,6%\n"
    table = look(desk.file("visits.csv", text))
    write_profile(desk.workspace, profile_of(mapping_of(table, suggest(table)[0]), table))
    report = desk.inspect("visits.csv", text)
    assert (report.rows.read, report.rows.loaded, report.rows.skipped) == (3, 2, 1)
    assert [(each.column, each.rows, each.file) for each in report.totals] == [("Visits", 30, 31)]
