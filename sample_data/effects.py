"""How large the planted changes are, measured on the export files themselves.

`python -m sample_data.effects DIR` prints the table that the README shows.
"""

from __future__ import annotations

import itertools
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from sample_data import story, surveys
from sample_data.company import PRODUCT, SQUAD
from sample_data.events import HEADERS
from sample_data.timeline import WEEKS, Timeline

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Effect:
    """A figure in the period named, against the mean and spread of quiet periods before it.

    `deviations` is the distance in standard deviations of those quiet periods.
    """

    event: str
    kpi: str
    scope: str
    period: str
    before: float
    deviation: float
    value: float
    quiet_periods: int

    @property
    def deviations(self) -> float:
        return (self.value - self.before) / self.deviation


def _effect(
    event: str, kpi: str, scope: str, period: str, quiet: Sequence[float], value: float
) -> Effect:
    values = np.asarray(quiet, dtype=float)
    return Effect(
        event,
        kpi,
        scope,
        period,
        float(values.mean()),
        float(values.std(ddof=1)),
        value,
        len(values),
    )


def _dated(folder: Path, pattern: str) -> dict[date, Path]:
    """Export files by the day in their name, in order."""
    found = {}
    for path in folder.glob(pattern):
        day = _DAY.search(path.name)
        if day:
            found[date.fromisoformat(day.group())] = path
    return dict(sorted(found.items()))


def product_events(folder: Path, product: str) -> pd.DataFrame:
    """The product's events, with columns event, time, user, feature and week (from 0)."""
    parts = []
    for path in _dated(folder, "Mixpanel events *.csv").values():
        rows = pd.read_csv(path, usecols=[HEADERS[n] for n in (0, 1, 2, 3, 5)])
        parts.append(rows[rows["Product"] == PRODUCT[product].analytics_name])
    rows = pd.concat(parts, ignore_index=True)
    rows.columns = pd.Index(["event", "time", "user", "product", "feature"])
    rows["time"] = pd.to_datetime(rows["time"])
    start = pd.Timestamp(Timeline().start)
    rows["week"] = (rows["time"] - start).dt.days // 7
    return rows


def activation_rates(rows: pd.DataFrame, product: str) -> pd.Series:
    """By week of sign-up: the share of users with the activation event within seven days."""
    spec = PRODUCT[product]
    signups = rows[rows["event"] == spec.signup_event].groupby("user")["time"].min()
    first = rows[rows["event"] == spec.activation_event].groupby("user")["time"].min()
    delay = first.reindex(signups.index) - signups
    week = (signups - pd.Timestamp(Timeline().start)).dt.days // 7
    return (delay < pd.Timedelta(days=7)).groupby(week).mean()


def _usage(folder: Path) -> list[Effect]:
    timeline = Timeline()
    rates = activation_rates(
        product_events(folder, story.ONBOARDING_PRODUCT), story.ONBOARDING_PRODUCT
    )
    onboarding = [
        _effect(
            "onboarding regression", "activation_rate", story.ONBOARDING_PRODUCT,
            timeline.iso_week(week), rates.loc[60 : story.ONBOARDING_WEEK - 1].tolist(),
            float(rates.loc[week]),
        )
        for week in (story.ONBOARDING_WEEK, story.ONBOARDING_WEEK + 1)
    ]  # fmt: skip
    rows = product_events(folder, story.TAKE_OFF_PRODUCT)
    everyone = rows.groupby("week")["user"].nunique()
    using = rows[rows["feature"] == story.TAKE_OFF_FEATURE].groupby("week")["user"].nunique()
    share = (using / everyone).fillna(0.0)
    quiet = share.loc[60 : story.TAKE_OFF_WEEK - 1].tolist()
    last = WEEKS - 1
    take_off = _effect(
        "feature takes off", "ai_feature_adoption", story.TAKE_OFF_PRODUCT,
        timeline.iso_week(last), quiet, float(share.loc[last]),
    )  # fmt: skip
    return [*onboarding, take_off]


