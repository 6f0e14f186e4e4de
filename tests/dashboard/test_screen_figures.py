"""What the screen shows is what `vigie kpi query` answers, for a sample drawn by chance.

Figures are read off the pages as a person reads them, in both languages, and read back into numbers
here, without the dashboard's formatting. SCREEN_SEED draws another sample.
"""

from __future__ import annotations

import json
import math
import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import user_key_from_element_id

from metrics.calendar import Grain
from metrics.catalogue import load_catalogue
from metrics.catalogue.kpi import Unit
from metrics.command import vigie
from metrics.grains import grains_of
from metrics.register.organisation import load_organisation
from tests.dashboard.drawn import written
from tests.dashboard.test_app import opened
from tests.dashboard.test_pages import plain

CATALOGUE = load_catalogue()
SEED = int(os.environ.get("SCREEN_SEED", "20261123"))
#: Rows drawn of each table, and weeks among which one is drawn.
ROWS, WEEKS = 9, range(12, 47)
MONTHS = {
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
}
SCALES = {"k": 1e3, "M": 1e6, "B": 1e9, "Md": 1e9, "": 1.0}
NUMBER = re.compile(r"([+−-]?)€?(\d(?:[\d ,.]*\d)?)(?: (k|Md|M|B)\b)?")
NEW = ("new", "nouveau")
#: A box that runs to the week's end, or to the end of a month that is told.
TO_DATE = {
    "Month to date": "mtd", "Quarter to date": "qtd", "Year to date": "ytd",
    "Mois à date": "mtd", "Trimestre à date": "qtd", "Année à date": "ytd",
}  # fmt: skip
TO_A_DAY = re.compile(r"(Quarter to|Year to|Trimestre au|Année au) (\d+)\S* (\S+)")
SHORT = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec",
    "fr": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
}
#: Points read off each chart.
POINTS = 6
CHART = re.compile(r"plot_(\w+?)_(company|line|product|squad|owner)_(.*)")
IN_POINTS = (Unit.RATE, Unit.SCORE, Unit.POINTS)
EXACT = {Unit.COUNT: 0}


@dataclass(frozen=True)
class Shown:
    """One figure as it stands on a page: exact or short; its changes, where there are any."""

    page: str
    language: str
    kpi: str
    by: str
    scope: str
    period: str  # its key; '' for the newest closed one
    text: str
    exact: bool
    change: str = ""
    year: str = ""

    @property
    def grains(self) -> tuple[str, ...]:
        """The grains to ask for; '' is the KPI's own. Months make up what is no window of its
        own, days what ended within a month a year ago."""
        if self.period[:3] in ("mtd", "qtd", "ytd"):
            if " to " in self.period:
                return ("month",)
            return (self.period[:3], "month", "day") if self.year else (self.period[:3], "month")
        month = re.fullmatch(r"\d{4}-\d{2}", self.period)
        return ("month" if month and CATALOGUE[self.kpi].cadence != "month" else "",)


@dataclass(frozen=True)
class Read:
    """A number as it was written: `near` is half a unit of its last figure."""

    value: float
    near: float

    def is_of(self, true: float) -> bool:
        return abs(self.value - true) <= self.near * (1 + 1e-6) + 1e-9


def read(text: str, language: str, unit: Unit, kind: str) -> Read:
    """A written number; `kind` is exact, short, or change (at most one decimal)."""
    found = NUMBER.search(plain(text))
    assert found, text
    sign, digits, scale = found.groups()
    digits = digits.strip()
    written = digits.replace(",", "") if language == "en" else digits.replace(" ", "")
    number = float(written.replace(",", ".")) * (-1 if sign in ("−", "-") else 1)
    if kind == "exact":
        step = 10.0 ** -EXACT.get(unit, 2)
    elif kind == "short":
        step = 10.0 ** (math.floor(math.log10(abs(number))) - 2) if number else 1e-9
    elif abs(number) >= 100:
        step = 10.0 ** (math.floor(math.log10(abs(number))) - 2)
    else:
        step = 0.1 if abs(number) >= 0.1 else 10.0 ** math.floor(math.log10(abs(number) or 1e-9))
    size = SCALES[scale or ""] / (100 if "%" in text else 1)
    return Read(number * size, step * size / 2)


