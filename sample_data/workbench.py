"""Makes the whole sample: every file, in the order in which to import them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from metrics.errors import VigieError
from sample_data import (
    billing,
    crm,
    delivery,
    footprint,
    jira,
    ledger,
    linear,
    market,
    organisation,
    people,
    plan,
    rates,
    releases,
    roadmap,
    store,
    support,
    surveys,
    trello,
    users,
    website,
)
from sample_data import events as product_events
from sample_data.timeline import DEFAULT_UNTIL, Timeline

FEWEST_EVENTS, MOST_EVENTS = 5_000, 200_000_000


def make(
    folder: Path,
    *,
    events: int = 400_000,
    seed: int = 46,
    until: date = DEFAULT_UNTIL,
    progress: Callable[[str, float], None] | None = None,
) -> list[Path]:
    """Write the sample company's exports into `folder` and return them in the order to import.

    `events` is the size of the product-event files, give or take 5 %; everything else keeps its
    size. The same arguments give the same bytes. `progress` is told what is being made and the
    share done, 0 to 1. Raises VigieError when `events` is outside 5,000 to 200,000,000.
    """
    if not FEWEST_EVENTS <= events <= MOST_EVENTS:
        raise VigieError(
            f"A sample of {events:,} events cannot be made.",
            next_step=f"Ask for {FEWEST_EVENTS:,} to {MOST_EVENTS:,} events.",
            exit_code=2,
        )
    timeline = Timeline(until)
    tell = progress or (lambda _what, _share: None)
    folder.mkdir(parents=True, exist_ok=True)
    tell("organisation", 0.0)
    paths = organisation.write(folder, timeline, seed)
    tell("product events", 0.0)
    company = product_events.company_of(timeline, seed, events)
    paths += product_events.write(
        folder, timeline, company, lambda share: tell("product events", 0.66 * share)
    )
    paths += users.write(folder, timeline, company)
    tell("work items", 0.70)
    squads = delivery.work(timeline, seed)
    paths += jira.write(folder, timeline, squads)
    tell("subscriptions", 0.82)
    paths += rates.write(folder, timeline, seed)
    book = billing.subscriptions(timeline, seed)
    paths += billing.write(folder, timeline, book)
    paths += plan.write(folder, timeline, book)
    tell("ledger", 0.92)
    paths += ledger.write(folder, timeline, book, seed)
    tell("surveys", 0.94)
    paths += surveys.write(folder, timeline, seed)
    paths += crm.write(folder, timeline, seed)
    tell("other tools", 0.97)
    paths += roadmap.write(folder, timeline, seed, book)
    paths += linear.write(folder, timeline, squads)
    paths += trello.write(folder, timeline, squads)
    for tool in (people, releases, market, website, store, support, footprint):
        paths += tool.write(folder, timeline, seed)
    tell("done", 1.0)
    return paths
