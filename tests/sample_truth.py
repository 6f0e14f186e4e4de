"""The true figures of the sample company, computed from its export files in plain pandas.

Nothing of Vigie's is used: definitions are those of the KPI dictionary, facts about the company
those that `sample_data/README.md` tells. `Truth.value` answers for one KPI, scope and span of days.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

HISTORY_BEGINS = date(2024, 11, 18)
LAST_DAY = date(2026, 11, 15)
LEDGER = (date(2024, 12, 1), date(2026, 10, 31))
OUTAGE = ("passerelle", date(2026, 6, 9), date(2026, 6, 12))
LAUNCHED = {"clairiere": date(2025, 9, 22)}  # the others are older than the history
SILENT_SQUADS = ("quart",)  # works in a tool that no profile reads
PRODUCT_NAMES = {
    "Sillon": "sillon", "Escale": "escale", "Passerelle": "passerelle",
    "Clairière": "clairiere", "Clairiere": "clairiere", "Orée": "oree", "Oree": "oree",
}  # fmt: skip
SQUAD_NAMES = {
    "Boussole": "boussole", "Sonde": "sonde", "Misaine": "misaine", "Foc": "foc",
    "Amarre": "amarre", "Grand-Voile": "grandvoile", "Balise": "balise", "Quart": "quart",
    "BOU": "boussole", "SON": "sonde", "MIS": "misaine", "FOC": "foc", "AMA": "amarre",
}  # fmt: skip
FIFTH_DIGIT = dict(
    zip("12345", ("sillon", "escale", "passerelle", "clairiere", "oree"), strict=True)
)
ZONE = "Europe/Paris"
#: Before the first export nobody is told of who had left: the day before it begins the history.
BILLING_BEGINS = date(2024, 11, 30)
#: The tools that hold tickets and reviews came into use then.
FEEDBACK_BEGINS = date(2026, 5, 1)
SQUADS_BY_DIGIT = dict(
    zip("12345678", ("boussole", "sonde", "misaine", "foc", "amarre", "grandvoile", "balise",
                     "quart"), strict=True)
)  # fmt: skip
#: The themes of everything that anybody says in the sample, as a person reads it.
THEMES = {
    "Trop lent le matin.": {"speed"},
    "Le support met des jours à répondre.": {"support"},
    "Les exports perdent des lignes.": {"reliability", "data"},
    "Correct, mais l'aide est à revoir.": {"support"},
    "Il manque un mode hors ligne.": {"features"},
    "Prix un peu élevé.": {"price"},
    "Simple et rapide.": {"usability", "speed"},
    "L'équipe écoute vraiment.": {"support"},
    "Nous ne pourrions plus nous en passer.": set(),
    "Du temps gagné": set(),
    "Moins d'erreurs": {"reliability"},
    "Une vue d'ensemble": set(),
    "La tranquillité": set(),
    "Se bloque au démarrage": {"reliability"},
    "Lent": {"speed"},
    "Bien mais perfectible": set(),
    "Très pratique": {"usability"},
    "Excellent !": set(),
    "L'export du tableau reste vide": {"data"},
    "Mot de passe perdu": {"access", "reliability"},
    "Question sur ma facture": {"price"},
    "Écran lent depuis ce matin": {"speed"},
    "Import d'un fichier impossible": {"data"},
    "Comment inviter un collègue ?": set(),
    "Erreur à l'enregistrement": {"reliability"},
    "Changer d'abonnement": {"price"},
}
#: The months of which the market is known, and the first day of each product's carbon figures.
MARKET = (date(2024, 12, 1), date(2026, 10, 31))
CARBON_BEGINS = {"clairiere": date(2025, 10, 1)}
#: The first initiatives of the roadmap began then.
ROADMAP_BEGINS = date(2024, 12, 16)
FROM_MARKET = ("Feedback", "Lost deal", "Discovery")
FEWEST_PEOPLE = 5
FEWEST_DAYS = 7

#: What a change is counted in: "volume" in % of the base, "rate" in points.
VOLUMES = (
    "throughput", "cycle_time_p50", "cycle_time_p85", "lead_time_p50", "lead_time_p85", "wip",
    "mrr", "active_users", "rolling_active_users", "new_users", "retained_users",
    "resurrected_users", "churned_users", "arr", "new_mrr", "expansion_mrr", "contraction_mrr",
    "churned_mrr", "reactivation_mrr", "arpa", "revenue", "contribution_margin", "members",
    "wip_per_person", "sessions_per_active_user", "signups", "usage_quick_ratio", "time_to_value",
    "feature_depth", "fx_mrr", "revenue_quick_ratio", "cost_per_active_user", "product_result",
    "feedback_volume", "feedback_resolution_time", "store_rating", "open_tickets",
    "open_ticket_age", "velocity", "backlog_readiness", "wip_age", "blocked_items",
    "deployment_frequency", "change_lead_time", "recovery_time", "bus_factor", "vacancy_days",
    "transferred_mrr", "north_star", "carbon_per_active_user", "relative_market_share",
)  # fmt: skip
RATES = (
    "sprint_predictability", "growth_contribution", "share_of_growth", "win_rate", "pmf_score",
    "stickiness", "usage_churn_rate", "activation_rate", "conversion_rate", "feature_adoption",
    "ai_feature_adoption", "never_activated_share",
    "gross_revenue_retention", "net_revenue_retention", "logo_churn_rate", "revenue_churn_rate",
    "contribution_margin_rate", "engagement_score", "enps", "nps", "csat", "retention_w4",
    "retention_w1", "retention_w12", "ces", "feedback_theme_share", "negative_feedback_share",
    "scope_change", "escaped_defects_rate", "change_fail_rate", "survey_participation",
    "skills_coverage", "skills_progress",
    "on_time_delivery", "sprint_value_share", "period_growth_contribution", "okr_progress",
    "okr_expected_progress", "self_serve_share", "pql_rate", "rule_of_40", "linked_initiatives",
    "initiative_hit_rate", "rgaa_compliance", "market_share", "competitive_win_rate", "rating_gap",
    "market_driven_roadmap_share",
)  # fmt: skip
#: Known but not computed here, with the reason; `tests.test_sample` checks them
#: otherwise.
NOT_RETOLD = {
    "initiative_hit_rate": "whether a KPI moved is what the whole process-behaviour test says, and "
    "to tell it a second time would be to write that test a second time",
}
MONTHLY = (
    "growth_contribution", "share_of_growth", "win_rate", "arr", "gross_revenue_retention",
    "net_revenue_retention", "logo_churn_rate", "revenue_churn_rate", "arpa", "revenue",
    "contribution_margin", "contribution_margin_rate", "engagement_score", "enps", "members",
    "nps", "csat", "revenue_quick_ratio", "cost_per_active_user", "product_result", "ces",
    "feedback_theme_share", "negative_feedback_share", "store_rating",
    "escaped_defects_rate", "change_fail_rate", "recovery_time",
    "survey_participation",
    "period_growth_contribution", "okr_progress", "okr_expected_progress", "north_star",
    "self_serve_share", "pql_rate", "rule_of_40", "carbon_per_active_user", "market_share",
    "relative_market_share", "competitive_win_rate", "rating_gap",
)  # fmt: skip
QUARTERLY = (
    "pmf_score", "skills_coverage", "bus_factor", "skills_progress", "on_time_delivery",
    "linked_initiatives", "initiative_hit_rate", "rgaa_compliance", "market_driven_roadmap_share",
)  # fmt: skip
OF_SQUADS = (
    "sprint_predictability", "throughput", "cycle_time_p50", "cycle_time_p85", "lead_time_p50",
    "lead_time_p85", "wip", "engagement_score", "enps", "members", "wip_per_person",
    "scope_change", "velocity", "backlog_readiness", "wip_age", "blocked_items",
    "escaped_defects_rate", "deployment_frequency", "change_lead_time", "change_fail_rate",
    "recovery_time", "survey_participation", "skills_coverage", "bus_factor", "skills_progress",
    "on_time_delivery", "sprint_value_share",
)  # fmt: skip
#: Days after a cohort's week until it is known, and what is born in some weeks only.
LATE = {"activation_rate": 7, "conversion_rate": 14, "time_to_value": 7, "retention_w1": 7,
        "never_activated_share": 7, "retention_w4": 28, "retention_w12": 84}  # fmt: skip
CONVERSION_DAYS = 14
SELDOM = ("sprint_predictability", "scope_change", "velocity", "sprint_value_share")
IN_WAVES = ("survey_participation", "skills_progress")

_JIRA_TIME = "%d/%b/%y %I:%M %p"


@dataclass(frozen=True)
class Span:
    """Days from `start` to `end`, both inclusive: a week, a month, a quarter or any others."""

    start: date
    end: date

    @property
    def grain(self) -> str:
        if self == week_of(self.start):
            return "week"
        if self == month_of(self.start):
            return "month"
        return "quarter" if self == quarter_of(self.start) else "other"

    def before(self) -> Span:
        """The period of the same grain that ends the day before."""
        return of_grain(self.grain)(self.start - timedelta(1))

    def year_before(self) -> Span:
        if self.grain == "week":
            return week_of(self.start - timedelta(364))
        if self.grain == "other":
            year = self.start.year - 1
            return Span(self.start.replace(year=year), self.end.replace(year=year))
        return of_grain(self.grain)(self.start.replace(year=self.start.year - 1))


def week_of(day: date) -> Span:
    monday = day - timedelta(day.weekday())
    return Span(monday, monday + timedelta(6))


def month_of(day: date) -> Span:
    following = (day.replace(day=28) + timedelta(4)).replace(day=1)
    return Span(day.replace(day=1), following - timedelta(1))


def quarter_of(day: date) -> Span:
    first = date(day.year, 1 + 3 * ((day.month - 1) // 3), 1)
    return Span(first, month_of(first + timedelta(70)).end)


def of_grain(grain: str) -> Callable[[date], Span]:
    return {"week": week_of, "month": month_of, "quarter": quarter_of}[grain]


def iso_week(text: str) -> Span:
    """The span of `2026-W46`."""
    return week_of(date.fromisocalendar(int(text[:4]), int(text[6:]), 1))


def grain_of(kpi: str) -> str:
    return "month" if kpi in MONTHLY else "quarter" if kpi in QUARTERLY else "week"


def _number(day: date) -> int:
    return day.toordinal()


def _days(moments: pd.Series) -> np.ndarray:
    """Ordinal day numbers of local moments, 0 where there is none."""
    local = moments.dt.tz_localize(None) if moments.dt.tz is not None else moments
    since = (local.dt.normalize() - pd.Timestamp(date(1970, 1, 1))).dt.days
    return (since + date(1970, 1, 1).toordinal()).fillna(0).to_numpy(dtype=int)


def _utc(texts: pd.Series, form: str | None = None) -> pd.Series:
    return pd.to_datetime(texts, utc=True, format=form).dt.tz_convert(ZONE)


def _quotient(above: float | None, below: float | None) -> float | None:
    return None if above is None or not below else above / below


class Truth:
    """The figures that the exports in `folder` amount to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._values: dict[tuple[str, str, str, Span], float | None] = {}

    # Periods and scopes

    def value(self, kpi: str, kind: str, key: str, span: Span) -> float | None:
        """The figure of a company ('company', ''), product or squad; None where there is none."""
        at = (kpi, kind, key, span)
        if at not in self._values:
            members = self._squads if kpi in OF_SQUADS else self._products
            held = members(kind, key, span.end)
            if kpi == "transferred_mrr":
                before = members(kind, key, span.before().end)
                self._values[at] = self._transferred(held, before, span)
            else:
                self._values[at] = getattr(self, f"_{kpi}")(held, span) if held else None
        return self._values[at]

    def read_at(self, kpi: str, kind: str, key: str, week: Span) -> Span:
        """The period in which a page shows the KPI when it reviews `week`.

        Of a KPI born once a month or a sprint the latest one, of a cohort the latest that has had
        the days it is given.
        """
        period = of_grain(grain_of(kpi))(week.end)
        while period.end > week.end or period.end + timedelta(LATE.get(kpi, 0)) > LAST_DAY:
            period = period.before()
        found = period
        if kpi in SELDOM or grain_of(kpi) != "week":
            for _ in range(13 if kpi in SELDOM else 5):
                if self.value(kpi, kind, key, found) is not None:
                    return found
                found = found.before()
        return period

    def previous(self, kpi: str, kind: str, key: str, span: Span) -> Span:
        """The period a figure is compared with: the last that had one, where only some have."""
        before = span.before()
        if kpi in SELDOM or kpi in IN_WAVES:
            oldest = span.start - timedelta(7 * 26 if kpi in SELDOM else 400)
            while self.value(kpi, kind, key, before) is None and before.start > oldest:
                before = before.before()
        return before

    def _products(self, kind: str, key: str, day: date) -> tuple[str, ...]:
        if kind == "company":
            return tuple(FIFTH_DIGIT.values())
        if kind == "product":
            return (key,)
        return tuple(sorted(product for squad, product in self._assigned(day) if squad == key))

    def _squads(self, kind: str, key: str, day: date) -> tuple[str, ...]:
        if kind == "company":
            return tuple(sorted(set(SQUAD_NAMES.values())))
        if kind == "squad":
            return (key,)
        return tuple(sorted(squad for squad, product in self._assigned(day) if product == key))

    def _assigned(self, day: date) -> list[tuple[str, str]]:
        rows = self._assignments
        now = (rows["start"] <= str(day)) & (rows["end"].isna() | (rows["end"] >= str(day)))
        return list(zip(rows["squad"][now], rows["product"][now], strict=True))

    @cached_property
    def _assignments(self) -> pd.DataFrame:
        return pd.read_csv(self.folder / "assignments.csv", dtype=str)

    def _files(self, pattern: str) -> dict[date, Path]:
        """Dated exports, oldest first."""
        return {date.fromisoformat(p.stem[-10:]): p for p in sorted(self.folder.glob(pattern))}

    def _one(self, pattern: str) -> Path:
        (path,) = self.folder.glob(pattern)
        return path

    # Usage

    @cached_property
    def _events(self) -> pd.DataFrame:
        """Every event, with columns product, user, day (a number), moment, event, feature."""
        rows = pd.concat(
            pd.read_csv(path) for path in self._files("Mixpanel events *.csv").values()
        )
        moment = pd.to_datetime(rows["Time"])
        found = pd.DataFrame(
            {
                "product": rows["Product"].map(PRODUCT_NAMES),
                "user": pd.factorize(rows["Distinct ID"])[0],
                "day": _days(moment),
                "moment": moment,
                "event": rows["Event Name"],
                "feature": rows["Feature"],
                "session": rows["Session ID"],
                "plan": rows["Plan"],
                "name": rows["Distinct ID"],
            }
        )
        return found.sort_values("day", kind="stable").reset_index(drop=True)

    @cached_property
    def _activity(self) -> dict[str, dict[str, tuple[np.ndarray, np.ndarray]]]:
        """By which rows count (all, feature, ai) and product: days in order, and their users."""
        rows = self._events
        kept = {
            "all": rows["product"].notna(),
            "feature": rows["feature"].notna(),
            "ai": rows["feature"].fillna("").str.startswith("ai"),
        }
        return {
            name: {
                product: (part["day"].to_numpy(), part["user"].to_numpy())
                for product, part in rows[chosen].groupby("product")
            }
            for name, chosen in kept.items()
        }

    def _users(self, products: Iterable[str], span: Span, which: str = "all") -> set[int]:
        found: set[int] = set()
        for product in products:
            days, users = self._activity[which].get(product, (np.array([]), np.array([])))
            low = np.searchsorted(days, _number(span.start), "left")
            high = np.searchsorted(days, _number(span.end), "right")
            found.update(users[low:high].tolist())
        return found

    def _tracked(self, products: Iterable[str], start: date, end: date, period_end: date) -> bool:
        """Whether tracking recorded all of these days of those products that had begun."""
        begun = [p for p in products if LAUNCHED.get(p, HISTORY_BEGINS) <= period_end]
        if not begun or end > LAST_DAY:
            return False
        for product in begun:
            if start < HISTORY_BEGINS and product not in LAUNCHED:
                return False
            if product == OUTAGE[0] and start <= OUTAGE[2] and end >= OUTAGE[1]:
                return False
        return True

    def _active_users(self, products: tuple[str, ...], span: Span) -> float | None:
        if not self._tracked(products, span.start, span.end, span.end):
            return None
        return len(self._users(products, span))

    def _trailing(self, products: tuple[str, ...], span: Span) -> Span | None:
        window = Span(span.end - timedelta(27), span.end)
        return window if self._tracked(products, window.start, window.end, span.end) else None

    def _rolling_active_users(self, products: tuple[str, ...], span: Span) -> float | None:
        window = self._trailing(products, span)
        return len(self._users(products, window)) if window else None

    def _stickiness(self, products: tuple[str, ...], span: Span) -> float | None:
        window = self._trailing(products, span)
        if window is None:
            return None
        days = [window.start + timedelta(n) for n in range(28)]
        daily = sum(len(self._users(products, Span(day, day))) for day in days) / 28
        return _quotient(daily, len(self._users(products, window)))

    def _moves(self, products: tuple[str, ...], span: Span) -> dict[str, int] | None:
        """New, retained, resurrected and churned users, as sets of people."""
        before = span.before()
        if not self._tracked(products, before.start, span.end, span.end):
            return None
        now, previous = self._users(products, span), self._users(products, before)
        ever = self._users(products, Span(HISTORY_BEGINS, span.start - timedelta(1)))
        return {
            "new": len(now - ever),
            "retained": len(now & previous),
            "resurrected": len((now & ever) - previous),
            "churned": len(previous - now),
            "previous": len(previous),
        }

    def _new_users(self, products: tuple[str, ...], span: Span) -> float | None:
        moves = self._moves(products, span)
        return moves["new"] if moves else None

    def _retained_users(self, products: tuple[str, ...], span: Span) -> float | None:
        moves = self._moves(products, span)
        return moves["retained"] if moves else None

    def _resurrected_users(self, products: tuple[str, ...], span: Span) -> float | None:
        moves = self._moves(products, span)
        return moves["resurrected"] if moves else None

    def _churned_users(self, products: tuple[str, ...], span: Span) -> float | None:
        moves = self._moves(products, span)
        return moves["churned"] if moves else None

    def _usage_quick_ratio(self, products: tuple[str, ...], span: Span) -> float | None:
        moves = self._moves(products, span)
        return _quotient(moves["new"] + moves["resurrected"], moves["churned"]) if moves else None

    @cached_property
    def _sessions(self) -> pd.DataFrame:
        """Product and first day of every session: the tool's, else broken by half an hour."""
        rows = self._events
        told = rows[rows["session"].notna()]
        named = told.groupby(["product", "user", "session"])["day"].min().reset_index()
        with_tool = set(zip(told["product"], told["day"], strict=True))
        days = zip(rows["product"], rows["day"], strict=True)
        rest = rows[[day not in with_tool for day in days]].sort_values("moment")
        pause = rest.groupby(["product", "user"])["moment"].diff()
        begun = rest[pause.isna() | (pause > pd.Timedelta(minutes=30))]
        return pd.concat([named[["product", "day"]], begun[["product", "day"]]])

    def _sessions_per_active_user(self, products: tuple[str, ...], span: Span) -> float | None:
        users = self._active_users(products, span)
        rows = self._sessions
        inside = rows["day"].between(_number(span.start), _number(span.end))
        return _quotient(float((inside & rows["product"].isin(products)).sum()), users)

    def _feature_depth(self, products: tuple[str, ...], span: Span) -> float | None:
        if not self._tracked(products, span.start, span.end, span.end):
            return None
        rows = self._events[self._events["feature"].notna()]
        inside = rows["day"].between(_number(span.start), _number(span.end))
        uses = float((inside & rows["product"].isin(products)).sum())
        return _quotient(uses, len(self._users(products, span, "feature")))

    @cached_property
    def _listed(self) -> pd.DataFrame:
        """The products' own lists of users: product, name, moment and day of sign-up."""
        rows = pd.read_csv(self._one("users_*.csv"))
        moment = pd.to_datetime(rows["signed_up"])
        return pd.DataFrame(
            {
                "product": rows["product"].map(PRODUCT_NAMES),
                "name": rows["user"],
                "moment": moment,
                "day": _days(moment),
            }
        )

    def _lists_known(self, products: Iterable[str], span: Span) -> bool:
        """Whether the lists of those products that had begun reach over the whole span."""
        first = self._listed.groupby("product")["day"].min()
        begun = [p for p in products if first[p] <= _number(span.end)]
        whole = all(p in LAUNCHED or first[p] <= _number(span.start) for p in begun)
        return bool(begun) and whole and span.end <= LAST_DAY

    def _signups(self, products: tuple[str, ...], span: Span) -> float | None:
        if not self._lists_known(products, span):
            return None
        rows = self._listed
        inside = rows["day"].between(_number(span.start), _number(span.end))
        return float(rows["name"][inside & rows["product"].isin(products)].nunique())

    def _usage_churn_rate(self, products: tuple[str, ...], span: Span) -> float | None:
        moves = self._moves(products, span)
        return _quotient(moves["churned"], moves["previous"]) if moves else None

    def _share(self, products: tuple[str, ...], span: Span, which: str) -> float | None:
        if not self._tracked(products, span.start, span.end, span.end):
            return None
        using = len(self._users(products, span, which))
        return _quotient(using, len(self._users(products, span)))

    def _feature_adoption(self, products: tuple[str, ...], span: Span) -> float | None:
        return self._share(products, span, "feature")

    def _ai_feature_adoption(self, products: tuple[str, ...], span: Span) -> float | None:
        return self._share(products, span, "ai")

    @cached_property
    def _cohorts(self) -> dict[str, pd.DataFrame]:
        """By product, each user's day of sign-up and days until activation (NaN: never)."""
        named = pd.read_csv(self.folder / "products.csv").set_index("product")
        found = {}
        for product, rows in self._events.groupby("product"):
            listed = self._listed[self._listed["product"] == product]
            users = rows.drop_duplicates("name").set_index("name")["user"]
            # Somebody whom tracking never saw has a number of their own.
            number = listed["name"].map(users)
            number = number.where(number.notna(), -1 - pd.Series(range(len(listed)), listed.index))
            first = listed.assign(user=number.astype(int)).groupby("user")["moment"].min()
            done = rows[rows["event"] == named.loc[product, "activation_event"]]
            done = done[done["moment"] >= done["user"].map(first)]
            reached = done.groupby("user")["moment"].min().reindex(first.index)
            waited = (reached.dt.normalize() - first.dt.normalize()).dt.days
            # Hours that passed, also where a clock change lies between.
            instants = [
                moments.dt.tz_localize(ZONE, ambiguous=True, nonexistent="shift_forward")
                for moments in (first, reached)
            ]
            hours = (instants[1] - instants[0]).dt.total_seconds() / 3600
            found[str(product)] = pd.DataFrame(
                {"day": _days(first), "waited": waited.to_numpy(), "hours": hours.to_numpy()}
            )
        return found

    def _activation_rate(self, products: tuple[str, ...], span: Span) -> float | None:
        elapsed = span.end + timedelta(FEWEST_DAYS)
        if not self._tracked(products, span.start, elapsed, span.end):
            return None
        if not self._lists_known(products, span):
            return None
        entered = reached = 0
        for product in products:
            rows = self._cohorts[product]
            cohort = rows[rows["day"].between(_number(span.start), _number(span.end))]
            entered += len(cohort)
            reached += int((cohort["waited"] <= FEWEST_DAYS).sum())
        return _quotient(reached, entered)

    def _never_activated_share(self, products: tuple[str, ...], span: Span) -> float | None:
        activated = self._activation_rate(products, span)
        return None if activated is None else 1 - activated

    @cached_property
    def _funnels(self) -> dict[str, pd.DataFrame]:
        """By product, each start of its funnel: user, day, whether the last step came in time."""
        named = pd.read_csv(self.folder / "products.csv").set_index("product")
        found = {}
        for product, rows in self._events.groupby("product"):
            steps = str(named.loc[product, "funnel_steps"]).split(";")
            kept = rows[rows["event"].isin(steps)].sort_values("moment", kind="stable")
            # 14 days are 14 × 24 hours, also where a clock change lies between
            kept = kept.assign(instant=kept["moment"].dt.tz_localize(
                "Europe/Paris", ambiguous=True, nonexistent="shift_forward"
            ))  # fmt: skip
            starts = []
            for user, own in kept.groupby("user"):
                for start, day in own.loc[own["event"] == steps[0], ["instant", "moment"]].values:
                    at: pd.Timestamp | None = start
                    for step in steps[1:]:
                        later = own.loc[(own["event"] == step) & (own["instant"] >= at), "instant"]
                        at = later.iloc[0] if len(later) else None
                        if at is None:
                            break
                    in_time = at is not None and at - start <= pd.Timedelta(days=CONVERSION_DAYS)
                    starts.append((user, day, in_time))
            frame = pd.DataFrame(starts, columns=["user", "moment", "reached"])
            found[str(product)] = frame.assign(day=_days(frame["moment"]))
        return found

    def _conversion_rate(self, products: tuple[str, ...], span: Span) -> float | None:
        elapsed = span.end + timedelta(CONVERSION_DAYS)
        if not self._tracked(products, span.start, elapsed, span.end):
            return None
        entered = reached = 0
        for product in products:
            rows = self._funnels[product]
            inside = rows[rows["day"].between(_number(span.start), _number(span.end))]
            users = inside.groupby("user")["reached"].any()
            entered += len(users)
            reached += int(users.sum())
        return _quotient(reached, entered)

    def _time_to_value(self, products: tuple[str, ...], span: Span) -> float | None:
        if self._activation_rate(products, span) is None:
            return None
        rows = pd.concat(self._cohorts[product] for product in products)
        cohort = rows["day"].between(_number(span.start), _number(span.end))
        hours = rows["hours"][cohort & (rows["waited"] <= FEWEST_DAYS)]
        return float(hours.median()) if len(hours) else None

    def _retention_w1(self, products: tuple[str, ...], span: Span) -> float | None:
        return self._retention(products, span, 1)

    def _retention_w4(self, products: tuple[str, ...], span: Span) -> float | None:
        return self._retention(products, span, 4)

    def _retention_w12(self, products: tuple[str, ...], span: Span) -> float | None:
        return self._retention(products, span, 12)

    def _retention(self, products: tuple[str, ...], span: Span, weeks: int) -> float | None:
        later = week_of(span.start + timedelta(7 * weeks))
        if not self._tracked(products, span.start, later.end, span.end):
            return None
        earlier = self._users(products, Span(HISTORY_BEGINS, span.start - timedelta(1)))
        cohort = self._users(products, span) - earlier
        return _quotient(len(cohort & self._users(products, later)), len(cohort))

    # Subscriptions

    @cached_property
    def _contracts(self) -> tuple[pd.DataFrame, np.ndarray, list[int]]:
        """One row a subscription (product, account, first paid and first unpaid day), its monthly
        amounts as each export shows them, and the export days."""
        exports = {day: pd.read_csv(p) for day, p in self._files("subscriptions_*.csv").items()}
        newest = pd.concat(exports.values()).drop_duplicates("id", keep="last").set_index("id")
        amounts = {}
        for day, rows in exports.items():
            months = rows["Interval"].map({"month": 1, "quarter": 3, "year": 12})
            monthly = rows["Amount"] * rows["Quantity"] / months
            amounts[_number(day)] = pd.Series(monthly.to_numpy(), index=rows["id"])
        table = pd.DataFrame(amounts).reindex(newest.index)
        begun = _utc(newest["Trial End (UTC)"].fillna(newest["Start Date (UTC)"]))
        ended = _utc(newest["Ended At (UTC)"])
        contracts = pd.DataFrame(
            {
                "product": newest["Plan"].str.split().str[0].map(PRODUCT_NAMES),
                "account": newest["Customer ID"],
                "currency": newest["Currency"],
                "begun": _days(begun),
                "ended": np.where(ended.isna(), 10**7, _days(ended)),
            }
        )
        return contracts, table.bfill(axis=1).ffill(axis=1).to_numpy(), list(amounts)

    @cached_property
    def _rates(self) -> pd.DataFrame:
        return pd.read_csv(self.folder / "rates.csv")

    def _franc(self, day: date) -> float:
        rows = self._rates
        return float(rows["rate"][rows["date"] <= str(day)].iloc[-1])

    @cached_property
    def _book_cache(self) -> dict[tuple[date, date], pd.Series]:
        return {}

    def _book(self, day: date, priced: date | None = None) -> pd.Series:
        """What each account pays a month for each product at the end of `day`, in EUR at the rates
        of that day or of the day `priced`."""
        at = (day, priced or day)
        if at not in self._book_cache:
            contracts, amounts, exports = self._contracts
            # The first export after the day shows what was paid on it.
            column = min(len(exports) - 1, int(np.searchsorted(exports, _number(day), "right")))
            paid = (contracts["begun"] <= _number(day)) & (contracts["ended"] > _number(day))
            rows = contracts[paid].assign(amount=amounts[paid.to_numpy(), column])
            rows["amount"] *= np.where(rows["currency"] == "chf", self._franc(at[1]), 1.0)
            self._book_cache[at] = rows.groupby(["product", "account"])["amount"].sum().round(6)
        return self._book_cache[at]

    def _held(self, products: tuple[str, ...], day: date, priced: date | None = None) -> pd.Series:
        book = self._book(day, priced)
        return book[book.index.get_level_values("product").isin(products)]

    def _billed(self, products: Iterable[str], span: Span, since: date | None = None) -> bool:
        """Whether one of the products was there, and who paid is known from the day `since` on."""
        begun = [p for p in products if LAUNCHED.get(p, BILLING_BEGINS) <= span.end]
        old = [product for product in begun if product not in LAUNCHED]
        known = not old or (since or span.end) >= BILLING_BEGINS
        return span.end <= LAST_DAY and bool(begun) and known

    def _mrr(self, products: tuple[str, ...], span: Span) -> float | None:
        if not self._billed(products, span):
            return None
        return float(self._held(products, span.end).sum())

    def _arr(self, products: tuple[str, ...], span: Span) -> float | None:
        now = self._mrr(products, span)
        return None if now is None else 12 * now

    def _bridge(self, products: tuple[str, ...], span: Span) -> dict[str, float] | None:
        """How MRR moved between the end of the period before and this one's, account by account."""
        if not self._billed(products, span, span.start - timedelta(1)):
            return None
        opening = self._held(products, span.start - timedelta(1))
        closing = self._held(products, span.end)
        steady = self._held(products, span.end, span.start - timedelta(1))
        both = pd.DataFrame({"opening": opening, "closing": closing, "steady": steady}).fillna(0.0)
        contracts = self._contracts[0]
        real = contracts[contracts["ended"] > contracts["begun"]]
        first = real.groupby(["product", "account"])["begun"].min()
        known = first.reindex(both.index) < _number(span.start)
        change = (both["steady"] - both["opening"]).round(6)
        come, gone = both["opening"] == 0, both["closing"] == 0
        by_account = both.groupby("account").sum()  # one that keeps another product is not lost
        began = by_account["opening"] > 0
        return {
            "opening": float(opening.sum()),
            "accounts": float(began.sum()),
            "lost": float((began & (by_account["closing"] == 0)).sum()),
            "new": float(both["closing"][come & ~known].sum()),
            "reactivation": float(both["closing"][come & known].sum()),
            "expansion": float(change[~come & ~gone & (change > 0)].sum()),
            "contraction": float(-change[~come & ~gone & (change < 0)].sum()),
            "churned": float(both["opening"][gone].sum()),
            "fx": float((both["closing"] - both["steady"])[~come].sum()),
        }

    def _moved(self, products: tuple[str, ...], span: Span, name: str) -> float | None:
        bridge = self._bridge(products, span)
        return bridge[name] if bridge else None

    def _new_mrr(self, products: tuple[str, ...], span: Span) -> float | None:
        return self._moved(products, span, "new")

    def _expansion_mrr(self, products: tuple[str, ...], span: Span) -> float | None:
        return self._moved(products, span, "expansion")

    def _contraction_mrr(self, products: tuple[str, ...], span: Span) -> float | None:
        return self._moved(products, span, "contraction")

    def _churned_mrr(self, products: tuple[str, ...], span: Span) -> float | None:
        return self._moved(products, span, "churned")

    def _reactivation_mrr(self, products: tuple[str, ...], span: Span) -> float | None:
        return self._moved(products, span, "reactivation")

    def _fx_mrr(self, products: tuple[str, ...], span: Span) -> float | None:
        return self._moved(products, span, "fx")

    def _revenue_quick_ratio(self, products: tuple[str, ...], span: Span) -> float | None:
        if (moved := self._bridge(products, span)) is None:
            return None
        won = moved["new"] + moved["expansion"] + moved["reactivation"]
        return _quotient(won, moved["churned"] + moved["contraction"])

    def _gross_revenue_retention(self, products: tuple[str, ...], span: Span) -> float | None:
        if (moved := self._bridge(products, span)) is None:
            return None
        kept = moved["opening"] - moved["contraction"] - moved["churned"]
        return _quotient(kept, moved["opening"])

    def _net_revenue_retention(self, products: tuple[str, ...], span: Span) -> float | None:
        if (moved := self._bridge(products, span)) is None:
            return None
        kept = moved["opening"] + moved["expansion"] - moved["contraction"] - moved["churned"]
        return _quotient(kept, moved["opening"])

    def _logo_churn_rate(self, products: tuple[str, ...], span: Span) -> float | None:
        moved = self._bridge(products, span)
        return _quotient(moved["lost"], moved["accounts"]) if moved else None

    def _revenue_churn_rate(self, products: tuple[str, ...], span: Span) -> float | None:
        moved = self._bridge(products, span)
        return (
            _quotient(moved["churned"] + moved["contraction"], moved["opening"]) if moved else None
        )

    def _arpa(self, products: tuple[str, ...], span: Span) -> float | None:
        if not self._billed(products, span):
            return None
        held = self._held(products, span.end)
        return _quotient(float(held.sum()), held.index.get_level_values("account").nunique())

    def _grown(self, products: tuple[str, ...], span: Span) -> tuple[float, float, float]:
        """The change over a year of these products and of the company, and the company then."""
        everything = tuple(FIFTH_DIGIT.values())
        ago = span.year_before().end
        then = float(self._held(everything, ago).sum())
        changes = [
            float(self._held(held, span.end).sum()) - float(self._held(held, ago).sum())
            for held in (products, everything)
        ]
        return changes[0], changes[1], then

    def _comparable(self, products: tuple[str, ...], span: Span, ago: date) -> bool:
        """Whether what these products and the company had on the day `ago` can be told."""
        everything = tuple(FIFTH_DIGIT.values())
        return self._billed(products, span) and self._billed(everything, span, ago)

    def _growth_contribution(self, products: tuple[str, ...], span: Span) -> float | None:
        if not self._comparable(products, span, span.year_before().end):
            return None
        change, _, then = self._grown(products, span)
        return 100 * change / then if then else None

    def _share_of_growth(self, products: tuple[str, ...], span: Span) -> float | None:
        if not self._comparable(products, span, span.year_before().end):
            return None
        change, whole, _ = self._grown(products, span)
        return _quotient(change, whole)

    # Accounts

    @cached_property
    def _ledger(self) -> pd.DataFrame:
        """Entries of accounts that belong to a product: product, day, prefix, credit − debit."""
        parts = [
            pd.read_csv(path, sep="\t", dtype=str) for path in sorted(self.folder.glob("*FEC*.txt"))
        ]
        rows = pd.concat(parts)
        amounts = [
            rows[column].str.replace(",", ".").astype(float) for column in ("Credit", "Debit")
        ]
        found = pd.DataFrame(
            {
                "product": rows["CompteNum"].str[4].map(FIFTH_DIGIT),
                "day": _days(pd.to_datetime(rows["EcritureDate"], format="%Y%m%d")),
                "prefix": rows["CompteNum"].str[:4],
                "amount": amounts[0] - amounts[1],
            }
        )
        return found[rows["JournalCode"] != "AN"]

    def _booked(
        self, products: tuple[str, ...], span: Span, prefixes: tuple[str, ...]
    ) -> float | None:
        if span.start < LEDGER[0] or span.end > LEDGER[1]:
            return None
        rows = self._ledger
        chosen = (
            rows["product"].isin(products)
            & rows["prefix"].isin(prefixes)
            & rows["day"].between(_number(span.start), _number(span.end))
        )
        return float(rows["amount"][chosen].sum())

    def _revenue(self, products: tuple[str, ...], span: Span) -> float | None:
        return self._booked(products, span, ("7061",))

    def _contribution_margin(self, products: tuple[str, ...], span: Span) -> float | None:
        return self._booked(products, span, ("7061", "6135", "6278", "6110"))

    def _contribution_margin_rate(self, products: tuple[str, ...], span: Span) -> float | None:
        return _quotient(self._contribution_margin(products, span), self._revenue(products, span))

    def _cost_per_active_user(self, products: tuple[str, ...], span: Span) -> float | None:
        cost = self._booked(products, span, ("6135", "6278", "6110"))
        users = self._active_users(products, span)
        return None if cost is None else _quotient(-cost, users)

    @cached_property
    def _payroll(self) -> pd.DataFrame:
        """What each squad cost: squad, day, amount."""
        parts = [
            pd.read_csv(path, sep="\t", dtype=str) for path in sorted(self.folder.glob("*FEC*.txt"))
        ]
        rows = pd.concat(parts)
        rows = rows[rows["CompteNum"].str[:4].isin(["6411", "6451"])]
        return pd.DataFrame(
            {
                "squad": rows["CompteNum"].str[4].map(SQUADS_BY_DIGIT),
                "day": pd.to_datetime(rows["EcritureDate"], format="%Y%m%d").dt.date,
                "amount": rows["Debit"].str.replace(",", ".").astype(float),
            }
        )

    def _product_result(self, products: tuple[str, ...], span: Span) -> float | None:
        margin = self._contribution_margin(products, span)
        if margin is None:
            return None
        rows = self._payroll
        cost, shared = 0.0, False
        for row in rows[(rows["day"] >= span.start) & (rows["day"] <= span.end)].itertuples():
            worked = {product for squad, product in self._assigned(row.day) if squad == row.squad}
            if worked & set(products):
                shared = True
                cost += row.amount * len(worked & set(products)) / len(worked)
        return margin - cost if shared else None

    # Answers

    @cached_property
    def _answers(self) -> dict[str, pd.DataFrame]:
        """By survey: whose (a product or squad), day, score."""
        satisfaction = pd.read_csv(self._one("Enquête de satisfaction*.csv"))
        fit = pd.read_csv(self._one("Enquête PMF*.csv"))
        effort = pd.read_csv(self._one("Enquête de facilité*.csv"))
        teams = pd.read_csv(self._one("Baromètre*.csv"))

        def answers(rows: pd.DataFrame, whose: pd.Series, column: str) -> pd.DataFrame:
            moment = pd.to_datetime(rows["Horodateur"], format="%d/%m/%Y %H:%M:%S")
            found = pd.DataFrame({"whose": whose, "day": _days(moment), "score": rows[column]})
            return found.assign(respondent=range(len(rows))).dropna(subset="score")

        products = satisfaction["Produit"].map(PRODUCT_NAMES)
        nps, csat = satisfaction.columns[3:5]
        squads = teams["Équipe"].map(SQUAD_NAMES)
        return {
            "nps": answers(satisfaction, products, nps),
            "csat": answers(satisfaction, products, csat),
            "pmf": answers(fit, fit["Produit"].map(PRODUCT_NAMES), fit.columns[2]),
            "ces": answers(effort, effort["Produit"].map(PRODUCT_NAMES), effort.columns[2]),
            "engagement": pd.concat(answers(teams, squads, name) for name in teams.columns[2:8]),
            "enps": answers(teams, squads, teams.columns[8]),
        }

    def _scores(self, members: tuple[str, ...], span: Span, survey: str) -> pd.DataFrame:
        rows = self._answers[survey]
        if span.end > LAST_DAY or span.start < HISTORY_BEGINS.replace(day=1):
            return rows.iloc[:0]
        inside = rows["day"].between(_number(span.start), _number(span.end))
        return rows[rows["whose"].isin(members) & inside]

    @staticmethod
    def _net(rows: pd.DataFrame) -> float | None:
        """% of 9 and 10 less % of 0 to 6."""
        if rows.empty:
            return None
        promoters, detractors = (rows["score"] >= 9).sum(), (rows["score"] <= 6).sum()
        return 100 * float(promoters - detractors) / len(rows)

    def _nps(self, products: tuple[str, ...], span: Span) -> float | None:
        return self._net(self._scores(products, span, "nps"))

    def _csat(self, products: tuple[str, ...], span: Span) -> float | None:
        rows = self._scores(products, span, "csat")
        return _quotient(float((rows["score"] >= 4).sum()), len(rows))

    def _ces(self, products: tuple[str, ...], span: Span) -> float | None:
        rows = self._scores(products, span, "ces")
        return _quotient(float((rows["score"] >= 5).sum()), len(rows))

    @cached_property
    def _said(self) -> pd.DataFrame:
        """All feedback: product, day, text (None without), whether it is rated low, stars."""
        satisfaction = pd.read_csv(self._one("Enquête de satisfaction*.csv"))
        nps, csat, why = satisfaction.columns[3:6]
        fit = pd.read_csv(self._one("Enquête PMF*.csv"))
        fit = fit[fit[fit.columns[2]] != "Je ne l'utilise plus"]
        reviews = pd.concat(
            pd.read_csv(path, encoding="utf-16") for path in self.folder.glob("reviews_*.csv")
        )
        packages = {"sillon", "escale", "oree"}
        shop = {f"com.mareval.{product}": product for product in packages}
        tickets = self._tickets
        form = "%d/%m/%Y %H:%M:%S"
        parts = [
            pd.DataFrame(
                {
                    "product": satisfaction["Produit"].map(PRODUCT_NAMES),
                    "day": _days(pd.to_datetime(satisfaction["Horodateur"], format=form)),
                    "text": satisfaction[why],
                    "low": (satisfaction[nps] <= 6) | (satisfaction[csat] <= 2),
                }
            ).dropna(subset="text"),
            pd.DataFrame(
                {
                    "product": fit["Produit"].map(PRODUCT_NAMES),
                    "day": _days(pd.to_datetime(fit["Horodateur"], format=form)),
                    "text": fit[fit.columns[3]],
                    "low": False,
                }
            ).dropna(subset="text"),
            pd.DataFrame(
                {
                    "product": reviews["Package Name"].map(shop),
                    "day": _days(_utc(reviews["Review Submit Date and Time"])),
                    "text": reviews["Review Text"],
                    "low": reviews["Star Rating"] <= 2,
                    "stars": reviews["Star Rating"],
                }
            ),
            pd.DataFrame(
                {
                    "product": tickets["product"],
                    "day": tickets["opened_day"],
                    "text": tickets["subject"],
                    "low": tickets["said"] == "Bad",
                }
            ),
        ]
        return pd.concat(parts, ignore_index=True)

    @cached_property
    def _tickets(self) -> pd.DataFrame:
        rows = pd.read_csv(self._one("zendesk*.csv"))
        opened, solved = _utc(rows["Requested"]), _utc(rows["Solved"])
        return pd.DataFrame(
            {
                "product": rows["Product"].map(PRODUCT_NAMES),
                "subject": rows["Subject"],
                "said": rows["Satisfaction"],
                "opened_day": _days(opened),
                "solved_day": _days(solved),
                "days": (solved - opened).dt.total_seconds() / 86400,
            }
        )

    def _heard(self, products: tuple[str, ...], span: Span) -> pd.DataFrame | None:
        if span.start < FEEDBACK_BEGINS or span.end > LAST_DAY:
            return None
        rows = self._said
        inside = rows["day"].between(_number(span.start), _number(span.end))
        return rows[inside & rows["product"].isin(products)]

    def _feedback_volume(self, products: tuple[str, ...], span: Span) -> float | None:
        rows = self._heard(products, span)
        return None if rows is None else float(len(rows))

    def _feedback_theme_share(self, products: tuple[str, ...], span: Span) -> float | None:
        rows = self._heard(products, span)
        if rows is None:
            return None
        texts = rows["text"].dropna()
        return _quotient(float(sum(bool(THEMES[text]) for text in texts)), len(texts))

    def _negative_feedback_share(self, products: tuple[str, ...], span: Span) -> float | None:
        rows = self._heard(products, span)
        if rows is None:
            return None
        said = rows[rows["text"].notna()]
        return _quotient(float(said["low"].sum()), len(said))

    def _store_rating(self, products: tuple[str, ...], span: Span) -> float | None:
        rows = self._heard(products, span)
        if rows is None:
            return None
        stars = rows["stars"].dropna()
        return _quotient(float(stars.sum()), len(stars))

    def _feedback_resolution_time(self, products: tuple[str, ...], span: Span) -> float | None:
        if span.start < FEEDBACK_BEGINS or span.end > LAST_DAY:
            return None
        rows = self._tickets[self._tickets["product"].isin(products)]
        solved = rows["solved_day"].between(_number(span.start), _number(span.end))
        return float(rows["days"][solved].median()) if solved.any() else None

    def _waiting(self, products: tuple[str, ...], day: date) -> pd.DataFrame | None:
        """The tickets open at the end of a day."""
        if not FEEDBACK_BEGINS <= day <= LAST_DAY:
            return None
        rows = self._tickets[self._tickets["product"].isin(products)]
        begun = rows["opened_day"] <= _number(day)
        return rows[begun & ~rows["solved_day"].between(1, _number(day))]

    def _open_tickets(self, products: tuple[str, ...], span: Span) -> float | None:
        rows = self._waiting(products, span.end)
        return None if rows is None else len(rows)

    def _open_ticket_age(self, products: tuple[str, ...], span: Span) -> float | None:
        rows = self._waiting(products, span.end)
        if rows is None or rows.empty:
            return None
        return float((_number(span.end) - rows["opened_day"]).median())

    def _pmf_score(self, products: tuple[str, ...], span: Span) -> float | None:
        rows = self._scores(products, span, "pmf")
        rows = rows[rows["score"] != "Je ne l'utilise plus"]
        return _quotient(float((rows["score"] == "Très déçu(e)").sum()), len(rows))

    def _engagement_score(self, squads: tuple[str, ...], span: Span) -> float | None:
        rows = self._scores(squads, span, "engagement")
        if rows["respondent"].nunique() < FEWEST_PEOPLE:
            return None
        return float(((rows["score"] - 1) / 4 * 10).mean())

    def _enps(self, squads: tuple[str, ...], span: Span) -> float | None:
        rows = self._scores(squads, span, "enps")
        return self._net(rows) if len(rows) >= FEWEST_PEOPLE else None

    # Deals

    @cached_property
    def _deals(self) -> pd.DataFrame:
        rows = pd.read_csv(self._one("hubspot-*.csv"))
        rows["product"] = rows["Pipeline"].str.removeprefix("Ventes ").map(PRODUCT_NAMES)
        rows["day"] = _days(pd.to_datetime(rows["Close Date"]))
        return rows

    def _win_rate(self, products: tuple[str, ...], span: Span) -> float | None:
        rows = self._deals[self._deals["product"].isin(products)]
        begun = rows.groupby("product")["Create Date"].min()
        late = begun[(begun > str(span.start)) & (begun <= str(span.end))]
        if span.end > LAST_DAY or set(late.index) - set(LAUNCHED):
            return None
        rows = rows[rows["day"].between(_number(span.start), _number(span.end))]
        won = (rows["Deal Stage"] == "Closed Won").sum()
        lost = rows["Deal Stage"] == "Closed Lost"
        lost = (lost & (rows["Closed Lost Reason"] != "No decision")).sum()
        return _quotient(float(won), float(won + lost))

    # Delivery

    @cached_property
    def _issues(self) -> dict[date, pd.DataFrame]:
        """Each Jira export: squad, key, state, days created, started and done, points, sprints."""
        found = {}
        for day, path in self._files("Jira *.csv").items():
            rows = pd.read_csv(path, low_memory=False)
            sprints = [name for name in rows.columns if name.partition(".")[0] == "Sprint"]
            table = pd.DataFrame(
                {
                    "squad": rows["Project key"].map(SQUAD_NAMES),
                    "key": rows["Issue key"],
                    "state": rows["Status Category"],
                    "created": _days(pd.to_datetime(rows["Created"], format=_JIRA_TIME)),
                    "started": _days(
                        pd.to_datetime(rows["Custom field (Actual start)"], format=_JIRA_TIME)
                    ),
                    "done": _days(pd.to_datetime(rows["Resolved"], format=_JIRA_TIME)),
                    "points": rows["Custom field (Story Points)"],
                    "status": rows["Status"],
                    "changed": _days(
                        pd.to_datetime(rows["Status Category Changed"], format=_JIRA_TIME)
                    ),
                    "type": rows["Issue Type"],
                    "waits_for": rows["Inward issue link (Blocks)"],
                    "parent": rows["Parent key"],
                }
            )
            labels = [name for name in rows.columns if name.partition(".")[0] == "Labels"]
            table["labels"] = [
                {name.lower() for name in names if isinstance(name, str)}
                for names in rows[labels].to_numpy(dtype=object)
            ]
            table["sprints"] = [
                {name for name in names if isinstance(name, str)}
                for names in rows[sprints].to_numpy(dtype=object)
            ]
            found[day] = table
        return found

    @cached_property
    def _items(self) -> pd.DataFrame:
        """Every item as its newest export shows it."""
        jira = pd.concat(self._issues.values()).drop_duplicates("key", keep="last")
        rows = pd.read_csv(self._one("Linear*.csv"))
        linear = pd.DataFrame(
            {
                "squad": rows["Team"].map(SQUAD_NAMES),
                "key": rows["ID"],
                "state": np.where(rows["Completed"].notna(), "Done", "Open"),
                "created": _days(_utc(rows["Created"], "ISO8601")),
                "started": _days(_utc(rows["Started"], "ISO8601")),
                "done": _days(_utc(rows["Completed"], "ISO8601")),
                "points": rows["Estimate"],
                "labels": [
                    {word.strip().lower() for word in words.split(",")} for words in rows["Labels"]
                ],
                "sprints": [{name} for name in rows["Cycle Name"]],
                "parent": rows["Project"].astype(object).fillna(rows["Parent issue"]),
            }
        )
        found = pd.concat([jira, linear], ignore_index=True)
        done, open_ = found["state"] == "Done", found["state"] != "Done"
        # What the figures below rest on: done items say when they began, open ones are not done.
        assert (found["started"][done] > 0).all()
        assert (found["done"][open_] == 0).all()
        assert (found["started"][found["state"] == "In Progress"] > 0).all()
        assert (found["started"][found["state"] == "To Do"] == 0).all()
        return found

    def _finished(self, squads: tuple[str, ...], span: Span) -> pd.DataFrame | None:
        heard = [squad for squad in squads if squad not in SILENT_SQUADS]
        if not heard or span.start < HISTORY_BEGINS or span.end > LAST_DAY:
            return None
        rows = self._items
        inside = rows["done"].between(_number(span.start), _number(span.end))
        return rows[rows["squad"].isin(heard) & (rows["state"] == "Done") & inside]

    def _throughput(self, squads: tuple[str, ...], span: Span) -> float | None:
        rows = self._finished(squads, span)
        return None if rows is None else len(rows)

    def _waited(
        self, squads: tuple[str, ...], span: Span, since: str, share: float
    ) -> float | None:
        """The quantile of whole days, between the two nearest ones where it falls between."""
        rows = self._finished(squads, span)
        if rows is None or rows.empty:
            return None
        days = sorted((rows["done"] - rows[since]).tolist())
        place = share * (len(days) - 1)
        low = int(place)
        high = min(low + 1, len(days) - 1)
        return days[low] + (place - low) * (days[high] - days[low])

    def _cycle_time_p50(self, squads: tuple[str, ...], span: Span) -> float | None:
        return self._waited(squads, span, "started", 0.5)

    def _cycle_time_p85(self, squads: tuple[str, ...], span: Span) -> float | None:
        return self._waited(squads, span, "started", 0.85)

    def _lead_time_p50(self, squads: tuple[str, ...], span: Span) -> float | None:
        return self._waited(squads, span, "created", 0.5)

    def _lead_time_p85(self, squads: tuple[str, ...], span: Span) -> float | None:
        return self._waited(squads, span, "created", 0.85)

    def _wip(self, squads: tuple[str, ...], span: Span) -> float | None:
        heard = [squad for squad in squads if squad not in SILENT_SQUADS]
        if not heard or span.end < HISTORY_BEGINS or span.end > LAST_DAY:
            return None
        rows, day = self._items, _number(span.end)
        begun = (rows["started"] > 0) & (rows["started"] <= day)
        under_way = begun & ~((rows["done"] > 0) & (rows["done"] <= day))
        return float((under_way & rows["squad"].isin(heard)).sum())

    @cached_property
    def _memberships(self) -> pd.DataFrame:
        return pd.read_csv(self.folder / "memberships.csv", dtype=str)

    def _members(self, squads: tuple[str, ...], span: Span) -> float | None:
        if not HISTORY_BEGINS <= span.end <= LAST_DAY:
            return None
        rows, day = self._memberships, str(span.end)
        now = (rows["start"] <= day) & (rows["end"].isna() | (rows["end"] >= day))
        return rows["person"][now & rows["squad"].isin(squads)].nunique()

    def _wip_per_person(self, squads: tuple[str, ...], span: Span) -> float | None:
        return _quotient(self._wip(squads, span), self._members(squads, span))

    @cached_property
    def _sprints(self) -> list[tuple[str, str, date, float, float]]:
        """Squad, name, last day, points committed at the start and points of those done in time."""
        newest = self._items.set_index("key")
        found = []
        for sprint in pd.read_csv(self.folder / "sprints.csv").itertuples():
            start, end = date.fromisoformat(str(sprint.start)), date.fromisoformat(str(sprint.end))
            seen = [day for day in self._issues if abs((day - start).days) <= 1]
            if not seen:
                continue
            rows = self._issues[min(seen, key=lambda day, start=start: abs((day - start).days))]
            inside = np.array([sprint.sprint in names for names in rows["sprints"]])
            rows = rows[inside & ((rows["state"] != "Done") | (rows["done"] >= _number(start)))]
            rows = rows[rows["squad"] == sprint.squad]
            points = rows["points"].fillna(1.0).to_numpy()
            present = newest.loc[rows["key"]]
            kept = present["done"].between(_number(start), _number(end)).to_numpy()
            if len(rows):
                name = (str(sprint.squad), str(sprint.sprint), end)
                found.append((*name, float(points.sum()), float(points[kept].sum())))
        return found

    def _sprint_predictability(self, squads: tuple[str, ...], span: Span) -> float | None:
        ended = [s for s in self._sprints if s[0] in squads and span.start <= s[2] <= span.end]
        if span.end > LAST_DAY:
            return None
        return _quotient(sum(s[4] for s in ended), sum(s[3] for s in ended))

    # What came into sprints and left them, and how fast squads go

    @cached_property
    def _calendar(self) -> list[tuple[str, str, date, date]]:
        """Squad, sprint, first and last day."""
        return [
            (str(row.squad), str(row.sprint), date.fromisoformat(str(row.start)),
             date.fromisoformat(str(row.end)))
            for row in pd.read_csv(self.folder / "sprints.csv").itertuples()
        ]  # fmt: skip

    @cached_property
    def _changes(self) -> list[tuple[str, date, float, float]]:
        """Squad and last day of each sprint whose start was exported, points moved, committed."""
        starts = {(squad, name): start for squad, name, start, _ in self._calendar}
        found = []
        for squad, sprint, start, end in self._calendar:
            near = [day for day in self._issues if abs((day - start).days) <= 1]
            if not near:
                continue
            committed: dict[str, float] = {}
            entered: dict[str, float] = {}
            latest: dict[str, tuple[date, str, set[str]]] = {}
            for day, rows in self._issues.items():
                if not start - timedelta(1) <= day <= end + timedelta(1):
                    continue
                mine = rows[rows["squad"] == squad]
                for row in mine.itertuples():
                    if row.state == "Done" and row.done < _number(start):
                        continue
                    points = 1.0 if pd.isna(row.points) else float(row.points)
                    if sprint in row.sprints:
                        if day in near:
                            committed.setdefault(row.key, points)
                        entered.setdefault(row.key, points)
                    latest[row.key] = (day, row.state, row.sprints)
            moved = sum(points for key, points in entered.items() if key not in committed)
            for key, points in committed.items():
                day, _, inside = latest[key]
                later = any(starts.get((squad, name), start) > start for name in inside)
                if sprint not in inside and (day <= end or not later):
                    moved += points
            if committed:
                found.append((squad, end, moved, sum(committed.values())))
        return found

    def _scope_change(self, squads: tuple[str, ...], span: Span) -> float | None:
        ended = [s for s in self._changes if s[0] in squads and span.start <= s[1] <= span.end]
        if span.end > LAST_DAY:
            return None
        return _quotient(sum(s[2] for s in ended), sum(s[3] for s in ended))

    @cached_property
    def _velocities(self) -> dict[str, list[tuple[date, float]]]:
        """By squad: last day and points done of each sprint, in order."""
        found: dict[str, list[tuple[date, float]]] = {}
        for squad, sprint, start, end in self._calendar:
            rows = self._items[self._items["squad"] == squad]
            inside = np.array([sprint in names for names in rows["sprints"]])
            within = rows["done"].between(_number(start), _number(end)).to_numpy()
            points = rows["points"].fillna(1.0).to_numpy(dtype=float)
            found.setdefault(squad, []).append((end, float(points[inside & within].sum())))
        return {squad: sorted(ended) for squad, ended in found.items()}

    def _velocity(self, squads: tuple[str, ...], span: Span) -> float | None:
        if len(squads) > 1 or span.start < HISTORY_BEGINS or span.end > LAST_DAY:
            return None
        ended = [
            points
            for end, points in self._velocities.get(squads[0], [])
            if span.start <= end <= span.end
        ]
        return sum(ended) if ended else None

    @cached_property
    def _lives(self) -> dict[str, list[tuple[int, int, Any]]]:
        """By key of an issue: from which day, known on which day, what its exports showed."""
        found: dict[str, list[tuple[int, int, Any]]] = {}
        for day, rows in self._issues.items():
            for row in rows.itertuples():
                versions = found.setdefault(row.key, [])
                since = row.created
                if versions:
                    _, known, before = versions[-1]
                    moved = before.state != row.state and known < row.changed <= _number(day)
                    since = row.changed if moved else known
                versions.append((since, _number(day), row))
        return found

    def _shown(self, day: date) -> list[Any]:
        """What held of each issue at the end of a day."""
        states = []
        for versions in self._lives.values():
            held = [row for since, _, row in versions if since <= _number(day)]
            if held:
                states.append(held[-1])
        return states

    def _backlog_readiness(self, squads: tuple[str, ...], span: Span) -> float | None:
        first_export = min(self._issues)
        if len(squads) > 1 or not first_export <= span.end <= LAST_DAY:
            return None
        if not (self._items["status"][self._items["squad"] == squads[0]] == "Ready").any():
            return None
        ready = sum(
            1.0 if pd.isna(row.points) else row.points
            for row in self._shown(span.end)
            if row.squad == squads[0] and row.status == "Ready"
        )
        ended = [points for end, points in self._velocities[squads[0]] if end <= span.end]
        return _quotient(ready, float(np.median(ended[-6:])) if ended else None)

    def _under_way(self, squads: tuple[str, ...], day: date) -> pd.DataFrame:
        rows = self._items
        begun = (rows["started"] > 0) & (rows["started"] <= _number(day))
        finished = (rows["done"] > 0) & (rows["done"] <= _number(day))
        return rows[begun & ~finished & rows["squad"].isin(squads)]

    def _wip_age(self, squads: tuple[str, ...], span: Span) -> float | None:
        if self._wip(squads, span) is None:
            return None
        rows = self._under_way(squads, span.end)
        ages = (_number(span.end) - rows["started"]).to_list()
        return float(np.median(ages)) if ages else None

    def _blocked_items(self, squads: tuple[str, ...], span: Span) -> float | None:
        if self._wip(squads, span) is None:
            return None
        under_way = set(self._under_way(squads, span.end)["key"])
        newest = self._items.set_index("key")
        blocked = 0
        for row in self._shown(span.end):
            if row.key in under_way and isinstance(row.waits_for, str):
                other = newest.loc[row.waits_for]
                done = 0 < other["done"] <= _number(span.end)
                blocked += other["squad"] != row.squad and not done
        return blocked

    def _escaped_defects_rate(self, squads: tuple[str, ...], span: Span) -> float | None:
        if self._finished(squads, span) is None:
            return None
        rows = self._items[self._items["squad"].isin(squads)]
        rows = rows[rows["created"].between(_number(span.start), _number(span.end))]
        said = zip(rows["type"], rows["labels"], strict=True)
        bug = np.array([kind == "Bug" or "bug" in words for kind, words in said])
        escaped = np.array(["production" in words for words in rows["labels"]])
        return _quotient(float((bug & escaped).sum()), float(bug.sum()))

    # Deployments

    @cached_property
    def _deployments(self) -> pd.DataFrame:
        """Deployments to production: squad, local day, hours from commit, and until restored."""
        rows = pd.read_csv(self._one("deployments *.csv"))
        rows = rows[rows["environment"] == "production"]
        at, committed, restored = (
            pd.to_datetime(rows[name]).dt.tz_localize(ZONE)
            for name in ("deployed_at", "first_commit_at", "restored_at")
        )
        return pd.DataFrame(
            {
                "squad": rows["squad"].map(SQUAD_NAMES),
                "day": _days(at),
                "waited": (at - committed).dt.total_seconds() / 3600,
                "failed": rows["failed"] == "yes",
                "restored": _days(restored),
                "down": (restored - at).dt.total_seconds() / 3600,
            }
        )

    def _released(
        self, squads: tuple[str, ...], span: Span, when: str = "day"
    ) -> pd.DataFrame | None:
        if span.start < HISTORY_BEGINS or span.end > LAST_DAY:
            return None
        rows = self._deployments
        inside = rows[when].between(_number(span.start), _number(span.end))
        return rows[rows["squad"].isin(squads) & inside]

    def _deployment_frequency(self, squads: tuple[str, ...], span: Span) -> float | None:
        rows = self._released(squads, span)
        return None if rows is None else len(rows)

    def _change_lead_time(self, squads: tuple[str, ...], span: Span) -> float | None:
        rows = self._released(squads, span)
        return None if rows is None or rows.empty else float(rows["waited"].median())

    def _change_fail_rate(self, squads: tuple[str, ...], span: Span) -> float | None:
        rows = self._released(squads, span)
        return None if rows is None else _quotient(float(rows["failed"].sum()), len(rows))

    def _recovery_time(self, squads: tuple[str, ...], span: Span) -> float | None:
        rows = self._released(squads, span, "restored")
        return None if rows is None or rows.empty else float(rows["down"].median())

    # People

    def _survey_participation(self, squads: tuple[str, ...], span: Span) -> float | None:
        waves = pd.read_csv(self._one("Vagues*.csv"), parse_dates=["Début", "Fin"])
        waves = waves[waves["Équipe"].map(SQUAD_NAMES).isin(squads)]
        starts, ends = _days(waves["Début"]), _days(waves["Fin"])
        closed = (ends >= _number(span.start)) & (ends <= _number(span.end))
        answers = self._answers["enps"]
        answered = invited = 0
        rows = zip(waves["Équipe"], starts, ends, waves["Personnes invitées"], strict=True)
        for inside, (squad, start, end, asked) in zip(closed, rows, strict=True):
            if inside and span.end <= LAST_DAY:
                mine = answers[answers["whose"] == SQUAD_NAMES[squad]]
                answered += int(mine["day"].between(start, end).sum())
                invited += int(asked)
        return _quotient(answered, invited)

    @cached_property
    def _levels(self) -> dict[tuple[str, str], list[tuple[int, int]]]:
        """By person and skill: days of assessment and levels, in order."""
        keys = pd.read_csv(self.folder / "people.csv").set_index("name")["person"]
        found: dict[tuple[str, str], list[tuple[int, int]]] = {}
        rows = pd.read_csv(self._one("skills *.csv"), parse_dates=["Assessed on"])
        for row, day in zip(rows.itertuples(), _days(rows["Assessed on"]), strict=True):
            found.setdefault((keys[row.Employee], row.Skill), []).append((int(day), row.Level))
        return {whose: sorted(levels) for whose, levels in found.items()}

    @cached_property
    def _needs(self) -> list[tuple[str, str, int]]:
        rows = pd.read_csv(self._one("skill needs *.csv"))
        squads = rows["Squad"].map(SQUAD_NAMES)
        return list(zip(squads, rows["Skill"], rows["Required level"], strict=True))

    def _people(self, squad: str, day: int) -> list[str]:
        rows, on = self._memberships, str(date.fromordinal(day))
        now = (rows["start"] <= on) & (rows["end"].isna() | (rows["end"] >= on))
        return rows["person"][now & (rows["squad"] == squad)].to_list()

    def _holders(self, squads: tuple[str, ...], span: Span) -> list[int]:
        """How many hold each skill that the squads need, once anything is known of them."""
        day = _number(span.end)
        if span.end > LAST_DAY or day < min(levels[0][0] for levels in self._levels.values()):
            return []
        return [
            sum(
                ([0] + [level for on, level in self._levels.get((person, skill), []) if on <= day])[
                    -1
                ]
                >= required
                for person in self._people(squad, day)
            )
            for squad, skill, required in self._needs
            if squad in squads
        ]

    def _skills_coverage(self, squads: tuple[str, ...], span: Span) -> float | None:
        holders = self._holders(squads, span)
        return _quotient(sum(count >= 2 for count in holders), len(holders))

    def _bus_factor(self, squads: tuple[str, ...], span: Span) -> float | None:
        return min(self._holders(squads, span), default=None)

    def _skills_progress(self, squads: tuple[str, ...], span: Span) -> float | None:
        gained = missing = 0
        for squad, skill, required in self._needs:
            for (person, what), levels in self._levels.items():
                for (_, before), (day, now) in itertools.pairwise(levels):
                    inside = _number(span.start) <= day <= _number(span.end)
                    if squad not in squads or what != skill or not inside or before >= required:
                        continue
                    if person in self._people(squad, day):
                        missing += required - before
                        gained += max(0, min(now, required) - before)
        return _quotient(gained, missing) if span.end <= LAST_DAY else None

    def _vacancy_days(self, products: tuple[str, ...], span: Span) -> float | None:
        """Days without a PM, and days without a PO of the product or of a squad working on it."""
        rows = pd.read_csv(self.folder / "ownerships.csv", dtype=str)
        days = [date.fromordinal(n) for n in range(_number(span.start), _number(span.end) + 1)]
        held: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for row in rows.itertuples():
            end = row.end if isinstance(row.end, str) else "9999"
            if row.target_kind == "product":
                held.setdefault((row.target, row.role), []).append((row.start, end))
            for work in self._assignments.itertuples():
                if row.target_kind == "squad" and work.squad == row.target:
                    until = work.end if isinstance(work.end, str) else "9999"
                    both = (max(row.start, work.start), min(end, until))
                    held.setdefault((work.product, row.role), []).append(both)
        vacant = known = 0
        for product in products:
            for role in ("PM", "PO"):
                spans = [(a, b) for a, b in held.get((product, role), []) if a <= b]
                first = min((a for a, _ in spans), default="9999")
                for day in days:
                    if str(day) >= first:
                        known += 1
                        vacant += not any(a <= str(day) <= b for a, b in spans)
        return vacant if known and span.end <= LAST_DAY else None

    # The market

    @cached_property
    def _market(self) -> pd.DataFrame:
        """One row a product and month: first day, own share, the largest rival's, all of them."""
        parts = []
        for product in FIFTH_DIGIT.values():
            rows = pd.read_csv(self._one(f"{product}_segment-fr-monthly-*.csv"))
            rivals = rows.iloc[:, 2:-1]
            parts.append(
                pd.DataFrame(
                    {
                        "product": product,
                        "day": pd.to_datetime(rows["Date"]).dt.date,
                        "own": rows.iloc[:, 1],
                        "rival": rivals.max(axis=1),
                        "total": rows.iloc[:, 1:].sum(axis=1),
                    }
                )
            )
        return pd.concat(parts)

    def _in_market(self, products: tuple[str, ...], span: Span) -> pd.DataFrame:
        """The months of the one market; none for products of several markets."""
        rows = self._market
        if len(products) > 1 or span.start < MARKET[0] or span.end > MARKET[1]:
            return rows.iloc[:0]
        inside = (rows["day"] >= span.start) & (rows["day"] <= span.end)
        return rows[inside & rows["product"].isin(products)]

    def _market_share(self, products: tuple[str, ...], span: Span) -> float | None:
        rows = self._in_market(products, span)
        return _quotient(float(rows["own"].sum()), float(rows["total"].sum()))

    def _relative_market_share(self, products: tuple[str, ...], span: Span) -> float | None:
        rows = self._in_market(products, span)
        return _quotient(float(rows["own"].sum()), float(rows["rival"].sum()))

    def _competitive_win_rate(self, products: tuple[str, ...], span: Span) -> float | None:
        if span.end > LAST_DAY or (
            self._win_rate(products, span) is None and self._decided(products, span)
        ):
            return None
        return _quotient(
            float(self._decided(products, span, "Closed Won", rival=True)),
            float(self._decided(products, span, rival=True)),
        )

    def _decided(
        self, products: tuple[str, ...], span: Span, stage: str = "", *, rival: bool = False
    ) -> int:
        """Deals won or lost in a span, of one stage or both, all or those that name a rival."""
        rows = self._deals[self._deals["product"].isin(products)]
        rows = rows[rows["day"].between(_number(span.start), _number(span.end))]
        lost = rows["Deal Stage"] == "Closed Lost"
        lost &= rows["Closed Lost Reason"] != "No decision"
        chosen = (rows["Deal Stage"] == "Closed Won") | lost
        if stage:
            chosen &= rows["Deal Stage"] == stage
        return int((chosen & rows["Competitor"].notna()).sum() if rival else chosen.sum())

    def _rating_gap(self, products: tuple[str, ...], span: Span) -> float | None:
        """Nobody gave the ratings of rivals."""
        return None

    # Growth

    def _period_growth_contribution(self, products: tuple[str, ...], span: Span) -> float | None:
        ago = span.start - timedelta(1)
        if not self._comparable(products, span, ago):
            return None
        then = float(self._held(tuple(FIFTH_DIGIT.values()), ago).sum())
        change = float(self._held(products, span.end).sum() - self._held(products, ago).sum())
        return 100 * change / then if then else None

    def _transferred(
        self, held: tuple[str, ...], before: tuple[str, ...], span: Span
    ) -> float | None:
        """What was paid, a period ago, for the products held now, less for those held then."""
        ago = span.before()
        if not held or span.end > LAST_DAY:
            return None
        now = self._mrr(held, ago)
        then = self._mrr(before, ago) if before else 0.0
        return None if now is None or then is None else now - then

    def _rule_of_40(self, products: tuple[str, ...], span: Span) -> float | None:
        ago = self._mrr(products, span.year_before())
        now, margin = self._mrr(products, span), self._contribution_margin_rate(products, span)
        if not ago or now is None or margin is None:
            return None
        return 100 * (now / ago - 1) + 100 * margin

    def _self_serve_share(self, products: tuple[str, ...], span: Span) -> float | None:
        if not self._billed(products, span, span.start - timedelta(1)):
            return None
        exports = self._files("subscriptions_*.csv").values()
        newest = pd.concat(pd.read_csv(path) for path in exports).drop_duplicates("id", keep="last")
        contracts = self._contracts[0].assign(
            channel=newest.set_index("id")["channel (metadata)"].reindex(self._contracts[0].index)
        )
        paid = contracts[contracts["ended"] > contracts["begun"]].sort_values(["begun", "channel"])
        first = paid.drop_duplicates(["product", "account"]).set_index(["product", "account"])
        opening = self._held(products, span.start - timedelta(1))
        closing = self._held(products, span.end)
        new = closing[~closing.index.isin(opening.index)]
        come = first.reindex(new.index)
        new = new[(come["begun"] >= _number(span.start)).to_numpy()]
        channels = first["channel"].reindex(new.index)
        return _quotient(float(new[channels == "self-serve"].sum()), float(new.sum()))

    @cached_property
    def _free(self) -> pd.DataFrame:
        """Days on the free plan: product, user, day, whether the qualifying use was reached."""
        rules = pd.read_csv(self._one("qualifying usage *.csv"))
        parts = []
        for rule in rules.itertuples():
            product = PRODUCT_NAMES[str(rule.product)]
            rows = self._events[self._events["product"] == product]
            uses = rows[rows["event"] == rule.event].sort_values("day", kind="stable")
            place = uses.groupby("user").cumcount() + 1
            reached = uses[place == rule.at_least].set_index("user")["day"]
            free = rows[rows["plan"] == rule.free_plan][["product", "user", "day"]]
            free = free.drop_duplicates()
            since = free["user"].map(reached)
            parts.append(free.assign(qualified=(since <= free["day"]).to_numpy()))
        return pd.concat(parts)

    def _pql_rate(self, products: tuple[str, ...], span: Span) -> float | None:
        if not self._tracked(products, span.start, span.end, span.end):
            return None
        rows = self._free[self._free["product"].isin(products)]
        rows = rows[rows["day"].between(_number(span.start), _number(span.end))]
        return _quotient(rows["user"][rows["qualified"]].nunique(), rows["user"].nunique())

    # What was aimed at, and what was built

    @cached_property
    def _key_results(self) -> pd.DataFrame:
        rows = pd.read_csv(self._one("OKR *.csv"))
        quarters = rows["Quarter"].str.split(" Q")
        return pd.DataFrame(
            {
                "product": rows["Product"].map(PRODUCT_NAMES),
                "kpi": rows["KPI"],
                "begun": [date(int(y), 3 * int(q) - 2, 1) for y, q in quarters],
                "ended": pd.to_datetime(rows["Due date"], format="%B %d, %Y").dt.date,
                "start": rows["Start"],
                "target": rows["Target"],
                "typed": rows["Current"],
            }
        )

    def _running(self, products: tuple[str, ...], span: Span) -> pd.DataFrame:
        rows = self._key_results
        if span.end > LAST_DAY:
            return rows.iloc[:0]
        now = (rows["begun"] <= span.end) & (rows["ended"] >= span.end)
        return rows[now & rows["product"].isin(products)]

    def _okr_progress(self, products: tuple[str, ...], span: Span) -> float | None:
        shares = []
        for row in self._running(products, span).itertuples():
            period = of_grain(grain_of(row.kpi))(span.end)
            value = None
            while period.end > span.end:
                period = period.before()
            while value is None and period.end > row.begun:
                value = self.value(row.kpi, "product", row.product, period)
                period = period.before()
            if value is None:
                if span.end < row.ended:  # the export says how it stood once it had ended
                    return None
                value = row.typed
            shares.append(min(1.0, max(0.0, (value - row.start) / (row.target - row.start))))
        return _quotient(sum(shares), len(shares))

    def _okr_expected_progress(self, products: tuple[str, ...], span: Span) -> float | None:
        shares = [
            ((span.end - row.begun).days + 1) / ((row.ended - row.begun).days + 1)
            for row in self._running(products, span).itertuples()
        ]
        if self._okr_progress(products, span) is None:
            return None
        return _quotient(sum(shares), len(shares))

    def _north_star(self, products: tuple[str, ...], span: Span) -> float | None:
        stars = pd.read_csv(self.folder / "products.csv").set_index("product")["north_star"]
        named = {str(stars[product]) for product in products}
        if len(named) != 1:
            return None
        found: float | None = getattr(self, f"_{named.pop()}")(products, span)
        return found

    @cached_property
    def _roadmap(self) -> pd.DataFrame:
        rows = pd.read_csv(self._one("Roadmap *.csv"), encoding="utf-8-sig")
        dated = {
            name: _days(pd.to_datetime(rows[header], format="%B %d, %Y"))
            for name, header in (("due", "First due"), ("shipped", "Shipped"))
        }
        led = pd.read_csv(self._one("discoveries *.csv")).dropna(subset="initiative")
        heard = set(zip(led["product"], led["initiative"], strict=True))
        return rows.assign(
            product=rows["Product"].map(PRODUCT_NAMES),
            squad=rows["Squad"].map(SQUAD_NAMES),
            from_market=[
                str(origin).startswith(FROM_MARKET) or (product, name) in heard
                for product, name, origin in zip(
                    rows["Product"], rows["Name"], rows["Origin"], strict=True
                )
            ],
            **dated,
        )

    def _delivered(self, products: tuple[str, ...], span: Span) -> pd.DataFrame:
        rows = self._roadmap
        if span.start < ROADMAP_BEGINS or span.end > LAST_DAY:
            return rows.iloc[:0]
        inside = rows["shipped"].between(_number(span.start), _number(span.end))
        return rows[inside & rows["product"].isin(products)]

    def due_for_review(self, product: str, span: Span) -> int:
        """Shipped initiatives of a product ('' for all) that aim at a KPI, by review day."""
        rows = self._roadmap.dropna(subset=["Target KPI", "Review date"])
        days = _days(pd.to_datetime(rows["Review date"], format="%B %d, %Y"))
        inside = (days >= _number(span.start)) & (days <= _number(span.end))
        return int(
            (inside & (rows["product"].isin([product] if product else FIFTH_DIGIT.values()))).sum()
        )

    def _linked_initiatives(self, products: tuple[str, ...], span: Span) -> float | None:
        rows = self._delivered(products, span)
        return _quotient(int(rows["Target KPI"].notna().sum()), len(rows))

    def _market_driven_roadmap_share(self, products: tuple[str, ...], span: Span) -> float | None:
        rows = self._delivered(products, span)
        return _quotient(int(rows["from_market"].sum()), len(rows))

    def _on_time_delivery(self, squads: tuple[str, ...], span: Span) -> float | None:
        rows = self._roadmap
        if span.start < ROADMAP_BEGINS or span.end > LAST_DAY:
            return None
        due = rows[rows["due"].between(_number(span.start), _number(span.end))]
        due = due[due["squad"].isin(squads)]
        kept = (due["shipped"] > 0) & (due["shipped"] <= due["due"])
        return _quotient(int(kept.sum()), len(due))

    def _sprint_value_share(self, squads: tuple[str, ...], span: Span) -> float | None:
        if span.start < ROADMAP_BEGINS or span.end > LAST_DAY:
            return None
        aimed = self._roadmap.dropna(subset=["Objective", "Epic"])
        served = set(zip(aimed["squad"], aimed["Epic"], strict=True))
        done = useful = 0.0
        for squad, sprint, start, end in self._calendar:
            if squad not in squads or not span.start <= end <= span.end:
                continue
            rows = self._items[self._items["squad"] == squad]
            for row in rows[rows["done"].between(_number(start), _number(end))].itertuples():
                if sprint in row.sprints:
                    points = 1.0 if pd.isna(row.points) else float(row.points)
                    done += points
                    useful += points * ((squad, row.parent) in served)
        return _quotient(useful, done)

    # Audits and carbon

    @cached_property
    def _observed(self) -> pd.DataFrame:
        rows = pd.read_csv(self._one("observations *.csv"))
        days = [
            date.fromisoformat(text if len(text) == 10 else f"{text}-01") for text in rows["period"]
        ]
        return rows.assign(product=rows["scope"].map(PRODUCT_NAMES), day=days)

    def _rgaa_compliance(self, products: tuple[str, ...], span: Span) -> float | None:
        if span.end > LAST_DAY:
            return None
        rows = self._observed[self._observed["product"].isin(products)]
        rows = rows[rows["day"] <= span.end].sort_values("day", kind="stable")
        latest = rows.drop_duplicates(["metric", "product"], keep="last")
        totals = latest.groupby("metric")["value"].sum()
        return _quotient(totals.get("rgaa_criteria_met"), totals.get("rgaa_criteria_applicable"))

    def _carbon_per_active_user(self, products: tuple[str, ...], span: Span) -> float | None:
        begun = [p for p in products if LAUNCHED.get(p, HISTORY_BEGINS) <= span.end]
        if span.end > MARKET[1] or any(
            CARBON_BEGINS.get(product, MARKET[0]) > span.start for product in begun
        ):
            return None
        rows = self._observed[self._observed["metric"] == "carbon_grams"]
        inside = (rows["day"] >= span.start) & (rows["day"] <= span.end)
        grams = float(rows["value"][inside & rows["product"].isin(products)].sum())
        return _quotient(grams, self._active_users(products, span))