def period_key(text: str, language: str) -> str:
    """The key of a period by its name: 'Week 46, 2026' is 2026-W46."""
    told = plain(text)
    if week := re.fullmatch(r"\w+ (\d+), (\d{4})", told):
        return f"{week[2]}-W{int(week[1]):02}"
    if quarter := re.fullmatch(r"[QT](\d) (\d{4})", told):
        return f"{quarter[2]}-Q{quarter[1]}"
    name, _, year = told.rpartition(" ")
    months = MONTHS[language].split()
    return f"{year}-{months.index(name) + 1:02}" if name in months else told


class Screen:
    """Reads figures off pages of the sample company."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, workspace: Any, language: str) -> None:
        self._monkeypatch, self._workspace = monkeypatch, workspace
        self.language = language
        with workspace.register.connect() as connection:
            organisation = load_organisation(connection)
        names = {person.person: person.name for person in organisation.people}
        self.scopes = {workspace.settings.company: ("company", "company")}
        self.scopes |= {each.line: ("line", each.line) for each in organisation.products}
        self.scopes |= {each.name: ("squad", each.squad) for each in organisation.squads}
        self.scopes |= {each.name: ("product", each.product) for each in organisation.products}
        self.owners = {
            f"{held.role}:{held.person}": names[held.person] for held in organisation.ownerships
        }
        self.squads = [each.name for each in organisation.squads]
        self.products = [each.name for each in organisation.products]
        self.labels = {kpi.label[language]: kpi.name for kpi in CATALOGUE}

    def open(self, page: str, **address: str) -> AppTest:
        found = opened(
            self._monkeypatch, self._workspace, page, lang=self.language.upper(), **address
        )
        assert not found.exception
        assert not found.error
        return found

    def headline(self, page: AppTest, week: str) -> Iterator[Shown]:
        """The few KPIs at the top of the review."""
        short = {initials(label): kpi for label, kpi in self.labels.items()}
        for metric in page.metric:
            kpi = short[plain(metric.label)]
            of = week if CATALOGUE[kpi].cadence == "week" and not CATALOGUE[kpi].waits else ""
            yield Shown("headline", self.language, kpi, "company", "company", of,
                        metric.value, exact=False)  # fmt: skip

    def rows(
        self, page: AppTest, title: str, random: Random, scope: tuple[str, str] | None = None
    ) -> Iterator[Shown]:
        """Some rows of the tables of figures, of one scope where no column says whose."""
        for table in page.dataframe:
            frame = table.value
            if not {"status", "kpi", "value", "period"} <= set(frame.columns):
                continue
            known = frame[~frame["value"].isin(["n/a"]) & ~frame["status"].str.contains("◌")]
            for place in random.sample(range(len(known)), min(ROWS, len(known))):
                row = known.iloc[place]
                whose = self.scopes[row["scope"]] if "scope" in known.columns else scope
                assert whose is not None
                yield Shown(
                    title, self.language, self.labels[row["kpi"]], *whose,
                    period_key(row["period"], self.language), row["value"], exact=True,
                    change=row["change"], year=row["year"],
                )  # fmt: skip

    def boxes(self, page: AppTest, week: str) -> Iterator[Shown]:
        """Under each 6-12 chart: the last week, and its changes on the week and on the year."""
        titled = re.compile(r"\*\*(.+) · (.+)\*\*")
        titles = [found for each in page.markdown if (found := titled.fullmatch(plain(each.value)))]
        for title, table in zip(titles, page.table, strict=True):
            kpi, (by, scope) = self.labels[title[2]], self.scopes[title[1]]
            row = table.value.iloc[0]
            last, wow, yoy = (
                ("Last week", "On the week", "On the year")
                if self.language == "en"
                else ("Dernière semaine", "Sur la semaine", "Sur un an")
            )
            if last in row.index and "n/a" not in row[last]:
                told = [row.get(name, "") for name in (wow, yoy)]
                changes = ["" if "n/a" in change else change for change in told]
                yield Shown(
                    "boxes", self.language, kpi, by, scope, week, row[last], False, *changes
                )
            for name in row.index:
                window = self.window(name, week)
                if window and "n/a" not in row[name]:
                    value, _, change = plain(row[name]).partition(" (")
                    yield Shown(
                        "to date", self.language, kpi, by, scope, window, value, False,
                        year=change.rstrip(")") if self.comparable(kpi, window, change) else "",
                    )  # fmt: skip

    @staticmethod
    def comparable(kpi: str, window: str, change: str) -> bool:
        """Whether months, or days where it ends within one, say what a window was a year ago."""
        by_day = Grain.DAY in grains_of(CATALOGUE[kpi], CATALOGUE)
        return "n/a" not in change and (" to " in window or by_day)

    def window(self, title: str, week: str) -> str:
        """The window that a box tells: "ytd 2026-11-15" as the query names it, "ytd to 2026-10-31"
        where months make it up; else ''."""
        ends = date.fromisocalendar(int(week[:4]), int(week[-2:]), 7)
        if plain(title) in TO_DATE:
            return f"{TO_DATE[plain(title)]} {ends}"
        if found := TO_A_DAY.fullmatch(plain(title)):
            month = SHORT[self.language].split().index(found[3]) + 1
            year = ends.year - (month > ends.month)
            kind = "qtd" if found[1].startswith(("Quarter", "Trimestre")) else "ytd"
            return f"{kind} to {date(year, month, int(found[2]))}"
        return ""

    def points(self, page: AppTest, random: Random) -> Iterator[Shown]:
        """Some points of each 6-12 chart, as their tips tell them, those of open periods too."""
        figure = "Figure" if self.language == "en" else "Chiffre"
        for chart in page.get("vega_lite_chart"):
            named = CHART.fullmatch(user_key_from_element_id(chart.proto.id) or "")
            if not named:
                continue
            tips = {
                row["title"]: row[figure]
                for layer in json.loads(chart.proto.spec)["layer"]
                for row in layer.get("data", {}).get("values", ())
                if "title" in row and row.get(figure, "n/a") != "n/a"
            }
            assert tips
            for title in random.sample(sorted(tips), min(POINTS, len(tips))):
                yield Shown(
                    "chart", self.language, named[1], named[2], named[3] or "company",
                    period_key(title, self.language), tips[title], True,
                )  # fmt: skip

    def portfolio(self, page: AppTest, week: str) -> Iterator[Shown]:
        """The products' recurring revenue, in a weekly table."""
        frame = next(written(each) for each in page.dataframe if "mrr" in each.value.columns)
        for _, row in frame.iterrows():
            if row["mrr"] != "n/a":
                by, scope = self.scopes[row["name"]]
                yield Shown("portfolio", self.language, "mrr", by, scope, week, row["mrr"], True)

    def explored(self, page: AppTest, kpi: str) -> Iterator[Shown]:
        """The newest closed periods of a question asked on Explore, product by product."""
        frame = next(each.value for each in page.dataframe if "period" in each.value.columns)
        for name in frame.columns[1:]:
            by, scope = self.scopes[name]
            for _, row in frame.head(6).iterrows():
                if row[name] and row[name][0] != "○":  # an open period's figure is told as such
                    key = period_key(row["period"], self.language)
                    yield Shown("explore", self.language, kpi, by, scope, key, row[name], True)


