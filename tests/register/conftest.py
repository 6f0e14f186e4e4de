from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from metrics.engines import open_register
from metrics.register import migrate


@pytest.fixture
def register(tmp_path: Path) -> Iterator[sa.Engine]:
    engine = open_register(f"sqlite:///{tmp_path / 'register.sqlite'}")
    migrate(engine)
    yield engine
    engine.dispose()
