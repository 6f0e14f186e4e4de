"""The one warehouse of the questions about the order of events ends with them."""

import pytest

from tests.journeys import walk


@pytest.fixture(scope="package", autouse=True)
def closed():
    yield
    walk.known().connection.close()
    walk.known.cache_clear()