def initials(label: str) -> str:
    """A label by its initials where it gives some, as short places show it."""
    found = re.search(r"^[A-Z]{2,6}(?= \()|(?<=\()[A-Z]{2,6}(?=\)$)", label)
    return found.group() if found else label


def asked(
    workspace: Any,
    monkeypatch: pytest.MonkeyPatch,
    by: str,
    names: Iterable[str],
    grain: str = "",
) -> Any:
    """The answer of `vigie kpi query`, by KPI and scope, oldest first."""
    arguments = ["kpi", "query", *sorted(names), "--by", by, "--from", "2024-11-18",
                 "--workspace", str(workspace.path), "--json",
                 *(["--grain", grain] if grain else [])]  # fmt: skip
    monkeypatch.setattr(sys, "argv", ["vigie", *arguments])
    answer = CliRunner().invoke(vigie, arguments)
    assert answer.exit_code == 0, answer.output
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in json.loads(answer.stdout)["rows"]:
        found.setdefault((row["kpi"], row["scope"]), []).append(row)
    return {key: sorted(rows, key=lambda row: row["start"]) for key, rows in found.items()}


def year_before(row: dict[str, Any]) -> str:
    """The first day of the same period a year earlier."""
    start = date.fromisoformat(row["start"])
    if row["grain"] == "week":
        return (start - timedelta(364)).isoformat()
    return start.replace(year=start.year - 1).isoformat()


