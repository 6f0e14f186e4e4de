"""The pointer: which warehouse file and which publication everybody reads."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa

from metrics.register.tables import state


class State(NamedTuple):
    """Both numbers are 0 before the first import and the first publication."""

    warehouse_version: int
    publication_id: int


def read_state(connection: sa.Connection) -> State:
    """Both numbers, read together."""
    return State(
        *connection.execute(sa.select(state.c.warehouse_version, state.c.publication_id)).one()
    )


def flip(connection: sa.Connection, new: State) -> None:
    """Make a warehouse file and a publication current, together, in the caller's transaction."""
    connection.execute(
        sa.update(state).values(
            warehouse_version=new.warehouse_version, publication_id=new.publication_id
        )
    )
