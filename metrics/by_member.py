"""A product's figures by feature and by theme, published as documents for its page.

The same compiled KPIs as any question, in the latest month that is closed for the product.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb
import pandas as pd
import sqlalchemy as sa
from pydantic import TypeAdapter

from metrics.access import Viewer
from metrics.calendar import Grain
from metrics.errors import VigieError
from metrics.figures import Computation
from metrics.frames import document_row
from metrics.query import to_figures
from metrics.register.documents import read_documents
from metrics.result import Figure, Scope
from metrics.setting import Setting
from metrics.timeline import timeline_of

ADOPTION, THEMES = "feature_map", "theme_shares"
BREADTH, DEPTH, SHARE = "feature_adoption", "feature_depth", "feedback_theme_share"
#: Members of one document, the largest; a page shows no more.
MOST_ROWS = 40


@dataclass(frozen=True)
class FeatureUse:
    """`breadth` is the share of those who may use it that did, `depth` uses per user."""

    feature: str
    breadth: float
    depth: float | None
    users: int | None


@dataclass(frozen=True)
class FeatureMap:
    """The features of a product in a month, the broadest first."""

    period: str
    start: date
    end: date
    features: tuple[FeatureUse, ...]


@dataclass(frozen=True)
class ThemeShare:
    """The share of a month's verbatims on a theme, and that of the month before."""

    theme: str
    share: float
    previous: float | None
    verbatims: int


@dataclass(frozen=True)
class ThemeShares:
    """What people spoke of in a month, the most frequent first; of `verbatims` in all."""

    period: str
    start: date
    end: date
    verbatims: int
    themes: tuple[ThemeShare, ...]


_ADOPTION, _THEMES = TypeAdapter(FeatureMap), TypeAdapter(ThemeShares)


def by_member_frames(
    connection: duckdb.DuckDBPyConnection,
    setting: Setting,
    passed: Collection[tuple[str, str]] = (),
) -> Iterator[pd.DataFrame]:
    """Documents of features and themes, one a product; without those that are `passed` over."""
    scopes = [Scope("product", product.product) for product in setting.organisation.products]
    for kind, lead, names, dimension in (
        (ADOPTION, BREADTH, (BREADTH, DEPTH), "feature"),
        (THEMES, SHARE, (SHARE,), "theme"),
    ):
        if any(name not in setting.catalogue for name in names) or not scopes:
            continue
        kpi = setting.catalogue[lead]
        if (lead, str(kpi.cadence)) in passed:
            continue
        found = _cut(connection, setting, names, dimension, scopes)
        rows = []
        for scope in scopes:
            own = {
                name: [each for each in found.get(name, ()) if each.scope == scope]
                for name in names
            }
            body = (
                _feature_map(own, _features_of(setting, scope))
                if kind == ADOPTION
                else _theme_shares(own[SHARE])
            )
            if body is not None:
                rows.append(document_row(kpi, scope, kpi.cadence, kind, *body))
        if rows:
            yield pd.DataFrame(rows)


def _cut(
    connection: duckdb.DuckDBPyConnection,
    setting: Setting,
    names: Sequence[str],
    dimension: str,
    scopes: Sequence[Scope],
) -> dict[str, list[Figure]]:
    """Each KPI's monthly figures by member, of closed months that have one."""
    timeline = timeline_of(connection, setting, Grain.MONTH)
    if timeline is None:
        return {}
    computation = Computation(connection, setting, timeline, scopes, cut=dimension)
    found = {}
    for name in names:
        try:
            frame = computation.frame(setting.catalogue[name])
        except VigieError:
            continue  # the whole figure stands without it; a live question says what is wrong
        known = frame[frame["closed"].astype(bool) & frame["value"].notna()]
        found[name] = to_figures(known)
    return found


def _features_of(setting: Setting, scope: Scope) -> frozenset[str]:
    """The features that a product declares: told even where nobody uses them."""
    declared = setting.organisation.features
    return frozenset(each.feature for each in declared if each.product == scope.key)


def _feature_map(
    found: dict[str, list[Figure]], declared: frozenset[str]
) -> tuple[date, str] | None:
    broad = [each for each in found[BREADTH] if each.numerator or each.member in declared]
    if not broad:
        return None
    last = max(each.start for each in broad)
    depth = {each.member: each.value for each in found[DEPTH] if each.start == last}
    shown = sorted(
        (each for each in broad if each.start == last),
        key=lambda each: (-(each.value or 0.0), each.member),
    )
    month = FeatureMap(
        shown[0].period,
        last,
        shown[0].end,
        tuple(
            FeatureUse(each.member, each.value or 0.0, depth.get(each.member), _whole(each))
            for each in shown[:MOST_ROWS]
        ),
    )
    return last, _ADOPTION.dump_json(month).decode()


def _theme_shares(found: list[Figure]) -> tuple[date, str] | None:
    if not found:
        return None
    starts = sorted({each.start for each in found})
    last = starts[-1]
    earlier = {each.member: each.value for each in found if each.start in starts[-2:-1]}
    shown = sorted(
        (each for each in found if each.start == last and each.numerator),
        key=lambda each: (-(each.value or 0.0), each.member),
    )
    if not shown:
        return None
    month = ThemeShares(
        shown[0].period,
        last,
        shown[0].end,
        int(shown[0].denominator or 0),
        tuple(
            ThemeShare(each.member, each.value or 0.0, earlier.get(each.member), _whole(each) or 0)
            for each in shown[:MOST_ROWS]
        ),
    )
    return last, _THEMES.dump_json(month).decode()


def _whole(figure: Figure) -> int | None:
    return None if figure.numerator is None else int(figure.numerator)


def feature_map(connection: sa.Connection, viewer: Viewer, product: str) -> FeatureMap | None:
    """A product's published features; None where there are none, or the viewer may not see it."""
    found = read_documents(connection, viewer, ADOPTION, scopes=[Scope("product", product)])
    return _ADOPTION.validate_json(found[-1].body) if found else None


def theme_shares(connection: sa.Connection, viewer: Viewer, product: str) -> ThemeShares | None:
    """What a product's users spoke of; None where nothing is published that the viewer may see."""
    found = read_documents(connection, viewer, THEMES, scopes=[Scope("product", product)])
    return _THEMES.validate_json(found[-1].body) if found else None
