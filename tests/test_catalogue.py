"""Definitions are data, and are tested like code."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from pathlib import Path

import pytest

from metrics.calendar import Grain
from metrics.catalogue import load_catalogue
from metrics.catalogue.kpi import Family, Kind, Status
from metrics.errors import VigieError
from metrics.models import load_models
from metrics.rehearsal import rehearse
from tests.french_labels import FRENCH_LABELS

CATALOGUE = load_catalogue()


def written(folder: Path, text: str) -> Path:
    (folder / "own.yml").write_text(textwrap.dedent(text), "utf-8")
    return folder


OWN = """\
    family: delivery
    kpis:
      - name: bugs_done
        label: {en: Bugs done, fr: Anomalies corrigées}
        meaning: {en: Bugs finished, fr: Anomalies terminées}
        kind: flow
        owner_role: PO
        model: finished_items
        expression: "1"
        filter: type = 'Bug'
"""


def test_the_catalogue_covers_all_families_and_kinds():
    assert {kpi.family for kpi in CATALOGUE} == set(Family)
    assert {kpi.kind for kpi in CATALOGUE} == set(Kind)
    assert len(CATALOGUE) >= 15


def test_every_published_kpi_says_who_answers_for_it_and_what_it_means_in_both_languages():
    for kpi in CATALOGUE:
        assert kpi.owner_role in ("PM", "PO", "squad lead", "CPO"), kpi.name
        assert kpi.name == "arr" or kpi.meaning.en != kpi.meaning.fr
        assert kpi.cadence in kpi.grains


def test_every_published_kpi_says_which_decision_it_serves_and_how_far_to_rely_on_it():
    for kpi in CATALOGUE:
        owed = kpi.governance
        for text in (owed.decision, owed.in_words):
            assert text is not None, kpi.name
            assert all(said.strip() for said in (text.en, text.fr)), kpi.name
            assert text.en != text.fr, kpi.name
        if owed.edge_rule is not None:
            assert owed.edge_rule.en != owed.edge_rule.fr, kpi.name
        assert owed.since is not None, kpi.name
        assert owed.status is Status.CERTIFIED, kpi.name


def test_french_names_are_those_of_the_dictionary():
    wrong = {
        kpi.name: (kpi.label.fr, FRENCH_LABELS[kpi.name])
        for kpi in CATALOGUE
        if kpi.name in FRENCH_LABELS and kpi.label.fr != FRENCH_LABELS[kpi.name]
    }
    assert not wrong


def test_every_built_in_definition_runs_on_an_empty_warehouse():
    assert [str(mistake) for mistake in rehearse(CATALOGUE, load_models())] == []


def test_the_kpi_tree_has_no_circle():
    for kpi in CATALOGUE:
        seen, layer = set(), {kpi.name}
        while layer:
            assert not seen & layer, kpi.name
            seen |= layer
            layer = {parent for name in layer for parent in CATALOGUE[name].parents}


def test_a_company_adds_a_kpi_with_one_entry(tmp_path):
    own = load_catalogue(written(tmp_path, OWN))
    assert own["bugs_done"].grains == (Grain.WEEK, Grain.MONTH, Grain.QUARTER)
    assert own["bugs_done"].member == "squad"
    assert own["bugs_done"].datasets == ("work_items",)


def test_a_definition_that_changes_the_figure_gets_another_version(tmp_path):
    before = load_catalogue(written(tmp_path, OWN))["bugs_done"].definition
    label = load_catalogue(written(tmp_path, OWN.replace("Bugs done", "Fixed")))["bugs_done"]
    figure = load_catalogue(written(tmp_path, OWN.replace("'Bug'", "'Defect'")))["bugs_done"]
    assert label.definition == before
    assert figure.definition != before


#: A change of the company's entry, what is said of it, and a choice that is named.
MISTAKES = (
    (
        ("kind: flow", "kind: flowing"),
        "own0.yml:6: 'kind' is not valid: there is no 'flowing'",
        "distinct",
    ),
    (
        ("owner_role: PO", "owner_rol: PO"),
        "'owner_rol' is not valid: there is no such key",
        "owner_role",
    ),
    (("kind: flow", "kind: flow\n        cadence: ytd"), "cannot be judged per ytd", "week"),
    (("owner_role: PO", "owner: PO"), r"own\d\.yml:7: 'owner' is not valid", "owner_role"),
    (("model: finished_items", "model: finished"), "Did you mean finished_items", ""),
    (("kind: flow", "kind: quantile"), "a quantile needs 'quantile'", ""),
    (("kind: flow", "kind: ratio"), "is a ratio and needs 'numerator'", ""),
    (("type = 'Bug'", "regexp_matches(type, 'B')"), "does not mean the same", ""),
    (("label: {en: Bugs done, fr: Anomalies corrigées}", "unit: count"), "needs a label", ""),
)


def written_apart(folder: Path, texts: Iterable[str]) -> Path:
    """Each text in a file of its own, `own0.yml` …, with a KPI of its own, `bugs_done0` …."""
    for number, text in enumerate(texts):
        own = text.replace("bugs_done", f"bugs_done{number}")
        (folder / f"own{number}.yml").write_text(textwrap.dedent(own), "utf-8")
    return folder


def test_a_mistake_is_named_with_its_place_and_the_choices(tmp_path):
    own = load_catalogue(written_apart(tmp_path, (OWN.replace(*each[0]) for each in MISTAKES)))
    problems = [*own.problems, *rehearse(own, load_models())]
    for number, (_, message, choice) in enumerate(MISTAKES):
        (mistake,) = [each for each in problems if each.name == f"bugs_done{number}"]
        assert re.search(message, f"{mistake.place}: {mistake.message}")
        assert choice in mistake.remedy


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('expression: "1"', "expression: 1"), r"own\.yml:9: 'expression' .* write it in quotes"),
        (
            ("owner_role: PO", "owner_role: PO\n        parents: throughput"),
            r"own\.yml:8: 'parents' .* it should be a list",
        ),
        (
            ("label: {en: Bugs done, fr: Anomalies corrigées}", "label: Bugs done"),
            "'label' .* it should be keys and values, as {en",
        ),
        (("name: bugs_done", "name: Bugs done"), "'name' .* small letters, digits and _"),
    ],
)
def test_a_value_of_another_type_is_told_how_to_be_written(tmp_path, change, message):
    (mistake,) = load_catalogue(written(tmp_path, OWN.replace(*change))).problems
    assert re.search(message, f"{mistake.place}: {mistake.message}")


def test_a_file_that_is_no_catalogue_and_a_tab_are_told_in_words(tmp_path):
    (mistake,) = load_catalogue(written(tmp_path, "hello")).problems
    assert "this file is not valid: it should be keys and values" in mistake.message
    (tabbed,) = load_catalogue(written(tmp_path, OWN.replace("    kpis:", "\tkpis:"))).problems
    assert (tabbed.name, tabbed.line) == ("bugs_done", 2)
    assert "spaces" in tabbed.remedy


@pytest.mark.parametrize("parents", ["bugs_done", "wip_age"])
def test_a_kpi_that_is_its_own_parent_in_the_end_is_left_out_alone(tmp_path, parents):
    text = OWN.replace("owner_role: PO", f"owner_role: PO\n        parents: [{parents}]") + (
        textwrap.indent(
            "- {name: wip_age, label: {en: a, fr: b}, meaning: {en: a, fr: b}, kind: flow,\n"
            "   owner_role: PO, parents: [bugs_done], model: finished_items, expression: '1'}\n",
            "      ",
        )
    )
    own = load_catalogue(written(tmp_path, text))
    (mistake,) = own.problems
    assert mistake.name in ("bugs_done", "wip_age")
    assert mistake.key == "parents"
    assert "in a circle" in mistake.message
    assert len(own) == len(CATALOGUE)  # with one added, or one in place of a built-in one


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("type = 'Bug'", "typ = 'Bug'"), "column named 'typ'"),
        (
            ('"1"', "read_csv('/etc/passwd')"),
            r"own\.yml:9 \(expression\): .* does not mean the same",
        ),
        (('"1"', "(select count(*) from finished_items)"), "looks at several rows"),
        (('"1"', "sum(points)"), "looks at several rows"),
        (("kind: flow", "kind: flow\n        dimensions: [colour]"), "dimension named 'colour'"),
    ],
)
def test_what_a_model_cannot_give_is_refused_when_the_catalogue_loads(tmp_path, change, message):
    own = load_catalogue(written(tmp_path, OWN.replace(*change)))
    (mistake,) = own.problems
    assert mistake.file == str(tmp_path / "own.yml")
    assert re.search(message, f"{mistake.place} ({mistake.key}): {mistake.message}")
    with pytest.raises(VigieError, match="is left out"):
        own["bugs_done"]


MONEY = OWN.replace("finished_items", "ledger_entries").replace("type = 'Bug'", "nature = 'r'")


#: What is read of the ledger, a further or another key, and whether that is refused.
READ = (
    ("amount", "", True),
    ("-amount * 2", "", True),
    ("account", "unit: money", True),
    ('"1"', "", False),
    ("amount", "currency: currency", False),
    ("amount", "filter: nature = 'r' and currency = 'EUR'", False),
    ("amount", "filter: nature = 'r' or currency = 'EUR'", True),
)


def test_amounts_say_their_currency_or_keep_to_one(tmp_path):
    """Else a ledger in two currencies would be added up as if they were one."""
    texts = []
    for expression, more, _ in READ:
        text = MONEY.replace('"1"', expression)
        swapped = text.replace("filter: nature = 'r'", more)
        texts.append(swapped if "filter" in more else text + f"        {more}\n")
    own = load_catalogue(written_apart(tmp_path, texts))
    told = {mistake.name: mistake for mistake in own.problems}
    assert set(told) == {f"bugs_done{at}" for at, each in enumerate(READ) if each[2]}
    assert {mistake.key for mistake in told.values()} == {"expression"}
    assert all("currency: currency" in mistake.remedy for mistake in told.values())


def test_kpis_that_read_each_other_in_a_circle_are_refused(tmp_path):
    text = """\
        family: growth
        measures:
          - {name: one, kind: derived, formula: two + 1}
          - {name: two, kind: derived, formula: one + 1}
    """
    problems = {
        mistake.name: mistake for mistake in load_catalogue(written(tmp_path, text)).problems
    }
    assert "circle: one → two → one" in problems["one"].message
    assert problems["two"].key == "formula"


def test_a_formula_is_never_code(tmp_path):
    text = """\
        family: growth
        measures:
          - {name: bad, kind: derived, formula: "read_csv('/etc/passwd')"}
    """
    (mistake,) = load_catalogue(written(tmp_path, text)).problems
    assert "may not stand in a formula" in mistake.message
    assert "previous" in mistake.remedy
