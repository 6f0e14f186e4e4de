from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from metrics.engines import open_register
from metrics.errors import VigieError
from metrics.register import migrate
from metrics.register.tables import metadata, state


def test_migrations_make_exactly_the_tables(register: sa.Engine) -> None:
    with register.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_only_one_state_row_can_exist(register: sa.Engine) -> None:
    with register.connect() as connection, pytest.raises(sa.exc.IntegrityError):
        connection.execute(sa.insert(state).values(id=2, warehouse_version=0, publication_id=0))


def test_migrating_again_changes_nothing(register: sa.Engine) -> None:
    migrate(register)
    with register.connect() as connection:
        assert connection.execute(sa.select(state)).one() == (1, 0, 0)


def test_programs_that_start_at_once_migrate_once(tmp_path: Path) -> None:
    engines = [open_register(f"sqlite:///{tmp_path / 'r.sqlite'}") for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrate, engines))
    with engines[0].connect() as connection:
        assert connection.execute(sa.select(state)).all() == [(1, 0, 0)]
    for engine in engines:
        engine.dispose()


def test_a_newer_register_is_refused(register: sa.Engine) -> None:
    with register.begin() as connection:
        connection.exec_driver_sql("delete from alembic_version")
        connection.exec_driver_sql("insert into alembic_version values ('9999')")
    with pytest.raises(VigieError, match="newer Vigie"):
        migrate(register)
