"""What tests of several folders share."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from metrics.worker import GARBAGE
from tests import sample_workspace
from tests.truth import Truth

# A run gives the same answer wherever it runs; HYPOTHESIS_PROFILE=search looks for new cases.
settings.register_profile("search", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("repeatable", settings.get_profile("search"), derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


#: The files that take longest, longest first: one that is begun last runs on alone.
LONG = (
    "tests/test_sample.py",
    "tests/browser/test_look.py",
    "tests/test_jobs.py",
    "tests/browser/test_meeting.py",
    "tests/browser/test_imports.py",
    "tests/test_inputs.py",
    "tests/test_erasure.py",
    "tests/browser/test_sample.py",
    "tests/test_delivery_kpis.py",
    "tests/test_examples.py",
    "tests/test_key_results.py",
    "tests/importing/test_fuzz.py",
    "tests/browser/test_sprint.py",
    "tests/oracles/test_journeys.py",
    "tests/importing/test_exports.py",
    "tests/oracles/test_weekly_review.py",
    "tests/test_figures.py",
    "tests/command/test_import.py",
    "tests/importing/test_landing.py",
    "tests/importing/test_mapping.py",
    "tests/test_isolation.py",
    "tests/test_team_answers.py",
    "tests/sample_data/test_workbench.py",
    "tests/command/test_names.py",
    "tests/test_rebuild.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    gc.set_threshold(GARBAGE)  # jobs in this process run as they do in their own
    ranks = {name: rank for rank, name in enumerate(LONG)}
    items.sort(key=lambda item: ranks.get(item.nodeid.partition("::")[0], len(LONG)))


@pytest.fixture(scope="session")
def sample_root(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the sample company is made, one place for all workers of a run."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if hasattr(request.config, "workerinput") else base
    return shared / "sample_company"


@pytest.fixture(scope="session")
def sample(sample_root: Path) -> sample_workspace.Sample:
    """The sample company in a workspace."""
    return sample_workspace.make(sample_root)


@pytest.fixture(scope="session")
def truth(sample: sample_workspace.Sample) -> Truth:
    """The figures that the sample's exports amount to, computed without Vigie."""
    return Truth(sample.exports)
