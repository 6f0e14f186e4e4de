"""The whole sample: repeatable, complete, within its dates, in the tools' own words."""

import csv
import hashlib
import json
import re
from datetime import date, datetime
from pathlib import Path

import pytest

import sample_data
from metrics.errors import VigieError
from sample_data import events, jira, ledger, linear, surveys
from sample_data.__main__ import main
from sample_data.timeline import Timeline
from sample_data.workbench import FEWEST_EVENTS
from tests.sample_workspace import EVENTS

TIMELINE = Timeline()
STRIPE = (
    "id,Customer ID,Customer Description,Customer Email,Customer Name,Plan,Quantity,Currency,"
    "Interval,Amount,Status,Created (UTC),Start Date (UTC),Current Period Start (UTC),"
    "Current Period End (UTC),Trial Start (UTC),Trial End (UTC),Application Fee Percent,Coupon,"
    "Tax Percent,Canceled At (UTC),Ended At (UTC),account_id (metadata),channel (metadata)"
)
FEC = (
    "JournalCode JournalLib EcritureNum EcritureDate CompteNum CompteLib CompAuxNum CompAuxLib "
    "PieceRef PieceDate EcritureLib Debit Credit EcritureLet DateLet ValidDate Montantdevise "
    "Idevise"
)
FIRST_LINES = {
    "products.csv": (
        "product,name,line,stage,launched,vision,north_star,signup_event,activation_event,"
        "funnel_steps"
    ),
    "squads.csv": "squad,name",
    "people.csv": "person,name,email",
    "assignments.csv": "squad,product,start,end",
    "memberships.csv": "person,squad,start,end",
    "ownerships.csv": "person,role,target_kind,target,start,end",
    "names.csv": "kind,source,alias,target",
    "sprints.csv": "squad,sprint,start,end,goal,goal_met",
    "Mixpanel events *.csv": (
        "Event Name,Time,Distinct ID,Product,Account ID,Feature,Session ID,Platform,Country,Plan"
    ),
    "subscriptions_*.csv": STRIPE,
    "*FEC*.txt": FEC.replace(" ", "\t"),
    "hubspot-*.csv": (
        "Deal ID,Deal Name,Deal Stage,Pipeline,Amount,Close Date,Create Date,Deal Owner,Deal Type,"
        "Closed Lost Reason,Associated Company Domain,Associated Contact Email,Competitor"
    ),
}


def digests(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
    }


def test_same_arguments_give_the_same_bytes_and_another_seed_does_not(
    folder: Path, tmp_path: Path
) -> None:
    again, other = tmp_path / "again", tmp_path / "other"
    told: list[tuple[str, float]] = []
    paths = sample_data.make(
        again, events=EVENTS, progress=lambda what, share: told.append((what, share))
    )
    sample_data.make(other, events=FEWEST_EVENTS, seed=47)
    first = digests(folder)
    assert digests(again) == first
    changed = [name for name, digest in digests(other).items() if first[name] != digest]
    assert any(name.startswith("Mixpanel") for name in changed)
    assert any(name.startswith("subscriptions") for name in changed)
    assert sorted(paths) == sorted(again.iterdir())
    assert [path.name for path in paths[:2]] == ["products.csv", "features.csv"]
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


@pytest.mark.parametrize("pattern", FIRST_LINES)
def test_headers_are_the_tools_own(folder: Path, pattern: str) -> None:
    paths = list(folder.glob(pattern))
    assert paths
    for path in paths:
        assert path.read_text("utf-8").splitlines()[0] == FIRST_LINES[pattern]


def test_linear_has_its_34_columns_and_jira_repeats_its_headers(folder: Path) -> None:
    assert len(linear.HEADERS) == 34
    with (folder / "Jira 2026-11-16.csv").open(newline="") as file:
        headers = next(csv.reader(file))
    assert headers.count("Labels") == 2
    assert headers.count("Sprint") >= 2
    assert {
        "Project key",
        "Status Category",
        "Status Category Changed",
        "Custom field (Story Points)",
    } <= set(headers)


