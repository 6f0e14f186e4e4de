"""Users, their sessions and features against brute force, from the rows that an import lands."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics import models
from metrics.calendar import Grain
from tests.facts import MODELS, MONDAY, Facts
from tests.test_figures import brute

WEEKS = 4
LAST = MONDAY + timedelta(7 * WEEKS - 1)
PRODUCTS = ("anvil", "bellows")

moments = st.integers(0, 7 * WEEKS * 24 * 60 - 1).map(
    lambda minute: datetime.combine(MONDAY, time()) + timedelta(minutes=minute)
)
bursts = st.lists(
    st.tuples(
        st.sampled_from(PRODUCTS),
        st.integers(1, 4),
        st.one_of(moments, st.integers(0, 200).map(
            lambda minute: datetime.combine(MONDAY, time(23)) + timedelta(minutes=minute)
        )),
        st.sampled_from([None, None, "a", "b"]),
    ),
    min_size=1,
    max_size=60,
)  # fmt: skip


def used(rows, columns: str = "source, stream, user_key, time, day, event, feature, session, plan"):
    facts = Facts().cover("events", PRODUCTS, MONDAY, LAST).insert("landed_events", columns, rows)
    facts.connection.execute(
        "insert into slices select distinct 1, 'events', source, stream, day from landed_events"
    )
    models.refresh(facts.connection, MODELS)
    return facts


def sessions_of(rows) -> dict[tuple[str, date], int]:
    """By product and first day, as a person would count them with the rows before them."""
    told = {(product, moment.date()) for product, _, moment, session in rows if session}
    days: dict[tuple[object, ...], date] = {}
    pauses: dict[tuple[str, int], list[datetime]] = defaultdict(list)
    for product, user, moment, session in sorted(rows, key=lambda row: row[2]):
        if session:
            days.setdefault((product, user, session), moment.date())
        elif (product, moment.date()) not in told:
            earlier = pauses[product, user]
            if not earlier or moment - earlier[-1] > timedelta(minutes=30):
                days[product, user, moment] = moment.date()
            earlier.append(moment)
    counted: dict[tuple[str, date], int] = defaultdict(int)
    for (product, *_), day in days.items():
        counted[str(product), day] += 1
    return counted


@brute
@given(bursts)
@pytest.mark.parametrize("by", ["company", "product"])
def test_sessions_are_the_tools_else_broken_by_pauses(by, rows):
    facts = used(
        [("test", product, user, moment, moment.date(), "look", None, session, None)
         for product, user, moment, session in rows]
    )  # fmt: skip
    counted = sessions_of(rows)
    for figure in facts.ask("sessions_per_active_user", by=by, grain=Grain.WEEK):
        held = [figure.scope.key] if figure.scope.key else PRODUCTS
        users = {
            user for product, user, moment, _ in rows
            if product in held and figure.start <= moment.date() <= figure.end
        }  # fmt: skip
        sessions = sum(
            count for (product, day), count in counted.items()
            if product in held and figure.start <= day <= figure.end
        )  # fmt: skip
        if users:
            assert figure.value == pytest.approx(sessions / len(users))
        else:
            assert figure.reason == "zero_denominator"


signed = st.lists(
    st.tuples(
        st.sampled_from(PRODUCTS),
        st.integers(1, 30),
        moments,
        st.one_of(st.none(), st.integers(-60, 12 * 24 * 60)),  # minutes to activation
    ),
    min_size=1,
    max_size=40,
    unique_by=lambda row: row[:2],
)
ACTIVATION = {"anvil": "hammer", "bellows": "blow"}


@brute
@given(signed)
@pytest.mark.parametrize("exported", [True, False])
def test_signups_and_time_to_value(exported, rows):
    facts = Facts().cover("events", PRODUCTS, MONDAY, LAST)
    columns = "source, stream, user_key, time, day, event"
    if exported:
        facts.cover("users", PRODUCTS, MONDAY, LAST).insert(
            "landed_users",
            "source, observed_at, user_key, stream, signed_up_at, signed_up_day, features",
            [("test", LAST, user, product, moment, moment.date(), [])
             for product, user, moment, _ in rows],
        )  # fmt: skip
    else:
        facts.insert(
            "landed_events", columns,
            [("test", product, user, moment, moment.date(), "sign up")
             for product, user, moment, _ in rows],
        )  # fmt: skip
    reached = {
        (product, user): moment + timedelta(minutes=wait)
        for product, user, moment, wait in rows
        if wait is not None and moment + timedelta(minutes=wait) >= datetime.combine(MONDAY, time())
    }
    facts.insert(
        "landed_events", columns,
        [("test", product, user, moment, moment.date(), ACTIVATION[product])
         for (product, user), moment in reached.items() if moment.date() <= LAST],
    )  # fmt: skip
    facts.connection.execute(
        "insert into slices select distinct 1, 'events', source, stream, day from landed_events"
    )
    models.refresh(facts.connection, MODELS)
    for figure in facts.ask("signups", "time_to_value", grain=Grain.WEEK):
        cohort = [row for row in rows if figure.start <= row[2].date() <= figure.end]
        if figure.kpi == "signups":
            assert figure.value == len({user for _, user, *_ in cohort})
            continue
        if figure.end + timedelta(7) > LAST:
            assert figure.value is None
            continue
        waits = [
            (reached[product, user] - moment).total_seconds() / 3600
            for product, user, moment, wait in cohort
            if (product, user) in reached and wait >= 0
            and (reached[product, user].date() - moment.date()).days <= 7
        ]  # fmt: skip
        if not waits:
            assert figure.value is None
            continue
        assert figure.value == pytest.approx(median(waits))
        # Beside the median: how many of the cohort got there at all.
        assert (figure.numerator, figure.denominator) == (len(waits), len(cohort))


def test_signups_come_from_the_list_of_users_where_there_is_one_and_close_with_it():
    facts = Facts().cover("events", PRODUCTS, MONDAY, LAST)
    facts.cover("users", ["anvil"], MONDAY, MONDAY + timedelta(6))
    facts.insert(
        "landed_users",
        "source, observed_at, user_key, stream, signed_up_at, signed_up_day, features",
        [("test", LAST, user, "anvil", MONDAY, MONDAY, []) for user in (1, 2, 3)],
    )
    facts.events([("anvil", 9, MONDAY, "sign up"), ("bellows", 9, MONDAY, "sign up")])
    values = facts.values("signups", by="product")
    assert values["anvil", "2026-W02"] == 3
    assert values["bellows", "2026-W02"] == 1
    assert (values["anvil", "2026-W03"], values["bellows", "2026-W03"]) == (None, 0)


def test_only_qualifying_events_make_a_user_active_where_the_product_names_them():
    facts = Facts().cover("events", PRODUCTS, MONDAY, LAST)
    facts.connection.execute("insert into qualifying_events values ('anvil', 'hammer')")
    facts.events([(product, user, MONDAY, event) for product in PRODUCTS
                  for user, event in ((1, "hammer"), (2, "look"))])  # fmt: skip
    values = facts.values("active_users", by="product")
    assert (values["anvil", "2026-W02"], values["bellows", "2026-W02"]) == (1, 2)
    sessions = facts.values("sessions", by="product")
    assert (sessions["anvil", "2026-W02"], sessions["bellows", "2026-W02"]) == (1, 2)


def test_merged_people_count_once_everywhere():
    facts = Facts().cover("events", PRODUCTS, MONDAY, LAST)
    facts.insert("landed_identities", "source, observed_at, stream, alias_key, person_key",
                 [("test", MONDAY, "", 1, 100), ("test", MONDAY, "", 2, 100)])  # fmt: skip
    facts.events([("anvil", 1, MONDAY, "sign up"), ("bellows", 2, MONDAY, "sign up"),
                  ("anvil", 2, MONDAY + timedelta(7), "look")])  # fmt: skip
    assert facts.values("active_users")["", "2026-W02"] == 1
    assert facts.values("signups")["", "2026-W02"] == 1
    retained = facts.values("retained_users", by="product")
    assert retained["anvil", "2026-W03"] == 1


@pytest.fixture
def adopted() -> Facts:
    """Ten users of two plans; `melt` is for the Pro plan, `blow` for those whom a list names."""
    rows = [
        ("test", "anvil", user, datetime.combine(MONDAY, time(9)), MONDAY, event, event, None,
         "Pro" if user <= 4 else "Free")
        for user in range(1, 11)
        for event in ("look", *["melt"] * (user <= 2), *["blow"] * 3 * (user == 5))
    ]  # fmt: skip
    facts = used([])
    facts.insert(
        "landed_users",
        "source, observed_at, user_key, stream, signed_up_at, signed_up_day, features",
        [("test", LAST, user, "anvil", MONDAY, MONDAY, ["blow"]) for user in (5, 6, 7)],
    )
    facts.connection.execute(
        "insert into feature_eligibility values ('anvil', 'melt', 'Pro'), ('anvil', 'blow', null)"
    )
    facts.connection.execute("insert into feature_tags values ('anvil', 'melt', 'AI')")
    facts.insert(
        "landed_events", "source, stream, user_key, time, day, event, feature, session, plan", rows
    )
    facts.connection.execute(
        "insert into slices values (1, 'events', 'test', 'anvil', ?)", [MONDAY]
    )
    models.refresh(facts.connection, MODELS)
    return facts


def test_a_feature_is_measured_on_those_who_may_use_it(adopted):
    by_feature = {
        figure.member: (figure.numerator, figure.denominator)
        for figure in adopted.ask("feature_adoption", by="feature", grain=Grain.WEEK)
        if figure.period == "2026-W02"
    }
    assert by_feature == {"look": (10, 10), "melt": (2, 4), "blow": (1, 3)}
    [whole] = [f for f in adopted.ask("feature_adoption") if f.period == "2026-W02"]
    assert (whole.numerator, whole.denominator) == (10, 10)


def test_depth_and_tags_of_features(adopted):
    depth = adopted.values("feature_depth", by="feature")
    assert (depth["blow", "2026-W02"], depth["melt", "2026-W02"]) == (3, 1)
    assert adopted.values("ai_feature_adoption")["", "2026-W02"] == pytest.approx(0.2)


def test_user_quick_ratio_is_gained_over_lost():
    week = timedelta(7)
    facts = Facts().cover("events", PRODUCTS, MONDAY, LAST).events(
        [("anvil", 1, MONDAY, "look"), ("anvil", 2, MONDAY, "look"),
         ("anvil", 2, MONDAY + week, "look"), ("anvil", 3, MONDAY + week, "look"),
         ("anvil", 1, MONDAY + 2 * week, "look"), ("anvil", 3, MONDAY + 2 * week, "look")]
    )  # fmt: skip
    ratios = facts.values("usage_quick_ratio")
    assert ratios["", "2026-W03"] == 1  # one new, one lost
    assert ratios["", "2026-W04"] == 1  # one came back, one lost
    [last] = [f for f in facts.ask("usage_quick_ratio") if f.period == "2026-W05"]
    assert last.value == 0
