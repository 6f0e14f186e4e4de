"""Cases of journeys with known answers: read from a file, imported, asked, compared.

A case holds events (person, event, moment, properties), what is asked, and the answer. Properties
become the columns that an events export has, in the order in which they appear; persons who are
left out or looked at alone are told apart by their plan; an organisation is the account; who is
the same person under two identifiers is said by a file of identities. A line
without a person well before and well after what is asked about makes the days between known.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from metrics.calendar import Grain
from metrics.journeys import (
    ActiveUsers,
    Audience,
    Cohort,
    Criterion,
    EventFilter,
    Exclusion,
    Funnel,
    Lifecycle,
    Order,
    Retention,
    Session,
    Step,
    Stickiness,
    Unit,
    active_users,
    funnel,
    lifecycle,
    retention,
    stickiness,
)
from metrics.journeys.stickiness import Comparison
from tests.company import Company, csv_text

COLUMNS = ("feature", "platform", "country", "session")
COHORTS = {
    "recurring": Cohort.RECURRING,
    "first_matching": Cohort.FIRST_TIME,
    "first_ever": Cohort.FIRST_EVER,
}
INSIDER = "insider"
Event = tuple[str, str, str, dict[str, str]]


@dataclass(frozen=True)
class Case:
    name: str
    kind: str
    params: Mapping[str, Any]
    expected: Any
    events: Sequence[Event] = ()
    source: str = ""
    columns: dict[str, str] = field(default_factory=dict)  # property -> column

    def __post_init__(self) -> None:
        known = [name for _, _, _, props in self.events for name in props]
        unit = self.params.get("unit_property")
        known += [key for step in _filters(self.params) for key in step.get("props", {})]
        known += list(self.params.get("event_filter", {}))
        wanted = [name for name in dict.fromkeys(known) if name != unit]
        used = [name for name in wanted if name in _asked(self.params)]
        assert len(used) <= len(COLUMNS), used
        self.columns.update(zip(used, COLUMNS, strict=False))


def _filters(params: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = [params[key] for key in ("event", "target", "returning") if key in params]
    return found + list(params.get("steps", ())) + list(params.get("exclusions", ()))


def _asked(params: Mapping[str, Any]) -> set[str]:
    names = {name for step in _filters(params) for name in step.get("props", {})}
    return names | set(params.get("event_filter", {})) | {params.get("breakdown_property", "")}


def written(path: Path) -> Iterator[Case]:
    """The cases of a YAML file of ours: one line per event."""
    for entry in yaml.safe_load(path.read_text("utf-8")):
        events = []
        for line in (entry.get("events") or "").splitlines():
            person, event, moment, *props = line.split("|")
            events.append((person, event, moment, dict(prop.split("=", 1) for prop in props)))
        yield Case(
            entry["case"], entry["kind"], entry["asked"], entry["answer"], events, entry["source"]
        )


def published(path: Path) -> Case:
    """A case in a JSON file with the keys name, kind, params, events and expected."""
    content = json.loads(path.read_text("utf-8"))
    events = [tuple(event) for event in content.get("events", [])]
    if str(content.get("input_csv", "")).startswith("events"):
        log = gzip.decompress((path.parent / content["input_csv"]).read_bytes()).decode()
        events = [
            (row["user_id"], row["event"], f"{row['timestamp'].replace(' ', 'T')}Z", {})
            for row in csv.DictReader(log.splitlines())
        ]
    return Case(
        content["name"], content["kind"], content.get("params", {}), content["expected"], events,
        content.get("source", ""),
    )  # fmt: skip


def company_of(case: Case, folder: Path) -> Company:
    """The company in which the case's events happened, with its calendar and time zone."""
    params = case.params
    company = Company(
        folder,
        {
            "time_zone": params.get("timezone", "UTC"),
            "first_weekday": params.get("week_start_iso", 1),
        },
    )
    aliases = params.get("aliases", {})
    insiders = set(params.get("only_users", ())) | set(params.get("exclude_users", ()))
    columns = case.columns
    rows: list[list[object]] = []
    for person, event, moment, props in case.events:
        rows.append(
            [
                event, moment, person, props.get(params.get("unit_property", "")),
                INSIDER if aliases.get(person, person) in insiders else None,
                *(props.get(name) for name in case.columns),
            ]
        )  # fmt: skip
    for moment in _edges(case):
        rows.append(["nobody was here", moment, None, None, None, *(None for _ in case.columns)])
    if case.kind == "ratio":
        columns = {"": "feature"}
        rows = [[*row, row[0] if row[2] else None] for row in rows]
    header = ["Event Name", "Time", "Distinct ID", "Account ID", "Plan", *columns.values()]
    rows.sort(key=lambda row: str(row[1]))
    company.load("Mixpanel events.csv", csv_text(header, rows))
    if aliases:
        same = sorted({(known, known) for known in aliases.values()} | set(aliases.items()))
        company.load(
            "identities.csv",
            csv_text(["source", "alias", "person"], [["mixpanel", *pair] for pair in same]),
            product=None,
        )
    return company


def _edges(case: Case) -> list[str]:
    """Moments around what is asked about and what happened, in UTC."""
    params, zone = case.params, ZoneInfo(case.params.get("timezone", "UTC"))
    span = {"hour": 2, "day": 1, "week": 7, "month": 31, "quarter": 92}[params.get("period", "day")]
    moments = [datetime.fromisoformat(moment) for _, _, moment, _ in case.events]
    for key in ("date_from", "date_to"):
        if key in params:
            moments.append(_moment(params[key], zone))
    if not moments:
        return []
    reach = span * (params.get("intervals", 1) + 1) + params.get("window_days", 0)
    first = min(moments) - timedelta(reach + 31)
    last = max(moments) + timedelta(reach + params.get("window_seconds", 0) // 86_400 + 31)
    return [f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for moment in (first, last)]


def _moment(text: str, zone: ZoneInfo) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _day(text: str) -> date | datetime:
    return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)