def test_answers_stay_within_their_scales(folder: Path) -> None:
    with next(folder.glob("Enquête de satisfaction*")).open(newline="") as file:
        answers = list(csv.DictReader(file))
    assert {int(row[surveys.NPS_QUESTION]) for row in answers} == set(range(11))
    assert {int(row[surveys.CSAT_QUESTION]) for row in answers} == set(range(1, 6))


def test_every_date_lies_within_the_history(folder: Path) -> None:
    first, last = TIMELINE.start, TIMELINE.exported
    for path in folder.glob("Mixpanel*.csv"):
        days = {line.split(",")[1][:10] for line in path.read_text().splitlines()[1:]}
        assert first.isoformat() <= min(days)
        assert max(days) < events_taken(path).isoformat() <= last.isoformat()
    for path in folder.glob("*FEC*.txt"):
        days = {line.split("\t")[3] for line in path.read_text().splitlines()[1:]}
        assert f"{first:%Y%m%d}" <= min(days)
        assert max(days) <= f"{date(2026, 10, 31):%Y%m%d}"
    for path in folder.glob("Jira*.csv"):
        taken = datetime.fromisoformat(f"{path.stem[-10:]}T07:00")
        with path.open(newline="") as file:
            for row in csv.DictReader(file):
                for column in ("Created", "Updated", "Resolved", "Status Category Changed"):
                    if row[column]:
                        moment = datetime.strptime(row[column], "%d/%b/%y %I:%M %p")
                        assert first <= moment.date()
                        assert moment <= taken


def events_taken(path: Path) -> date:
    return date.fromisoformat(path.stem[-10:])


def test_jira_writes_times_as_jira_does() -> None:
    assert jira.stamp(datetime(2026, 1, 10, 11, 13)) == "10/Jan/26 11:13 AM"
    assert jira.stamp(datetime(2026, 8, 5, 12, 4)) == "05/Aug/26 12:04 PM"


def test_personal_data_is_plainly_fake(folder: Path) -> None:
    for path in folder.glob("*.csv"):
        if path.name.startswith(("Mixpanel", "reviews")):
            continue
        addresses = re.findall(r"[\w.-]+@[\w.-]+", path.read_text("utf-8"))
        assert all(address.endswith(".example.invalid") for address in addresses), path.name


def test_board_is_a_trello_export(folder: Path) -> None:
    board = json.loads(next(folder.glob("trello*.json")).read_text("utf-8"))
    lists = {each["id"] for each in board["lists"]}
    assert {card["idList"] for card in board["cards"]} <= lists
    moves = [action["date"] for action in board["actions"]]
    assert moves == sorted(moves, reverse=True)
    assert len(moves) <= 1000
    for card in board["cards"]:
        assert TIMELINE.start <= datetime.fromtimestamp(int(card["id"][:8], 16)).date()


def test_reviews_are_utf_16_with_its_mark(folder: Path) -> None:
    path = next(folder.glob("reviews_*.csv"))
    assert path.read_bytes()[:2] == b"\xff\xfe"
    assert path.read_text("utf-16").startswith("Package Name,App Version Code,")


def test_overview_is_french_analytics(folder: Path) -> None:
    text = next(folder.glob("Instantané*")).read_text("utf-8")
    assert "# Compte\u00a0: Groupe Maréval\n" in text
    assert "# Date de début\u00a0: 20261019\n" in text
    assert "\nNième jour,Utilisateurs actifs\n0000," in text


def test_command_refuses_what_cannot_be_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path), "--events", "10"]) == 2
    assert "5,000" in capsys.readouterr().err
    assert main([str(tmp_path), "--until", "2026-11-14"]) == 2
    assert "2026-11-08" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
    with pytest.raises(VigieError):
        Timeline(date(2026, 11, 14))


def test_event_files_and_ledger_name_their_headers_once() -> None:
    assert len(set(events.HEADERS)) == 10
    assert len(ledger.HEADERS) == 18
