"""What is planted in the sample company, over several of its seeds: is it talked about, and alone?

    .venv/bin/python benchmarks/company.py [--seeds 20] [--first 46] [--events 400000]

Each seed is another company: its exports are made, imported and published as anyone's, which takes
three minutes or so on two free cores, and the review of every week of 2026 is read. A planted event
is *found* when one of its KPIs leads or joins a subject of its scope in its weeks; a company's
subject counts when the first driver named is the planted product. The *driver* is right when the
subject that tells of it lies at that product or squad, or names it first. Every other subject is a
false one: one that stays for several weeks with the same figure counts once.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

import sample_data  # noqa: E402
from metrics import jobs  # noqa: E402
from metrics.access import LOCAL_CPO  # noqa: E402
from metrics.command.init import lay_out  # noqa: E402
from metrics.job import Job  # noqa: E402
from metrics.pages.review import weekly_review  # noqa: E402
from metrics.pages.review_facts import Subject  # noqa: E402
from metrics.result import Scope  # noqa: E402
from metrics.workspace import Workspace  # noqa: E402

FIRST_SEED = 46
FIRST_WEEK, LAST_WEEK = "2026-W01", "2026-W46"

#: What a price or a loss of accounts moves, up to the product's result.
MONEY = {
    "mrr", "new_mrr", "expansion_mrr", "contraction_mrr", "churned_mrr", "arpa", "revenue",
    "net_revenue_retention", "gross_revenue_retention", "revenue_churn_rate", "logo_churn_rate",
    "revenue_quick_ratio", "contribution_margin", "contribution_margin_rate", "product_result",
    "cost_per_active_user", "growth_contribution", "period_growth_contribution", "rule_of_40",
    "self_serve_share", "share_of_growth",
}  # fmt: skip


@dataclass(frozen=True)
class Planted:
    """One event of the story: where it happens, which KPIs it moves, and in which weeks."""

    name: str
    scope: Scope
    kpis: frozenset[str]
    first: str
    last: str

    def tells(self, kpi: str, week: str) -> bool:
        return kpi in self.kpis and self.first <= week <= self.last


STORY = (
    Planted(
        "onboarding regression", Scope("product", "escale"),
        frozenset({"activation_rate", "conversion_rate", "time_to_value"}), "2026-W44", LAST_WEEK,
    ),
    Planted(
        "price change", Scope("product", "sillon"), frozenset(MONEY), "2026-W14", "2026-W22"
    ),
    Planted(
        "departures after it", Scope("product", "sillon"), frozenset(MONEY), "2026-W19", "2026-W40"
    ),
    Planted(
        "competitor's launch", Scope("product", "oree"),
        frozenset(MONEY) | {"nps", "csat", "win_rate", "competitive_win_rate", "market_share",
                            "relative_market_share", "negative_feedback_share"},
        "2026-W36", LAST_WEEK,
    ),
    Planted(
        "squad under strain", Scope("squad", "amarre"),
        frozenset({"sprint_predictability", "cycle_time_p50", "cycle_time_p85", "wip", "wip_age",
                   "wip_per_person", "scope_change", "throughput", "velocity", "engagement_score",
                   "lead_time_p50", "lead_time_p85", "enps"}),
        "2026-W41", LAST_WEEK,
    ),
    Planted(
        "feature takes off", Scope("product", "sillon"),
        frozenset({"ai_feature_adoption", "feature_adoption", "feature_depth"}), "2026-W42",
        LAST_WEEK,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """A week's subject: its KPIs with the lead first, where it lies and whom it names first."""

    week: str
    kpis: tuple[str, ...]
    scope: Scope
    period: str
    driver: Scope | None

    @staticmethod
    def of(week: str, subject: Subject) -> Told:
        figure = subject.reading.figure
        return Told(
            week,
            (subject.reading.kpi, *(reading.kpi for reading in subject.also)),
            subject.reading.scope,
            figure.period if figure else "",
            subject.drivers[0].member if subject.drivers else None,
        )

    @property
    def names(self) -> Scope:
        """Where it says that it happened."""
        return self.driver if self.scope.kind == "company" and self.driver else self.scope


