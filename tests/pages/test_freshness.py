"""What has come and what has not, against a count of days by hand on the sample company."""

from __future__ import annotations

from datetime import date, timedelta

from metrics.access import LOCAL_CPO
from metrics.pages.freshness import STATES, Gap, freshness
from metrics.register.ledger import read_coverage
from metrics.register.organisation import load_organisation
from metrics.result import Scope


def test_gaps_are_the_days_that_no_import_covers(sample):
    with sample.workspace.register.connect() as connection:
        organisation = load_organisation(connection)
        spans = [a.span for a in read_coverage(connection) if a.span.dataset == "events"]
    found = {state.dataset: state for state in freshness(sample.workspace, LOCAL_CPO)}
    expected = set()
    for product in organisation.products:
        known: set[date] = set()
        for span in spans:
            if organisation.place("product", span.source, span.stream) == product.product:
                known |= {
                    span.start + timedelta(n) for n in range((span.end - span.start).days + 1)
                }
        missing = [
            min(known) + timedelta(n)
            for n in range((max(known) - min(known)).days)
            if min(known) + timedelta(n) not in known
        ]
        for day in missing:
            if day - timedelta(1) in known:
                last = next(d for d in missing if d >= day and d + timedelta(1) in known)
                expected.add(Gap(Scope("product", product.product), "events", day, last))
    assert expected
    assert set(found["events"].gaps) == expected


def test_every_kind_of_data_says_what_it_waits_for_and_comes_in_order_of_need(sample):
    found = freshness(sample.workspace, LOCAL_CPO)
    places = [STATES.index(state.state) for state in found]
    assert places == sorted(places)
    for state in found:
        assert state.kpis
        assert (state.until is None) == (state.expected is None) == (not state.sources)
        if state.until is not None and state.expected is not None:
            assert state.expected > state.until
        assert len({fact.scope for fact in state.late}) <= state.members
