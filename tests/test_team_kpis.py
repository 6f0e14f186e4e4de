"""KPIs of teams from files to figures, against plain Python over the rows of the files."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.calendar import Grain
from metrics.importing.report import ImportOptions
from metrics.organisation import (
    Assignment,
    Membership,
    Organisation,
    Ownership,
    Person,
    Product,
    Squad,
)
from metrics.roles import product_roles, roles_in
from tests.exported import Exported, csv_of

MONDAY = date(2026, 1, 5)
LONG_AGO = date(2020, 1, 1)
NAMES = {"ada": "Ada Lovelace", "bob": "Bob Noyce", "cleo": "Cléo Dalle", "dan": "Dan Bricklin"}
ORGANISATION = Organisation(
    products=(Product("anvil", "Anvil", "tools"), Product("bellows", "Bellows", "tools")),
    squads=(Squad("north", "North"), Squad("south", "South")),
    people=tuple(Person(key, name, f"{key}@example.org") for key, name in NAMES.items()),
    assignments=(
        Assignment("north", "anvil", LONG_AGO),
        Assignment("south", "anvil", LONG_AGO),
        Assignment("south", "bellows", LONG_AGO),
    ),
    memberships=(
        Membership("ada", "north", LONG_AGO),
        Membership("bob", "north", LONG_AGO, date(2026, 4, 14)),
        Membership("cleo", "south", LONG_AGO),
        Membership("bob", "south", date(2026, 4, 15)),
        Membership("dan", "south", LONG_AGO),
    ),
)
few = settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
SKILLS = "Employee,Squad,Skill,Level,Assessed on"
NEEDS = "Squad,Skill,Required level,Needed from,Needed until"


@pytest.fixture
def fresh(tmp_path_factory):
    """Makes an empty workspace, of an organisation, each time it is called."""
    return lambda organisation=ORGANISATION: Exported(
        tmp_path_factory.mktemp("teams"), organisation
    )


# Skills


def test_a_need_is_covered_by_two_holders_and_the_rarest_skill_counts(fresh):
    imported = fresh()
    imported.file(
        "skills 2026-06-30.csv",
        csv_of(
            SKILLS,
            [
                ("Ada Lovelace", "North", "Python", 3, "2026-02-02"),
                ("BOB NOYCE", "North", "python", 4, "2026-02-02"),
                ("ada@example.org", "North", "SQL", 3, "2026-02-02"),
                ("bob", "North", "SQL", 2, "2026-02-02"),
                ("bob", "North", "SQL", 3, "2026-03-10"),
            ],
        ),
    )
    imported.file(
        "needs 2026-06-30.csv",
        csv_of(
            NEEDS,
            [
                ("North", "Python", 3, None, None),
                ("North", "SQL", 3, None, None),
                ("North", "Kotlin", 1, "2026-05-01", None),
            ],
        ),
    )
    coverage = imported.closed("skills_coverage", by="squad", grain=Grain.MONTH)
    assert coverage["north", "2026-02"] == 0.5  # SQL: Bob is not there yet
    assert coverage["north", "2026-03"] == 1
    assert coverage["north", "2026-04"] == 0  # Bob has left for South
    assert coverage["north", "2026-05"] == 0
    holders = imported.closed("bus_factor", by="squad", grain=Grain.MONTH)
    assert [holders["north", f"2026-0{month}"] for month in range(2, 6)] == [1, 2, 1, 0]
    assert holders["south", "2026-05"] == "nothing_measured"  # South needs nothing
    assert coverage["south", "2026-05"] == "zero_denominator"
    by_skill = {
        figure.member: figure.value
        for figure in imported.ask("bus_factor", by="skill", grain=Grain.MONTH)
        if figure.period == "2026-05"
    }
    assert by_skill == {"Python": 1, "SQL": 1, "Kotlin": 0}


def test_nothing_is_known_of_skills_before_the_first_assessment(fresh):
    imported = fresh()
    imported.cover("work_items", "jira", "north", date(2026, 1, 1), date(2026, 6, 30))
    imported.file("needs.csv", csv_of("Squad,Skill,Required level", [("North", "Python", 3)]))
    imported.file("matrix 2026-03-20.csv", csv_of("Employee,Python,SQL", [("Ada Lovelace", 3, "")]))
    found = imported.closed("bus_factor", by="squad", grain=Grain.MONTH)
    assert found["north", "2026-02"] == "nothing_measured"
    assert found["north", "2026-03"] == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "long 2026-02-01.csv",
            "Collaborateur;Compétence;Niveau\nAda Lovelace;Python;expert\n"
            "Bob Noyce;Python;3\nBob Noyce;SQL;aucun\n",
        ),
        (
            "wide 2026-02-01.csv",
            "Collaborateur;Python;SQL\nAda Lovelace;expert;\nBob Noyce;3;aucun\n",
        ),
        ("wide 2026-02-01.csv", "Employee,Python,SQL\nada,5,\nbob,3,0\n"),
    ],
)
def test_a_matrix_may_be_long_or_wide_in_french_or_english(fresh, name, text):
    imported = fresh()
    report = imported.file(name, text)
    assert (report.dataset, report.problems) == ("skills", ())
    rows = imported.connection.execute(
        "select left(person, 3), skill_key, day, level from skills order by 1, 2"
    ).fetchall()
    assert rows == [
        ("ada", "python", date(2026, 2, 1), 5),
        ("bob", "python", date(2026, 2, 1), 3),
        ("bob", "sql", date(2026, 2, 1), 0),
    ]


def test_a_list_without_levels_meets_needs_without_levels(fresh):
    imported = fresh()
    report = imported.file(
        "skills 2026-02-01.csv",
        "Employee Name,Skill 1,Skill 2,Skill 3\nAda Lovelace,Python,SQL,\nBob Noyce,SQL,,\n"
        "Grace Hopper,SQL,COBOL,\n",
    )
    assert [(p.reason, p.rows, p.details) for p in report.problems] == [
        ("unknown_person", 2, {"people": "1"})
    ]
    imported.file(
        "needs.csv",
        csv_of(
            "Squad,Skill,Required level",
            [("North", "Python", None), ("North", "SQL", None), ("South", "SQL", 1)],
        ),
    )
    imported.cover("work_items", "jira", "north", date(2026, 2, 1), date(2026, 2, 28))
    found = imported.closed("skills_coverage", by="squad", grain=Grain.MONTH)
    assert found["north", "2026-02"] == 0.5
    assert imported.closed("bus_factor", by="squad", grain=Grain.MONTH)["north", "2026-02"] == 1


assessments = st.lists(
    st.tuples(
        st.sampled_from(list(NAMES)),
        st.sampled_from(["Python", "SQL"]),
        st.integers(0, 5),
        st.integers(0, 170).map(lambda offset: MONDAY + timedelta(offset)),
    ),
    min_size=1,
    max_size=25,
    unique_by=lambda row: (row[0], row[1], row[3]),
)
needed = st.lists(
    st.tuples(
        st.sampled_from(["North", "South"]),
        st.sampled_from(["Python", "SQL"]),
        st.integers(1, 5),
        st.integers(0, 90).map(lambda offset: MONDAY + timedelta(offset)),
        st.integers(0, 120),
    ),
    max_size=4,
    unique_by=lambda row: row[:2],
)


@few
@given(assessments, needed)
def test_skills_against_brute_force(fresh, levels, needs):
    imported = fresh()
    imported.cover("work_items", "jira", "north", date(2026, 1, 1), date(2026, 7, 31))
    imported.file(
        "skills 2026-07-31.csv",
        csv_of(
            SKILLS, [(NAMES[person], "", skill, level, day) for person, skill, level, day in levels]
        ),
    )
    if needs:
        imported.file(
            "needs 2026-07-31.csv",
            csv_of(
                NEEDS,
                [
                    (squad, skill, level, start, start + timedelta(length))
                    for squad, skill, level, start, length in needs
                ],
            ),
        )

    def members(squad: str, day: date) -> set[str]:
        return {
            row.person
            for row in ORGANISATION.memberships
            if row.squad == squad and row.start <= day and (row.end is None or day <= row.end)
        }

    def level_on(person: str, skill: str, day: date) -> int | None:
        found = [
            (on, level)
            for who, what, level, on in levels
            if (who, what) == (person, skill) and on <= day
        ]
        return max(found)[1] if found else None

    def first_day(squad: str) -> date | None:
        # the first day on which anything is known of a member
        days = [MONDAY + timedelta(offset) for offset in range(260)]
        known = (
            day
            for day in days
            if any(
                level_on(who, what, day) is not None
                for who in members(squad, day)
                for what in ("Python", "SQL")
            )
        )
        return next(known, None)

    def holders(squads: list[str], day: date) -> list[int]:
        counts = []
        for squad, skill, level, start, length in needs:
            known = first_day(squad.lower())
            if (
                squad.lower() not in squads
                or not start <= day <= start + timedelta(length)
                or known is None
                or day < known
            ):
                continue
            counts.append(
                sum(
                    (level_on(person, skill, day) or 0) >= level
                    for person in members(squad.lower(), day)
                )
            )
        return counts

    held = {
        "": ["north", "south"],
        "anvil": ["north", "south"],
        "bellows": ["south"],
        "north": ["north"],
        "south": ["south"],
    }
    for by in ("company", "product", "squad"):
        for figure in imported.ask("skills_coverage", "bus_factor", by=by, grain=Grain.MONTH):
            if not figure.closed:
                continue
            counts = holders(held[figure.scope.key], figure.end)
            if figure.kpi == "bus_factor":
                assert figure.value == (min(counts) if counts else None), figure
            else:
                share = sum(count >= 2 for count in counts) / len(counts) if counts else None
                assert figure.value == (None if share is None else pytest.approx(share)), figure
        for figure in imported.ask("skills_progress", by=by):
            if not figure.closed:
                continue
            gained = missing = 0
            for squad, skill, level, start, length in needs:
                for person, what, now, day in levels:
                    if (
                        what != skill
                        or not figure.start <= day <= figure.end
                        or squad.lower() not in held[figure.scope.key]
                        or person not in members(squad.lower(), day)
                        or not start <= day <= start + timedelta(length)
                    ):
                        continue
                    before = level_on(person, skill, day - timedelta(1))
                    if before is None or before >= level:
                        continue
                    missing += level - before
                    gained += max(0, min(now, level) - before)
            assert figure.value == (pytest.approx(gained / missing) if missing else None), figure


# Participation

ANSWERS = "Horodateur,Équipe,Recommanderiez-vous votre équipe comme lieu de travail ?"


def test_participation_counts_those_who_answered_during_the_wave(fresh):
    imported = fresh()
    report = imported.file(
        "waves 2026-06-30.csv",
        csv_of(
            "wave,squad,start,end,invited",
            [
                ("2026-Q1", "North", "2026-01-26", "2026-02-08", 4),
                ("2026-Q1", "South", "2026-01-26", "2026-02-08", 6),
                ("2026-Q2", "North", "2026-05-04", "2026-05-17", 5),
            ],
        ),
    )
    [told] = [each for each in report.problems if each.reason == "wave_over_months"]
    assert (told.rows, told.example) == (2, "2026-Q1")
    rows = [
        (day, squad, 8)
        for day, squad in (
            ("26/01/2026 09:00:00", "North"),
            ("31/01/2026 09:00:00", "North"),
            ("08/02/2026 23:30:00", "North"),
            ("09/02/2026 09:00:00", "North"),
            ("02/02/2026 09:00:00", "South"),
            ("05/05/2026 09:00:00", "North"),
        )
    ]
    imported.file("Baromètre 2026-06-30.csv", csv_of(ANSWERS, rows))
    found = imported.closed("survey_participation", by="squad")
    assert found["north", "2026-02"] == pytest.approx(3 / 4)
    assert found["north", "2026-05"] == pytest.approx(1 / 5)
    assert found["north", "2026-03"] == "zero_denominator"
    assert imported.closed("survey_participation")["", "2026-02"] == pytest.approx(4 / 10)
    assert imported.closed("survey_participation", by="product")[
        "bellows", "2026-02"
    ] == pytest.approx(1 / 6)


#: Three waves of one squad that are open together and end in different months.
OVERLAPPING = {
    "pulse": (date(2026, 1, 20), date(2026, 2, 5)),
    "enps": (date(2026, 1, 25), date(2026, 3, 4)),
    "checkup": (date(2026, 1, 22), date(2026, 1, 31)),
}


@few
@given(
    st.lists(
        st.tuples(st.integers(0, 45), st.sampled_from(["pulse", "eNPS", ""])),
        min_size=1,
        max_size=14,
    )
)
def test_an_answer_counts_in_one_of_the_waves_open_at_once(fresh, answers):
    """The one it names, else one that no answer names, the latest to begin."""
    imported = fresh()
    rows = [(wave, "North", *map(str, span), 20) for wave, span in OVERLAPPING.items()]
    imported.file("waves 2026-04-30.csv", csv_of("wave,squad,start,end,invited", rows))
    told = [(date(2026, 1, 20) + timedelta(at), wave) for at, wave in answers]
    far = [(date(2025, 12, 1), ""), (date(2026, 4, 30), "")]  # what the file covers
    imported.file(
        "Baromètre 2026-05-01.csv",
        csv_of(
            f"{ANSWERS},Vague",
            [(f"{day:%d/%m/%Y} 09:00:00", "North", 8, wave) for day, wave in (*told, *far)],
        ),
    )
    open_on = {
        day: [wave for wave, (start, end) in OVERLAPPING.items() if start <= day <= end]
        for day, _ in told
    }
    named = {wave.lower() for day, wave in told if wave.lower() in open_on[day]}
    expected = dict.fromkeys(OVERLAPPING, 0)
    for day, wave in told:
        here = open_on[day]
        if wave.lower() in here:
            expected[wave.lower()] += 1
        elif here:
            unnamed = [each for each in here if each not in named] or here
            expected[max(unnamed, key=lambda each: OVERLAPPING[each][0])] += 1
    found = imported.closed("survey_participation", by="squad")
    for wave, (_, end) in OVERLAPPING.items():
        assert found["north", f"{end:%Y-%m}"] == pytest.approx(expected[wave] / 20)


def test_invitations_of_a_whole_file_may_be_told_their_squad(fresh):
    imported = fresh()
    imported.file(
        "vagues 2026-06-30.csv",
        "Vague;Équipe;Début;Fin;Personnes invitées\nT1;Notre équipe;26/01/2026;08/02/2026;4\n",
        ImportOptions(squad="north"),
    )
    assert imported.connection.execute("select stream, invited from survey_waves").fetchall() == [
        ("north", 4)
    ]


# Vacancies


def with_roles(*ownerships: Ownership) -> Organisation:
    return Organisation(
        products=ORGANISATION.products,
        squads=ORGANISATION.squads,
        people=ORGANISATION.people,
        assignments=(
            Assignment("north", "anvil", LONG_AGO),
            Assignment("south", "bellows", LONG_AGO, date(2026, 2, 28)),
        ),
        ownerships=ownerships,
    )


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("PM", {"PM"}),
        ("po", {"PO"}),
        ("PM/PO", {"PM", "PO"}),
        ("hybrid PM/PO", {"PM", "PO"}),
        ("Product Owner", {"PO"}),
        ("Cheffe de produit", {"PM"}),
        ("squad lead", set()),
        ("CPO", set()),
        ("Product Manager & PO", {"PM", "PO"}),
        ("people partner", set()),
    ],
)
def test_a_role_is_known_by_its_words(text, roles):
    assert roles_in(text) == roles


def test_no_pm_since_the_third_of_march(fresh):
    imported = fresh(
        with_roles(
            Ownership("ada", "PM", "product", "anvil", LONG_AGO, date(2026, 3, 2)),
            Ownership("bob", "PM/PO", "product", "bellows", date(2026, 1, 12)),
            Ownership("cleo", "PO", "squad", "north", LONG_AGO, date(2026, 3, 15)),
            Ownership("dan", "PO", "squad", "north", date(2026, 3, 22)),
        )
    )
    imported.cover("work_items", "jira", "north", MONDAY, date(2026, 3, 29))
    found = imported.closed("vacancy_days", by="product")
    assert found["anvil", "2026-W09"] == 0
    assert found["anvil", "2026-W10"] == 6  # Tuesday the 3rd to Sunday, no PM
    assert found["anvil", "2026-W12"] == 7 + 6  # nor a PO from Monday the 16th to Saturday
    assert found["anvil", "2026-W13"] == 7
    assert found["bellows", "2026-W02"] == "nothing_measured"  # nobody had held either role yet
    assert found["bellows", "2026-W10"] == 0
    assert imported.closed("vacancy_days")["", "2026-W12"] == 13
    by_role = imported.closed("vacancy_days", by="role")
    assert (by_role["PM", "2026-W12"], by_role["PO", "2026-W12"]) == (7, 6)
    since = imported.connection.execute(
        "select max(end_day) from product_roles where product = 'anvil' and role = 'PM'"
    ).fetchone()
    assert since == (date(2026, 3, 3),)


def test_a_squad_s_po_answers_for_its_products_while_it_works_on_them():
    organisation = with_roles(
        Ownership("cleo", "PO", "squad", "south", date(2026, 1, 1), date(2026, 12, 31)),
        Ownership("dan", "PM", "line", "tools", LONG_AGO),
        Ownership("ada", "squad lead", "squad", "south", LONG_AGO),
    )
    assert set(product_roles(organisation)) == {
        ("bellows", "PO", "cleo", date(2026, 1, 1), date(2026, 3, 1)),
        ("anvil", "PM", "dan", LONG_AGO, None),
        ("bellows", "PM", "dan", LONG_AGO, None),
    }


holdings = st.lists(
    st.tuples(
        st.sampled_from(["PM", "PO", "PM/PO"]),
        st.sampled_from(["anvil", "bellows"]),
        st.integers(-30, 60).map(lambda offset: MONDAY + timedelta(offset)),
        st.one_of(st.none(), st.integers(0, 40)),
    ),
    max_size=8,
)


@few
@given(holdings)
def test_vacancies_against_brute_force(fresh, drawn):
    rows = [
        Ownership(
            f"p{number}",
            role,
            "product",
            product,
            start,
            None if length is None else start + timedelta(length),
        )
        for number, (role, product, start, length) in enumerate(drawn)
    ]
    imported = fresh(with_roles(*rows))
    imported.cover("work_items", "jira", "north", MONDAY, MONDAY + timedelta(83))

    def vacant(product: str, role: str, day: date) -> bool | None:
        mine = [row for row in rows if row.target == product and role in row.role]
        if not mine or day < min(row.start for row in mine):
            return None
        return not any(row.start <= day and (row.end is None or day <= row.end) for row in mine)

    for by, grain in (("company", Grain.WEEK), ("product", Grain.WEEK), ("product", Grain.MONTH)):
        for figure in imported.ask("vacancy_days", by=by, grain=grain):
            if not figure.closed:
                continue
            products = [figure.scope.key] if figure.scope.key else ["anvil", "bellows"]
            length = (figure.end - figure.start).days + 1
            days = [figure.start + timedelta(offset) for offset in range(length)]
            known = [
                vacant(product, role, day)
                for product in products
                for role in ("PM", "PO")
                for day in days
            ]
            counted = [flag for flag in known if flag is not None]
            assert figure.value == (sum(counted) if counted else None), figure