def monthly_revenue(path: Path, day: date) -> pd.DataFrame:
    """Of one Stripe export: plan, account and EUR a month per subscription paid on `day`."""
    rows = pd.read_csv(path)
    paid_from = pd.to_datetime(rows["Trial End (UTC)"].fillna(rows["Start Date (UTC)"]))
    ended = pd.to_datetime(rows["Ended At (UTC)"])
    moment = pd.Timestamp(day)
    paid = (paid_from.dt.normalize() <= moment) & ~(ended.dt.normalize() <= moment)
    rows["monthly"] = (
        rows["Amount"] * rows["Quantity"] / rows["Interval"].map({"month": 1, "year": 12})
    )
    rows["product"] = (
        rows["Plan"].str.split().str[0].map({each.name: key for key, each in PRODUCT.items()})
    )
    return rows.loc[paid, ["id", "product", "Customer ID", "monthly"]].set_index("id")


def _billing(folder: Path) -> list[Effect]:
    timeline = Timeline()
    exports = _dated(folder, "subscriptions_*.csv")
    days = [day for day in exports if day.day == 1]
    product = story.PRICE_PRODUCT
    grown: dict[date, float] = {}
    lost: dict[date, float] = {}
    books = {day: monthly_revenue(exports[day], day - timedelta(1)) for day in days}
    for before, after in itertools.pairwise(days):
        old, new = (
            books[day][books[day]["product"] == product]["monthly"] for day in (before, after)
        )
        both = old.index.intersection(new.index)
        change = new[both] - old[both]
        grown[before] = float(change[change > 0].sum())
        lost[before] = float(old[old.index.difference(new.index)].sum())
    changed = story.price_date(timeline)
    quiet = [value for month, value in grown.items() if month < changed][-12:]
    effects = [
        _effect("price change", "expansion_mrr", product, f"{changed:%Y-%m}", quiet, grown[changed])
    ]
    quiet = [value for month, value in lost.items() if month < changed][-12:]
    for month in [each for each in lost if each > changed][:2]:
        effects.append(
            _effect("price change", "churned_mrr", product, f"{month:%Y-%m}", quiet, lost[month])
        )
    last = exports[timeline.exported]
    sold = _new_by_month(last, story.RIVAL_PRODUCT)
    launched = f"{timeline.monday(story.RIVAL_WEEK):%Y-%m}"
    quiet = [value for sold_in, value in sold.items() if sold_in < launched][-12:]
    latest = f"{timeline.until - timedelta(31):%Y-%m}"
    fall = _effect(
        "competitor's launch", "new_mrr", story.RIVAL_PRODUCT, latest, quiet, sold[latest]
    )
    effects.append(fall)
    return effects


def _new_by_month(path: Path, product: str) -> Mapping[str, float]:
    rows = pd.read_csv(path)
    rows = rows[rows["Plan"].str.startswith(PRODUCT[product].name)]
    start = pd.to_datetime(rows["Trial End (UTC)"].fillna(rows["Start Date (UTC)"])).dt.normalize()
    ended = pd.to_datetime(rows["Ended At (UTC)"]).dt.normalize()
    monthly = rows["Amount"] * rows["Quantity"] / rows["Interval"].map({"month": 1, "year": 12})
    kept = ~(ended <= start)
    totals = monthly[kept].groupby(start[kept].dt.strftime("%Y-%m")).sum()
    return {str(month): float(value) for month, value in totals.items()}


def _experience(folder: Path) -> list[Effect]:
    timeline = Timeline()
    product = story.RIVAL_PRODUCT
    launch = timeline.monday(story.RIVAL_WEEK)
    rows = pd.read_csv(next(folder.glob("Enquête de satisfaction*.csv")))
    rows = rows[rows["Produit"] == PRODUCT[product].name]
    month = pd.to_datetime(rows["Horodateur"], dayfirst=True).dt.strftime("%Y-%m")
    score = rows[surveys.NPS_QUESTION]
    nps = 100 * ((score >= 9).astype(float) - (score <= 6).astype(float)).groupby(month).mean()
    start, last = f"{launch:%Y-%m}", f"{timeline.until - timedelta(31):%Y-%m}"
    quiet = [float(value) for key, value in nps.items() if str(key) < start]
    effects = [_effect("competitor's launch", "nps", product, last, quiet, float(nps[last]))]
    deals = pd.read_csv(next(folder.glob("hubspot-*.csv")))
    deals = deals[
        (deals["Pipeline"] == f"Ventes {PRODUCT[product].name}")
        & deals["Deal Stage"].str.startswith("Closed")
    ]
    deals = deals[deals["Closed Lost Reason"] != "No decision"]
    won = (deals["Deal Stage"] == "Closed Won").groupby(deals["Close Date"].str[:7]).mean()
    quiet = [float(value) for key, value in won.items() if str(key) < start]
    effects.append(
        _effect("competitor's launch", "win_rate", product, last, quiet, float(won[last]))
    )
    return effects


