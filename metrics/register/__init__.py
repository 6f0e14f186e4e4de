"""The register: what people rely on and cannot rebuild. SQLAlchemy, SQLite by default."""
