from pathlib import Path

import pytest

import sample_data

FEW_EVENTS = 150_000


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample company with few events, made once."""
    path = tmp_path_factory.mktemp("sample")
    sample_data.make(path, events=FEW_EVENTS)
    return path
