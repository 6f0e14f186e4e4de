"""Numbers and dates in words, in both languages."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from metrics.calendar import Calendar, Grain
from metrics.catalogue.kpi import Unit
from metrics.format import Formatter, alphabetical, formatter, significant
from metrics.reading import Comparison
from metrics.result import Figure, Scope

EN, FR = Formatter("en"), Formatter("fr")


def plain(text: str) -> str:
    """No-break spaces written as underscores, thin ones as dots above the line, to compare."""
    return text.replace("\u00a0", "_").replace("\u202f", "·").replace("\u2212", "−")


@pytest.mark.parametrize(
    ("unit", "number", "english", "french"),
    [
        (Unit.MONEY, 1_840_312.4, "€1.84_M", "1,84_M_€"),
        (Unit.MONEY, -12_345, "−€12.3_k", "−12,3_k_€"),
        (Unit.MONEY, 999_960, "€1_M", "1_M_€"),
        (Unit.MONEY, 2.5e9, "€2.5_B", "2,5_Md_€"),
        (Unit.COUNT, 842, "842", "842"),
        (Unit.COUNT, 12_345, "12.3_k", "12,3_k"),
        (Unit.RATE, 0.4132, "41.3_%", "41,3·%"),
        (Unit.RATE, 0.29, "29_%", "29·%"),
        (Unit.SCORE, -12.35, "−12.4", "−12,4"),
        (Unit.DAYS, 1.5, "1.5_days", "1,5_jour"),
        (Unit.DAYS, 1, "1_day", "1_jour"),
        (Unit.HOURS, 36.2, "36.2_h", "36,2_h"),
        (Unit.POINTS, -3.21, "−3.21_points", "−3,21_points"),
        (Unit.NUMBER, 1.2345, "1.23", "1,23"),
        (Unit.NUMBER, -0.0, "0", "0"),
        (Unit.COUNT, None, "n/a", "n/a"),
        (Unit.COUNT, float("nan"), "n/a", "n/a"),
    ],
)
def test_short(unit: Unit, number: float | None, english: str, french: str) -> None:
    assert plain(EN.short(unit, number)) == english
    assert plain(FR.short(unit, number)) == french


@pytest.mark.parametrize(
    ("unit", "number", "english", "french"),
    [
        (Unit.MONEY, 1_840_312.4, "€1,840,312.40", "1·840·312,40_€"),
        (Unit.COUNT, 12_345, "12,345", "12·345"),
        (Unit.RATE, 0.41321, "41.32_%", "41,32·%"),
        (Unit.RATE, -0.00001, "0.00_%", "0,00·%"),
    ],
)
def test_exact(unit: Unit, number: float, english: str, french: str) -> None:
    assert plain(EN.value(unit, number, exact=True)) == english
    assert plain(FR.exact(unit, number)) == french


def comparison(change: float, ratio: float | None, is_new: bool = False) -> Comparison:
    day = date(2026, 11, 9)
    base = Figure("mrr", Scope("company", ""), "week", "2026-W46", day, day, 1.0)
    return Comparison(base, change, ratio, is_new)


def test_changes_compare_volumes_in_percent_and_rates_in_points() -> None:
    assert plain(EN.change(Unit.MONEY, comparison(22_000, 0.0123))) == "+1.2_%"
    assert plain(FR.change(Unit.MONEY, comparison(-22_000, -0.0123))) == "−1,2·%"
    assert plain(EN.change(Unit.RATE, comparison(-0.062, None))) == "−6.2_points"
    assert plain(FR.change(Unit.RATE, comparison(-0.062, None))) == "−6,2_points"
    assert plain(EN.change(Unit.RATE, comparison(-0.062, None), signed=False)) == "6.2_points"
    assert plain(FR.change(Unit.SCORE, comparison(1.5, None))) == "+1,5_point"
    assert plain(EN.change(Unit.COUNT, comparison(4, None, is_new=True))) == "new"
    assert plain(FR.change(Unit.COUNT, comparison(4, None, is_new=True))) == "nouveau"
    assert plain(EN.change(Unit.COUNT, comparison(0, 0.0))) == "0_%"
    assert plain(EN.change(Unit.COUNT, comparison(-0.004, -0.00004))) == "−0.004_%"
    assert plain(EN.change(Unit.COUNT, comparison(900, 12.34))) == "+1,230_%"
    assert EN.change(Unit.COUNT, None) == "n/a"


def test_difference_is_in_the_unit_of_the_kpi() -> None:
    assert plain(EN.difference(Unit.MONEY, -4_230)) == "−€4.23_k"
    assert plain(FR.difference(Unit.COUNT, 12)) == "+12"
    assert plain(EN.difference(Unit.RATE, -0.049)) == "−4.9_points"


def test_ranges_say_their_unit_once() -> None:
    assert plain(EN.between(Unit.RATE, 0.44, 0.52)) == "44–52_%"
    assert plain(FR.between(Unit.RATE, -0.04, 0.52)) == "−4_–_52·%"
    assert plain(EN.between(Unit.MONEY, 1.2e6, 1.4e6)) == "€1.2_M_–_€1.4_M"
    assert plain(FR.between(Unit.MONEY, 1.2e6, 1.4e6)) == "1,2–1,4_M_€"
    assert plain(EN.between(Unit.MONEY, 369, 544)) == "€369–€544"
    assert plain(FR.between(Unit.MONEY, 950, 1200)) == "950_€_–_1,2_k_€"
    assert plain(EN.between(Unit.DAYS, 3, 4.5)) == "3–4.5_days"
    assert plain(EN.between(Unit.MONEY, 2331, 2334)) == "€2.33_k"
    assert EN.between(Unit.RATE, None, 0.5) == "n/a"


def test_dates_weeks_and_periods() -> None:
    day = date(2026, 11, 12)
    week = Calendar().period(Grain.WEEK, day)
    assert plain(EN.date(day)) == "12_Nov_2026"
    assert plain(FR.date(day, year=False)) == "12_nov."
    assert plain(FR.date(date(2026, 6, 1), year=False)) == "1er_juin"
    assert plain(EN.week(week)) == "Week_46"
    assert plain(FR.week(week)) == "Semaine_46"
    assert plain(EN.period(week)) == "Week_46, 2026"
    assert plain(FR.period(Calendar().period(Grain.MONTH, day))) == "novembre_2026"
    assert plain(FR.period(Calendar().period(Grain.QUARTER, day))) == "T4 2026"
    assert plain(EN.days(week)) == "9–15 Nov 2026"
    assert plain(FR.moment(datetime(2026, 11, 12, 14, 5))) == "12_nov._2026,_14:05"


def test_week_1_bears_its_iso_year() -> None:
    assert plain(EN.period(Calendar().period(Grain.WEEK, date(2025, 12, 30)))) == "Week_1, 2026"


def test_since_names_the_weekday_only_when_near() -> None:
    today = date(2026, 11, 15)
    assert plain(EN.since(date(2026, 11, 12), today)) == "since Thursday_12"
    assert plain(FR.since(date(2026, 11, 12), today)) == "depuis jeudi_12"
    assert plain(EN.since(date(2026, 3, 3), today)) == "since 3_Mar"
    assert plain(FR.since(date(2025, 3, 3), today)) == "depuis le 3_mars_2025"


def test_other_currencies() -> None:
    assert plain(Formatter("en-GB", "CHF").short(Unit.MONEY, 1_500)) == "CHF_1.5_k"
    assert plain(Formatter("fr-CA", "USD").short(Unit.MONEY, 1_500)) == "1,5_k_$US"


def test_significant_rounds_the_decimal_that_was_written() -> None:
    assert str(significant(1234.5)) == "1.23E+3"
    assert significant(0.02675) == significant(0.02675, 3)
    assert float(significant(0.02675, 3)) == 0.0268
    assert float(significant(0.0)) == 0.0


def test_a_formatter_is_made_once() -> None:
    assert formatter("fr", "EUR") is formatter("fr", "EUR")


def test_names_sort_as_in_a_dictionary() -> None:
    names = ["Zénith", "écoute", "Eau", "Œuvre", "Ormeau", "Écran"]
    assert sorted(names, key=alphabetical) == [
        "Eau", "écoute", "Écran", "Œuvre", "Ormeau", "Zénith",
    ]  # fmt: skip
