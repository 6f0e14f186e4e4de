# ruff: noqa: E501 - rows of exports
"""A small import computes little, and ends where computing everything would."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from metrics.access import LOCAL_CPO
from metrics.contents import joins_by_tool
from metrics.edition import compute_all
from metrics.models import load_models, read_model
from metrics.register import ledger
from metrics.register.baselines import acknowledge
from metrics.result import Scope
from tests import small_workspace
from tests.small_workspace import SmallWorkspace, only

FIRST = date(2026, 7, 6)
ORGANISATION = {
    "products.csv": (
        "product,name,line,stage,launched,vision,north_star,signup_event,activation_event\n"
        "atelier,Atelier,outils,,,,active_users,Sign up,Open\nboutique,Boutique,outils,,,,mrr,Sign up,Open\n"
    ),
    "squads.csv": "squad,name\nnord,Nord\nsud,Sud\n",
    "assignments.csv": "squad,product,start,end\nnord,atelier,2026-01-01,\nsud,boutique,2026-01-01,\n",
    "people.csv": "person,name\nada,Ada\nbob,Bob\n",
    "names.csv": "kind,source,alias,target\nsquad,*,NORD,nord\n",
}


def events(product: str, weeks: range, users: int) -> str:
    lines = ["Event Name,Time,Distinct ID,Product"]
    for week in weeks:
        for user in range(users + week % 3):
            day = FIRST + timedelta(7 * week + user % 7)
            word = "Sign up" if week == weeks[0] else "Open"
            lines.append(f"{word},{day} 1{user % 9}:00:00,u{user},{product}")
    return "\n".join(lines) + "\n"


STRIPE = (
    "id,Customer ID,Plan,Quantity,Interval,Amount,Currency,Status,Start Date (UTC),Ended At (UTC)\n"
)
JIRA = "Issue key,Summary,Status,Status Category,Issue Type,Project key,Created,Resolved,Updated\n"
FILES = {
    "Mixpanel atelier 2026-10-12.csv": events("Atelier", range(14), 5),
    "Mixpanel boutique 2026-10-12.csv": events("Boutique", range(2, 14), 4),
    "Mixpanel boutique 2026-11-02.csv": events("Boutique", range(2, 17), 6),
    "subscriptions 2026-10-12.csv": STRIPE
    + "s1,c1,Atelier,1,month,100,eur,active,2026-07-01 10:00,\ns2,c2,Boutique,1,month,60,usd,active,2026-08-10 10:00,\n",
    "subscriptions 2026-11-02.csv": STRIPE
    + "s1,c1,Atelier,1,month,120,eur,active,2026-07-01 10:00,\ns3,c3,Boutique,1,month,80,eur,active,2026-09-10 10:00,\n",
    "rates 2026-11-02.csv": "currency,date,rate\n"
    + "".join(f"USD,{FIRST + timedelta(30 * month)},0.9\n" for month in range(4)),
    "Enquête 2026-10-12.csv": "Horodateur,Produit,Recommanderiez-vous ce produit ? (0 à 10),Commentaire\n"
    "13/07/2026 10:00:00,Atelier,9,Simple et rapide\n14/09/2026 10:00:00,Atelier,3,Trop lent\n15/09/2026 10:00:00,Boutique,8,Cher\n",
    "zendesk tickets 2026-10-12.csv": "Id,Subject,Requester,Requested,Status,Product,Solved,Satisfaction\n"
    "1,Export vide,x@y.z,2026-08-05 10:00,Solved,Atelier,2026-08-07 10:00,Bad\n2,Mot de passe,x@y.z,2026-09-06 10:00,Open,Boutique,,Good\n",
    "key results 2026-10-12.csv": "key_result,objective,product,period,start_value,target_value,current_value,kpi\n"
    "Users,Grow,Atelier,2026 Q3,1,9,,active_users\nPartners,Grow,Boutique,2026 Q3,0,5,2,\n",
    "initiatives 2026-10-12.csv": "initiative,title,product,squad,status,target_kpi,due,shipped,review\n"
    "i1,Search,Atelier,nord,shipped,active_users,2026-08-31,2026-08-24,2026-09-28\n",
    "Jira 2026-10-12.csv": JIRA
    + "N-1,Item 1,Done,Done,Story,NORD,6/Jul/26 9:00 AM,9/Jul/26 9:00 AM,9/Oct/26 9:00 AM\n"
    "N-2,Item 2,Done,Done,Bug,NORD,6/Aug/26 9:00 AM,1/Sep/26 9:00 AM,9/Oct/26 9:00 AM\n",
    "ownerships.csv": "person,role,target_kind,target,start,end\nada,PM,product,atelier,2026-08-01,\n",
    "products ended.csv": "product,name,line,ended\nboutique,Boutique,outils,2026-09-20\n",
    "assignments moved.csv": "squad,product,start,end\nsud,atelier,2026-09-01,\n",
}  # fmt: skip


#: Of each kind and dataset one, and those that look at what others are.
VARIOUS = (
    "active_users", "new_users", "retention_w4", "stickiness", "mrr", "net_revenue_retention",
    "contribution_margin", "share_of_growth", "nps", "open_tickets", "okr_progress",
    "initiative_hit_rate", "throughput", "cycle_time_p50", "wip", "product_result", "rule_of_40",
)  # fmt: skip


class Told:
    """The KPIs and grains that a publication did compute."""

    def __init__(self) -> None:
        self.frames: list[tuple[str, str]] = []

    def __call__(self, *arguments):
        for frame in compute_all(*arguments):
            self.frames += sorted({(row.kpi, row.grain) for row in frame.itertuples()})
            yield frame

    @property
    def kpis(self) -> set[str]:
        return {kpi for kpi, _ in self.frames}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    found = Told()
    monkeypatch.setattr(small_workspace, "STEPS", replace(small_workspace.STEPS, compute=found))
    return found


@pytest.mark.parametrize("seed", [58])
def test_any_sequence_of_imports_and_undos_ends_where_computing_everything_would(
    tmp_path: Path, seed: int, told: Told
) -> None:
    draws = random.Random(seed)
    names = sorted(FILES)
    draws.shuffle(names)
    with only(*VARIOUS):
        any_sequence(SmallWorkspace(tmp_path / "forge"), draws, names, told)


def any_sequence(
    company: SmallWorkspace, draws: random.Random, names: list[str], told: Told
) -> None:
    company.import_files(ORGANISATION | {name: FILES[name] for name in names[:6]})
    waiting = names[6:]
    for _ in range(2):
        with company.workspace.register.connect() as connection:
            there = [
                record.id for record in ledger.history(connection) if record.status == "applied"
            ]
        if waiting and draws.random() < 0.6:
            name = waiting.pop()
            done = company.import_files({name: FILES[name]})
            assert done.files[0].status == "loaded", done.files
        else:
            undone = draws.choice(there)
            done = company.undo(undone)
        assert done.status == "done", done
        told.frames.clear()
        everything = company.publish()
        assert everything.status == "unchanged", everything


def test_a_survey_leaves_all_else_alone(tmp_path: Path, told: Told) -> None:
    company = SmallWorkspace(tmp_path / "forge")
    survey = "Enquête 2026-10-12.csv"
    company.import_files(ORGANISATION | {name: FILES[name] for name in FILES if name != survey})
    assert {"active_users", "mrr", "throughput"} <= told.kpis
    told.frames.clear()
    done = company.import_files({survey: FILES[survey]})
    assert done.figures_written
    assert "nps" in told.kpis
    assert not {"active_users", "mrr", "throughput", "initiative_hit_rate"} & told.kpis
    told.frames.clear()
    assert company.publish().status == "unchanged"
    assert {"active_users", "mrr", "throughput", "nps"} <= told.kpis


def test_an_acknowledged_shift_is_judged_by_at_the_next_import(tmp_path: Path, told: Told) -> None:
    company = SmallWorkspace(tmp_path / "forge")
    company.import_files(ORGANISATION | {name: FILES[name] for name in FILES if "Mixpanel" in name})
    with company.workspace.register.begin() as connection:
        acknowledge(
            connection, LOCAL_CPO, kpi="active_users", scope=Scope("company", ""),
            since=FIRST + timedelta(35),
        )  # fmt: skip
    told.frames.clear()
    name = "zendesk tickets 2026-10-12.csv"
    assert company.import_files({name: FILES[name]}).status == "done"
    assert ("active_users", "week") in told.frames
    assert ("signups", "week") not in told.frames
    assert company.publish().status == "unchanged"


def test_a_changed_definition_is_computed_anew_with_what_reads_it(
    tmp_path: Path, told: Told
) -> None:
    company = SmallWorkspace(tmp_path / "forge")
    company.import_files(ORGANISATION | {name: FILES[name] for name in FILES if "Mixpanel" in name})
    company.write(
        "models/activity_days.sql",
        Path("metrics/models/activity_days.sql")
        .read_text("utf-8")
        .replace("where\n", "where 1 = 1 and\n"),
    )
    told.frames.clear()
    name = "zendesk tickets 2026-10-12.csv"
    assert company.import_files({name: FILES[name]}).status == "done"
    assert {"active_users", "stickiness"} <= told.kpis
    assert "signups" not in told.kpis


def test_words_are_looked_up_by_tool_or_told_whole() -> None:
    header = "-- member: product\n-- datasets: events\n"
    query = "select s.product, e.day from events as e join streams as s on {} where s.product is not null"

    def by_tool(condition: str) -> bool:
        return joins_by_tool(read_model("m", header + query.format(condition), "m.sql"))

    assert by_tool("s.source = e.source and s.stream = e.stream")
    assert not by_tool("s.stream = e.stream")
    assert not by_tool("s.source = e.source or s.stream = e.stream")
    assert joins_by_tool(load_models()["activity_days"])