class Asking:
    """One case put as a question."""

    def __init__(self, case: Case, company: Company) -> None:
        self.case, self.company, self.params = case, company, case.params
        self.session: Session = company.session
        params = case.params
        where = [
            (case.columns[name], value) for name, value in params.get("event_filter", {}).items()
        ]
        if params.get("only_users"):
            where.append(("plan", INSIDER))
        self.audience = Audience(
            unit=Unit.ACCOUNT if params.get("unit_property") else Unit.USER,
            where=tuple(where),
            unless=(("plan", INSIDER),) if params.get("exclude_users") else (),
        )
        self.step = Step(params.get("period", "day"))

    def filter(self, asked: Mapping[str, Any]) -> EventFilter:
        props = asked.get("props") or {}
        return EventFilter(
            asked["event"], tuple((self.case.columns[name], value) for name, value in props.items())
        )

    def retention(self) -> None:
        params, expected = self.params, self.case.expected
        breakdown = params.get("breakdown_property")
        found = retention(
            self.session,
            Retention(
                target=self.filter(params["target"]),
                returning=self.filter(params["returning"]),
                date_to=_day(params["date_to"]),
                date_from=_day(params["date_from"]) if "date_from" in params else None,
                step=self.step,
                count=params["intervals"],
                cohort=COHORTS[params["cohort"]],
                cumulative=params.get("cumulative", False),
                min_occurrences=params.get("min_occurrences", 1),
                breakdown=self.case.columns[breakdown] if breakdown else None,
                audience=self.audience,
            ),
        )
        if "interval_starts" in expected:
            starts = [each.start.isoformat() for each in found.intervals[: found.cohorts]]
            assert starts == expected["interval_starts"]
        if "matrix_by_value" in expected:
            by_value = {
                value: _lists(found.matrices[value]) for value in expected["matrix_by_value"]
            }
            assert by_value == expected["matrix_by_value"]
        else:
            assert _lists(found.matrix) == expected["matrix"]

    def lifecycle(self) -> None:
        params, expected = self.params, self.case.expected
        found = lifecycle(
            self.session,
            Lifecycle(
                self.filter(params["event"]), _day(params["date_from"]), _day(params["date_to"]),
                self.step, self.audience,
            ),
        )  # fmt: skip
        for state in ("new", "returning", "resurrecting", "dormant"):
            assert list(getattr(found, state)) == expected[state], state
        if "interval_starts" in expected:
            assert [each.start.isoformat() for each in found.intervals] == expected[
                "interval_starts"
            ]

    def stickiness(self) -> None:
        params = self.params
        comparison, events = params.get("criteria", ("gte", 1))
        found = stickiness(
            self.session,
            Stickiness(
                self.filter(params["event"]), _day(params["date_from"]), _day(params["date_to"]),
                self.step, params.get("interval_count", 1),
                Criterion(Comparison(comparison), events), params.get("cumulative", False),
                self.audience,
            ),
        )  # fmt: skip
        assert list(found.units) == self.case.expected["data"]

    def active_users(self) -> None:
        params = self.params
        coarse = self.step is not Step.DAY
        found = active_users(
            self.session,
            ActiveUsers(
                self.filter(params["event"]), _day(params["date_from"]), _day(params["date_to"]),
                params["window_days"], self.step, "start" if coarse else "end",
                params.get("aggregate", False), self.audience,
            ),
        )  # fmt: skip
        if "days" in self.case.expected:
            assert [day.isoformat() for day in found.days] == self.case.expected["days"]
        assert list(found.units) == self.case.expected["data"]
        if params["window_days"] == 1 and params["event"]["event"] is None:
            counted = self.company.values("active_users", grain=Grain.DAY)
            assert [counted[str(day)] for day in found.days] == self.case.expected["data"]

    def ratio(self) -> None:
        """Adoption of a feature: every event is one, by its name."""
        found = self.company.ask("feature_adoption", by="feature", grain=Grain.MONTH)
        by_month = {
            figure.period: (figure.denominator, figure.numerator, figure.value)
            for figure in found
            if figure.member == self.params["feature_event"]
        }
        for month in self.case.expected:
            share = pytest.approx(month["adoption_pct"] / 100)
            assert by_month[month["month"]] == (month["active"], month["adopters"], share)

    def funnel(self) -> None:
        params, expected = self.params, self.case.expected
        asked = Funnel(
            steps=tuple(self.filter(step) for step in params["steps"]),
            window_seconds=params["window_seconds"],
            order=Order(params["order"]),
            exclusions=tuple(
                Exclusion(self.filter(one), one["from_step"], one["to_step"])
                for one in params.get("exclusions", ())
            ),
            audience=self.audience,
        )
        found = funnel(self.session, asked).steps
        assert [step.units for step in found] == expected["counts"]
        for key, name in (("avg", "mean_seconds"), ("median", "median_seconds")):
            wanted = expected.get(f"{key}_seconds_from_previous_step")
            if wanted:
                times = [getattr(step, name) for step in found]
                assert times == [None if each is None else pytest.approx(each, rel=1e-6)
                                 for each in wanted], name  # fmt: skip


def _lists(rows: Sequence[Sequence[int | None]]) -> list[list[int | None]]:
    return [list(row) for row in rows]


KINDS = ("retention", "lifecycle", "stickiness", "active_users", "funnel", "ratio")


def check(case: Case, folder: Path) -> None:
    """Import the case's events, ask, and compare with its answer."""
    getattr(Asking(case, company_of(case, folder)), case.kind)()
