"""A workspace: one company's folder, with its settings and the places of its data."""

from __future__ import annotations

import os
import re
import secrets
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from metrics.engines import open_register
from metrics.errors import VigieError

SETTINGS_FILE = "vigie.toml"
SECRET_BYTES = 32


class Settings(BaseModel):
    """What `vigie.toml` says. Every key has a default, so an empty file is a valid one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    company: str = "My company"
    time_zone: str = "Europe/Paris"
    currency: str = Field(default="EUR", pattern="^[A-Z]{3}$")
    first_weekday: int = Field(default=1, ge=1, le=7, description="ISO: 1 Monday … 7 Sunday")
    fiscal_year_start: int = Field(default=1, ge=1, le=12, description="month number")
    languages: tuple[str, ...] = ("fr", "en")
    register_url: str = ""
    settling_days: int = Field(default=3, ge=0, description="a later change is a restatement")
    kept_versions: int = Field(default=3, ge=1, description="older warehouse files kept")
    small_group: int = Field(default=5, ge=5, description="fewest respondents shown")
    raw_months: int = Field(default=25, ge=13, description="months that raw rows are kept")
    inbox_days: int = Field(default=7, ge=0, description="loaded files stay in the inbox")
    upload_megabytes: int = Field(default=4096, ge=1, description="largest upload over HTTP")
    review_kpis: tuple[str, ...] = ()

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError(f"'{name}' is not a time zone; write one like Europe/Paris")
        return name


@dataclass(frozen=True)
class Workspace:
    """A folder that holds `vigie.toml`. Opening it reads settings only; it writes nothing."""

    path: Path

    @classmethod
    def open(cls, path: Path) -> Workspace:
        """The workspace at `path`; raises VigieError when there is none or its settings are bad."""
        workspace = cls(Path(path).resolve())
        if not (workspace.path / SETTINGS_FILE).exists():
            raise VigieError(
                f"{workspace.path} is not a Vigie workspace: it holds no {SETTINGS_FILE}.",
                next_step=f"Create one with 'vigie init {path}'.",
                exit_code=2,
            )
        _ = workspace.settings
        return workspace

    @cached_property
    def settings(self) -> Settings:
        file = self.path / SETTINGS_FILE
        try:
            return Settings.model_validate(tomllib.loads(file.read_text("utf-8")))
        except tomllib.TOMLDecodeError as error:
            raise VigieError(f"{file}: {error}", next_step="Mend the line and try again.") from None
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join(str(part) for part in first["loc"])
            raise VigieError(
                f"{file}: '{key}' is not valid: {first['msg']}.",
                choices=Settings.model_fields if first["type"] == "extra_forbidden" else (),
                next_step="Mend the key and try again.",
            ) from None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.settings.time_zone)

    @property
    def warehouse(self) -> Path:
        return self.path / "warehouse"

    @property
    def archive(self) -> Path:
        return self.path / "archive"

    @property
    def catalogue(self) -> Path:
        """The company's own KPI files, which add to or override the built-in ones."""
        return self.path / "catalogue"

    @property
    def model_folders(self) -> tuple[Path, Path]:
        """Where the company's own models lie; those of `models/` come last and override."""
        return self.catalogue, self.path / "models"

    @property
    def profiles(self) -> Path:
        """The company's own import profiles."""
        return self.path / "profiles"

    @cached_property
    def register(self) -> sa.Engine:
        """The register's engine; one per workspace object, pooled by SQLAlchemy."""
        return open_register(
            self.settings.register_url or f"sqlite:///{self.path / 'register.sqlite'}"
        )

    @cached_property
    def secret(self) -> bytes:
        """The key for hashing personal identifiers; made once, readable by its owner only.

        Raises VigieError when the file does not hold a whole key: hashes made without one could be
        undone by trying every e-mail.
        """
        file = self.path / ".secret"
        if not file.exists():
            unfinished = file.with_name(f".secret.{os.getpid()}")
            unfinished.touch(mode=0o600)
            unfinished.write_text(secrets.token_hex(SECRET_BYTES), "ascii")
            unfinished.replace(file)
        written = file.read_text("ascii").strip()
        if not re.fullmatch(f"[0-9a-f]{{{2 * SECRET_BYTES}}}", written):
            raise VigieError(
                f"{file} does not hold this workspace's key.",
                next_step="Restore it from a backup; a new key would make everyone a new person.",
            )
        return bytes.fromhex(written)
