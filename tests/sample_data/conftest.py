from pathlib import Path

import pytest

from tests import sample_workspace


@pytest.fixture(scope="session")
def folder(sample_root: Path) -> Path:
    """The sample company's export files."""
    return sample_workspace.exports(sample_root)[0].parent
