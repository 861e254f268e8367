"""`kentongan migrate`: brings the database's schema up to date."""

from argparse import Namespace

from panic_server.commands import Stop
from panic_server.commands.folders import make_data_dir
from panic_server.commands.inspection import load_settings


def run(_: Namespace) -> int:
    from panic_server.journal.admin import migrate  # noqa: PLC0415 - SQLAlchemy takes a quarter of a second.
    from panic_server.journal.database import DatabaseUnusable  # noqa: PLC0415 - as above

    settings = load_settings()
    make_data_dir(settings)
    try:
        changed = migrate(settings.database_url)
    except DatabaseUnusable as error:
        raise Stop(str(error)) from None
    print("The schema was brought up to date." if changed else "The schema is up to date already.")
    return 0
