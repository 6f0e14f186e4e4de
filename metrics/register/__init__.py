"""The register: what people rely on and cannot rebuild. SQLAlchemy, SQLite by default."""

from metrics.register.migration import migrate

__all__ = ["migrate"]
