"""Whether this user may write where the data are kept, asked before anything else fails there in other words."""

import os
from pathlib import Path

from panic_server.commands import Stop
from panic_server.settings import Settings


def make_data_dir(settings: Settings) -> None:
    """Raises Stop where the data folder, or the database in it, cannot be written to."""
    folder = settings.data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Stop(f"the data folder {folder} cannot be made: {error.strerror}") from None
    barred = look_at_folder(folder) or (look_at_files(settings.database_url) if settings.is_embedded else None)
    if barred is not None:
        raise Stop(barred)


def look_at_folder(folder: Path) -> str | None:
    """What is wrong with it, or with where it is to be made."""
    nearest = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    if not nearest.is_dir():
        return f"{nearest} is no folder"
    return None if os.access(nearest, os.W_OK | os.X_OK) else _barred(nearest)


def look_at_files(url: str) -> str | None:
    """What is wrong with SQLite's files, which somebody else may have made or put back."""
    database = Path(url.partition("///")[2])
    files = (database, *(database.with_name(database.name + suffix) for suffix in ("-wal", "-shm")))
    return next((_barred(file) for file in files if file.is_file() and not os.access(file, os.R_OK | os.W_OK)), None)


def _barred(path: Path) -> str:
    try:
        owner = path.owner()
    except KeyError:
        owner = f"user {path.stat().st_uid}"
    return f"{path} cannot be written to; it belongs to {owner}"
