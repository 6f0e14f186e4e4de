"""What each KPI asks of each engine, word for word: a change of meaning is seen in review."""

from __future__ import annotations

import pytest

from metrics.catalogue import load_catalogue
from metrics.models import load_models
from metrics.pinning import DIALECTS
from tests.golden_sql import FOLDER, golden

MODELS = load_models()
WANTED = golden(load_catalogue(models=MODELS), MODELS)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_sql_of_every_kpi_is_the_one_that_was_reviewed(dialect):
    found = {path: path.read_text("utf-8") for path in (FOLDER / dialect).glob("*.sql")}
    wanted = {path: text for path, text in WANTED.items() if path.parent.name == dialect}
    changed = sorted(
        path.stem for path in found.keys() | wanted.keys() if found.get(path) != wanted.get(path)
    )
    assert not changed, (
        f"The {dialect} SQL of {', '.join(changed)} is not the one under tests/golden: look at "
        "the difference, then write it again with 'make golden'."
    )
