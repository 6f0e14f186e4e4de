"""The sentences of the review, word for word, in both languages."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from dashboard import (
    absence_sentences,
    glossary,
    import_sentences,
    review_sentences,
    sentences,
    side_sentences,
)
from metrics import coverage
from metrics.belonging import Word
from metrics.calendar import Calendar, Grain
from metrics.catalogue.kpi import Catalogue, Text
from metrics.errors import Mistake
from metrics.importing.report import FileReport, Problem, RowCounts
from metrics.kinds import SHAPES
from metrics.pages.portfolio import CONTRIBUTION, Holding
from metrics.pages.review_facts import Moved, NewLevel, Restated
from metrics.reading import Comparison
from metrics.result import Scope
from tests.dashboard import facts


def plain(text: str) -> str:
    """Spaces that do not break, as ordinary ones."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "fell 6.2 points to 41.3 % (usual range 44–52 %)."),
        ("fr", "en baisse de 6,2 points, à 41,3 % (plage habituelle 44–52 %)."),
    ],
)
def test_a_movement_says_how_much_to_where_and_what_is_usual(language, expected):
    moved = review_sentences.movement(facts.voice(language), facts.activation_subject().reading)
    assert plain(moved) == expected


def test_who_answers_is_named_and_a_vacancy_is_said():
    english, french = facts.voice("en"), facts.voice("fr")
    assert review_sentences.owner_sentence(english, (facts.PM,), "PM") == "PM: C. Morel."
    assert plain(review_sentences.owner_sentence(french, (), "PO")) == "PO : poste vacant."
    assert review_sentences.decided_sentence(french, 2) == "2 décisions ouvertes."


def test_a_point_outside_that_moved_back_is_not_said_to_fall():
    subject = facts.activation_subject()
    base = facts.figure("activation_rate", facts.ATELIER, facts.weeks_back(2)[0], 0.40)
    recovering = replace(subject.reading, previous=Comparison(base, 0.013, None))
    told = plain(review_sentences.movement(facts.voice("en"), recovering))
    assert told == "is at 41.3 %, below what is usual (usual range 44–52 %)."


@pytest.mark.parametrize(
    ("language", "attention", "unusual", "expected"),
    [
        ("en", 3, 1, "Week 46: 3 of 41 KPIs need attention; MRR €1.84 M, +1.2 % on the week."),
        ("en", 1, 0, "Week 46: 1 of 41 KPIs needs attention; MRR €1.84 M, +1.2 % on the week."),
        (
            "en",
            0,
            0,
            "Week 46: nothing out of the ordinary in 41 KPIs; MRR €1.84 M, +1.2 % on the week.",
        ),
        (
            "en",
            0,
            1,
            "Week 46: none of 41 KPIs needs attention; MRR €1.84 M, +1.2 % on the week.",
        ),
        (
            "fr",
            3,
            0,
            "Semaine 46 : 3 KPI sur 41 appellent l’attention ; "
            "MRR 1,84 M €, +1,2 % sur la semaine.",
        ),
        (
            "fr",
            1,
            0,
            "Semaine 46 : 1 KPI sur 41 appelle l’attention ; MRR 1,84 M €, +1,2 % sur la semaine.",
        ),
    ],
)
def test_the_headline(language, attention, unusual, expected):
    review = facts.review()
    mrr = facts.reading("mrr", facts.COMPANY, 1_840_000.0)
    base = facts.figure("mrr", facts.COMPANY, facts.weeks_back(2)[0], 1_818_000.0)
    mrr = replace(mrr, previous=Comparison(base, 22_000.0, 0.0121))
    told = review_sentences.headline(
        facts.voice(language),
        replace(review, attention=attention, unusual=(mrr,) * unusual, headline=(mrr,)),
    )
    assert plain(told) == expected


