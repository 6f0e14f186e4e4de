"""What the KPI dictionary says of each KPI beside its meaning: unit, cadence, whose it is."""

from __future__ import annotations

#: What a change is counted in: "volume" in % of the base, "rate" in points.
VOLUMES = (
    "throughput", "cycle_time_p50", "cycle_time_p85", "lead_time_p50", "lead_time_p85", "wip",
    "mrr", "active_users", "rolling_active_users", "new_users", "retained_users",
    "resurrected_users", "churned_users", "arr", "new_mrr", "expansion_mrr", "contraction_mrr",
    "churned_mrr", "reactivation_mrr", "arpa", "revenue", "contribution_margin", "members",
    "wip_per_person", "sessions_per_active_user", "signups", "usage_quick_ratio", "time_to_value",
    "feature_depth", "fx_mrr", "revenue_quick_ratio", "cost_per_active_user", "product_result",
    "feedback_volume", "feedback_resolution_time", "store_rating", "open_tickets",
    "open_ticket_age", "velocity", "backlog_readiness", "wip_age", "blocked_items",
    "deployment_frequency", "change_lead_time", "recovery_time", "bus_factor", "vacancy_days",
    "transferred_mrr", "north_star", "carbon_per_active_user", "relative_market_share",
)  # fmt: skip
RATES = (
    "sprint_predictability", "growth_contribution", "share_of_growth", "win_rate", "pmf_score",
    "stickiness", "usage_churn_rate", "activation_rate", "conversion_rate", "feature_adoption",
    "ai_feature_adoption", "never_activated_share",
    "gross_revenue_retention", "net_revenue_retention", "logo_churn_rate", "revenue_churn_rate",
    "contribution_margin_rate", "engagement_score", "enps", "nps", "csat", "retention_w4",
    "retention_w1", "retention_w12", "ces", "feedback_theme_share", "negative_feedback_share",
    "scope_change", "escaped_defects_rate", "change_fail_rate", "survey_participation",
    "skills_coverage", "skills_progress",
    "on_time_delivery", "sprint_value_share", "period_growth_contribution", "okr_progress",
    "okr_expected_progress", "self_serve_share", "pql_rate", "rule_of_40", "linked_initiatives",
    "initiative_hit_rate", "rgaa_compliance", "market_share", "competitive_win_rate", "rating_gap",
    "market_driven_roadmap_share",
)  # fmt: skip
#: Known but not computed here, with the reason; `tests.test_sample` checks them
#: otherwise.
NOT_RETOLD = {
    "initiative_hit_rate": "whether a KPI moved is what the whole process-behaviour test says, and "
    "to tell it a second time would be to write that test a second time",
}
MONTHLY = (
    "growth_contribution", "share_of_growth", "win_rate", "arr", "gross_revenue_retention",
    "net_revenue_retention", "logo_churn_rate", "revenue_churn_rate", "arpa", "revenue",
    "contribution_margin", "contribution_margin_rate", "engagement_score", "enps", "members",
    "nps", "csat", "revenue_quick_ratio", "cost_per_active_user", "product_result", "ces",
    "feedback_theme_share", "negative_feedback_share", "store_rating",
    "escaped_defects_rate", "change_fail_rate", "recovery_time",
    "survey_participation",
    "period_growth_contribution", "okr_progress", "okr_expected_progress", "north_star",
    "self_serve_share", "pql_rate", "rule_of_40", "carbon_per_active_user", "market_share",
    "relative_market_share", "competitive_win_rate", "rating_gap",
)  # fmt: skip
QUARTERLY = (
    "pmf_score", "skills_coverage", "bus_factor", "skills_progress", "on_time_delivery",
    "linked_initiatives", "initiative_hit_rate", "rgaa_compliance", "market_driven_roadmap_share",
)  # fmt: skip
OF_SQUADS = (
    "sprint_predictability", "throughput", "cycle_time_p50", "cycle_time_p85", "lead_time_p50",
    "lead_time_p85", "wip", "engagement_score", "enps", "members", "wip_per_person",
    "scope_change", "velocity", "backlog_readiness", "wip_age", "blocked_items",
    "escaped_defects_rate", "deployment_frequency", "change_lead_time", "change_fail_rate",
    "recovery_time", "survey_participation", "skills_coverage", "bus_factor", "skills_progress",
    "on_time_delivery", "sprint_value_share",
)  # fmt: skip
#: Days after a cohort's week until it is known, and what is born in some weeks only.
LATE = {"activation_rate": 7, "conversion_rate": 14, "time_to_value": 7, "retention_w1": 7,
        "never_activated_share": 7, "retention_w4": 28, "retention_w12": 84}  # fmt: skip
SELDOM = ("sprint_predictability", "scope_change", "velocity", "sprint_value_share")
IN_WAVES = ("survey_participation", "skills_progress")


def grain_of(kpi: str) -> str:
    return "month" if kpi in MONTHLY else "quarter" if kpi in QUARTERLY else "week"
