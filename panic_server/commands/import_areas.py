"""`kentongan import-areas`: GeoJSON files that together are the next version of the map."""

from argparse import Namespace
from pathlib import Path

from geo.areas import AreaMap, MapRefused
from geo.differences import differences
from geo.geojson import File, read_map
from geo.stored import is_the_same
from panic_server.clock import SystemClock
from panic_server.commands import Stop
from panic_server.commands.folders import make_data_dir
from panic_server.commands.inspection import load_settings


def run(arguments: Namespace) -> int:
    from panic_server.journal.admin import current_map, store_map  # noqa: PLC0415 - SQLAlchemy takes a quarter second.
    from panic_server.journal.database import DatabaseUnusable  # noqa: PLC0415 - as above

    settings = load_settings()
    files = [_read(path) for path in arguments.files]
    make_data_dir(settings)
    try:
        old = current_map(settings.database_url)
        new = (
            read_map(files, version=old.version + 1)
            if arguments.dry_run
            else store_map(settings.database_url, files, now=SystemClock().now())
        )
    except MapRefused as refused:
        raise Stop(*refused.lines(), "The map is refused; the one in force stays.") from None
    except DatabaseUnusable as error:
        raise Stop(str(error)) from None
    _report(old, new, is_dry=arguments.dry_run)
    return 0


def _read(path: Path) -> File:
    try:
        return path.name, path.read_bytes()
    except OSError as error:
        raise Stop(f"{path} cannot be read: {error.strerror}") from None


def _report(old: AreaMap, new: AreaMap, *, is_dry: bool) -> None:
    for warning in new.warnings:
        print(f"warning: {warning}")
    for line in _changes(old, new):
        print(line)
    count = f"{len(new.areas())} areas and {len(new.sectors)} sectors"
    if is_dry:
        print(f"{count}: nothing is changed by a dry run.")
    elif new.version == old.version:
        print(f"{count}: nothing is changed, version {old.version} stays in force.")
    else:
        print(f"{count} are version {new.version}, now in force.")


def _changes(old: AreaMap, new: AreaMap) -> list[str]:
    """A map may be another one without a difference that anybody notices: it is a new version all the same."""
    if is_the_same(old, new):
        return ["No difference to the map in force."]
    return differences(old, new) or ["The same places, drawn or listed otherwise than in the map in force."]
