"""Tables and downloads: exact figures, and nothing that a spreadsheet would run."""

import csv
import io
import json
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pandas as pd

import dashboard
from dashboard import exploring_tables, import_tables, narrow, reading_tables, spreadsheet
from dashboard.palette import LIGHT
from dashboard.written import counted, whole_percents, written
from metrics.importing.header import comparable
from metrics.importing.report import FileTotal, RowCounts
from metrics.pages.review_facts import Box, ScorecardCell
from metrics.pages.scorecard import told_first
from metrics.register.ledger import ImportRecord
from tests.dashboard import facts

VOICE = facts.voice("en")


def test_the_scorecard_shows_the_worst_kpi_of_each_family_with_mark_and_word():
    frame = reading_tables.scorecard(facts.review().scorecard, VOICE, LIGHT)
    atelier = frame.set_index("name").loc["Atelier"]
    told = atelier["product_performance"].replace("\u00a0", " ")
    assert told == "▼ Activation 41.3 % · worse"
    assert atelier["trend"].startswith("data:image/svg+xml;base64,")
    assert atelier["owners"] == "PM C. Morel · PO L. Petit"
    balise = frame.set_index("name").loc["Balise"]
    assert balise["market"] == "○ Win rate no data"


def test_a_phone_shows_whose_what_how_much_and_its_state_what_needs_a_look_first():
    frame = reading_tables.worst_of(facts.review().scorecard, VOICE)
    first = [cell.replace("\u00a0", " ") for cell in frame.iloc[0]]
    assert first == ["Atelier", "Activation", "41.3 %", "▼ worse"]
    assert list(frame["status"].str[0]) == sorted(frame["status"].str[0], key="▼◆▲○◌·".index)


def test_what_stands_in_for_a_table_shows_names_letter_for_letter():
    frame = pd.DataFrame({"kpi": ["<b>a|b</b>", "x"], "value": [1234.5, float("nan")]})
    told = narrow.lines(frame, {"kpi": "KPI", "value": "$x$"}, ["value"], {"value": counted(VOICE)})
    assert told.splitlines() == [
        "| KPI | \\$x\\$ |", "| --- | ---: |", "| \\<b\\>a\\|b\\</b\\> | 1,234\\.5 |", "| x |  |",
    ]  # fmt: skip


def test_numbers_are_written_in_the_language_and_stay_numbers():
    frame = pd.DataFrame({"loaded": [30000, 2], "part": [0.125, 1.0]})
    french = facts.voice("fr")
    styled = written(frame, {"loaded": counted(french), "part": french.format.percent})
    shown = [
        cell["display_value"]
        for row in styled._translate(False, False)["body"]
        for cell in row
        if cell["type"] == "td"
    ]
    assert shown == ["30\u202f000", "12,5\u202f%", "2", "100\u202f%"]
    assert frame["loaded"].dtype == "int64"
    assert whole_percents(french) == "%d\u202f%%"


def test_a_tool_s_own_total_stands_beside_ours_with_the_difference_in_words():
    moment = datetime(2026, 6, 1)
    record = ImportRecord(
        1, "ga4.csv", "", "google_analytics", "ga4", "observations", 1.0, moment, "applied",
        RowCounts(), (), (), (date(2026, 1, 1), date(2026, 1, 31)), None, moment, "me", None, None,
        (FileTotal("Users", 29.0, 25.0), FileTotal("Sessions", 31000.0, 31000.0),
         FileTotal("Clicks", 9.0, 10.0), FileTotal("Cost", 99.99, 100.0)),
    )  # fmt: skip
    told = exploring_tables.totals([record], facts.voice("fr"))
    assert list(told["column"]) == ["Users", "Sessions", "Clicks", "Cost"]
    assert [text.replace("\u202f", " ") for text in told["difference"]] == [
        "4 de plus ici (16 %)", "identique", "1 de moins ici (10 %)", "identique à l’arrondi près",
    ]  # fmt: skip


def test_families_without_any_kpi_take_no_column():
    frame = reading_tables.scorecard(facts.review().scorecard, VOICE, LIGHT)
    assert {"teams", "delivery", "growth"}.isdisjoint(frame.columns)


def test_what_needs_a_look_comes_first():
    found = [facts.reading("mrr", facts.ATELIER), facts.activation_subject().reading]
    frame = reading_tables.readings(found, VOICE, LIGHT)
    assert list(frame["kpi"]) == ["Activation", "MRR"]
    assert frame["value"][0].replace("\u00a0", " ") == "41.30 %"