def together(rows: list[dict[str, Any]], window: str, years_ago: int = 0) -> list[dict[str, Any]]:
    """Months, or days where the window ends within one, put together from the first day of their
    month, quarter or year: none where one is absent."""
    kind, end = window[:3], date.fromisoformat(window[-10:])
    first = {"mtd": end.month, "qtd": end.month - (end.month - 1) % 3, "ytd": 1}[kind]
    keys = [f"{end.year - years_ago}-{month:02}" for month in range(first, end.month + 1)]
    if (end + timedelta(1)).day > 1:  # within a month: the days, that of 29 February with the 28th
        day = date(end.year - years_ago, first, 1)
        last = date(
            end.year - years_ago, end.month, min(end.day, 28) if end.month == 2 else end.day
        )
        keys = [str(day + timedelta(n)) for n in range((last - day).days + 1)]
    found = {row["period"]: row for row in rows if row["period"] in keys}
    months = [row for row in found.values() if row["value"] is not None or row["denominator"] == 0]
    if len(months) < len(keys):
        return []
    value = sum(row["value"] or 0 for row in months)
    if months[0]["denominator"] is not None:
        parts = [sum(row[name] for row in months) for name in ("numerator", "denominator")]
        known = next((row for row in months if row["value"]), None)
        if known is None:
            return []
        value = parts[0] / parts[1] * known["value"] * known["denominator"] / known["numerator"]
    return [{"period": window, "start": months[0]["start"], "grain": kind, "closed": True,
             "value": value}]  # fmt: skip


def moved(shown: Shown, text: str, now: float, before: float) -> str:
    """What is wrong with a change as it is shown; '' when it is the change."""
    unit = CATALOGUE[shown.kpi].unit
    if any(word in plain(text) for word in NEW):
        return "" if not before else f"{text}: {before} before"
    if unit in IN_POINTS:
        written = read(text, shown.language, unit, "change")
        true = (now - before) * (100 if unit is Unit.RATE else 1)
    else:
        written = read(text, shown.language, unit, "change")
        true = (now - before) / abs(before) if before else math.inf * now if now else 0.0
    return "" if written.is_of(true) else f"{text}: {true} from {before} to {now}"


