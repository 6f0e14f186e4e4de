"""What keys of facts are called, to be said in the reader's language."""

from __future__ import annotations

from dashboard.translation import mark

MARKS = {"better": "▲", "worse": "▼", "signal": "◆", "no_data": "○", "partial": "◌", "steady": "·"}
STATUSES = {
    "better": mark("better"),
    "worse": mark("worse"),
    "signal": mark("unusual"),
    "no_data": mark("no data"),
    "partial": mark("partial"),
    "steady": mark("steady"),
}
FAMILIES = {
    "product_performance": mark("Product performance"),
    "user_experience": mark("User experience"),
    "market": mark("Market"),
    "teams": mark("Teams"),
    "delivery": mark("Delivery"),
    "growth": mark("Contribution to objectives"),
}
REASONS = {
    "no_data": mark("no data imported for this period"),
    "gap": mark("days without data in this period"),
    "not_closed": mark("period not complete"),
    "partial_members": mark("{closed} of {all} up to date"),
    "no_rate": mark("no exchange rate for this period"),
    "zero_denominator": mark("nothing to measure in this period"),
    "nothing_measured": mark("nothing to measure in this period"),
    "no_answers": mark("no answers in this period"),
    "not_launched": mark("not launched yet"),
    "small_group": mark("too few people to show"),
    "history_begins": mark("history begins later"),
    "told_of_fewer": mark("data of some began later"),
    "too_few": mark("too few answers"),
    "several_definitions": mark("several definitions, not to be put together"),
    "within_noise": mark("the company's change is within its noise"),
    "unknown_part": mark("one of its parts is not known"),
    "not_published": mark("not published"),
    "not_added": mark("not comparable across squads"),
    "other_periods": mark("imported for other periods than this one"),
}
#: What each dataset tells about, and what sends it.
TOPICS = {
    "events": (mark("usage"), mark("tracking")),
    "work_items": (mark("delivery"), mark("work tracker")),
    "sprints": (mark("sprints"), mark("work tracker")),
    "subscriptions": (mark("subscriptions"), mark("billing")),
    "ledger": (mark("accounts"), mark("ledger")),
    "responses": (mark("surveys"), mark("survey answers")),
    "deals": (mark("deals"), mark("sales tool")),
    "users": (mark("sign-ups"), mark("list of users")),
    "feedback": (mark("feedback"), mark("support and reviews")),
    "observations": (mark("dated figures"), mark("file")),
    "initiatives": (mark("roadmap"), mark("roadmap tool")),
    "key_results": (mark("objectives"), mark("objectives' file")),
    "market": (mark("market"), mark("market study")),
    "ratings": (mark("ratings"), mark("store")),
    "deployments": (mark("deployments"), mark("deployment log")),
    "skills": (mark("skills"), mark("skills matrix")),
    "skill_needs": (mark("skills needed"), mark("file")),
    "survey_waves": (mark("invitations to surveys"), mark("file")),
}
#: What each canonical table holds.
DATASETS = {
    "events": mark("product events"),
    "work_items": mark("work items"),
    "sprints": mark("sprints"),
    "subscriptions": mark("subscriptions"),
    "ledger": mark("ledger lines"),
    "users": mark("users"),
    "identities": mark("identities"),
    "rates": mark("exchange rates"),
    "feedback": mark("feedback"),
    "features": mark("features"),
    "squad_rates": mark("squad rates"),
    "responses": mark("survey answers"),
    "deals": mark("deals"),
    "observations": mark("dated figures"),
    "initiatives": mark("initiatives"),
    "discoveries": mark("discoveries"),
    "objectives": mark("objectives"),
    "key_results": mark("key results"),
    "market": mark("market figures"),
    "ratings": mark("ratings"),
    "qualifying_usage": mark("rules of qualifying usage"),
    "deployments": mark("deployments"),
    "skills": mark("skills"),
    "skill_needs": mark("skills needed"),
    "survey_waves": mark("invitations to surveys"),
    "products": mark("products"),
    "squads": mark("squads"),
    "people": mark("people"),
    "assignments": mark("assignments of squads to products"),
    "memberships": mark("members of squads"),
    "ownerships": mark("holders of roles"),
    "names": mark("names that tools use"),
    "targets": mark("targets and budgets"),
}
#: The stages of a product's life that have a word; a company's own stand as they are.
LIFE = {
    "discovery": mark("discovery"),
    "launch": mark("launch"),
    "growth": mark("growth"),
    "mature": mark("maturity"),
    "maturity": mark("maturity"),
    "decline": mark("decline"),
}
ROLES = {
    "PM": mark("PM"),
    "PO": mark("PO"),
    "CPO": mark("CPO"),
    "squad lead": mark("squad lead"),
    "people partner": mark("people partner"),
    "designer": mark("designer"),
}
#: Why figures that had settled changed.
CAUSES = {
    "import": mark("new data"),
    "undo": mark("data taken back"),
    "definition": mark("another definition"),
    "organisation": mark("a change of the organisation"),
    "rate": mark("exchange rates"),
    "setting": mark("a setting"),
    "rebuild": mark("read again from the archive"),
    "erasure": mark("a person erased"),
    "upgrade": mark("an upgrade of the program"),
}
