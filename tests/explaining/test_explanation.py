"""Along which dimension a change is best taken apart, against sums made by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.catalogue import load_catalogue
from metrics.catalogue.kpi import Kpi, Unit
from metrics.explaining.because import because, in_tune
from metrics.explaining.drivers import Driver
from metrics.explaining.explanation import Explanation, base_of, explain
from metrics.result import Figure, Scope

CATALOGUE = load_catalogue()
COMPANY = Scope("company", "")
BEFORE, AFTER = date(2026, 11, 2), date(2026, 11, 9)
COUNTRIES, PLANS = ("DE", "FR", "IT"), ("free", "pro")


def figure(kpi: str, start: date, parts: list[tuple[float, float]], **changes: object) -> Figure:
    """The figure of what lies behind `parts`: numerator and denominator, or value and nothing."""
    numerator = math.fsum(part[0] for part in parts)
    denominator = math.fsum(part[1] for part in parts)
    value = numerator if not denominator else numerator / denominator
    given = {"numerator": numerator, "denominator": denominator} if denominator else {}
    made = Figure(kpi, COMPANY, "week", "", start, start, value, **given)  # type: ignore[arg-type]
    return replace(made, **changes)  # type: ignore[arg-type]


def spaced(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


Cells = dict[tuple[str, str], tuple[float, float]]


def candidates(kpi: str, before: Cells, after: Cells) -> dict[str, list[Figure]]:
    found: dict[str, list[Figure]] = {}
    for place, (dimension, members) in enumerate((("country", COUNTRIES), ("plan", PLANS))):
        found[dimension] = [
            figure(
                kpi, start, [part for key, part in cells.items() if key[place] == member],
                dimension=dimension, member=member,
            )
            for start, cells in ((BEFORE, before), (AFTER, after))
            for member in members
        ]  # fmt: skip
    return found


cells = st.fixed_dictionaries(
    {
        (country, plan): st.tuples(st.integers(0, 50), st.integers(1, 60))
        for country in COUNTRIES
        for plan in PLANS
    }
)


@settings(max_examples=60, deadline=None)
@given(cells, cells)
def test_parts_of_a_rate_sum_to_its_change_to_the_last_digit(before: Cells, after: Cells) -> None:
    kpi = CATALOGUE["activation_rate"]
    wholes = [
        figure(kpi.name, day, list(c.values())) for day, c in ((BEFORE, before), (AFTER, after))
    ]
    found = explain(kpi, wholes[0], wholes[1], candidates(kpi.name, before, after))
    exact = [
        Fraction(int(sum(n for n, _ in c.values())), int(sum(d for _, d in c.values())))
        for c in (before, after)
    ]
    if found is None:
        assert before == after or exact[0] == exact[1]
        return
    assert found.change == pytest.approx(float(exact[1] - exact[0]), abs=1e-15)
    for driver in found.drivers:
        assert driver.rate is not None
        assert driver.mix is not None
        assert driver.change == pytest.approx(driver.rate + driver.mix, abs=1e-15)


@settings(max_examples=60, deadline=None)
@given(cells, cells)
def test_parts_of_a_sum_are_the_members_own_changes(before: Cells, after: Cells) -> None:
    kpi = CATALOGUE["mrr"]
    before, after = ({key: (n, 0.0) for key, (n, _) in c.items()} for c in (before, after))
    wholes = [
        figure(kpi.name, day, list(c.values())) for day, c in ((BEFORE, before), (AFTER, after))
    ]
    found = explain(kpi, wholes[0], wholes[1], candidates(kpi.name, before, after))
    if found is None:
        assert all(
            sum(after[k][0] - before[k][0] for k in after if k[place] == member) == 0
            for place, members in enumerate((COUNTRIES, PLANS))
            for member in members
        )
        return
    place = 0 if found.dimension == "country" else 1
    own = {
        member: sum(after[k][0] - before[k][0] for k in after if k[place] == member)
        for member in (COUNTRIES, PLANS)[place]
    }
    assert {driver.member.key: driver.change for driver in found.drivers} == own
    assert found.change == sum(own.values())
    assert abs(found.drivers[0].change) == max(map(abs, own.values()))


def test_the_dimension_whose_member_moved_beyond_its_size_is_told() -> None:
    """Plans fall as they are large; of the countries one alone falls."""
    before = {(c, p): ({"DE": 10.0, "FR": 40.0, "IT": 50.0}[c] * {"free": 9, "pro": 1}[p], 0.0)
              for c in COUNTRIES for p in PLANS}  # fmt: skip
    after = {
        key: (amount * (0.2 if key[0] == "DE" else 1), 0.0) for key, (amount, _) in before.items()
    }
    wholes = [figure("mrr", day, list(c.values())) for day, c in ((BEFORE, before), (AFTER, after))]
    found = explain(CATALOGUE["mrr"], wholes[0], wholes[1], candidates("mrr", before, after))
    assert found is not None
    assert (found.dimension, found.drivers[0].member) == ("country", Scope("country", "DE"))
    assert found.drivers[0].share == 1
    said = because(CATALOGUE["mrr"], found, {})
    assert said.en == "Of −€80, −€80 from DE."
    assert spaced(said.fr) == "Sur −80 €, −80 € pour DE."


def test_members_that_share_what_they_count_explain_nothing() -> None:
    kpi = CATALOGUE["sessions_per_active_user"]
    whole = [figure(kpi.name, day, [(10, 5)]) for day in (BEFORE, AFTER)]
    # Two of the five users were in both countries.
    parts = [
        figure(kpi.name, day, [(5, users)], dimension="country", member=member)
        for day in (BEFORE, AFTER)
        for member, users in (("DE", 3), ("FR", 4))
    ]
    assert explain(kpi, whole[0], whole[1], {"country": parts}) is None
    assert explain(kpi, whole[0], whole[1], {"country": parts[:1]}) is None
    assert explain(CATALOGUE["active_users"], whole[0], whole[1], {"country": parts}) is None


@pytest.mark.parametrize(
    ("french", "en", "fr"),
    [
        # Weights 1/2 → 1/3, rates 0.5 → 0.2: 5/12 · −0.3 of −13.3 points; what is left is little.
        ((60.0, 200.0), "Of −13.3 points, −12.7 points from Germany, −0.6 points", "Sur −13,3"),
        # Weights 1/2 → 1/5: 7/20 · −0.3 of −12 points; the rest is mix.
        (
            (120.0, 400.0),
            "; the changed mix of countries alone makes −1.5 points.",
            " ; la répartition entre pays fait à elle seule −1,5 point.",
        ),
    ],
)
def test_a_rates_sentence_tells_its_mix_where_that_is_much(
    french: tuple[float, float], en: str, fr: str
) -> None:
    kpi = CATALOGUE["activation_rate"]
    before = {("DE", "free"): (50.0, 100.0), ("FR", "free"): (30.0, 100.0)}
    after = {("DE", "free"): (20.0, 100.0), ("FR", "free"): french}
    wholes = [
        figure(kpi.name, day, list(c.values())) for day, c in ((BEFORE, before), (AFTER, after))
    ]
    found = explain(
        kpi, wholes[0], wholes[1], {"country": candidates(kpi.name, before, after)["country"]}
    )
    assert found is not None
    said = because(kpi, found, {Scope("country", "DE"): "Germany"})
    assert en in spaced(said.en)
    assert fr in spaced(said.fr)
    assert ("mix" in said.en) is ("mix" in en)


def test_a_mix_that_outweighs_the_rates_is_told_before_them() -> None:
    kpi = CATALOGUE["win_rate"]
    # Both rates rose by 5 points; the weaker competitor's deals went from a half to nine tenths.
    before = {("DE", "free"): (80.0, 100.0), ("FR", "free"): (20.0, 100.0)}
    after = {("DE", "free"): (17.0, 20.0), ("FR", "free"): (45.0, 180.0)}
    wholes = [
        figure(kpi.name, day, list(c.values())) for day, c in ((BEFORE, before), (AFTER, after))
    ]
    found = explain(
        kpi, wholes[0], wholes[1], {"country": candidates(kpi.name, before, after)["country"]}
    )
    assert found is not None
    said = because(
        kpi, found, {Scope("country", "DE"): "Germany", Scope("country", "FR"): "France"}
    )
    assert spaced(said.en) == (
        "−19 points: −24 points because the mix of countries changed, +5 points at an equal mix; "
        "the largest part: −15.3 points from Germany."
    )
    assert spaced(said.fr).startswith(
        "−19 points : −24 points parce que la répartition entre pays a changé, +5 points à "
    )


def test_where_nothing_moved_nothing_is_told() -> None:
    kpi = CATALOGUE["mrr"]
    same = {("DE", "free"): (0.0, 0.0), ("FR", "free"): (0.0, 0.0)}
    wholes = [figure(kpi.name, day, list(same.values())) for day in (BEFORE, AFTER)]
    assert explain(kpi, wholes[0], wholes[1], candidates(kpi.name, same, same)) is None


@pytest.mark.parametrize(
    ("dimension", "en", "fr"),
    [
        ("country", "country unknown", "pays inconnu"),
        ("plan", "plan unknown", "offre inconnue"),
        ("competitor", "no competitor named", "aucun concurrent cité"),
    ],
)
def test_what_facts_do_not_name_is_said_so(dimension: str, en: str, fr: str) -> None:
    lost = Driver(Scope(dimension, ""), -80.0, 1.0)
    said = because(CATALOGUE["mrr"], Explanation(dimension, (lost,)), {})
    assert spaced(said.en) == f"Of −€80, −€80 from {en}."
    assert spaced(said.fr) == f"Sur −80 €, −80 € pour {fr}."


numbers = st.floats(-1e6, 1e6, allow_nan=False).filter(lambda x: x == 0 or abs(x) > 1e-6)


@given(st.lists(numbers, min_size=1, max_size=4), st.sampled_from(list(Unit)))
def test_what_is_written_adds_up(parts: list[float], unit: Unit) -> None:
    whole, *written = in_tune(unit, math.fsum(parts), parts)
    largest = max(map(abs, [whole, *written]), default=0)
    shares = [whole, *written]
    written_step = (0.001 if unit is Unit.RATE else 0.1) if unit.compares_in_points else 0.0
    assert math.fsum(written) == pytest.approx(whole, abs=1e-9 * max(1, largest))
    for part, shown in zip(parts, written, strict=True):
        near = 0.02 * max(map(abs, [*parts, math.fsum(parts)])) + written_step / 2 * len(shares)
        assert abs(part - shown) <= near + 1e-12


def test_kpis_that_no_parts_explain_have_none() -> None:
    kpi: Kpi = CATALOGUE["cycle_time_p50"]
    assert (
        explain(kpi, figure(kpi.name, BEFORE, [(1, 0)]), figure(kpi.name, AFTER, [(2, 0)]), {})
        is None
    )


def test_a_change_is_told_from_the_last_usual_period() -> None:
    days = [date(2026, 6, 1) + timedelta(7 * week) for week in range(20)]
    assert base_of(days, (), days[19]) == days[18]
    assert base_of(days, days[17:], days[19]) == days[16]
    assert base_of(days, days[2:], days[19]) == days[18]  # too long ago to be news
    assert base_of(days[19:], (), days[19]) is None
