"""Every setting in one frozen, typed class; `.env.example` documents each."""

import re
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, PositiveFloat, PositiveInt, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_ROOT: Final = Path(__file__).resolve().parents[1]

_POSTGRES_SCHEME: Final = re.compile(r"^(postgres|postgresql|postgresql\+psycopg)://")


class Settings(BaseSettings):
    """Read once, at start, from WANGGE_* variables or .env; never changed afterwards."""

    model_config = SettingsConfigDict(
        env_prefix="WANGGE_",
        env_file=PROJECT_ROOT / ".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    database_url: str | None = Field(
        default=None,
        repr=False,  # it may hold a password
        description="A PostgreSQL 15+ database with PostGIS 3.3+; unset: a private cluster.",
    )
    home: Path = Field(
        default=Path(".wangge"),
        validate_default=True,
        description="Where the private cluster and other state live; relative to the project.",
    )
    postgres_bin: Path | None = Field(
        default=None,
        description="The folder of initdb and postgres to use instead of the one found.",
    )
    host: str = Field(default="127.0.0.1", description="The address that pages are served on.")
    port: int = Field(default=8000, ge=1, le=65535, description="The port of the pages.")
    county: str | None = Field(
        default=None,
        description="Code of the county to work in; unset: the only one loaded.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="How much is logged."
    )
    max_upload_mb: PositiveInt = Field(
        default=200, description="The largest file accepted, in megabytes, once unpacked."
    )
    max_upload_rows: PositiveInt = Field(
        default=2_000_000, description="The most rows accepted in one file."
    )
    free_space_floor_mb: PositiveInt = Field(
        default=500,
        description="Below this much free disk the database is not started, nothing is imported.",
    )
    tile_cache_mb: PositiveInt = Field(
        default=64, description="Memory for vector tiles that were cut before, in megabytes."
    )
    tianditu_key: SecretStr | None = Field(
        default=None, description="Key of the Tianditu tiles and geocoder; unset: not used."
    )

    tianditu_tiles: bool = Field(
        default=False,
        description="Let live maps offer Tianditu under the cells; needs the key.",
    )

    geocoder: Literal["off", "nominatim", "tianditu"] = Field(
        default="off", description="The online service that `wangge locate --online` may ask."
    )
    geocoder_url: str | None = Field(
        default=None,
        description="Its address; a Nominatim has no usual one.",
    )
    geocoder_hosts: str = Field(
        default="", description="Hosts that may be asked, with commas between; unset: none."
    )
    geocoder_per_second: PositiveFloat = Field(
        default=1.0, description="Requests to the service at most in a second."
    )

    @field_validator("database_url")
    @classmethod
    def _speak_through_psycopg(cls, url: str | None) -> str | None:
        if url is None:
            return None
        if not _POSTGRES_SCHEME.match(url):
            raise ValueError("WANGGE_DATABASE_URL must start with postgresql://")
        return _POSTGRES_SCHEME.sub("postgresql+psycopg://", url)

    @field_validator("home")
    @classmethod
    def _home_of_the_project(cls, home: Path) -> Path:
        # Commands are run from anywhere; the county must not depend on where one stands.
        return (PROJECT_ROOT / home.expanduser()).resolve()
