"""Tokens: what a program shows to bring files in. The register keeps their digests only."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from metrics.errors import VigieError
from metrics.register.tables import tokens

#: What a token begins with, so that one left in a file or a log is known for what it is.
PREFIX = "vigie_"
RANDOM_BYTES = 32


@dataclass(frozen=True)
class Token:
    """A token as people see it again: everything but itself. Moments are UTC."""

    id: int
    name: str
    created_at: datetime
    created_by: str
    revoked_at: datetime | None
    revoked_by: str | None


def create(connection: sa.Connection, name: str, *, by: str) -> tuple[Token, str]:
    """A new token in the caller's transaction: what is kept of it, and the token itself.

    Raises VigieError for a name that is empty or that a token in force already bears.
    """
    name = " ".join(name.split())
    if not name or not name.isprintable():
        raise VigieError(
            "A token needs a name.", next_step="Name the program that will use it.", exit_code=2
        )
    if name in {held.name for held in everyone(connection) if held.revoked_at is None}:
        raise VigieError(
            f"A token named '{name}' is in force.",
            next_step="Choose another name, or revoke it first: vigie token list",
            exit_code=2,
        )
    secret = PREFIX + secrets.token_urlsafe(RANDOM_BYTES)
    row = connection.execute(
        sa.insert(tokens)
        .values(name=name, digest=_digest(secret), created_at=_now(), created_by=by)
        .returning(*_columns())
    ).one()
    return _token(row), secret


def everyone(connection: sa.Connection) -> list[Token]:
    """Every token ever made, oldest first."""
    rows = connection.execute(sa.select(*_columns()).order_by(tokens.c.id))
    return [_token(row) for row in rows]


def revoke(connection: sa.Connection, number: int, *, by: str) -> Token:
    """End a token in the caller's transaction; raises VigieError when none of it is in force."""
    row = connection.execute(
        sa.update(tokens)
        .where(tokens.c.id == number, tokens.c.revoked_at.is_(None))
        .values(revoked_at=_now(), revoked_by=by)
        .returning(*_columns())
    ).one_or_none()
    if row is None:
        held = [token for token in everyone(connection) if token.revoked_at is None]
        raise VigieError(
            f"No token {number} is in force.",
            choices=[f"{token.id} ({token.name})" for token in held],
            exit_code=2,
        )
    return _token(row)


def holder_of(connection: sa.Connection, secret: str) -> Token | None:
    """The token in force that `secret` is, or None.

    Looked up by its digest: what time that takes tells nothing about the token.
    """
    row = connection.execute(
        sa.select(*_columns()).where(
            tokens.c.digest == _digest(secret), tokens.c.revoked_at.is_(None)
        )
    ).one_or_none()
    return _token(row) if row is not None else None


def _columns() -> list[sa.Column[Any]]:
    return [column for column in tokens.c if column.name != "digest"]


def _token(row: Any) -> Token:
    return Token(*row)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)
