"""A product in its market: its share beside its rivals', and the deals it won and lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from metrics.access import Viewer
from metrics.calendar import Calendar, Grain
from metrics.pages.facts_now import FactsNow, facts_now
from metrics.result import Figure, Scope
from metrics.workspace import Workspace

SHARE = "market_share"
#: Days of shares and of deals looked back on.
TWO_YEARS, YEAR = timedelta(days=731), timedelta(days=365)
#: Rivals shown of a market, the largest now.
MOST_RIVALS = 4


@dataclass(frozen=True)
class Market:
    """One market: our share of it period by period, and those of its largest rivals by name."""

    name: str
    ours: tuple[Figure, ...]
    rivals: Mapping[str, tuple[Figure, ...]]


@dataclass(frozen=True)
class Against:
    """Deals that named a competitor."""

    competitor: str
    won: int
    lost: int


@dataclass(frozen=True)
class Deals:
    """Deals closed in the year up to `until`. `reasons` count the lost ones by why, the most told
    first; None is where nobody said. Deals without a decision are neither won nor lost."""

    until: date
    won: int
    lost: int
    undecided: int
    reasons: tuple[tuple[str | None, int], ...]
    against: tuple[Against, ...]

    @property
    def win_rate(self) -> float | None:
        decided = self.won + self.lost
        return self.won / decided if decided else None


@dataclass(frozen=True)
class MarketSide:
    markets: tuple[Market, ...]
    deals: Deals | None


def market_side(workspace: Workspace, viewer: Viewer, product: str, *, until: date) -> MarketSide:
    """The markets and the deals of a product up to a day; deals are None where none closed."""
    with facts_now(workspace, viewer) as facts:
        return MarketSide((), None) if facts is None else in_market(facts, product, until)


def in_market(facts: FactsNow, product: str, until: date) -> MarketSide:
    """The same, of open facts."""
    span = {"product": product, "since": until - TWO_YEARS, "until": until}
    ours, rivals = facts.rows("market_ours", **span), facts.rows("market_rivals", **span)
    markets = dict.fromkeys(row["market"] for row in ours)
    scope, calendar = Scope("product", product), facts.setting.calendar
    return MarketSide(
        tuple(
            _market(
                [row for row in ours if row["market"] == market],
                [row for row in rivals if row["market"] == market],
                scope,
                calendar,
            )
            for market in markets
        ),
        _deals(facts, product, until),
    )


def _market(
    ours: Sequence[dict[str, Any]],
    rivals: Iterable[dict[str, Any]],
    scope: Scope,
    calendar: Calendar,
) -> Market:
    grain = Grain(ours[0]["grain"])
    totals = {row["day"]: float(row["total"]) for row in ours if row["total"]}

    def shares(told: Iterable[tuple[date, Any]], player: str) -> tuple[Figure, ...]:
        found = []
        for day, value in told:
            period, whole = calendar.period(grain, day), totals.get(day)
            if whole is not None and value is not None:
                found.append(
                    Figure(
                        SHARE, scope, grain, period.key, period.start, period.end,
                        float(value) / whole, numerator=float(value), denominator=whole,
                        dimension="player" if player else "", member=player,
                    )
                )  # fmt: skip
        return tuple(found)

    players: dict[str, list[tuple[date, Any]]] = {}
    for row in rivals:
        players.setdefault(row["player"], []).append((row["day"], row["value"]))
    told = {name: shares(found, name) for name, found in players.items()}
    largest = sorted(
        (name for name in told if told[name]),
        key=lambda name: (told[name][-1].start, told[name][-1].value or 0.0),
        reverse=True,
    )
    return Market(
        ours[0]["market"].removesuffix(f" · {ours[0]['grain']}"),
        shares(((row["day"], row["own"]) for row in ours), ""),
        {name: told[name] for name in largest[:MOST_RIVALS]},
    )


def _deals(facts: FactsNow, product: str, until: date) -> Deals | None:
    rows = facts.rows("deals_closed", product=product, since=until - YEAR, until=until)
    if not rows:
        return None

    def counted(outcome: str) -> int:
        return sum(row["deal_count"] for row in rows if row["outcome"] == outcome)

    reasons: dict[str | None, int] = {}
    against: dict[str, dict[str, int]] = {}
    for row in rows:
        if row["outcome"] == "lost":
            reason = row["loss_reason"]
            reasons[reason] = reasons.get(reason, 0) + row["deal_count"]
        if row["competitor"] and row["outcome"] in ("won", "lost"):
            met = against.setdefault(row["competitor"], {"won": 0, "lost": 0})
            met[row["outcome"]] += row["deal_count"]
    return Deals(
        until=until,
        won=counted("won"),
        lost=counted("lost"),
        undecided=counted("no_decision"),
        reasons=tuple(sorted(reasons.items(), key=lambda each: (-each[1], each[0] or ""))),
        against=tuple(
            sorted(
                (Against(name, **met) for name, met in against.items()),
                key=lambda each: (-each.won - each.lost, each.competitor),
            )
        ),
    )
