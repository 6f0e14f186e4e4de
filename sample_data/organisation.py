"""The organisation's tables, as a company would keep them in a spreadsheet."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sample_data import ledger
from sample_data.company import (
    MEMBERS,
    PEOPLE,
    PRODUCTS,
    SQUADS,
    assignments,
    ownerships,
)
from sample_data.events import vocabulary
from sample_data.sprints import all_sprints
from sample_data.tables import write_csv
from sample_data.timeline import Timeline


def names() -> list[tuple[str, str, str, str]]:
    """Kind, tool, the tool's word, our key."""
    rows: list[tuple[str, str, str, str]] = []
    for product in PRODUCTS:
        key = product.product
        rows.append(("product", "*", product.name, key))
        if product.analytics_name != product.name:
            rows.append(("product", "mixpanel", product.analytics_name, key))
        rows += [("product", "stripe", plan, key) for plan, _ in product.plans]
        rows += [("product", "fec", account, key) for account in ledger.product_accounts(key)]
        rows.append(("product", "hubspot", f"Ventes {product.name}", key))
        rows.append(("product", "ga4", f"{product.name} - site et application", key))
        if product.package:
            rows.append(("product", "google_play", product.package, key))
    for squad in SQUADS:
        rows.append(("squad", squad.tool, squad.project, squad.squad))
        rows.append(("squad", "survey", squad.name, squad.squad))
        rows += [
            ("squad", "fec", account, squad.squad) for account in ledger.squad_accounts(squad.squad)
        ]
    return rows


def write(folder: Path, timeline: Timeline, seed: int) -> list[Path]:
    members: list[tuple[str, str, date, date | None]] = [
        (person.person, squad, timeline.start, None)
        for squad, people in MEMBERS.items()
        for person in people
    ]
    return [
        write_csv(
            folder / "products.csv",
            (
                "product",
                "name",
                "line",
                "stage",
                "launched",
                "vision",
                "north_star",
                "signup_event",
                "activation_event",
                "funnel_steps",
            ),
            (
                (
                    p.product,
                    p.name,
                    p.line,
                    p.stage,
                    p.launched,
                    p.vision,
                    p.north_star,
                    p.signup_event,
                    p.activation_event,
                    ";".join((p.signup_event, p.activation_event, p.features[0].event)),
                )
                for p in PRODUCTS
            ),
        ),
        write_csv(
            folder / "features.csv",
            ("product", "feature", "tags", "eligible_plans", "listed_users"),
            (
                (p.product, feature.feature, "ai" * feature.feature.startswith("ai_"), None, None)
                for p in PRODUCTS
                for feature in vocabulary(p.product)
                if feature.feature
            ),
        ),
        write_csv(folder / "squads.csv", ("squad", "name"), ((s.squad, s.name) for s in SQUADS)),
        write_csv(
            folder / "people.csv",
            ("person", "name", "email"),
            ((person.person, person.name, person.email) for person in PEOPLE),
        ),
        write_csv(
            folder / "assignments.csv",
            ("squad", "product", "start", "end"),
            assignments(timeline),
        ),
        write_csv(folder / "memberships.csv", ("person", "squad", "start", "end"), members),
        write_csv(
            folder / "ownerships.csv",
            ("person", "role", "target_kind", "target", "start", "end"),
            (
                (o.person.person, o.role, o.target_kind, o.target, o.start, o.end)
                for o in ownerships(timeline)
            ),
        ),
        write_csv(folder / "names.csv", ("kind", "source", "alias", "target"), names()),
        write_csv(
            folder / "sprints.csv",
            ("squad", "sprint", "start", "end", "goal", "goal_met"),
            (
                (
                    s.squad,
                    s.name,
                    s.start,
                    s.end,
                    s.goal,
                    {True: "yes", False: "no", None: ""}[s.goal_met],
                )
                for s in all_sprints(timeline, seed)
            ),
        ),
    ]
