# ruff: noqa: E501 - rows of files
"""Market shares, ratings and deals against competitors, from files to figures."""

from __future__ import annotations

import random
from collections import defaultdict
from pathlib import Path

import pytest

from metrics.calendar import Grain
from tests.imported import Imported

PRODUCTS = ("anvil", "bellows", "crucible")
STATCOUNTER = """"Date","Anvil","Forgeron","Enclume+","Other"
2026-01,20.5,40.25,10,29.25
2026-02,22,38,12,28
"""


def test_a_wide_file_gives_the_share_of_the_player_that_is_ours(tmp_path: Path) -> None:
    imported = Imported(tmp_path)
    report = imported.file("tools-fr-monthly-202601-202602.csv", STATCOUNTER)
    assert (report.profile, report.dataset, report.unknown_streams) == ("statcounter", "market", ())
    assert imported.values("market_share") == {
        ("anvil", "2026-01"): pytest.approx(0.205), ("anvil", "2026-02"): pytest.approx(0.22),
    }  # fmt: skip
    assert imported.values("relative_market_share") == {
        ("anvil", "2026-01"): pytest.approx(20.5 / 40.25), ("anvil", "2026-02"): pytest.approx(22 / 38),
    }  # fmt: skip
    [market] = {figure.member for figure in imported.ask("market_share", by="market")}
    assert "tools-fr-monthly" in market
    assert "%" in market


def test_a_month_that_the_file_was_taken_in_stays_open(tmp_path: Path) -> None:
    imported = Imported(tmp_path)
    imported.file("tools-fr-monthly-202601-202602.csv", STATCOUNTER, observed="2026-02-20")
    [january, february] = imported.ask("market_share")
    assert (january.closed, february.closed) == (True, False)


def test_shares_of_different_definitions_are_never_put_together(tmp_path: Path) -> None:
    imported = Imported(tmp_path)
    imported.file(
        "market.csv",
        "period,product,segment,player,value,unit,definition\n"
        "2026-01,Anvil,France,Anvil,20,M€,sales\n"
        "2026-01,Anvil,France,total,100,M€,sales\n"
        "2026-01,Bellows,France,Bellows,300,users,installed base\n"
        "2026-01,Bellows,France,Soufflet,100,users,installed base\n"
        "2026-02,Bellows,France,Bellows,300,users,installed base\n"
        "2026-02,Bellows,France,Bellows,3,M€,sales\n"
        "2026-02,Bellows,France,total,9,M€,sales\n"
        "2026-02,Anvil,France,Anvil,30,M€,sales\n"
        "2026-02,Anvil,France,total,100,M€,sales\n",
    )
    assert imported.values("market_share") == {
        ("anvil", "2026-01"): pytest.approx(0.2),
        ("anvil", "2026-02"): pytest.approx(0.3),
        ("bellows", "2026-01"): pytest.approx(0.75),
        ("bellows", "2026-02"): "several_definitions",
    }
    by_market = imported.values("market_share", by="market")
    assert by_market["Bellows · sales · France · M€ · month", "2026-02"] == pytest.approx(1 / 3)
    company = imported.values("market_share", by="company")
    assert company["", "2026-01"] == "several_definitions"


def test_a_period_without_our_own_figure_is_not_a_share_of_zero(tmp_path: Path) -> None:
    imported = Imported(tmp_path)
    imported.file(
        "market.csv",
        "période;produit;acteur;valeur;unité\n2026-01;Anvil;Anvil;20;M€\n2026-01;Anvil;Forgeron;60;M€\n"
        "2026-02;Anvil;Forgeron;60;M€\n2026-03;Anvil;Anvil;20;M€\n2026-03;Anvil;Forgeron;60;M€\n",
        observed="2026-04-02",
    )
    values = imported.values("market_share")
    assert values["anvil", "2026-02"] == "zero_denominator"
    assert values["anvil", "2026-03"] == pytest.approx(0.25)


def test_ratings_are_compared_in_the_same_store_on_the_same_days(tmp_path: Path) -> None:
    rows = [
        ("2026-01-10", "Anvil", "play", "Anvil", 4.5, 100), ("2026-01-10", "Anvil", "play", "Forgeron", 4.0, 900),
        ("2026-01-20", "Anvil", "play", "Anvil", 3.0, 300), ("2026-01-20", "Anvil", "play", "Forgeron", 4.2, 100),
        ("2026-01-20", "Anvil", "apple", "Anvil", 1.0, 900),  # the rival is not in this store
        ("2026-02-10", "Anvil", "play", "Anvil", 4.5, 100),
    ]  # fmt: skip
    imported = Imported(tmp_path)
    lines = [",".join(map(str, row)) for row in rows]
    imported.file("ratings.csv", "\n".join(["date,product,store,player,rating,reviews", *lines]))
    own, rival = (450 + 900) / 400, (3600 + 420) / 1000
    assert imported.values("rating_gap") == {
        ("anvil", "2026-01"): pytest.approx(own - rival), ("anvil", "2026-02"): "zero_denominator",
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_the_win_rate_against_each_competitor(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    rows = [
        (
            number, chance.choice(PRODUCTS), chance.choice(["Closed Won", "Closed Lost", "Contract Sent"]),
            f"2026-0{chance.randrange(1, 3)}-1{chance.randrange(10)}", chance.choice(["", "Forgeron", "Enclume+"]),
            chance.choice(["Price", "No decision"]),
        )
        for number in range(120)
    ]  # fmt: skip
    lines = [
        f"{number},Deal {number},{stage},{product},2025-12-01,{closed},{rival},{reason}"
        for number, product, stage, closed, rival, reason in rows
    ]
    imported = Imported(tmp_path)
    header = (
        "Deal ID,Deal Name,Deal Stage,Pipeline,Create Date,Close Date,Competitor,Closed Lost Reason"
    )
    imported.file("hubspot deals.csv", "\n".join([header, *lines]))
    decided: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for _, _, stage, closed, rival, reason in rows:
        won = stage == "Closed Won"
        if rival and (won or (stage == "Closed Lost" and reason != "No decision")):
            decided[rival, closed[:7]].append(won)
            decided["", closed[:7]].append(won)
    by_rival = imported.values("competitive_win_rate", by="competitor")
    whole = imported.values("competitive_win_rate", by="company", grain=Grain.MONTH)
    for (rival, month), won in decided.items():
        found = by_rival[rival, month] if rival else whole["", month]
        assert found == pytest.approx(sum(won) / len(won))
