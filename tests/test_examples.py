"""The examples that KPIs carry: rows in, figures out."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import date

import pytest
from click.testing import CliRunner

from metrics.catalogue import load_catalogue
from metrics.catalogue.example import Example, Expected
from metrics.catalogue.kpi import Kind
from metrics.command import vigie
from metrics.errors import VigieError
from metrics.examples import run_examples
from metrics.models import load_models

MODELS = load_models()
CATALOGUE = load_catalogue(models=MODELS)
CARRYING = [kpi.name for kpi in CATALOGUE.entries.values() if kpi.examples]
ACTIVE = CATALOGUE["active_users"]
ROWS = {"events": [{"user_key": 1, "day": date(2026, 1, 5), "event": "look"}]}


def example(**changes: object) -> Example:
    told = {
        "of": "one user",
        "covered": ("2026-01-05", "2026-01-11"),
        "rows": ROWS,
        "gives": [{"period": "2026-W02", "value": 1}],
    }
    return Example.model_validate(told | changes)


@pytest.mark.parametrize("name", CARRYING)
def test_rows_amount_to_the_figures_that_the_entry_says(name):
    verdicts = list(run_examples(CATALOGUE[name], CATALOGUE, MODELS))
    assert verdicts
    wrong = [v for v in verdicts if not v.ok]
    assert not wrong, "; ".join(
        f"{v.kpi} ({v.of}), {v.place}: expected {v.expected}, got {v.got}" for v in wrong
    )


def test_examples_are_carried_by_kpis_of_every_kind():
    assert {CATALOGUE[name].kind for name in CARRYING} == set(Kind)
    assert {kpi.name for kpi in CATALOGUE} == set(CARRYING)


@pytest.mark.parametrize(
    ("gives", "expected", "got"),
    [
        ({"period": "2026-W02", "value": 2}, "2", "1"),
        ({"period": "2026-W02", "reason": "gap"}, "gap", "1"),
        ({"period": "2026-W09", "value": 2}, "2", "no figure"),
        ({"scope": "product:boutique", "period": "2026-W02", "value": 0}, "0", "no figure"),
    ],
)
def test_a_failing_example_says_what_was_expected_and_what_came(gives, expected, got):
    kpi = replace(ACTIVE, examples=(example(gives=[gives]),))
    (verdict,) = run_examples(kpi, CATALOGUE, MODELS)
    assert (verdict.ok, verdict.expected, verdict.got) == (False, expected, got)
    assert (verdict.kpi, verdict.of) == ("active_users", "one user")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({"event": [{"day": "2026-01-05"}]}, "no table named 'event'. Did you mean events"),
        (
            {"events": [{"day": "2026-01-05", "user": 1}]},
            "no column of events named 'user'. Did you mean user_key",
        ),
        ({"events": [{"day": "5 January"}]}, "'one user', row 1 of events: .*5 January"),
        ({"ledger": [{"day": "2026-01-05"}]}, "'one user' needs a value for 'amount'"),
    ],
)
def test_rows_that_fit_no_table_are_refused(rows, message):
    kpi = replace(ACTIVE, examples=(example(rows=rows),))
    with pytest.raises(VigieError, match=message):
        list(run_examples(kpi, CATALOGUE, MODELS))


def test_an_expected_figure_has_a_value_or_a_reason():
    for neither_nor_both in ({}, {"value": 1, "reason": "gap"}):
        with pytest.raises(ValueError, match="the reason for having none"):
            Expected.model_validate({"period": "2026-W02", **neither_nor_both})


def test_the_command_names_the_example_that_fails(tmp_path, monkeypatch):
    (tmp_path / "vigie.toml").write_text("")
    (tmp_path / "catalogue").mkdir()
    (tmp_path / "catalogue/own.yml").write_text(
        "family: growth\nkpis:\n  - name: twice\n    label: {en: Twice, fr: Double}\n"
        "    meaning: {en: Twice the users, fr: Le double des utilisateurs}\n    kind: derived\n"
        "    owner_role: PM\n    formula: active_users * 2\n    examples:\n"
        "      - of: one user\n        covered: [2026-01-05, 2026-01-11]\n        rows:\n"
        "          events: [{user_key: 1, day: 2026-01-05, event: look}]\n"
        "        gives: [{period: 2026-W02, value: 3}]\n"
    )
    arguments = ["kpi", "test", "twice", "--workspace", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", ["vigie", *arguments])
    said = CliRunner().invoke(vigie, arguments)
    assert said.exit_code == 1
    assert "WRONG  twice (one user), company 2026-W02: 2, expected 3" in said.output
    told = CliRunner().invoke(vigie, [*arguments, "--json"])
    (figure,) = json.loads(told.stdout)["figures"]
    assert (figure["got"], figure["expected"], figure["ok"]) == ("2", "3", False)


def test_an_example_that_cannot_be_run_keeps_no_other_from_running(tmp_path, monkeypatch):
    (tmp_path / "vigie.toml").write_text("")
    (tmp_path / "catalogue").mkdir()
    entry = (
        "  - name: {name}\n    label: {{en: Twice, fr: Double}}\n"
        "    meaning: {{en: Twice the users, fr: Le double des utilisateurs}}\n    kind: derived\n"
        "    owner_role: PM\n    formula: active_users * 2\n    examples:\n"
        "      - of: one user\n        covered: [2026-01-05, 2026-01-11]\n        rows:\n"
        "          {table}: [{{user_key: 1, day: 2026-01-05, event: look}}]\n"
        "        gives: [{{period: 2026-W02, value: 2}}]\n"
    )
    (tmp_path / "catalogue/own.yml").write_text(
        "family: growth\nkpis:\n"
        + entry.format(name="first", table="event")
        + entry.format(name="second", table="events")
    )
    arguments = ["kpi", "test", "first", "second", "--workspace", str(tmp_path), "--json"]
    monkeypatch.setattr(sys, "argv", ["vigie", *arguments])
    said = CliRunner().invoke(vigie, arguments)
    assert said.exit_code == 1
    first, second = json.loads(said.stdout)["figures"]
    assert (first["kpi"], first["ok"]) == ("first", False)
    assert "no table named 'event'" in first["got"]
    assert (second["kpi"], second["ok"]) == ("second", True)
