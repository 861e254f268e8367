"""`kentongan serve`: the server, until it is told to end."""

from argparse import Namespace

from panic_server.commands import Stop
from panic_server.commands.folders import make_data_dir
from panic_server.commands.inspection import load_settings


def run(_: Namespace) -> int:
    settings = load_settings()
    from panic_server.journal.database import DatabaseUnusable  # noqa: PLC0415 - as below
    from panic_server.serving import serve  # noqa: PLC0415 - the whole server, which `--help` does not need.

    # Made here, since what goes wrong with it is nothing that listening could tell of.
    make_data_dir(settings)
    try:
        return serve(settings, lambda address: print(f"Kentongan listens on {address}", flush=True))
    except DatabaseUnusable as error:
        raise Stop(str(error)) from None
    except OSError as error:
        raise Stop(f"cannot listen on {settings.host}:{settings.port}: {error.strerror}") from None