def test_a_headline_that_judges_nothing_does_not_call_it_usual():
    review = replace(facts.review(), attention=0, unusual=(), judged=0, headline=())
    told = plain(review_sentences.headline(facts.voice("fr"), review))
    assert told == "Semaine 46 : aucun KPI n’a encore de chiffre à juger."


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            "Atelier · usage: no data since Thursday 12 (tracking, last export 11 Nov). "
            "Not counted as a fall.",
        ),
        (
            "fr",
            "Atelier · usage : pas de donnée depuis jeudi 12 (tracking, dernier export 11 nov.). "
            "Non compté comme une baisse.",
        ),
    ],
)
def test_missing_data_is_not_a_fall(language, expected):
    told = absence_sentences.missing(
        facts.voice(language), [facts.missing_usage()], date(2026, 11, 16)
    )
    assert plain(told) == expected


def test_what_is_missing_alike_is_told_together():
    voice, day = facts.voice("en"), date(2026, 11, 16)
    first = facts.missing_usage()
    squads = [replace(first, name=f"Squad {number}") for number in range(9)]
    later = replace(first, since=date(2026, 11, 13))
    groups = absence_sentences.alike(voice, [*squads, later])
    assert [len(group) for group in groups] == [9, 1]
    told = plain(absence_sentences.missing(voice, groups[0], day))
    assert told.startswith(
        "Squad 0, Squad 1, Squad 2, Squad 3, Squad 4, Squad 5 and 3 more · usage"
    )


def test_all_that_the_same_ones_miss_is_one_line():
    voice, usage = facts.voice("en"), facts.missing_usage()
    tickets = replace(usage, dataset="work_items")
    others = replace(tickets, name="Balise", since=date(2026, 11, 13))
    groups = absence_sentences.alike(voice, [usage, others, tickets])
    assert groups == [[usage, tickets], [others]]
    assert plain(absence_sentences.missing(voice, groups[0], date(2026, 11, 16))) == (
        "Atelier · usage, delivery: no data since Thursday 12 (tracking, work tracker, "
        "last export 11 Nov). Not counted as a fall."
    )


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "en",
            "4 names that tools use stand for nobody yet, and their rows for no product or "
            "squad: W0 (1 row), W1 (1,200 rows), W2 (3 rows), W3 (4 rows).",
        ),
        (
            "fr",
            "4 noms d’outils ne désignent encore personne, et leurs lignes ne comptent pour aucun "
            "produit ni aucune squad : W0 (1 ligne), W1 (1 200 lignes), W2 (3 lignes), "
            "W3 (4 lignes).",
        ),
    ],
)
def test_names_that_nobody_placed_say_how_many_rows_wait(language, told):
    rows = (1, 1200, 3, 4)
    words = [
        Word("jira", f"W{n}", ("squad",), each, ("work_items",)) for n, each in enumerate(rows)
    ]
    assert plain(absence_sentences.waiting(facts.voice(language), words)) == told


def test_a_score_says_how_sure_it_is():
    found = facts.reading("nps", facts.ATELIER)
    assert found.figure is not None
    assert side_sentences.scored(facts.voice("en"), found) == ""
    sure = replace(found, figure=replace(found.figure, low=20.0, high=42.0, n=103))
    told = plain(side_sentences.scored(facts.voice("fr"), sure))
    assert told == "NPS 30,6, Semaine 46, 2026 : intervalle à 95 % 20–42, 103 réponses."


def test_the_rest_of_a_causal_chain_is_named_with_its_scope_when_it_differs():
    subject = facts.activation_subject()
    subject = replace(subject, also=(*subject.also, facts.reading("mrr", Scope("company", ""))))
    told = review_sentences.also_sentence(facts.voice("en"), subject)
    assert told == "With it: Active users, MRR (Groupe Rivage)."


def test_every_status_has_a_mark_and_a_word():
    for language in ("en", "fr"):
        told = {sentences.status(facts.voice(language), key) for key in glossary.MARKS}
        assert len(told) == len(glossary.MARKS)
        assert all(len(text.split(" ", 1)) == 2 for text in told)


