"""The register: what people rely on and cannot rebuild. SQLAlchemy, SQLite by default."""

from sqlalchemy.exc import SQLAlchemyError as RegisterError

from metrics.register.migration import migrate

__all__ = ["RegisterError", "migrate"]
