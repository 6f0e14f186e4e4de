"""A workspace: one company's folder, with its settings and the places of its data."""

from __future__ import annotations

import json
import os
import re
import secrets
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import ErrorDetails

from metrics.engines import open_register
from metrics.errors import VigieError, unknown

SETTINGS_FILE = "vigie.toml"
SECRET_BYTES = 32
#: What a company is called until someone names it.
UNNAMED = "My company"


class Settings(BaseModel):
    """What `vigie.toml` says. Every key has a default, so an empty file is a valid one.

    A description says what a key may be; the refusal of anything else quotes it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    company: str = Field(default=UNNAMED, description="a name in quotes")
    time_zone: str = Field(
        default="Europe/Paris", description="the name of a time zone, such as Europe/Paris"
    )
    currency: str = Field(
        default="EUR", pattern="^[A-Z]{3}$", description="three capital letters, such as EUR"
    )
    first_weekday: int = Field(
        default=1, ge=1, le=7, description="a number from 1, Monday, to 7, Sunday"
    )
    fiscal_year_start: int = Field(
        default=1, ge=1, le=12, description="the number of a month, from 1 to 12"
    )
    register_url: str = Field(
        default="", description="the address of a database in quotes; empty for a file"
    )
    settling_days: int = Field(default=3, ge=0, description="a number of days")
    kept_versions: int = Field(default=3, ge=1, description="a number of files, at least 1")
    small_group: int = Field(default=5, ge=5, description="a number of people, at least 5")
    raw_months: int = Field(default=25, ge=13, description="a number of months, at least 13")
    inbox_days: int = Field(default=7, ge=0, description="a number of days")
    upload_megabytes: int = Field(default=4096, ge=1, description="a number, at least 1")
    effort_sizes: dict[str, Annotated[float, Field(gt=0)]] = Field(
        default={},
        strict=False,
        description="a table from sizes to person-months, such as {s = 0.5, m = 1, l = 3}",
    )
    review_kpis: tuple[str, ...] = Field(
        default=(), strict=False, description='a list of names, such as ["mrr", "active_users"]'
    )

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError
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
            raise VigieError(
                f"{file}: {error}.", next_step="Mend the line and try again."
            ) from None
        except ValidationError as error:
            raise _wrong_setting(file, error.errors()[0]) from None

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
        url = self.settings.register_url
        if not url:
            return open_register(f"sqlite:///{self.path / 'register.sqlite'}")
        try:
            return open_register(url)
        except VigieError as refusal:
            raise VigieError(
                f"{self.path / SETTINGS_FILE}: 'register_url': {refusal.problem}",
                next_step=refusal.next_step,
            ) from None

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


def _wrong_setting(file: Path, error: ErrorDetails) -> VigieError:
    """The refusal of a key that is no setting, or of what a setting cannot be."""
    key = str(error["loc"][0])
    if error["type"] == "extra_forbidden":
        return unknown("setting", key, Settings.model_fields, f"Mend the key in {file}.")
    given = json.dumps(error["input"], ensure_ascii=False, default=str)
    return VigieError(
        f"{file}: '{key}' cannot be {given}. It is {Settings.model_fields[key].description}.",
        next_step="Mend it and try again.",
    )