def subjects_of(workspace: Workspace) -> list[Told]:
    """The subjects of every week of 2026, as the reviews show them."""
    latest = weekly_review(workspace, LOCAL_CPO)
    weeks = sorted(week.key for week in latest.weeks if FIRST_WEEK <= week.key <= LAST_WEEK)
    return [
        Told.of(week, subject)
        for week in weeks
        for subject in weekly_review(workspace, LOCAL_CPO, week=week).subjects
    ]


def company(folder: Path, seed: int, events: int) -> Workspace:
    """The sample company of a seed, imported and published."""
    from tests.sample_workspace import UNREAD

    files = sample_data.make(folder / "exports", events=events, seed=seed)
    lay_out(folder / "workspace", f"Seed {seed}").register.dispose()
    read = tuple(str(file) for file in files if not file.name.startswith(UNREAD))
    outcome = jobs.run(Job("import", str(folder / "workspace"), "benchmark", read))
    if outcome.status != "done":
        raise SystemExit(f"Seed {seed} was not imported: {outcome.problem}")
    return Workspace.open(folder / "workspace")


@dataclass(frozen=True)
class Found:
    """Of one seed: events found and told at the right place, and the subjects of nothing."""

    found: frozenset[str]
    named: frozenset[str]
    false: tuple[Told, ...]
    true: int


def sorted_out(told: Sequence[Told]) -> Found:
    """Which subjects tell of what was planted."""
    found: set[str] = set()
    named: set[str] = set()
    false: dict[tuple[str, Scope, str], Told] = {}
    true: set[tuple[str, Scope, str]] = set()
    for subject in told:
        key = (subject.kpis[0], subject.scope, subject.period)
        events = [
            event for event in STORY if any(event.tells(kpi, subject.week) for kpi in subject.kpis)
        ]
        here = [event for event in events if event.scope == subject.names]
        for event in here:
            found.add(event.name)
            if event.tells(subject.kpis[0], subject.week):
                named.add(event.name)
        if here:
            true.add(key)
        else:
            false.setdefault(key, subject)
    kept = [subject for key, subject in false.items() if key not in true]
    return Found(frozenset(found), frozenset(named), tuple(kept), len(true))


def over_seeds(first: int, seeds: int, events: int) -> Iterator[Found]:
    for seed in range(first, first + seeds):
        begun = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            workspace = company(Path(folder), seed, events)
            found = sorted_out(subjects_of(workspace))
            workspace.register.dispose()
        missed = [event.name for event in STORY if event.name not in found.found]
        print(
            f"seed {seed}: {found.true} subjects of what was planted, {len(found.false)} of "
            f"nothing, missed: {', '.join(missed) or 'none'} "
            f"({time.perf_counter() - begun:.0f} s)",
            file=sys.stderr,
            flush=True,
        )
        for subject in found.false:
            place = subject.scope.key or "company"
            print(f"  {subject.week} {subject.kpis[0]} of {place}", file=sys.stderr, flush=True)
        yield found


def report(first: int, seeds: int, events: int) -> None:
    results = list(over_seeds(first, seeds, events))
    print(f"\nThe sample company, {seeds} seeds, {events:,} events, weeks {FIRST_WEEK} to")
    print(f"{LAST_WEEK}\n\n| planted | a subject | led by the planted KPI, at its place |")
    print("|---|---|---|")
    for event in STORY:
        found = sum(event.name in result.found for result in results)
        named = sum(event.name in result.named for result in results)
        print(f"| {event.name} ({event.scope.key}) | {found} of {seeds} | {named} of {seeds} |")
    false = [subject for result in results for subject in result.false]
    true = sum(result.true for result in results)
    print(f"\nSubjects of what was planted: {true / seeds:.1f} a company, of nothing ", end="")
    print(f"{len(false) / seeds:.1f} in 46 weeks; most often:")
    often = Counter(f"{subject.kpis[0]} of {subject.scope.key or 'company'}" for subject in false)
    for name, times in often.most_common(12):
        print(f"- {name}: {times}")
    last = [subject for subject in false if subject.week == LAST_WEEK]
    print(f"In the latest week: {len(last)} of nothing over {seeds} companies.")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=FIRST_SEED, help="the first seed")
    parser.add_argument("--events", type=int, default=400_000)
    chosen = parser.parse_args()
    report(chosen.first, chosen.seeds, chosen.events)


if __name__ == "__main__":
    main()
