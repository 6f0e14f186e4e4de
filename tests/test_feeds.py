from __future__ import annotations

from metrics.feeds import kpis_fed
from tests.facts import CATALOGUE, MODELS


def test_a_dataset_feeds_all_that_reads_it():
    fed = kpis_fed(CATALOGUE, MODELS, "subscriptions")
    assert {"mrr", "arr", "net_revenue_retention", "growth_contribution"} <= set(fed)
    assert not {"active_users", "nps"} & set(fed)


def test_events_without_users_count_no_users_and_without_features_no_adoption():
    assert kpis_fed(CATALOGUE, MODELS, "events", {"user_key"}) == ()
    without_features = kpis_fed(CATALOGUE, MODELS, "events", {"feature", "country"})
    assert "active_users" in without_features
    assert "feature_adoption" not in without_features


def test_work_items_without_an_end_are_never_finished_but_may_be_in_progress():
    fed = kpis_fed(CATALOGUE, MODELS, "work_items", {"done_at", "started_at"})
    assert "wip" in fed
    assert not {"throughput", "cycle_time_p85", "lead_time_p50"} & set(fed)


#: What its scores feed, and what its comments do.
OF_SATISFACTION = (
    "nps", "csat", "feedback_volume", "feedback_theme_share", "negative_feedback_share",
)  # fmt: skip


def test_a_survey_feeds_what_it_asks():
    assert kpis_fed(CATALOGUE, MODELS, "responses", (), {"nps", "csat"}) == OF_SATISFACTION
    of_teams = ("engagement_score", "enps", "survey_participation")
    assert kpis_fed(CATALOGUE, MODELS, "responses", (), {"engagement", "enps"}) == of_teams


def test_what_is_joined_without_its_days_feeds_too():
    assert kpis_fed(CATALOGUE, MODELS, "skill_needs") == (
        "skills_coverage", "bus_factor", "skills_progress",
    )  # fmt: skip
    assert {"velocity", "scope_change", "sprint_predictability"} <= set(
        kpis_fed(CATALOGUE, MODELS, "sprints")
    )


def test_a_file_that_does_not_name_its_product_may_be_told_it():
    fed = kpis_fed(CATALOGUE, MODELS, "responses", {"product", "answered"}, {"nps", "csat"})
    assert fed == OF_SATISFACTION


def test_figures_feed_only_what_reads_those_figures():
    assert kpis_fed(CATALOGUE, MODELS, "observations", metrics={"ad_cost", "sessions"}) == ()
    fed = kpis_fed(CATALOGUE, MODELS, "observations", metrics={"carbon_grams", "sessions"})
    assert fed == ("carbon_per_active_user",)