def test_a_download_holds_exact_numbers_and_keys():
    reading = facts.activation_subject().reading
    text = reading_tables.export([reading], VOICE).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["kpi"] == "activation_rate"
    assert float(row["value"]) == reading.figure.value
    assert row["period"] == "2026-W46"
    assert row["closed"] == "True"


def test_no_cell_of_a_download_is_a_formula():
    hostile = ["=1+1", "+33", "-cmd", "@SUM(A1)", "\t=1", "plain"]
    text = spreadsheet.as_csv(pd.DataFrame({"text": hostile, "number": [-1.5] * 6})).decode(
        "utf-8-sig"
    )
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["text"] for row in rows] == [
        "'=1+1",
        "'+33",
        "'-cmd",
        "'@SUM(A1)",
        "'\t=1",
        "plain",
    ]
    assert {row["number"] for row in rows} == {"-1.5"}


def test_what_a_page_shows_is_no_formula_either_and_looks_the_same():
    hostile = ["=1+1", "-2+3+cmd|' /C calc'!A0", "@SUM(A1)", "+1.2\u202f%", "−3 points", "-4", None]
    frame = pd.DataFrame({"text": hostile, "number": [-1.5] * 7})
    shown = spreadsheet.inert(frame)
    told = ["" if pd.isna(cell) else cell for cell in shown["text"]]
    assert [cell[:1] in spreadsheet.FORMULA_STARTS for cell in told[:3]] == [False] * 3
    assert [cell.removeprefix(spreadsheet.JOINER) for cell in told[:6]] == hostile[:6]
    assert told[3:] == ["+1.2\u202f%", "−3 points", "-4", ""]  # figures stay as they are
    assert frame["text"][0] == "=1+1"
    styled = written(frame, {"number": counted(VOICE)})
    assert styled.data["text"][0] == shown["text"][0]
    drawing = {
        file.name
        for file in Path(dashboard.__path__[0]).rglob("*.py")
        if ".dataframe(" in file.read_text("utf-8")
    }
    assert drawing == {"tables.py"}


def test_no_header_of_a_download_is_a_formula_and_the_file_comes_back_as_it_was():
    header = "=HYPERLINK(A1)"
    text = import_tables.quarantine(
        [{"line": 2, "reason": "odd", "column": "", "text": json.dumps({header: "1"})}]
    )
    (row,) = csv.DictReader(io.StringIO(text.decode("utf-8-sig")))
    assert f"'{header}" in row
    assert header not in row
    assert comparable(f"'{header}") == comparable(header)


def test_boxes_say_value_and_change():
    frame = reading_tables.boxes(facts.six_twelve().boxes, VOICE, "activation_rate")
    told = {name: text.replace("\u00a0", " ") for name, text in frame.iloc[0].items()}
    assert told["On the week"] == "−6.2 points"
    assert told["Month to date"] == "47.5 % (+1 %)"
    assert "Quarter to date" not in told  # a box the KPI cannot have is left out


def test_a_box_without_a_figure_says_why():
    box = Box("last_week", None, None, None, "gap")
    frame = reading_tables.boxes((box,), VOICE, "activation_rate")
    assert frame["Last week"][0] == "n/a: days without data in this period"


def test_changes_add_up_to_the_rows_read():
    frame = import_tables.changes(RowCounts(1240, 1200, 300, 20, 10, 10), VOICE)
    shown = {name: int(text.replace(",", "")) for name, text in frame.iloc[0].items()}
    assert shown.pop("Read") == sum(shown.values()) == 1240


def test_series_of_one_name_are_told_apart():
    """Two columns of one name cannot be shown, and held the figures of the last one."""
    found = exploring_tables.names(
        {"forge": "App", "anvil": "App", "period": "period", "b": "Bell"}
    )
    assert list(found.values()) == ["App [forge]", "App [anvil]", "period [period]", "Bell"]


def test_a_period_under_way_takes_no_family_from_a_kpi_that_has_a_figure():
    known = facts.reading("active_users", facts.ATELIER)
    absent = facts.reading("activation_rate", facts.ATELIER)
    absent = replace(absent, figure=replace(absent.figure, value=None))
    waiting, missing = (replace(absent, status=status) for status in ("partial", "no_data"))

    def told(*readings):
        return told_first([ScorecardCell("market", each, (each,)) for each in readings])

    assert told(waiting, known) == known
    assert told(missing, known) == missing
    assert told(waiting) == waiting
