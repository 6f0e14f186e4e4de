"""The story can be seen in the files, and what is not the story stays still."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sample_data import story
from sample_data.effects import measured, product_events
from sample_data.timeline import Timeline

#: Event, KPI → the least distance in standard deviations, with its sign, at a third of the size.
PLANTED = {
    ("onboarding regression", "activation_rate"): -5,
    ("feature takes off", "ai_feature_adoption"): 4,
    ("price change", "expansion_mrr"): 10,
    ("price change", "churned_mrr"): 3,
    ("competitor's launch", "new_mrr"): -3,
    ("competitor's launch", "nps"): -5,
    ("competitor's launch", "win_rate"): -3,
    ("squad under strain", "sprint_predictability"): -5,
    ("squad under strain", "wip"): 4,
    ("squad under strain", "engagement_score"): -5,
}


def test_every_planted_change_is_visible(folder: Path) -> None:
    found = {}
    for effect in measured(folder):
        found.setdefault((effect.event, effect.kpi), []).append(effect.deviations)
    assert found.keys() == PLANTED.keys()
    for key, least in PLANTED.items():
        for deviations in found[key]:
            assert deviations * np.sign(least) >= abs(least), (key, deviations)


def test_the_season_returns_every_year(folder: Path) -> None:
    rows = product_events(folder, "sillon")
    users = rows.groupby("week")["user"].nunique()
    timeline = Timeline()
    august = [
        week for week in range(104) if timeline.iso_week(week).endswith(("W32", "W33", "W34"))
    ]
    usual = users[[week for week in range(104) if story.season(timeline.monday(week)) == 1.0]]
    for year in (august[:3], august[3:]):
        assert users[year].mean() / usual.mean() < 0.75


@pytest.mark.parametrize("product", ["sillon", "passerelle", "oree"])
def test_usage_is_quiet_in_the_last_weeks(folder: Path, product: str) -> None:
    users = product_events(folder, product).groupby("week")["user"].nunique()
    before, last = users.loc[94:99], users.loc[100:103]
    assert abs(last.mean() / before.mean() - 1) < 0.2


def test_the_product_with_a_new_pm_had_another_one_before(folder: Path) -> None:
    rows = pd.read_csv(folder / "ownerships.csv")
    rows = rows[(rows["role"] == "PM") & (rows["target"] == "clairiere")]
    former, present = rows.sort_values("start").itertuples(index=False)
    assert former.person != present.person
    assert pd.Timestamp(former.end) + pd.Timedelta(days=1) == pd.Timestamp(present.start)
    assert pd.isna(present.end)


def test_one_person_is_pm_and_po_and_one_squad_waited_for_its_po(folder: Path) -> None:
    rows = pd.read_csv(folder / "ownerships.csv")
    both = set(rows[rows["role"] == "PM"]["person"]) & set(rows[rows["role"] == "PO"]["person"])
    assert both == {"balise-2"}
    foc = rows[(rows["role"] == "PO") & (rows["target"] == "foc")].sort_values("start")
    gap = pd.Timestamp(foc["start"].iloc[1]) - pd.Timestamp(foc["end"].iloc[0])
    assert gap.days - 1 == 42
