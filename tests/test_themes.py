"""Themes of verbatims: found whatever the inflection, in the language of the text."""

from __future__ import annotations

from pathlib import Path

import pytest

from metrics.errors import VigieError
from metrics.themes import languages_of, load_themes


@pytest.fixture
def taxonomy(tmp_path: Path):
    return load_themes(tmp_path)


@pytest.mark.parametrize(
    ("text", "themes"),
    [
        ("Trop lent le matin.", {"speed"}),
        ("Les écrans sont LENTS", {"speed"}),
        ("Le support met des jours à répondre.", {"support"}),
        ("Les exports perdent des donnees.", {"reliability", "data"}),
        ("Il manque un mode hors ligne.", {"features"}),
        ("C'est cher, et l'appli plante.", {"price", "reliability"}),
        ("The app crashed twice and pricing is too high", {"price", "reliability"}),
        ("Slower than before", {"speed"}),
        ("Nothing to add", set()),
        ("Rien à redire.", set()),
        ("", set()),
    ],
)
def test_a_text_has_the_themes_that_it_speaks_of(taxonomy, text, themes):
    assert set(taxonomy.of(text)) == themes


def test_words_of_one_language_are_not_looked_for_in_the_other(taxonomy):
    # 'file' is English for a file and French for a queue.
    assert taxonomy.of("Je suis dans la file d'attente") == ()
    assert taxonomy.of("The file is gone") == ("data",)
    assert taxonomy.of("file", "en-GB") == ("data",)
    assert taxonomy.of("file", "fr") == ()


def test_a_text_tells_its_language_by_its_small_words():
    assert languages_of("Il est trop lent pour nous") == ("fr",)
    assert languages_of("It is too slow for us") == ("en",)
    assert languages_of("Parfait") == ("fr", "en")


def test_words_in_a_row_must_stand_in_that_order(tmp_path):
    (tmp_path / "themes.yml").write_text(
        "themes:\n  - {name: away, label: {en: Away, fr: Ailleurs}, fr: [hors ligne]}\n", "utf-8"
    )
    taxonomy = load_themes(tmp_path)
    assert taxonomy.of("Il faut un mode hors ligne") == ("away",)
    assert taxonomy.of("La ligne est hors service") == ()


def test_a_company_edits_the_taxonomy_and_is_told_its_mistakes(tmp_path):
    built_in = load_themes(tmp_path)
    own = tmp_path / "themes.yml"
    own.write_text("themes:\n  - {name: rgpd, label: {en: Privacy, fr: RGPD}, fr: [rgpd]}\n")
    assert load_themes(tmp_path).of("Où en est le RGPD ?") == ("rgpd",)
    assert load_themes(tmp_path).digest != built_in.digest
    own.write_text("themes:\n  - {name: rgpd, fr: [rgpd]}\n")
    with pytest.raises(VigieError, match=r"themes\.yml: 'themes\.0\.label'"):
        load_themes(tmp_path)
    label = "label: {en: A, fr: B}"
    own.write_text(f"themes:\n  - {{name: one, {label}}}\n  - {{name: one, {label}}}\n")
    with pytest.raises(VigieError, match="'one' comes twice"):
        load_themes(tmp_path)
