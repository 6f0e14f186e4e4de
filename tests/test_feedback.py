"""What users say, from the files of tools to figures: volume, themes, ratings, effort."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.calendar import Grain
from metrics.organisation import Name, Organisation, Product
from tests.facts import MONDAY, Facts
from tests.office import Office
from tests.test_figures import brute

ORGANISATION = Organisation(
    products=(Product("alpha", "Alpha"), Product("beta", "Beta")),
    names=(Name("product", "google_play", "com.alpha", "alpha"),),
)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path / "workspace", ORGANISATION)
    yield made
    made.connection.close()


SURVEY = (
    "Horodateur,Produit,Recommanderiez-vous ce produit ? (0 à 10),Êtes-vous satisfait ? (1 à 5),"
    "Commentaire\n"
    "05/01/2026 10:00:00,Alpha,9,5,Simple et rapide\n"
    "06/01/2026 10:00:00,Alpha,3,4,Trop lent\n"
    "07/01/2026 10:00:00,Alpha,8,2,Cher\n"
    "08/01/2026 10:00:00,Alpha,2,1,\n"
    "10/02/2026 10:00:00,Alpha,9,5,\n"
)
REVIEWS = (
    "Package Name,Reviewer Language,Review Submit Date and Time,Star Rating,Review Title,"
    "Review Text,Review Link\n"
    "com.alpha,fr,2026-01-05T08:00:00Z,1,,L'appli plante,http://r/1\n"
    "com.alpha,en,2026-01-10T08:00:00Z,5,Great,Fast and easy,http://r/2\n"
    "com.alpha,fr,2026-01-31T23:30:00Z,2,,,http://r/3\n"
)
TICKETS = (
    "Id,Subject,Requester,Requested,Status,Product,Solved,Satisfaction\n"
    "1,Export vide,x@y.z,2026-01-05 10:00,Solved,Alpha,2026-01-07 10:00,Bad\n"
    "2,Mot de passe,x@y.z,2026-01-06 10:00,Closed,Alpha,2026-01-06 22:00,Good\n"
    "3,Facture,x@y.z,2026-01-07 10:00,Open,Alpha,,Unoffered\n"
    "4,Lenteur,x@y.z,2026-02-02 10:00,Solved,Alpha,2026-02-12 10:00,Offered\n"
)
TAKEN = datetime(2026, 3, 1, 8)


@pytest.fixture
def heard(office: Office) -> Office:
    office.land("Enquête (réponses).csv", SURVEY, TAKEN)
    office.land(
        "reviews_reviews_com.alpha_202601.csv", ("\ufeff" + REVIEWS).encode("utf-16-le"), TAKEN
    )
    office.land("zendesk tickets.csv", TICKETS, TAKEN)
    return office


def test_every_verbatim_ticket_and_review_is_counted_once(heard: Office) -> None:
    # The review of 31 January, 23:30 UTC is of February in Paris.
    assert heard.value("feedback_volume", "2026-01", grain=Grain.MONTH) == 3 + 2 + 3
    by_kind = {
        figure.member: figure.value
        for figure in heard.ask("feedback_volume", by="kind", grain=Grain.MONTH)
        if figure.period == "2026-01"
    }
    assert by_kind == {"verbatim": 3, "review": 2, "ticket": 3}


def test_themes_are_shares_of_what_was_said_in_words(heard: Office) -> None:
    said = 3 + 2 + 3
    shares = {
        figure.member: (figure.numerator, figure.denominator)
        for figure in heard.ask("feedback_theme_share", by="theme")
        if figure.period == "2026-01"
    }
    assert shares["speed"] == (3, said)
    assert shares["usability"] == (2, said)
    assert shares["reliability"] == (1, said)
    assert shares["price"] == (2, said)
    assert heard.value("feedback_theme_share", "2026-01") == pytest.approx(8 / said)


def test_negative_is_a_detractor_somebody_dissatisfied_or_two_stars(heard: Office) -> None:
    # A score of 3, a satisfaction of 2 beside an 8, one star, a bad ticket; of eight verbatims.
    assert heard.value("negative_feedback_share", "2026-01") == pytest.approx(4 / 8)
    # The two stars of February came without a word: only the ticket is a verbatim.
    assert heard.value("negative_feedback_share", "2026-02") == 0


def test_store_rating_is_of_the_reviews_received(heard: Office) -> None:
    assert heard.value("store_rating", "2026-01") == 3
    assert heard.value("store_rating", "2026-02") == 2


def test_tickets_are_resolved_when_they_are_and_wait_apart(heard: Office) -> None:
    asked = heard.ask("feedback_resolution_time", grain=Grain.MONTH)
    values = {figure.period: (figure.value, figure.n) for figure in asked}
    assert values["2026-01"] == (pytest.approx(1.25), 2)
    assert values["2026-02"] == (pytest.approx(10), 1)
    waiting = {f.period: f.value for f in heard.ask("open_tickets", grain=Grain.MONTH)}
    assert (waiting["2026-01"], waiting["2026-02"]) == (1, 1)


@pytest.mark.parametrize("told", [1, 3])
def test_tickets_that_nobody_knows_when_were_resolved_leave_their_past_unknown(told: int) -> None:
    """Of four resolved tickets the tool says of one, or of three, on which day."""
    last = MONDAY + timedelta(48)
    facts = Facts().cover("feedback", ["anvil"], MONDAY, last)
    facts.insert(
        "landed_feedback",
        "source, observed_at, feedback_id, kind, stream, opened_at, day, status, resolved_day",
        [
            ("test", last, f"f{n}", "ticket", "anvil", MONDAY, MONDAY,
             "open" if n == 4 else "resolved", MONDAY + timedelta(9) if n < told else None)
            for n in range(5)
        ],
    )  # fmt: skip
    *before, latest = [each for each in facts.ask("open_tickets") if each.closed]
    assert latest.value == 1
    if told == 1:
        assert {(each.value, each.reason) for each in before} == {(None, "history_begins")}
    else:
        assert [each.value for each in before] == [4, 1, 1, 1, 1, 1]


def test_a_product_that_keeps_no_verbatims_keeps_their_themes_only(tmp_path: Path) -> None:
    [alpha, beta] = ORGANISATION.products
    silent = replace(ORGANISATION, products=(replace(alpha, keeps_verbatims=False), beta))
    office = Office(tmp_path / "workspace", silent)
    office.land("Enquête (réponses).csv", SURVEY, TAKEN)
    office.land("zendesk tickets.csv", TICKETS, TAKEN)
    texts = "select text from landed_feedback union all select comment from landed_responses"
    assert set(office.connection.execute(texts).fetchall()) == {(None,)}
    assert office.value("feedback_theme_share", "2026-01") is not None
    assert office.value("feedback_volume", "2026-01", grain=Grain.MONTH) == 6
    office.connection.close()


def test_a_product_that_stops_keeping_verbatims_forgets_those_it_had(heard: Office) -> None:
    before = heard.value("feedback_theme_share", "2026-01")
    [alpha, beta] = ORGANISATION.products
    heard.organisation = replace(
        ORGANISATION, products=(replace(alpha, keeps_verbatims=False), beta)
    )
    assert heard.value("feedback_theme_share", "2026-01") == before
    texts = "select text from landed_feedback union all select comment from landed_responses"
    assert set(heard.connection.execute(texts).fetchall()) == {(None,)}


def test_an_edited_taxonomy_is_applied_to_what_was_heard_before(heard: Office) -> None:
    assert heard.value("feedback_theme_share", "2026-01") == 1
    (heard.folder / "themes.yml").write_text(
        "themes:\n  - {name: bill, label: {en: Bill, fr: Facture}, fr: [facture]}\n", "utf-8"
    )
    assert heard.value("feedback_theme_share", "2026-01") == pytest.approx(1 / 8)


def test_the_older_effort_scale_is_turned_round_and_the_report_says_so(office: Office) -> None:
    older = office.land(
        "effort 2026-02-01.csv",
        "Timestamp,Product,How much effort did you have to put forth? (1 to 5)\n"
        + "".join(f"2026-01-{day:02} 10:00:00,Alpha,{score}\n"
                  for day, score in enumerate((1, 2, 3, 4, 5), 5)),
    )  # fmt: skip
    assert [problem.reason for problem in older.problems] == ["reversed_scale"]
    assert office.value("ces", "2026-01") == pytest.approx(2 / 5)
    newer = office.land(
        "facilité 2026-02-01.csv",
        "Horodateur,Produit,Était-ce facile ? (1 à 7)\n"
        + "".join(f"0{day}/01/2026 10:00:00,Beta,{score}\n"
                  for day, score in enumerate((1, 4, 5, 6, 7, 7), 1)),
    )  # fmt: skip
    assert newer.problems == ()
    assert office.value("ces", "2026-01", by="product", scope="beta") == pytest.approx(4 / 6)


def test_nps_is_cut_by_account_where_answers_say_whose_they_are(office: Office) -> None:
    office.land(
        "nps 2026-02-01.csv",
        "Horodateur,Produit,Compte,Recommanderiez-vous ce produit ? (0 à 10)\n"
        "05/01/2026 10:00:00,Alpha,acc-1,9\n05/01/2026 11:00:00,Alpha,acc-1,2\n"
        "05/01/2026 12:00:00,Alpha,acc-2,10\n",
    )
    figures = [f for f in office.ask("nps", by="account") if f.period == "2026-01"]
    assert sorted(f.value for f in figures if f.value is not None) == [0, 100]


@pytest.mark.parametrize(
    "text",
    ["id,kind,product,opened,resolved,rating,scale_max,text\nf1,review,Alpha,2026-01-05,,2,5,Slow\n",
     "id;nature;produit;ouvert_le;résolu_le;note;note_max;texte\nf1;avis;Alpha;05/01/2026;;2;5;Lent\n"],
)  # fmt: skip
def test_our_own_columns_in_both_languages(office: Office, text: str) -> None:
    report = office.land("retours.csv", text)
    assert (report.profile, report.problems) == ("feedback", ())
    rows = office.connection.execute("select kind, day, rating, themes from feedback").fetchall()
    assert rows == [("review", date(2026, 1, 5), 2, ["speed"])]


items = st.lists(
    st.tuples(
        st.sampled_from(["anvil", "bellows"]),
        st.integers(0, 27 * 24),  # hours from the first Monday
        st.one_of(st.none(), st.integers(0, 20 * 24)),  # hours until resolved
        st.sets(st.sampled_from(["speed", "price"])),
    ),
    min_size=1,
    max_size=30,
)


@brute
@given(items)
@pytest.mark.parametrize("by", ["company", "product"])
def test_resolution_and_themes_against_brute_force(by, items):
    start = datetime.combine(MONDAY, datetime.min.time())
    last = MONDAY + timedelta(48)
    facts = Facts().cover("feedback", ["anvil", "bellows"], date(2026, 1, 1), last)
    opened = [start + timedelta(hours=hours) for _, hours, *_ in items]
    solved = [
        moment + timedelta(hours=wait) if wait is not None else None
        for moment, (_, _, wait, _) in zip(opened, items, strict=True)
    ]
    facts.insert(
        "landed_feedback",
        "source, observed_at, feedback_id, kind, stream, opened_at, day, status, resolved_at, "
        "resolved_day, themes",
        [
            ("test", last, f"f{n}", "ticket", product, moment, moment.date(),
             "resolved" if end else "open", end, end.date() if end else None, sorted(themes))
            for n, ((product, _, _, themes), moment, end)
            in enumerate(zip(items, opened, solved, strict=True))
        ],
    )  # fmt: skip
    rows = [
        (product, moment.date(), end.date() if end else None, wait, themes)
        for (product, _, wait, themes), moment, end in zip(items, opened, solved, strict=True)
    ]
    for figure in facts.ask("feedback_resolution_time", "feedback_volume", "open_tickets", by=by):
        held = [row for row in rows if row[0] == figure.scope.key or not figure.scope.key]
        if not figure.closed or figure.start < date(2026, 1, 1):
            continue
        if figure.kpi == "feedback_volume":
            assert figure.value == sum(figure.start <= row[1] <= figure.end for row in held)
        elif figure.kpi == "open_tickets":
            assert figure.value == sum(
                row[1] <= figure.end and (row[2] is None or row[2] > figure.end) for row in held
            )
        else:
            waits = [row[3] / 24 for row in held if row[2] and figure.start <= row[2] <= figure.end]
            assert figure.value == (pytest.approx(median(waits)) if waits else None)
    for figure in facts.ask("feedback_theme_share", by="theme"):
        inside = [row for row in rows if figure.start <= row[1] <= figure.end]
        if figure.closed and inside:
            on_theme = sum(figure.member in row[4] for row in inside)
            assert (figure.numerator, figure.denominator) == (on_theme, len(inside))


def test_before_a_source_began_a_part_of_what_was_said_is_no_volume():
    facts = Facts().cover("responses", ["anvil", "bellows"], date(2026, 1, 1), date(2026, 2, 28))
    facts.cover("feedback", ["anvil"], date(2026, 2, 1), date(2026, 2, 28))
    facts.insert(
        "landed_responses",
        "source, observed_at, response_id, question, kind, wave, day, stream, score, scale_min, "
        "scale_max, comment, themes",
        [("test", MONDAY, f"r{n}", "q", "nps", "w", day, product, 9, 0, 10, "Good", [])
         for n, (product, day) in enumerate(
             [(p, d) for p in ("anvil", "bellows") for d in (MONDAY, date(2026, 2, 3))])],
    )  # fmt: skip
    volume = {
        (figure.scope.key, figure.period): (figure.value, figure.reason)
        for figure in facts.ask("feedback_volume", by="product", grain=Grain.MONTH)
    }
    assert volume["anvil", "2026-01"] == (None, "history_begins")
    assert volume["anvil", "2026-02"] == (1, None)
    assert volume["bellows", "2026-01"] == (1, None)  # surveys are all it ever had
