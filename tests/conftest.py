"""What tests of several folders share."""

from __future__ import annotations

import pytest

from tests import sample_workspace
from tests.sample_truth import Truth


@pytest.fixture(scope="session")
def sample(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> sample_workspace.Sample:
    """The sample company in a workspace, one for all workers of a run."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if hasattr(request.config, "workerinput") else base
    return sample_workspace.make(shared / "sample_company")


@pytest.fixture(scope="session")
def truth(sample: sample_workspace.Sample) -> Truth:
    """The figures that the sample's exports amount to, computed without Vigie."""
    return Truth(sample.exports)
