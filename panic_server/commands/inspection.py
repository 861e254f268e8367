"""Looks at the settings from outside: each one's value without secrets, where it came from, and what is wrong."""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from pydantic import ValidationError

from dispatch.policy_text import PolicyInvalid
from panic_server.commands import Stop
from panic_server.commands.folders import look_at_files, look_at_folder
from panic_server.policies import load_policy
from panic_server.settings import Settings, read_settings, unknown_variables, variable

_HIDDEN = "***"


@dataclass(frozen=True, slots=True)
class Line:
    """One setting. `problem` is None when nothing is wrong with it."""

    variable: str
    value: str
    source: str
    description: str
    problem: str | None


def inspect_settings(environ: Mapping[str, str] = os.environ) -> list[Line]:
    """Every setting, also when some of them cannot be read."""
    try:
        settings, wrong = read_settings(), {}
    except ValidationError as error:
        wrong = {str(one["loc"][0]): _told(one["msg"]) for one in error.errors() if one["loc"]}
        settings = Settings.model_construct(**_readable(wrong, environ))
    problems = {**{field: _look(field, getattr(settings, field)) for field in Settings.model_fields}, **wrong}
    return [
        Line(
            variable=variable(field),
            value="(cannot be read)" if field in wrong else shown(getattr(settings, field)),
            source="environment" if environ.get(variable(field)) else "default",
            description=info.description or "",
            problem=problems[field],
        )
        for field, info in Settings.model_fields.items()
    ]


def load_settings() -> Settings:
    """For a command that needs them; names what looks like a setting and is none. Raises Stop with every mistake."""
    for typo in misspelled():
        print(f"kentongan: warning: {typo}", file=sys.stderr)
    try:
        return read_settings()
    except ValidationError as error:
        lines = [f"{variable(str(one['loc'][0]))}: {_told(one['msg'])}" for one in error.errors() if one["loc"]]
        raise Stop(*lines, "`kentongan check` lists every setting.") from None


def misspelled(environ: Mapping[str, str] = os.environ) -> list[str]:
    """A sentence for each variable that looks like a setting and is none."""
    known = [variable(field) for field in Settings.model_fields]
    return [_guess(name, known) for name in unknown_variables(environ)]


def _guess(name: str, known: list[str]) -> str:
    near = get_close_matches(name.upper(), known, n=1)
    return f"{name} is no setting" + (f"; do you mean {near[0]}?" if near else "")


def _readable(wrong: Mapping[str, str], environ: Mapping[str, str]) -> dict[str, Any]:
    """The values of those settings that can be read, each alone; the others get their defaults."""
    values: dict[str, Any] = {}
    for field, info in Settings.model_fields.items():
        text = environ.get(variable(field))
        if field in wrong or not text:
            values[field] = info.get_default(call_default_factory=True, validated_data=values)
        else:
            values[field] = (
                Path(text) if field in {"data_dir", "fcm_credentials", "basemap_pmtiles", "policy"} else text
            )
    return values


def _told(message: str) -> str:
    """Pydantic's sentence without its prefix."""
    return message.removeprefix("Value error, ")


def shown(value: object) -> str:
    """A setting's value for the terminal. What an address holds as password or in its query is hidden."""
    if value is None:
        return "-"
    text = str(value)
    if "://" not in text:
        return text
    parts = urlsplit(text)
    if parts.password is None and not parts.query:
        return text
    query = urlencode([(name, _HIDDEN) for name, _ in parse_qsl(parts.query)], safe="*")
    address = parts.netloc
    if parts.password is not None:
        address = f"{parts.username or ''}:{_HIDDEN}@{address.rpartition('@')[2]}"
    return urlunsplit(parts._replace(netloc=address, query=query))


def _look(field: str, value: object) -> str | None:
    """What is wrong with a value that has the right form."""
    match field, value:
        case "data_dir", Path():
            return look_at_folder(value)
        case "fcm_credentials", Path():
            return _look_at_key(value)
        case "policy", Path():
            return _look_at_policy(value)
        case "basemap_pmtiles", Path():
            return _look_at_basemap(value)
        case "database_url", str() if value.startswith("sqlite") and value.partition("///")[2] in {"", ":memory:"}:
            return "names no file, so every alarm would be lost when the server ends"
        case "database_url", str():
            return _look_at_database(value)
        case "redis_url", str():
            return _look_at_redis(value)
        case _:
            return None


def _look_at_database(url: str) -> str | None:
    from panic_server.journal.looking import trouble  # noqa: PLC0415 - SQLAlchemy takes a quarter second.

    if url.startswith("sqlite"):
        found = look_at_folder(Path(url.partition("///")[2]).parent) or look_at_files(url)
        if found is not None:
            return found
    return trouble(url)


def _look_at_redis(url: str) -> str | None:
    from panic_server.bus.looking import trouble  # noqa: PLC0415 - as above, for a setting that few have.

    return trouble(url)


def _look_at_key(path: Path) -> str | None:
    try:
        key = json.loads(path.read_bytes())
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    except ValueError:
        return "is no JSON file"
    needed = {"client_email", "private_key", "project_id", "token_uri"}
    if not isinstance(key, dict) or key.get("type") != "service_account" or not needed <= key.keys():
        return "is no key of a Google service account"
    return None


def _look_at_policy(path: Path) -> str | None:
    try:
        load_policy(path)
    except PolicyInvalid as error:
        return "; ".join(error.mistakes)
    return None


def _look_at_basemap(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return None if file.read(7) == b"PMTiles" else "is no PMTiles file"
    except OSError as error:
        return f"cannot be read: {error.strerror}"
