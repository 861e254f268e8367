"""Every setting, read once from `KENTONGAN_*` variables into one frozen value; `kentongan check` lists them all."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX: Final = "KENTONGAN_"


def _scheme(*known: str) -> AfterValidator:
    """An address that begins with one of these. Errors name the schemes, never the value: it may hold a password."""

    def check(value: str) -> str:
        try:
            parts = urlsplit(value)
            found = parts.scheme
            # Asked for because it raises when it is no number.
            _ = parts.port
        except ValueError:
            found = ""
        if found not in known:
            raise ValueError(f"must be an address that begins with {' or '.join(f'{one}://' for one in known)}")
        return value

    return AfterValidator(check)


def _named_driver(url: str) -> str:
    """The plain form that others use as well means the driver that we bring."""
    scheme, separator, rest = url.partition("://")
    return f"postgresql+psycopg{separator}{rest}" if scheme in {"postgres", "postgresql"} else url


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("must be a time zone that this machine knows, like Asia/Jakarta") from None
    return name


def _embedded_database(known: dict[str, Any]) -> str:
    folder: Path = known.get("data_dir", Path("var"))
    return f"sqlite:///{folder / 'kentongan.db'}"


class Settings(BaseSettings):
    """Relative paths are seen from where the command was started. A variable that is empty counts as not set."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="ignore", hide_input_in_errors=True
    )

    data_dir: Path = Field(default=Path("var"), description="where the database and the head's mark are kept")
    database_url: Annotated[
        str,
        _scheme("sqlite", "postgresql+psycopg", "postgresql", "postgres"),
        AfterValidator(_named_driver),
    ] = Field(
        default_factory=_embedded_database,
        description="sqlite:///PATH, or postgresql+psycopg://USER:PASSWORD@HOST/NAME",
    )
    redis_url: Annotated[str, _scheme("redis", "rediss", "unix")] | None = Field(
        default=None, description="wakes the other nodes; needed only when several share one PostgreSQL"
    )
    host: str = Field(default="127.0.0.1", description="the address to listen on")
    port: int = Field(default=8000, ge=0, le=65535, description="the port to listen on; 0 takes any free one")
    public_url: Annotated[str, _scheme("http", "https")] | None = Field(
        default=None, description="how browsers reach this server, when a proxy stands in front"
    )
    fcm_credentials: Path | None = Field(
        default=None, description="Google's service-account key; without it no phone is pushed to"
    )
    fcm_url: Annotated[str, _scheme("http", "https")] | None = Field(
        default=None, description="another server than Google's to push to, for tests"
    )
    policy: Path | None = Field(
        default=None, description="the city's dispatch policy, a TOML file; without it the shipped one holds"
    )
    basemap_pmtiles: Path | None = Field(default=None, description="a PMTiles file to draw below our boundaries")
    time_zone: Annotated[str, AfterValidator(_known_zone)] = Field(
        default="Asia/Jakarta", description="the city's time zone: which hour and which day it was, for reports"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="how much is logged")
    log_format: Literal["text", "json"] = Field(default="text", description="for people, or one JSON object per line")

    @property
    def is_embedded(self) -> bool:
        """One process on a SQLite file of its own."""
        return self.database_url.startswith("sqlite")

    @property
    def address(self) -> str:
        """Where a browser finds this server; of all addresses it listens on, the one of this machine."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - named, not bound to.
        host = f"[{host}]" if ":" in host else host
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")


def read_settings() -> Settings:
    """From the environment. Raises pydantic.ValidationError with everything that is wrong."""
    return Settings()


def variable(field: str) -> str:
    """The variable of a setting."""
    return PREFIX + field.upper()


def unknown_variables(environ: Mapping[str, str] = os.environ) -> list[str]:
    """Variables with our prefix that are no setting; those for tests and for the screens' development are left out."""
    known = {variable(field) for field in Settings.model_fields} | {PREFIX + "URL"}
    ours = (name for name in environ if name.upper().startswith(PREFIX))
    return sorted(name for name in ours if name.upper() not in known and not name.startswith(PREFIX + "TEST_"))
