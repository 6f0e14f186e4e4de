"""Refusals in the reader's language: what a page can meet is translated, values and all."""

from __future__ import annotations

from pathlib import Path

import pytest

import metrics
from dashboard import app as app_module
from dashboard import refusals
from dashboard.translation import translation
from metrics.errors import VigieError, unknown
from tests.dashboard.test_pages import plain

FRENCH, ENGLISH = translation("fr"), translation("en")


def test_an_unknown_name_is_refused_in_french_with_the_nearest():
    error = unknown("product", "ateleir", ["atelier", "balise"])
    assert str(error) == "There is no product named 'ateleir'. Did you mean atelier?"
    assert plain(refusals.told(error, FRENCH)) == (
        "« ateleir » : nom inconnu (produit). Vouliez-vous dire atelier ?"
    )
    assert refusals.told(error, ENGLISH) == str(error)


def test_choices_and_the_next_step_are_said_in_french():
    error = unknown("week", "x", ["2026-W46"], "Leave it out to see the latest week.")
    assert plain(refusals.told(error, FRENCH)) == (
        "« x » : nom inconnu (semaine). Choix possibles : 2026-W46. "
        "Sans semaine dans l’adresse, la dernière s’affiche."
    )


def test_a_grain_that_a_kpi_is_not_born_in_is_named_in_french():
    message = next(each for each in refusals.MESSAGES if "{grains}" in each)
    values = {"kpi": "nps", "grain": "day", "grains": "month, quarter"}
    error = VigieError(message, values=values, choices=("month", "quarter"))
    assert "existent par mois, trimestre" in refusals.told(error, FRENCH)


def test_what_nobody_translated_is_said_as_it_was_written():
    error = VigieError("x.csv: {odd} braces stay", next_step="Mend it.")
    assert refusals.told(error, FRENCH) == "x.csv: {odd} braces stay Mend it."


def test_a_field_without_a_column_has_its_name_in_the_readers_language():
    error = VigieError("No column says: {labels}.", values={"labels": "What happened, User"})
    assert "Ce qui est arrivé, Utilisateur" in refusals.told(error, FRENCH)


@pytest.mark.parametrize("message", [*refusals.MESSAGES, *refusals.NEXT_STEPS])
def test_every_message_is_one_that_is_raised(message):
    folders = (Path(metrics.__file__).parent, Path(app_module.__file__).parent)
    code = "".join(
        file.read_text("utf-8")
        for folder in folders
        for file in folder.rglob("*.py")
        if file.name != "refusals.py"
    )
    joined = " ".join(code.split()).replace('" "', "")
    assert message in joined
