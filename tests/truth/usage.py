"""Who came, came back and stayed, by the events of products."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import pandas as pd

from tests.truth.exports import (
    HISTORY_BEGINS,
    LAST_DAY,
    LAUNCHED,
    PRODUCT_NAMES,
    ZONE,
    Exports,
    days_of,
    number_of,
    quotient,
)
from tests.truth.spans import Span, week_of

OUTAGE = ("passerelle", date(2026, 6, 9), date(2026, 6, 12))
FEWEST_DAYS = 7
CONVERSION_DAYS = 14


class Usage(Exports):
    """Who came, came back and stayed, by the events of products."""

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
                "day": days_of(moment),
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
            low = np.searchsorted(days, number_of(span.start), "left")
            high = np.searchsorted(days, number_of(span.end), "right")
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
        return quotient(daily, len(self._users(products, window)))

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
        return quotient(moves["new"] + moves["resurrected"], moves["churned"]) if moves else None

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
        inside = rows["day"].between(number_of(span.start), number_of(span.end))
        return quotient(float((inside & rows["product"].isin(products)).sum()), users)

    def _feature_depth(self, products: tuple[str, ...], span: Span) -> float | None:
        if not self._tracked(products, span.start, span.end, span.end):
            return None
        rows = self._events[self._events["feature"].notna()]
        inside = rows["day"].between(number_of(span.start), number_of(span.end))
        uses = float((inside & rows["product"].isin(products)).sum())
        return quotient(uses, len(self._users(products, span, "feature")))

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
                "day": days_of(moment),
            }
        )

    def _lists_known(self, products: Iterable[str], span: Span) -> bool:
        """Whether the lists of those products that had begun reach over the whole span."""
        first = self._listed.groupby("product")["day"].min()
        begun = [p for p in products if first[p] <= number_of(span.end)]
        whole = all(p in LAUNCHED or first[p] <= number_of(span.start) for p in begun)
        return bool(begun) and whole and span.end <= LAST_DAY

    def _signups(self, products: tuple[str, ...], span: Span) -> float | None:
        if not self._lists_known(products, span):
            return None
        rows = self._listed
        inside = rows["day"].between(number_of(span.start), number_of(span.end))
        return float(rows["name"][inside & rows["product"].isin(products)].nunique())

    def _usage_churn_rate(self, products: tuple[str, ...], span: Span) -> float | None:
        moves = self._moves(products, span)
        return quotient(moves["churned"], moves["previous"]) if moves else None

    def _share(self, products: tuple[str, ...], span: Span, which: str) -> float | None:
        if not self._tracked(products, span.start, span.end, span.end):
            return None
        using = len(self._users(products, span, which))
        return quotient(using, len(self._users(products, span)))

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
                {"day": days_of(first), "waited": waited.to_numpy(), "hours": hours.to_numpy()}
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
            cohort = rows[rows["day"].between(number_of(span.start), number_of(span.end))]
            entered += len(cohort)
            reached += int((cohort["waited"] <= FEWEST_DAYS).sum())
        return quotient(reached, entered)

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
            done: dict[int, dict[str, list[pd.Timestamp]]] = {}
            for user, event, instant in zip(
                kept["user"], kept["event"], kept["instant"], strict=True
            ):
                done.setdefault(user, {step: [] for step in steps})[event].append(instant)
            entries = kept.loc[kept["event"] == steps[0], ["user", "instant", "moment"]]
            starts = []
            for user, start, moment in entries.itertuples(index=False):
                at = start
                for step in steps[1:]:
                    place = bisect_left(done[user][step], at)
                    if place == len(done[user][step]):
                        at = None
                        break
                    at = done[user][step][place]
                in_time = at is not None and at - start <= pd.Timedelta(days=CONVERSION_DAYS)
                starts.append((user, moment, in_time))
            frame = pd.DataFrame(starts, columns=["user", "moment", "reached"])
            found[str(product)] = frame.assign(day=days_of(frame["moment"]))
        return found

    def _conversion_rate(self, products: tuple[str, ...], span: Span) -> float | None:
        elapsed = span.end + timedelta(CONVERSION_DAYS)
        if not self._tracked(products, span.start, elapsed, span.end):
            return None
        entered = reached = 0
        for product in products:
            rows = self._funnels[product]
            inside = rows[rows["day"].between(number_of(span.start), number_of(span.end))]
            users = inside.groupby("user")["reached"].any()
            entered += len(users)
            reached += int(users.sum())
        return quotient(reached, entered)

    def _time_to_value(self, products: tuple[str, ...], span: Span) -> float | None:
        if self._activation_rate(products, span) is None:
            return None
        rows = pd.concat(self._cohorts[product] for product in products)
        cohort = rows["day"].between(number_of(span.start), number_of(span.end))
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
        return quotient(len(cohort & self._users(products, later)), len(cohort))
