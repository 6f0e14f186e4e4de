"""Signals gathered into subjects along the KPI tree."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from metrics.calendar import Calendar, Grain
from metrics.catalogue.kpi import Catalogue, Kind, Kpi, Unit
from metrics.reading import Limits, Reading, SignalFact
from metrics.result import Figure, Scope
from metrics.subjects import chains, telling, weight
from tests.detection.test_signals import kpi

COMPANY, ATELIER, BALISE = Scope("company", ""), Scope("product", "a"), Scope("product", "b")
NORD = Scope("squad", "nord")
WEEK = Calendar().period(Grain.WEEK, date(2026, 11, 12))


def entry(name: str, *parents: str, review: bool = False, member: str = "product") -> Kpi:
    return kpi(name, Kind.FLOW, Unit.COUNT, parents=parents, review=review, member=member)


CATALOGUE = Catalogue(
    {
        item.name: item
        for item in (
            entry("mrr", review=True),
            entry("churned_mrr", "mrr"),
            entry("lost_accounts", "churned_mrr"),
            entry("users", "mrr", review=True),
            entry("signups", "users"),
            entry("nps"),
            entry("throughput", member="squad"),
        )
    }
)


def signal(name: str, scope: Scope, sigmas: float, status: str = "worse", rule: int = 1) -> Reading:
    """A reading that lies so many standard deviations from its centre."""
    limits = Limits(100.0, 70.0, 130.0, False)
    figure = Figure(name, scope, "week", WEEK.key, WEEK.start, WEEK.end, value=100.0 + 10 * sigmas)
    fact = SignalFact(rule, 1 if sigmas > 0 else -1, limits)
    return Reading(name, scope, figure, None, None, limits, fact, status, (figure,))


def told(*readings: Reading, parts: dict[Scope, float] | None = None) -> list[tuple[str, Scope]]:
    return [(c.lead.kpi, c.lead.scope) for c in chains(readings, CATALOGUE, parts)]


def test_a_lost_account_is_one_subject_and_not_three() -> None:
    (chain,) = chains(
        [
            signal("lost_accounts", ATELIER, 9),
            signal("churned_mrr", ATELIER, 4),
            signal("mrr", ATELIER, -5),
        ],
        CATALOGUE,
    )
    assert chain.lead.kpi == "mrr"  # five sigmas of a review KPI weigh more than nine of another
    assert {reading.kpi for reading in chain.also} == {"lost_accounts", "churned_mrr"}


def test_a_multiple_of_another_kpi_is_no_subject() -> None:
    arr = replace(entry("arr", "mrr"), kind=Kind.DERIVED, calculation={"formula": "mrr * 12"})
    growth = replace(entry("growth"), kind=Kind.DERIVED, calculation={"formula": "mrr * users"})
    catalogue = Catalogue({item.name: item for item in (*CATALOGUE, arr, growth)})
    found = chains([signal("arr", ATELIER, -9), signal("growth", ATELIER, -4)], catalogue)
    assert [chain.lead.kpi for chain in found] == ["growth"]


def test_the_north_star_leads_what_moved_farther_unless_that_is_bad_news_and_it_is_not() -> None:
    star = {ATELIER: "signups"}
    near, far = signal("signups", ATELIER, -4), signal("mrr", ATELIER, -9)
    (chain,) = chains([near, far], CATALOGUE, north_stars=star)
    assert (chain.lead, chain.also) == (near, (far,))
    assert chain.weight == chains([near, far], CATALOGUE)[0].weight
    (chain,) = chains([near, far], CATALOGUE, north_stars={BALISE: "signups"})
    assert chain.lead == far
    better = signal("signups", ATELIER, 4, "better")
    (chain,) = chains([better, far], CATALOGUE, north_stars=star)
    assert chain.lead == far


def test_a_link_that_comes_last_joins_two_groups() -> None:
    (chain,) = chains(
        [signal("signups", ATELIER, -4), signal("lost_accounts", ATELIER, 4),
         signal("mrr", ATELIER, -4)],
        CATALOGUE,
    )  # fmt: skip
    assert len(chain.also) == 2


def test_unrelated_kpis_and_other_scopes_are_subjects_of_their_own() -> None:
    found = told(signal("mrr", ATELIER, -5), signal("nps", ATELIER, -5), signal("mrr", BALISE, -4))
    assert found == [("mrr", ATELIER), ("mrr", BALISE), ("nps", ATELIER)]


def test_a_companys_signal_is_told_by_the_product_that_shows_it() -> None:
    assert told(signal("mrr", COMPANY, -6), signal("mrr", BALISE, -4)) == [("mrr", BALISE)]
    # A product that moves the other way explains nothing.
    assert told(signal("mrr", COMPANY, -6), signal("mrr", BALISE, 4, "better")) == [
        ("mrr", COMPANY),
        ("mrr", BALISE),
    ]


def test_what_finds_no_room_among_the_subjects_is_still_told() -> None:
    found = [signal(name, scope, 5) for name in ("mrr", "nps") for scope in (ATELIER, BALISE)]
    found += [
        signal("nps", COMPANY, 9),
        signal("throughput", NORD, 6),
        signal("throughput", NORD, 2, rule=3),
    ]
    assert [(r.kpi, r.scope) for r in telling(found, CATALOGUE)] == [
        ("mrr", ATELIER), ("mrr", BALISE), ("nps", ATELIER), ("nps", BALISE), ("throughput", NORD),
    ]  # fmt: skip


def test_a_squads_kpi_is_told_for_the_squad_alone() -> None:
    squad, product = signal("throughput", NORD, -4), signal("throughput", ATELIER, -4)
    assert told(squad, product, signal("users", NORD, -4)) == [("throughput", NORD)]


def test_only_rule_1_opens_a_subject() -> None:
    assert told(signal("mrr", ATELIER, -2, rule=2), signal("users", BALISE, 2, rule=3)) == []


def test_at_most_five_the_heaviest_first() -> None:
    scopes = [Scope("product", str(number)) for number in range(7)]
    found = told(*(signal("mrr", scope, -3 - n) for n, scope in enumerate(scopes)))
    assert found == [("mrr", scope) for scope in reversed(scopes[2:])]


@pytest.mark.parametrize(
    ("reading", "watched", "part", "expected"),
    [
        (signal("mrr", ATELIER, -4), True, 0.0, 4 * 2 * 1.5),
        (signal("mrr", ATELIER, 4, "better"), True, 0.0, 4 * 2),
        (signal("nps", ATELIER, 4, "signal"), False, 0.5, 4 * 1.5),
        (signal("nps", ATELIER, 40, "signal"), False, 0.0, 10),
    ],
)
def test_weight(reading: Reading, watched: bool, part: float, expected: float) -> None:
    assert weight(reading, watched, part) == pytest.approx(expected)


def test_the_larger_product_comes_first_when_signals_are_alike() -> None:
    readings = signal("mrr", ATELIER, -4), signal("mrr", BALISE, -4)
    assert told(*readings, parts={ATELIER: 0.2, BALISE: 0.8})[0] == ("mrr", BALISE)


def steady(number: int, name: str = "throughput") -> list[Reading]:
    """Readings of as many squads on which nothing happened, judged like any other."""
    return [
        replace(signal(name, Scope("squad", f"s{index}"), 0.5), signal=None)
        for index in range(number)
    ]


@pytest.mark.parametrize(
    ("name", "sigmas", "judged", "provisional", "opened"),
    [
        ("nps", 3.2, 1, False, True),  # alone, outside its limits is news
        ("nps", 3.2, 400, False, False),  # of four hundred one lies so far out by chance
        ("nps", 6.0, 400, False, True),
        ("nps", 6.0, 400, True, False),  # ten points tell little of how far is far
        ("nps", 15.0, 400, True, True),
        ("users", 3.2, 1, False, True),  # a review KPI
        ("users", 3.2, 100, False, False),  # a hundred review KPIs lie about as well
        ("users", 15.0, 100, True, True),  # a young company has provisional limits alone
        ("users", 6.0, 100, True, False),
    ],
)
def test_what_chance_brings_among_hundreds_opens_no_subject(
    name: str, sigmas: float, judged: int, provisional: bool, opened: bool
) -> None:
    told_of = signal(name, ATELIER, sigmas)
    assert told_of.signal is not None
    limits = replace(told_of.signal.limits, provisional=provisional)
    told_of = replace(told_of, limits=limits, signal=replace(told_of.signal, limits=limits))
    found = chains([told_of, *steady(judged - 1, name)], CATALOGUE)
    assert bool(found) is opened
    assert telling([told_of], CATALOGUE) == (told_of,)  # it is told of either way


def test_review_kpis_are_told_from_chance_among_themselves() -> None:
    found = [signal("users", ATELIER, 8), signal("signups", BALISE, 4)]
    assert told(*found, *steady(400)) == [("users", ATELIER)]
    assert told(signal("mrr", ATELIER, 4), *steady(40, "users"), *steady(400)) == [("mrr", ATELIER)]


def test_figures_of_one_cause_vouch_for_others_once() -> None:
    weak = signal("nps", BALISE, 3.9)
    one = [signal(name, ATELIER, 9) for name in ("churned_mrr", "lost_accounts", "signups")]
    assert [scope for _, scope in told(*one, signal("mrr", ATELIER, 9), weak, *steady(400))] == [
        ATELIER
    ]
    several = [signal("nps", Scope("product", name), 9) for name in ("c", "d", "e")]
    assert ("nps", BALISE) in told(*several, weak, *steady(400))


def test_a_product_in_its_first_year_is_talked_about_by_review_kpis_alone() -> None:
    found = [signal("nps", ATELIER, 15), signal("nps", BALISE, 15), signal("users", ATELIER, 4)]
    came = WEEK.start - timedelta(363)
    young = chains(found, CATALOGUE, launched={ATELIER: came, BALISE: came - timedelta(1)})
    assert [(c.lead.kpi, c.lead.scope) for c in young] == [("nps", BALISE), ("users", ATELIER)]
    assert len(chains(found, CATALOGUE)) == 3


@pytest.mark.parametrize(
    ("name", "value", "usual", "cases", "opened"),
    [
        ("users", 133.0, 160.0, None, False),  # of 160 users 25 may come or go by chance
        ("users", 1330.0, 1600.0, None, True),
        ("users", 260.0, 160.0, None, True),
        ("signups", 2.0, 0.04, None, False),  # two of what hardly ever happens, among 400 figures
        ("signups", 4.0, 0.04, None, True),
        ("adopted", 0.982, 0.996, 544.0, False),  # ten users of 544 who do not, where two are usual
        ("adopted", 0.86, 0.996, 544.0, True),
        ("adopted", 0.0, 0.5, 544.0, True),  # no rare cases: its limits alone tell
    ],
)
def test_a_count_must_be_more_than_chance_deals_out(
    name: str, value: float, usual: float, cases: float | None, opened: bool
) -> None:
    adopted = replace(entry("adopted"), kind=Kind.RATIO, unit=Unit.RATE)
    catalogue = Catalogue({item.name: item for item in (*CATALOGUE, adopted)})
    limits = Limits(usual, usual - abs(value - usual) / 4, usual + abs(value - usual) / 4, False)
    told_of = signal(name, ATELIER, 1.0 if value > usual else -1.0)
    assert told_of.figure is not None
    assert told_of.signal is not None
    told_of = replace(
        told_of,
        limits=limits,
        figure=replace(told_of.figure, value=value, denominator=cases),
        signal=replace(told_of.signal, limits=limits),
    )
    assert bool(chains([told_of, *steady(400, name)], catalogue)) is opened


def test_points_of_sprints_stray_as_far_as_their_number_does() -> None:
    velocity = replace(entry("velocity"), unit=Unit.NUMBER)
    catalogue = Catalogue({item.name: item for item in (*CATALOGUE, velocity)})
    for value, opened in ((28.0, False), (5.0, True)):
        limits = Limits(39.0, 39.0 - (39.0 - value) / 3, 39.0 + (39.0 - value) / 3, False)
        low = signal("velocity", ATELIER, -1.0)
        assert low.figure is not None
        assert low.signal is not None
        figure = replace(low.figure, value=value)
        low = replace(low, limits=limits, figure=figure, signal=replace(low.signal, limits=limits))
        assert bool(chains([low, *steady(50, "velocity")], catalogue)) is opened


def test_a_quantile_strays_farther_by_chance_than_a_mean() -> None:
    slow = replace(entry("slow", review=True), kind=Kind.QUANTILE, unit=Unit.DAYS)
    catalogue = Catalogue({item.name: item for item in (*CATALOGUE, slow)})
    assert not chains([signal("slow", ATELIER, 4.2), *steady(50, "slow")], catalogue)
    assert chains([signal("slow", ATELIER, 9), *steady(50, "slow")], catalogue)


def test_a_share_of_money_strays_as_far_as_money_does() -> None:
    mrr = replace(entry("mrr"), unit=Unit.MONEY)
    ratio = replace(entry("kept", review=True), kind=Kind.RATIO, unit=Unit.RATE)
    for part, opened in (("users", True), ("mrr", False)):
        kept = replace(ratio, calculation={"numerator": part, "denominator": part})
        catalogue = Catalogue({item.name: item for item in (*CATALOGUE, mrr, kept)})
        assert (
            bool(chains([signal("kept", ATELIER, 4.2), *steady(50, "kept")], catalogue)) is opened
        )


def test_a_review_kpi_leads_the_chain_that_another_opens() -> None:
    found = chains(
        [signal("users", ATELIER, -3.3), signal("signups", ATELIER, -6), *steady(40, "users")],
        CATALOGUE,
    )
    assert [(c.lead.kpi, [r.kpi for r in c.also]) for c in found] == [("users", ["signups"])]


def test_what_chance_may_have_brought_joins_the_subject_of_its_chain() -> None:
    found = chains(
        [signal("mrr", ATELIER, -3.2), signal("churned_mrr", ATELIER, 3.2), *steady(400)], CATALOGUE
    )
    assert [(c.lead.kpi, [r.kpi for r in c.also]) for c in found] == [("mrr", ["churned_mrr"])]