def disagreements(shown: Iterable[Shown], answers: dict[str, Any]) -> list[str]:
    """Every figure of the screen that is not the query's."""
    wrong = []
    for each in shown:
        rows = answers[each.by].get((each.kpi, each.scope), [])
        ago_rows: list[dict[str, Any]] = []
        window = each.period[:3] in ("mtd", "qtd", "ytd")
        if window and each.period not in {row["period"] for row in rows if row["value"]}:
            rows, ago_rows = (together(rows, each.period, years) for years in (0, 1))
        known = [row for row in rows if row["value"] is not None]
        here = [
            row for row in known if each.period in (row["period"], "" if row["closed"] else None)
        ]
        if not here:
            wrong.append(f"{each}: the query has no such figure")
            continue
        row = here[-1]
        unit = CATALOGUE[each.kpi].unit
        kind = "exact" if each.exact else "short"
        if not read(each.text, each.language, unit, kind).is_of(row["value"]):
            wrong.append(f"{each}: the query says {row['value']}")
        known = [one for one in known if one["grain"] == row["grain"]]
        before = [one for one in known if one["start"] < row["start"]]
        if each.change:
            told = moved(each, each.change, row["value"], before[-1]["value"]) if before else "?"
            wrong += [f"{each}: {told}"] if told else []
        if each.year:
            ago = ago_rows or [one for one in known if one["start"] == year_before(row)]
            told = moved(each, each.year, row["value"], ago[-1]["value"]) if ago else "?"
            wrong += [f"{each}: {told}"] if told else []
    return wrong


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_pages_show_is_what_the_query_answers(sample, monkeypatch, language):
    random = Random(f"{SEED} {language}")
    screen = Screen(monkeypatch, sample.workspace, language)
    shown: list[Shown] = []

    latest = screen.open("review")
    shown += screen.headline(latest, "2026-W46")
    shown += screen.boxes(latest, "2026-W46")
    shown += screen.points(latest, random)
    view = next(each for each in latest.get("button_group") if each.key == "scorecard_view")
    view.set_value("By KPI" if language == "en" else "Par KPI").run()
    shown += screen.rows(latest, "review", random)

    week = f"2026-W{random.choice(WEEKS):02}"
    product = random.choice(screen.products)
    page = screen.open(
        "product", product=product, week=week, side=random.choice(["Cap", "Cadence"])
    )
    shown += screen.boxes(page, week)
    shown += screen.points(page, random)
    shown += screen.rows(page, f"product {week}", random, screen.scopes[product])

    squad = random.choice(screen.squads)
    page = screen.open("squad", squad=squad)
    shown += screen.rows(page, "squad", random, ("squad", screen.scopes[squad][1]))

    owner = random.choice(sorted(screen.owners))
    page = screen.open("owner", owner=owner)
    shown += screen.rows(page, f"owner {owner}", random, ("owner", owner))

    shown += screen.portfolio(screen.open("portfolio"), "2026-W46")

    asking = random.choice([kpi for kpi in CATALOGUE if kpi.review and kpi.member == "product"])
    page = screen.open("explore", kpi=asking.name, by="product")
    shown += screen.explored(page, asking.name)

    wanted: dict[tuple[str, str], set[str]] = {}
    for each in shown:
        for grain in each.grains:
            wanted.setdefault((each.by, grain), set()).add(each.kpi)
    answers: dict[str, Any] = {}
    for (by, grain), names in wanted.items():
        for key, rows in asked(sample.workspace, monkeypatch, by, names, grain).items():
            answers.setdefault(by, {}).setdefault(key, []).extend(rows)
    assert len(shown) >= 40
    assert len({each.kpi for each in shown}) >= 15
    assert len({each.page.split()[0] for each in shown}) >= 6
    assert "\n".join(disagreements(shown, answers)) == ""


def test_a_wrong_figure_is_told():
    row = {"kpi": "mrr", "scope": "atelier", "start": "2026-11-09", "period": "2026-W46",
           "grain": "week", "closed": True, "value": 1234.5}  # fmt: skip
    answers = {"product": {("mrr", "atelier"): [row]}}
    right = Shown("table", "fr", "mrr", "product", "atelier", "2026-W46", "1 234,50 €", True)
    assert disagreements([right], answers) == []
    for text in ("1 234,51 €", "1 234,5 k €", "123,45 €", "−1 234,50 €"):
        assert disagreements([Shown(**(vars(right) | {"text": text}))], answers)
    short = Shown("box", "en", "mrr", "product", "atelier", "2026-W46", "€1.23 k", False)
    assert disagreements([short], answers) == []
    assert disagreements([Shown(**(vars(short) | {"text": "€1.24 k"}))], answers)