def test_an_absent_figure_says_why():
    gap = facts.figure("mrr", facts.COMPANY, facts.WEEK, None, reason="gap")
    assert sentences.reason(facts.voice("en"), gap) == "days without data in this period"
    assert sentences.reason(facts.voice("fr"), None) != sentences.reason(facts.voice("en"), None)


@pytest.mark.parametrize(
    ("label", "short"),
    [
        ("Monthly recurring revenue (MRR)", "MRR"),
        ("NPS (recommandation nette)", "NPS"),
        ("Cycle time (median)", "Cycle time (median)"),
        ("Activation", "Activation"),
    ],
)
def test_a_label_is_shortened_to_the_initials_it_gives(label, short):
    entry = replace(facts.CATALOGUE["mrr"], label=Text(label, label))
    voice = replace(facts.voice("en"), catalogue=Catalogue({"mrr": entry}))
    assert voice.short_label("mrr") == short


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "2 definitions cannot be used: Active users, bugs_done. "),
        ("fr", "2 définitions inutilisables : Utilisateurs actifs, bugs_done. "),
    ],
)
def test_definitions_that_cannot_be_used_are_named_quietly(language, told):
    mistakes = [
        Mistake(name, "catalogue/own.yml", 3, "kind", "Wrong.", "Mend it.")
        for name in ("active_users", "bugs_done")
    ]
    assert plain(absence_sentences.broken(facts.voice(language), mistakes)).startswith(told)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            "Usual range: season taken out, trend taken out, new level since 5 Oct 2026",
        ),
        (
            "fr",
            "Plage habituelle : saison retirée, tendance retirée, nouveau niveau depuis le "
            "5 oct. 2026",
        ),
    ],
)
def test_a_chart_says_what_was_taken_out_of_it(language, expected):
    voice, chart = facts.voice(language), facts.six_twelve()
    assert sentences.judged_on(voice, chart) == ""
    told = replace(
        chart,
        limits=replace(chart.limits, taken_out=("season", "trend")),
        new_level=NewLevel(date(2026, 10, 5), 3, None),
    )
    assert plain(sentences.judged_on(voice, told)) == expected
    every = replace(told, limits=replace(chart.limits, taken_out=("autocorrelation", "steps")))
    assert len(sentences.judged_on(voice, every)) > 40


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            [
                "Restated on 12 Nov 2026 (new data, import 14: usage.csv): Week 43, 2026 was "
                "40.00 %, now 42.00 % · Week 42, 2026 was 41.00 %, now n/a.",
                "Restated on 1 Nov 2026 (exchange rates, imports 2–9: a.csv and 7 more files): "
                "Week 45, 2026 was 40.00 %, now 41.00 % · "
                "Week 44, 2026 was 40.00 %, now 41.00 % · Week 43, 2026 was 40.00 %, now 41.00 % · "
                "2 more periods.",
            ],
        ),
        (
            "fr",
            [
                "Rectifié le 12 nov. 2026 (nouvelles données, import 14 : usage.csv) : Semaine 43, "
                "2026 passe de 40,00 % à 42,00 % · Semaine 42, 2026 passe de 41,00 % à n/a.",
                "Rectifié le 1er nov. 2026 (taux de change, imports 2–9 : a.csv et 7 autres "
                "fichiers) : "
                "Semaine 45, 2026 passe de 40,00 % à "
                "41,00 % · Semaine 44, 2026 passe de 40,00 % à 41,00 % · Semaine 43, 2026 passe de "
                "40,00 % à 41,00 % · 2 autres périodes.",
            ],
        ),
    ],
)
def test_what_was_reported_otherwise_is_told_with_its_cause(language, expected):
    weeks = [
        Calendar().period(Grain.WEEK, date(2026, 11, 5) - timedelta(7 * back)) for back in range(5)
    ]
    changes = (
        Restated(
            datetime(2026, 11, 11, 23, 30), "import", "import 14: usage.csv",
            (Moved(weeks[2], 0.40, 0.42), Moved(weeks[3], 0.41, None)),
        ),
        Restated(
            datetime(2026, 11, 1, 9), "rate", "imports 2 to 9: a.csv and 7 more files",
            tuple(Moved(week, 0.40, 0.41) for week in weeks),
        ),
    )  # fmt: skip
    chart = replace(facts.six_twelve(), restated=changes)
    told = [plain(each) for each in sentences.restated(facts.voice(language), chart)]
    assert told == expected


