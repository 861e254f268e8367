"""`kentongan demo`: the server with an invented city that lives."""

from argparse import Namespace


def run(arguments: Namespace) -> int:
    from panic_server.demo.run import main  # noqa: PLC0415 - the whole server and a city.

    return main(arguments.rest) or 0
