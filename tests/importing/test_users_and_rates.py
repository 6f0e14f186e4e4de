"""Users, who they are across tools, and exchange rates: from files to what counts."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from tests.importing.conftest import Desk

EVENTS = "Event Name,Time,Distinct ID,Product\nlook,2026-01-05 10:00:00,{0},Alpha\n"
USERS = "user,source,product,signed_up,account,plan,country,features\n"


@pytest.mark.parametrize(
    "header",
    [USERS, "utilisateur;outil;produit;inscrit_le;compte;offre;pays;fonctionnalités\n"],
)
def test_a_user_of_the_list_is_the_person_of_that_tools_events(desk: Desk, header: str) -> None:
    mark = ";" if ";" in header else ","
    row = mark.join(
        ["u-1", "Mixpanel", "Alpha", "2026-01-04 23:30", "acc-1", "Pro", "FR", '"scan;trips"']
    )
    desk.land("Mixpanel events 2026-01-12.csv", EVENTS.format("u-1"))
    report = desk.land("users_2026-01-12.csv", header + row + "\n").report
    assert (report.profile, report.rows.loaded) == ("users", 1)
    assert desk.rows(
        "select user_key = (select user_key from events), stream, signed_up_at, signed_up_day, "
        "plan, country, features from users"
    ) == [(True, "Alpha", datetime(2026, 1, 4, 22, 30), date(2026, 1, 4), "Pro", "FR",
           ["scan", "trips"])]  # fmt: skip
    [span] = report.coverage
    assert (span.dataset, span.start, span.end) == ("users", date(2026, 1, 4), date(2026, 1, 11))


def test_the_same_word_in_two_tools_is_two_people_until_someone_says_otherwise(desk: Desk) -> None:
    desk.land("Mixpanel events 2026-01-12.csv", EVENTS.format("42"))
    desk.land(
        "users_2026-01-12.csv",
        USERS + "42,zendesk,Alpha,2026-01-05,,,,\n43,crm,Alpha,2026-01-05,,,,\n",
    )

    def people() -> int:
        [(count,)] = desk.rows(
            "select count(distinct user_key) from "
            "(select user_key from events union all select user_key from users)"
        )
        return int(str(count))

    assert people() == 3
    landed = desk.land(
        "identities.csv", "source,alias,person\nmixpanel,42,ada\nzendesk,42,ada\ncrm,43,bob\n"
    )
    assert landed.report.problems == ()
    assert people() == 2
    desk.land("identités.csv", "outil;identifiant;personne\ncrm;43;ada\n")
    assert people() == 1


@pytest.mark.parametrize(
    "text",
    ["currency,date,rate\nusd,2026-01-01,0.92345678\n",
     "devise;date;taux\nUSD;01/01/2026;0,92345678\n"],
)  # fmt: skip
def test_a_rate_keeps_all_its_digits(desk: Desk, text: str) -> None:
    report = desk.land("taux.csv", text).report
    assert (report.profile, report.problems, report.coverage) == ("rates", (), ())
    assert desk.rows("select currency, day, rate from landed_rates") == [
        ("USD", date(2026, 1, 1), Decimal("0.92345678"))
    ]


def test_a_rate_that_cannot_be_one_is_kept_out(desk: Desk) -> None:
    landed = desk.land(
        "rates.csv",
        "currency,date,rate\nUSD,2026-01-01,0\nCHF,2026-01-01,dear\nGBP,2026-01-01,1.15\n"
        "GBP,2026-01-02,1.085\n",
    )
    assert [(row.column, row.reason) for row in landed.quarantine] == [
        ("rate", "not_positive"), ("rate", "unreadable_value"),
    ]  # fmt: skip
    assert desk.rows("select rate from landed_rates order by day") == [
        (Decimal("1.15"),), (Decimal("1.085"),),
    ]  # fmt: skip


def test_a_rate_holds_until_the_next_one_and_35_days_at_most(desk: Desk) -> None:
    desk.land(
        "rates.csv",
        "currency,date,rate\nUSD,2026-01-01,0.9\nUSD,2026-01-05,0.8\nEUR,2026-01-05,2\n",
    )
    desk.connection.execute("insert into company values ('EUR')")
    assert desk.rows(
        "select currency, start_day, end_day, rate from currency_spans where currency <> '' "
        "order by currency, start_day"
    ) == [
        ("EUR", date(1900, 1, 1), date(9999, 12, 31), 1.0),
        ("USD", date(2026, 1, 1), date(2026, 1, 5), 0.9),
        ("USD", date(2026, 1, 5), date(2026, 2, 9), 0.8),
    ]