def _delivery(folder: Path) -> list[Effect]:
    timeline = Timeline()
    squad = SQUAD[story.STRAIN_SQUAD]
    exports = _dated(folder, "Jira *.csv")
    sprints = pd.read_csv(folder / "sprints.csv", parse_dates=["start", "end"])
    sprints = sprints[
        (sprints["squad"] == squad.squad) & (sprints["end"].dt.date <= timeline.until)
    ]
    kept: list[float] = []
    waiting: list[float] = []
    for sprint in sprints.itertuples():
        opening, closing = (
            pd.Timestamp(str(sprint.start)).date(),
            pd.Timestamp(str(sprint.end)).date(),
        )
        if opening not in exports or closing + timedelta(1) not in exports:
            continue
        committed = _issues(exports[opening], squad.project)
        committed = committed[
            _in_sprint(committed, str(sprint.sprint)) & (committed["Status Category"] != "Done")
        ]
        after = _issues(exports[closing + timedelta(1)], squad.project)
        waiting.append(float((after["Status Category"] == "In Progress").sum()))
        middle = _issues(exports[opening + timedelta(7)], squad.project)
        both = pd.concat([middle, after])  # done in the first week: no longer in the last export
        done = both[both["Status Category"] == "Done"]["Issue key"]
        points = committed["Custom field (Story Points)"].fillna(0.0)
        kept.append(float(points[committed["Issue key"].isin(done)].sum() / points.sum()))
    strained = story.STRAIN_SPRINTS
    effects = []
    for kpi, values in (("sprint_predictability", kept), ("wip", waiting)):
        last = str(sprints["sprint"].iloc[-1])
        effects.append(
            _effect("squad under strain", kpi, squad.squad, last, values[:-strained], values[-1])
        )
    rows = pd.read_csv(next(folder.glob("Baromètre*.csv")))
    rows = rows[rows["Équipe"] == squad.name]
    moment = pd.to_datetime(rows["Horodateur"], dayfirst=True)
    wave = moment.dt.strftime("%Y-%m")
    score = (rows[list(surveys.ENGAGEMENT_ITEMS)].mean(axis=1).groupby(wave).mean() - 1) * 2.5
    effects.append(
        _effect(
            "squad under strain", "engagement_score", squad.squad, str(score.index[-1]),
            score.iloc[:-1].tolist(), float(score.iloc[-1]),
        )
    )  # fmt: skip
    return effects


def _issues(path: Path, project: str) -> pd.DataFrame:
    rows = pd.read_csv(path, low_memory=False)
    return rows[rows["Project key"] == project]


def _in_sprint(rows: pd.DataFrame, sprint: str) -> pd.Series:
    columns = [column for column in rows.columns if str(column).split(".")[0] == "Sprint"]
    return (rows[columns] == sprint).any(axis=1)


def measured(folder: Path) -> list[Effect]:
    """Every planted change, from the files that `make` wrote with the default last day."""
    return [*_usage(folder), *_billing(folder), *_experience(folder), *_delivery(folder)]


def main(arguments: Sequence[str]) -> int:
    """Print the effects of the files in a folder as a Markdown table."""
    print("| event | KPI | scope | period | before | value | standard deviations |")
    print("|---|---|---|---|---:|---:|---:|")
    for effect in measured(Path(arguments[0])):
        print(
            f"| {effect.event} | `{effect.kpi}` | {effect.scope} | {effect.period} "
            f"| {effect.before:.4g} | {effect.value:.4g} | {effect.deviations:+.1f} |"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