def test_every_reason_has_words():
    told = {*coverage.REASONS, *(shape.absent for shape in SHAPES.values())} - {""}
    assert told <= set(glossary.REASONS)


def test_what_no_import_can_tell_is_not_told_as_nothing():
    """Work for objectives while no initiative is known; growth before its year has come."""
    english, french = facts.voice("en"), facts.voice("fr")
    sprint = replace(facts.flow().sprint, for_objectives=None)
    assert plain(side_sentences.sprint(english, sprint)[1]).endswith("removed 1. Done 18 points.")
    week = facts.history("mrr", facts.COMPANY)[-1]
    growth = replace(week, kpi=CONTRIBUTION, value=None, reason="history_begins")
    mrr = facts.reading("mrr", facts.COMPANY)
    readings = {"mrr": mrr, CONTRIBUTION: replace(mrr, figure=growth)}
    young = Holding(facts.COMPANY, readings)
    assert plain(absence_sentences.no_growth(french, young)) == (
        "Contribution à la croissance sur un an : l’historique commence plus tard."
    )
    bare = Holding(facts.COMPANY, {})
    assert absence_sentences.no_growth(english, bare).startswith("No subscriptions yet.")


def test_a_figure_of_an_earlier_period_says_which():
    english = facts.voice("en")
    reading = facts.reading("active_users", facts.COMPANY)
    end = reading.figure.end
    assert sentences.told_beside(english, reading, end) == (sentences.change(english, reading), "")
    told, beside = sentences.told_beside(english, reading, end + timedelta(7))
    assert told == sentences.size(english, reading)
    assert beside == "W46"


def test_what_is_worse_than_usual_may_have_risen_since():
    worse = facts.reading("active_users", facts.COMPANY, direction=-1, status="worse")
    risen = replace(worse, previous=replace(worse.previous, change=20.0, ratio=0.03))
    for language, verdict in (("en", "worse than usual"), ("fr", "moins bien que d’habitude")):
        voice = facts.voice(language)
        told, beside = sentences.told_beside(voice, risen, None)
        assert told == f"▼ {verdict}"
        assert plain(beside).startswith("+3 % · ")
        assert sentences.told_beside(voice, risen, risen.figure.end)[1] == sentences.change(
            voice, risen
        )


def test_rows_that_nobody_has_claimed_are_said_to_wait():
    rows = RowCounts(read=20, loaded=20)
    words = {"unknown_streams": ("", "A", "B", "C", "D")}
    report = FileReport("a.csv", "jira", "jira", "work_items", 1.0, "loaded", rows, **words)
    assert plain(import_sentences.loaded(facts.voice("fr"), report)) == (
        "20 lignes chargées ; aucune page ne les montre tant que vous n’avez pas dit à qui c’est : "
        "A, B, C et 1 autre"
    )
    nobodys = Problem("warning", "no_stream", rows=3, details={"stream": ""})
    report = replace(report, unknown_streams=("",), problems=(nobodys,))
    assert "page n’en montre 3, car" in plain(import_sentences.loaded(facts.voice("fr"), report))


def test_the_columns_that_a_file_lacks_are_named_by_what_they_hold():
    lacking = [
        Problem("warning", "column_missing", column=header, details={"field": field})
        for header, field in (("resolved", "done"), ("created", "created"))
    ]
    assert import_sentences.lacking(facts.voice("en"), "work_items", lacking).startswith(
        "The file lacks these columns: Done (resolved), Created."
    )
