"""Which figures are signals: seeded noise with and without something planted in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from metrics.calendar import Calendar, Grain
from metrics.catalogue import load_catalogue
from metrics.catalogue.kpi import Catalogue, Family, Kind, Kpi, NotJudged, Text, Unit
from metrics.detection.signal_frames import COLUMNS, judged_rows, signal_frames
from metrics.detection.signals import judge, judge_matrix
from metrics.detection.traits import stride_of
from metrics.result import Figure, Scope

FIRST = date(2024, 11, 18)
CALENDAR = Calendar()


def kpi(name: str, kind: Kind = Kind.RATIO, unit: Unit = Unit.RATE, **changes: object) -> Kpi:
    entry = {
        "name": name,
        "label": Text(name, name),
        "meaning": Text("", ""),
        "family": Family.PRODUCT_PERFORMANCE,
        "kind": kind,
        "unit": unit,
        "direction": 1,
        "cadence": Grain.WEEK,
        "grains": (Grain.WEEK,),
        "member": "product",
        "owner_role": "PM",
        "parents": (),
        "dimensions": (),
        "datasets": (),
        "review": True,
        "published": True,
        "calculation": {},
        "definition": f"definition of {name}",
        "source": "",
    }
    return Kpi(**(entry | changes))  # type: ignore[arg-type]


def weeks(values: Sequence[float | None], **changes: object) -> list[Figure]:
    found = []
    for index, value in enumerate(values):
        period = CALENDAR.period(Grain.WEEK, FIRST + timedelta(7 * index))
        entry = {
            "kpi": "rate", "scope": Scope("product", "atelier"), "grain": "week",
            "period": period.key, "start": period.start, "end": period.end, "value": value,
            "reason": None if value is not None else "gap",
        }  # fmt: skip
        found.append(Figure(**(entry | changes)))  # type: ignore[arg-type]
    return found


def noise(seed: int, count: int = 104) -> NDArray[np.float64]:
    return np.random.default_rng(seed).normal(size=count)


def flagged(make: Callable[[int], NDArray[np.float64]], entry: Kpi) -> pd.DataFrame:
    """One row per judged point of forty series: its `week`, and whether rule 1 flags it."""
    frames = [frame(weeks(list(make(seed)), kpi=entry.name), scope=str(seed)) for seed in range(40)]
    rows = pd.concat(signal_frames(frames, Catalogue({entry.name: entry})))
    points = rows.groupby(["scope", "start"])["rule"].agg(lambda rules: 1 in set(rules))
    found = points.rename("flagged").reset_index()
    return found.assign(week=(found["start"] - pd.Timestamp(FIRST)).dt.days // 7)


def false_alarms(make: Callable[[int], NDArray[np.float64]], entry: Kpi) -> float:
    """The share of judged points flagged by rule 1 over series in which nothing happens."""
    return float(flagged(make, entry)["flagged"].mean())


def season(length: int = 104) -> NDArray[np.float64]:
    """Years with a Christmas of two weeks and an August of six."""
    dip = np.ones(length)
    for year in range(0, length, 52):
        dip[year + 5 : year + 7] = 0.65
        dip[year + 37 : year + 43] = (0.9, 0.8, 0.75, 0.75, 0.8, 0.9)
    return dip


def test_limits_are_those_of_the_year_before() -> None:
    values = 0.4 + 0.01 * noise(1)
    judgement = judge(weeks(list(values)), Unit.RATE, Kind.RATIO)
    last = max(judgement.limits)
    baseline = values[-53:-1]
    reach = 2.66 * np.abs(np.diff(baseline)).mean()
    assert len(judgement.limits) == 26
    assert judgement.models[last] == "level"
    assert judgement.limits[last].centre == pytest.approx(baseline.mean())
    assert judgement.limits[last].upper == pytest.approx(baseline.mean() + reach)
    assert not judgement.limits[last].provisional


def test_independent_noise_is_rarely_flagged() -> None:
    assert false_alarms(lambda seed: 0.4 + 0.01 * noise(seed), kpi("rate")) < 0.02


def test_growth_is_not_a_signal() -> None:
    growth = 1.4 ** (np.arange(104) / 52)
    entry = kpi("count", Kind.FLOW, Unit.COUNT)
    share = false_alarms(lambda seed: 1000 * growth * np.exp(0.03 * noise(seed)), entry)
    assert share < 0.03


def test_a_stock_of_money_may_wander() -> None:
    entry = kpi("mrr", Kind.STOCK, Unit.MONEY)
    share = false_alarms(lambda seed: 100_000 + np.cumsum(200 + 300 * noise(seed)), entry)
    assert share < 0.03


@pytest.mark.parametrize("growth", [1.0, 1.2])
def test_the_dips_of_last_year_are_not_flagged_this_year(growth: float) -> None:
    trend = growth ** (np.arange(104) / 52)
    entry = kpi("count", Kind.FLOW, Unit.COUNT)
    points = flagged(lambda seed: 1000 * trend * season() * np.exp(0.03 * noise(seed)), entry)
    dips = points[points["week"].between(89, 94)]
    assert len(dips) == 40 * 6
    assert dips["flagged"].mean() < 0.04


def test_what_is_mostly_nothing_has_a_range_and_not_a_season() -> None:
    values = np.zeros(104)
    values[[5, 20, 33, 47, 60, 72, 85, 92, 99]] = (90, 40, 120, 60, 80, 150, 70, 110, 95)
    values[-1] = 36
    judgement = judge(weeks(list(values)), Unit.MONEY, Kind.FLOW)
    last = max(judgement.limits)
    assert judgement.limits[last].upper > 36
    assert not [s for s in judgement.signals if s.start == last and s.rule == 1]


def test_a_dip_deeper_than_last_years_is_flagged() -> None:
    values = 1000 * season() * np.exp(0.03 * noise(3))
    values[91] *= 0.7
    judgement = judge(weeks(list(values)), Unit.COUNT, Kind.FLOW)
    start = FIRST + timedelta(7 * 91)
    assert (1, -1) in {(s.rule, s.direction) for s in judgement.signals if s.start == start}


def test_a_fall_after_a_season_is_still_seen() -> None:
    values = 1000 * season() * np.exp(0.03 * noise(5))
    values[-1] *= 0.8
    judgement = judge(weeks(list(values)), Unit.COUNT, Kind.FLOW)
    assert (1, -1) in {
        (s.rule, s.direction) for s in judgement.signals if s.start == max(judgement.limits)
    }


def test_a_second_bad_week_is_flagged_as_well() -> None:
    values = 0.4 + 0.01 * noise(7)
    values[-2:] = 0.33
    judgement = judge(weeks(list(values)), Unit.RATE, Kind.RATIO)
    flagged = {s.start for s in judgement.signals if s.rule == 1 and s.direction == -1}
    assert {FIRST + timedelta(7 * 102), FIRST + timedelta(7 * 103)} <= flagged


def test_a_shift_more_than_eight_points_old_is_the_new_baseline() -> None:
    values = 0.4 + 0.01 * noise(11)
    values[80:] += 0.06
    judgement = judge(weeks(list(values)), Unit.RATE, Kind.RATIO)
    last = judgement.limits[max(judgement.limits)]
    assert last.centre == pytest.approx(values[80:103].mean())
    # Eight points into the shift the baseline still holds both levels.
    assert judgement.limits[FIRST + timedelta(7 * 84)].centre < 0.44


def test_limits_wait_for_six_points_and_settle_at_fifteen() -> None:
    judgement = judge(weeks(list(0.4 + 0.01 * noise(2, 30))), Unit.RATE, Kind.RATIO)
    provisional = {
        (start - FIRST).days // 7: limits.provisional for start, limits in judgement.limits.items()
    }
    assert min(provisional) == 6
    assert [index for index, is_early in provisional.items() if is_early] == list(range(6, 15))


def test_a_changed_set_of_members_starts_anew() -> None:
    values = list(0.4 + 0.01 * noise(2, 40))
    figures = weeks(values[:32], members="a") + [
        figure
        for figure in weeks([*values[:32], *(value + 1 for value in values[32:])], members="b")
        if figure.start >= FIRST + timedelta(7 * 32)
    ]
    judgement = judge(figures, Unit.RATE, Kind.RATIO)
    judged = {(start - FIRST).days // 7 for start in judgement.limits}
    assert judged & set(range(32, 40)) == {38, 39}
    assert judgement.limits[FIRST + timedelta(7 * 39)].centre > 1


def test_gaps_are_skipped_and_break_moving_ranges() -> None:
    values: list[float | None] = list(0.4 + 0.01 * noise(4, 30))
    values[20] = values[24] = None
    judgement = judge(weeks(values), Unit.RATE, Kind.RATIO)
    known = np.array([np.nan if value is None else value for value in values[:29]])
    limits = judgement.limits[FIRST + timedelta(7 * 29)]
    reach = 2.66 * np.nanmean(np.abs(np.diff(known)))
    assert limits.upper - limits.centre == pytest.approx(reach)
    assert FIRST + timedelta(7 * 20) not in judgement.limits


def test_open_periods_are_no_points() -> None:
    figures = weeks(list(0.4 + 0.01 * noise(4, 30)))
    open_week = weeks([*[0.4] * 30, 0.1], closed=False)[-1:]
    assert judge([*figures, *open_week], Unit.RATE, Kind.RATIO) == judge(
        figures, Unit.RATE, Kind.RATIO
    )


def test_a_kpi_born_every_other_week_is_charted_without_the_weeks_between() -> None:
    values = list(0.8 + 0.02 * noise(7, 60))
    born = weeks(values)
    figures = [
        figure if index % 2 else weeks([None] * 60, reason="zero_denominator")[index]
        for index, figure in enumerate(born)
    ]
    judgement = judge(figures, Unit.RATE, Kind.RATIO)
    points = np.array(values[1::2])
    last = judgement.limits[max(judgement.limits)]
    assert last.centre == pytest.approx(points[:-1].mean())


def test_waves_of_a_survey_are_judged_on_the_waves_before() -> None:
    """Nobody is asked in the months between, which are known and hold no answers."""
    waves = [7.2, 7.1, 7.1, 7.0, 7.2, 7.0, 7.0, 4.7]
    figures = [
        figure
        for wave in waves
        for figure in (*weeks([wave], low=wave - 0.4, high=wave + 0.4),
                       *weeks([None, None], reason="no_answers"))
    ][:-2]  # fmt: skip
    periods = weeks([None] * len(figures))
    figures = [
        replace(figure, period=at.period, start=at.start, end=at.end)
        for figure, at in zip(figures, periods, strict=True)
    ]
    judgement = judge(figures, Unit.SCORE, Kind.SCORE)
    assert judgement.limits[figures[-1].start].centre == pytest.approx(np.mean(waves[:-1]))
    entry = kpi("mood", Kind.SCORE, Unit.SCORE, family=Family.TEAMS)
    (rows,) = signal_frames([frame(figures)], Catalogue({"rate": replace(entry, name="rate")}))
    assert rows.loc[rows["rule"] == 1, ["start", "direction"]].values.tolist() == [
        [pd.Timestamp(figures[-1].start), -1]
    ]


def test_trailing_windows_are_judged_on_points_that_do_not_overlap() -> None:
    def trailing(seed: int) -> NDArray[np.float64]:
        daily = np.random.default_rng(seed).normal(100, 20, size=107)
        return np.convolve(daily, np.ones(4) / 4, "valid")

    every = false_alarms(trailing, kpi("flow", Kind.FLOW, Unit.COUNT))
    apart = false_alarms(trailing, kpi("rolling", Kind.ROLLING, Unit.COUNT))
    assert apart < 0.03
    assert apart < every


def test_a_ratio_built_on_a_trailing_count_overlaps_as_well() -> None:
    rolling = kpi("rolling_active_users", Kind.ROLLING, Unit.COUNT)
    stickiness = kpi(
        "stickiness", calculation={"numerator": "dau", "denominator": "rolling_active_users"}
    )
    plain = kpi("rate", calculation={"numerator": "dau", "denominator": "dau"})
    catalogue = Catalogue({entry.name: entry for entry in (rolling, stickiness, plain)})
    assert [stride_of(entry, catalogue) for entry in catalogue] == [4, 4, 1]


def frame(figures: Sequence[Figure], **columns: object) -> pd.DataFrame:
    rows = pd.DataFrame(
        [
            {
                "kpi": f.kpi, "scope_kind": f.scope.kind, "scope": f.scope.key, "grain": f.grain,
                "dimension": "", "member": "", "start": f.start, "value": f.value, "n": f.n,
                "denominator": f.denominator, "closed": f.closed, "reason": f.reason,
                "members": f.members, "low": f.low, "high": f.high,
            }
            for f in figures
        ]
    )  # fmt: skip
    return rows.assign(**columns)


def test_a_change_over_a_year_overlaps_for_a_year() -> None:
    catalogue = load_catalogue()
    assert stride_of(catalogue["growth_contribution"], catalogue) == 12
    assert stride_of(catalogue["mrr"], catalogue) == 1


def test_frames_say_what_judging_each_series_says() -> None:
    catalogue = Catalogue({"rate": kpi("rate"), "count": kpi("count", Kind.FLOW, Unit.COUNT)})
    falling = 0.4 + 0.01 * noise(9)
    falling[-1] = 0.3
    series = {
        ("rate", "atelier"): weeks(list(falling)),
        ("rate", "balise"): weeks(list(0.4 + 0.01 * noise(10))),
        ("count", "atelier"): weeks(list(1000 * season() * np.exp(0.03 * noise(12)))),
        ("count", "late"): weeks(list(1000 + 30 * noise(13, 40))),
    }
    frames = [frame(figures, kpi=name, scope=scope) for (name, scope), figures in series.items()]
    cut = frame(series["rate", "atelier"], dimension="country", member="fr", value=9.0)
    rows = pd.concat(signal_frames([*frames, cut], catalogue), ignore_index=True)
    assert list(rows.columns) == COLUMNS
    assert not rows.duplicated(["kpi", "scope", "start", "rule"]).any()
    for (name, scope), figures in series.items():
        entry = catalogue[name]
        judgement = judge(figures, entry.unit, entry.kind)
        own = rows[(rows["kpi"] == name) & (rows["scope"] == scope)]
        limits = own[own["rule"] == 0].set_index(own[own["rule"] == 0]["start"].dt.date)
        assert set(limits.index) == set(judgement.limits)
        for start, expected in judgement.limits.items():
            assert limits.loc[start, "centre"] == pytest.approx(expected.centre)
            assert limits.loc[start, "lower"] == pytest.approx(expected.lower)
            assert limits.loc[start, "provisional"] == expected.provisional
        found = own[own["rule"] > 0]
        assert {
            (start.date(), rule, direction)
            for start, rule, direction in zip(
                found["start"], found["rule"], found["direction"], strict=True
            )
        } == {(s.start, s.rule, s.direction) for s in judgement.signals}
    assert (rows["definition"] == "definition of " + rows["kpi"]).all()


def judged_frame(figures: Sequence[Figure], entry: Kpi, since: Sequence[date] = ()) -> pd.DataFrame:
    """Published limits and rules, with shifts acknowledged for the one scope."""
    shifts = {(entry.name, Scope("product", "atelier")): since}
    rows = pd.concat(signal_frames([frame(figures, kpi=entry.name)], Catalogue({entry.name: entry}),
                                   shifts))  # fmt: skip
    return rows.assign(week=(rows["start"] - pd.Timestamp(FIRST)).dt.days // 7)


def test_an_acknowledged_shift_is_a_new_baseline_at_once() -> None:
    values = 0.4 + 0.01 * noise(11)
    values[94:] += 0.06
    shifted = FIRST + timedelta(7 * 94)
    before = judged_frame(weeks(list(values)), kpi("rate"))
    after = judged_frame(weeks(list(values)), kpi("rate"), [shifted])
    untouched = before["week"] < 94
    pd.testing.assert_frame_equal(before[untouched], after[after["week"] < 94])
    limits = after[after["rule"] == 0].set_index("week")
    # Six points of the new level come first; then its limits, provisional up to fifteen.
    assert [week for week in limits.index if week >= 94] == [100, 101, 102, 103]
    assert limits.loc[100:, "provisional"].all()
    assert limits.loc[103, "centre"] == pytest.approx(values[94:103].mean())
    assert 1 in set(before[before["week"] == 100]["rule"])
    assert 1 not in set(after[after["week"] >= 94]["rule"])


def test_a_new_level_keeps_its_season() -> None:
    values = 1000 * season(156) * np.exp(0.03 * noise(3, 156))
    values[125:] *= 1.5
    entry = kpi("count", Kind.FLOW, Unit.COUNT)
    rows = judged_frame(weeks(list(values)), entry, [FIRST + timedelta(7 * 125)])
    dips = rows[rows["week"].between(141, 146)]
    assert all("season" in told for told in dips[dips["rule"] == 0]["taken_out"])
    assert 1 not in set(dips["rule"])


def test_what_was_taken_out_is_told() -> None:
    growth = 1.4 ** (np.arange(104) / 52)
    carried = np.zeros(104)
    for week, drawn in enumerate(noise(21)):
        carried[week] = 0.75 * carried[week - 1] + drawn
    made = {
        "": (0.4 + 0.01 * noise(1), Kind.RATIO, Unit.RATE),
        "season": (1000 * season() * np.exp(0.03 * noise(3)), Kind.FLOW, Unit.COUNT),
        "trend": (1000 * growth * np.exp(0.03 * noise(1)), Kind.FLOW, Unit.COUNT),
        "autocorrelation": (0.4 + 0.01 * carried, Kind.RATIO, Unit.RATE),
        "steps": (1e5 + np.cumsum(200 + 300 * noise(1)), Kind.STOCK, Unit.MONEY),
    }
    for expected, (values, kind, unit) in made.items():
        rows = judged_frame(weeks(list(values)), kpi("rate", kind, unit))
        assert rows["taken_out"].iloc[-1] == expected
        judgement = judge(weeks(list(values)), unit, kind)
        last = judgement.limits[max(judgement.limits)]
        assert ",".join(last.taken_out) == expected


def test_what_builds_up_along_a_bend_is_told_by_its_steps() -> None:
    built = 100_000 * (1 - np.exp(-np.arange(50) / 25))
    values = built + 250 * noise(4, 50).cumsum()
    entry = kpi("revenue", Kind.FLOW, Unit.MONEY)
    rows = judged_frame(weeks(list(values)), entry)
    assert set(rows[rows["week"] > 40]["taken_out"]) == {"steps"}
    assert set(rows[rows["week"] > 40]["rule"]) & {1} == set()
    values[-1] -= 3_000
    assert 1 in set(judged_frame(weeks(list(values)), entry).query("week == 49")["rule"])


def test_a_score_within_what_its_answers_may_vary_by_is_no_signal() -> None:
    values = 0.58 + 0.005 * noise(8)
    for last, told in ((0.50, False), (0.30, True)):
        values[-1] = last
        error = 1.96 * 0.068  # of fifty answers
        figures = [
            replace(figure, low=(figure.value or 0) - error, high=(figure.value or 0) + error)
            for figure in weeks(list(values), n=53)
        ]
        entry = kpi("ces", Kind.SCORE)
        rows = judged_frame([replace(figure, kpi="ces") for figure in figures], entry)
        assert (1 in set(rows[rows["week"] == 103]["rule"])) is told
        judgement = judge(figures, Unit.RATE, Kind.SCORE)
        assert (1 in {s.rule for s in judgement.signals if s.start == max(judgement.limits)}) is (
            told
        )


def test_a_launch_is_no_season_and_nothing_before_it_counts() -> None:
    climb = np.minimum(0.1 + np.arange(70) / 40, 1)
    values = np.concatenate([np.zeros(34), 1000 * climb * np.exp(0.03 * noise(6, 70))])
    entry = kpi("count", Kind.FLOW, Unit.COUNT)
    scope = Scope("product", "atelier")
    launched = {scope: FIRST + timedelta(7 * 34)}
    rows = pd.concat(
        signal_frames([frame(weeks(list(values)), kpi="count")], Catalogue({"count": entry}),
                      launched=launched)
    )  # fmt: skip
    rows = rows.assign(week=(rows["start"] - pd.Timestamp(FIRST)).dt.days // 7)
    year_later = rows[rows["week"].between(86, 103)]
    assert "season" not in ",".join(year_later["taken_out"])
    assert 1 not in set(year_later["rule"])


def test_one_series_and_a_publication_are_judged_by_the_same_rules() -> None:
    values = 0.5 + 0.01 * noise(8)
    values[-1] = 1.0
    for cases, told in ((9.0, False), (40.0, True)):
        figures = weeks(list(values), denominator=cases)
        judgement = judge(figures, Unit.RATE, Kind.RATIO)
        assert bool({s.rule for s in judgement.signals if s.start == figures[-1].start}) is told
        rules = judge_matrix(values[None, :], Unit.RATE, Kind.RATIO, cases=np.full((1, 104), cases))
        assert bool(rules[0, -1].any()) is told
    rare = np.zeros((1, 60))
    rare[0, [11, 32, 59]] = 1
    assert not judge_matrix(rare, Unit.COUNT, Kind.STOCK)[0, -1, 0]
    rare[0, 59] = 6
    assert judge_matrix(rare, Unit.COUNT, Kind.STOCK)[0, -1, 0] == 1


def test_a_survey_with_few_answers_has_limits_and_no_status() -> None:
    catalogue = Catalogue({"nps": kpi("nps", Kind.SCORE, Unit.SCORE)})
    values = 30 + noise(8)
    values[-1] = 60
    many = frame(weeks(list(values), kpi="nps"), n=200.0)
    few = many.assign(scope="balise", n=12.0)
    rows = pd.concat(signal_frames([many, few], catalogue))
    last = rows[rows["start"] == rows["start"].max()]
    assert set(last[last["scope"] == "atelier"]["rule"]) >= {0, 1}
    assert set(last[last["scope"] == "balise"]["rule"]) == {0}


def test_only_whole_figures_in_the_cadence_are_judged() -> None:
    catalogue = Catalogue({"rate": kpi("rate")})
    weekly = frame(weeks([0.4, 0.5]))
    assert len(judged_rows(weekly, catalogue)) == 2
    assert not len(judged_rows(weekly.assign(grain="month"), catalogue))
    assert not len(judged_rows(weekly.assign(dimension="country"), catalogue))
    assert not list(signal_frames([weekly.assign(grain="month")], catalogue))


@pytest.mark.parametrize(("cases", "told"), [(9.0, False), (10.0, True)])
def test_a_rate_of_few_cases_has_limits_and_no_status(cases: float, told: bool) -> None:
    values = 0.5 + 0.01 * noise(8)
    values[-1] = 1.0
    figures = frame(weeks(list(values))).assign(denominator=cases)
    rows = pd.concat(signal_frames([figures], Catalogue({"rate": kpi("rate")})))
    last = rows[rows["start"] == rows["start"].max()]
    assert (1 in set(last["rule"])) is told
    assert 0 in set(last["rule"])


@pytest.mark.parametrize(("facts", "told"), [(4.0, False), (5.0, True)])
def test_a_median_of_few_facts_has_limits_and_no_status(facts: float, told: bool) -> None:
    values = 6 + 0.2 * noise(8)
    values[-1] = 30
    figures = frame(weeks(list(values))).assign(n=facts)
    entry = kpi("rate", Kind.QUANTILE, Unit.DAYS)
    rows = pd.concat(signal_frames([figures], Catalogue({"rate": entry})))
    assert (1 in set(rows[rows["start"] == rows["start"].max()]["rule"])) is told


@pytest.mark.parametrize(("found", "told"), [(1.0, False), (6.0, True)])
def test_what_seldom_happens_may_happen_once(found: float, told: bool) -> None:
    values = np.zeros(60)
    values[[11, 32]] = 1
    values[-1] = found
    entry = kpi("blocked", Kind.STOCK, Unit.COUNT)
    rows = pd.concat(signal_frames([frame(weeks(list(values)), kpi="blocked")],
                                   Catalogue({"blocked": entry})))  # fmt: skip
    last = rows[rows["start"] == rows["start"].max()]
    assert (1 in set(last["rule"])) is told
    assert (last["upper"] < found).all() == told


def test_two_failures_of_fourteen_where_one_is_usual_are_chance() -> None:
    values = 1 / 14 + 0.002 * noise(8, 60)
    for failures, told in ((2, False), (8, True)):
        values[-1] = failures / 14
        figures = frame(weeks(list(values))).assign(denominator=14.0)
        left = figures.assign(value=1 - figures["value"], scope="left")
        rows = pd.concat(signal_frames([figures, left], Catalogue({"rate": kpi("rate")})))
        last = rows[(rows["start"] == rows["start"].max()) & (rows["rule"] == 1)]
        assert set(last["direction"]) == ({1, -1} if told else set())


def test_what_never_varied_has_no_usual_range() -> None:
    entry = kpi("price", Kind.RATIO, Unit.MONEY)
    figures = frame(weeks([20.0] * 40 + [20.5]), kpi="price")
    assert all(found.empty for found in signal_frames([figures], Catalogue({"price": entry})))


def test_what_the_catalogue_says_is_not_judged_has_neither_limits_nor_signals() -> None:
    falling = 0.4 + 0.01 * noise(9)
    falling[-1] = 0.3
    figures = frame(weeks(list(falling)))
    judged = Catalogue({"rate": kpi("rate")})
    planned = Catalogue({"rate": kpi("rate", not_judged=NotJudged.PLAN)})
    assert 1 in set(pd.concat(signal_frames([figures], judged))["rule"])
    assert not list(signal_frames([figures], planned))


def test_what_repeats_another_kpi_or_moves_by_decision_is_not_judged() -> None:
    catalogue = load_catalogue()
    reasons = {entry.name: entry.not_judged for entry in catalogue if entry.not_judged}
    assert reasons["north_star"] is reasons["arr"] is NotJudged.COPY
    assert reasons["okr_expected_progress"] is NotJudged.PLAN
    assert reasons["members"] is reasons["bus_factor"] is NotJudged.STEPS
    assert not {entry.name for entry in catalogue.review} & set(reasons)


def test_points_that_are_never_neighbours_have_no_limits() -> None:
    values = [0.4 + week / 1000 if week % 5 in (0, 2) else None for week in range(60)]
    entry = kpi("rate")
    judgement = judge(weeks(values), Unit.RATE, Kind.RATIO)
    assert judgement.limits == {}
    assert all(
        rows.empty for rows in signal_frames([frame(weeks(values))], Catalogue({"rate": entry}))
    )


def wandering(seed: int, carried: float, count: int = 104) -> NDArray[np.float64]:
    """A deviation of variance 1 of which each point keeps a part."""
    drawn, found = noise(seed, count + 50), np.zeros(count + 50)
    for week in range(1, count + 50):
        found[week] = carried * found[week - 1] + drawn[week] * np.sqrt(1 - carried**2)
    return found[50:]


def test_what_is_carried_over_is_carried_over_a_gap_as_well() -> None:
    values = list(100 + 10 * wandering(8, 0.7))
    values[-3:] = 130.0, None, 118.0
    judgement = judge(weeks(values), Unit.NUMBER, Kind.RATIO)
    last = max(judgement.limits)
    assert judgement.models[last] == "carried"
    assert 102 < judgement.limits[last].centre < 115  # over the gap nothing was carried: 100
    # What came in the gap counts as well: limits are wider than those of a point after another.
    near = judge(weeks([*values[:-2], 118.0]), Unit.NUMBER, Kind.RATIO).limits
    ranges = [limit.upper - limit.lower for limit in (judgement.limits[last], near[max(near)])]
    assert ranges[0] > ranges[1]


def test_fewer_users_stray_farther_in_august() -> None:
    entry = kpi("count", Kind.DISTINCT, Unit.COUNT)

    def drawn(seed: int) -> NDArray[np.float64]:
        chance = np.random.default_rng(seed)
        return chance.poisson(60 * season() ** 3).astype(float)

    points = flagged(drawn, entry)
    dips = points[points["week"].between(89, 94)]
    assert dips["flagged"].mean() < 0.02


def test_the_series_of_a_kpi_tell_together_that_their_levels_drift() -> None:
    entry = kpi("count", Kind.FLOW, Unit.COUNT)

    def drifting(seed: int) -> list[float]:
        off = 0.04 * noise(seed) + 0.06 * wandering(1000 + seed, 0.95)
        return list(10_000 * season() * np.exp(off))

    frames = [frame(weeks(drifting(seed), kpi="count"), scope=str(seed)) for seed in range(40)]
    together = pd.concat(signal_frames(frames, Catalogue({"count": entry})))
    alone = pd.concat(
        found for each in frames for found in signal_frames([each], Catalogue({"count": entry}))
    )
    share, share_alone = (
        (rows["rule"] == 1).sum() / (rows["rule"] == 0).sum() for rows in (together, alone)
    )
    assert share < 0.025
    assert share < share_alone


def test_revenue_that_grows_may_move_by_more_than_when_it_was_small() -> None:
    entry = kpi("mrr", Kind.STOCK, Unit.MONEY)
    size = np.linspace(1, 10, 104)
    share = false_alarms(lambda seed: 10_000 + np.cumsum(300 + 60 * size * noise(seed)), entry)
    assert share < 0.02


def test_a_week_that_stood_out_last_year_may_do_so_again() -> None:
    entry = kpi("count", Kind.FLOW, Unit.COUNT)

    def with_a_fair(seed: int, week: int = 92) -> NDArray[np.float64]:
        values = 1000 * np.exp(0.05 * noise(seed))
        values[[40, week]] *= 1.5
        return values

    points = flagged(with_a_fair, entry)
    assert points[points["week"] == 92]["flagged"].mean() < 0.1
    earlier = flagged(lambda seed: with_a_fair(seed, 91), entry)
    assert earlier[earlier["week"] == 91]["flagged"].mean() < 0.1
    new = flagged(lambda seed: with_a_fair(seed) * np.where(np.arange(104) == 95, 1.5, 1.0), entry)
    assert new[new["week"] == 95]["flagged"].mean() > 0.9


def test_a_summer_may_come_again_where_last_years_weeks_are_unknown() -> None:
    entry = kpi("count", Kind.FLOW, Unit.COUNT)

    def with_a_summer(seed: int) -> NDArray[np.float64]:
        values = 1000 * np.exp(0.05 * noise(seed))
        values[38:42] *= 0.6
        values[39:41] = np.nan  # nothing is known of the middle
        values[90:94] *= 0.6
        return values

    points = flagged(with_a_summer, entry)
    told = points.groupby("week")["flagged"].mean()
    assert told[[91, 92]].max() < 0.1
    deeper = flagged(
        lambda seed: with_a_summer(seed) * np.where(np.arange(104) == 91, 0.5, 1), entry
    )
    assert deeper[deeper["week"] == 91]["flagged"].mean() > 0.9
