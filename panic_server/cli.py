"""The command `kentongan`. A wrong argument gets a line that says what is wrong, and status 2."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit

from dispatch.units import Unit
from panic_server.commands import Stop
from panic_server.people import Role


def main(argv: Sequence[str] | None = None) -> int:
    """The exit status."""
    try:
        arguments = parse(list(sys.argv[1:] if argv is None else argv))
        # Within, since loading the whole server takes a second in which somebody may press Ctrl-C.
        command = import_module(f"panic_server.commands.{arguments.command.replace('-', '_')}")
        status: int = command.run(arguments)
        _flush()
    except Stop as stop:
        for line in stop.lines:
            print(f"kentongan: {line}", file=sys.stderr)
        return stop.status
    except BrokenPipeError:
        return _unheard()
    except OSError as error:
        # A port that is taken, a folder that may not be written to: said plainly by the system itself.
        print(f"kentongan: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        # 128 and the signal's number, as shells count it.
        return 130
    return status


def _flush() -> None:
    """What is said last is said before the end, while it can still be told that nobody reads it."""
    if sys.stdout is not None:
        sys.stdout.flush()


def _unheard() -> int:
    """Whoever read the output has seen enough, as `head` does; Python is kept from complaining once more at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 128 + signal.SIGPIPE


def parse(argv: list[str]) -> argparse.Namespace:
    """Ends the program with status 2 when the arguments are wrong."""
    if argv[:1] == ["demo"]:
        # The demo city has arguments of its own, and its own help for them.
        return argparse.Namespace(command="demo", rest=argv[1:])
    return _parser().parse_args(argv)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kentongan",
        description="Emergency alarms and dispatch for a city.",
        epilog="Settings are KENTONGAN_* variables; `kentongan check` lists them.",
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    commands.add_parser("serve", help="run the server")
    commands.add_parser("demo", help="run the server with an invented city that lives")
    commands.add_parser("migrate", help="bring the database's schema up to date")
    _add_token(commands.add_parser("token", help="make or end a person's tokens and links", allow_abbrev=False))
    _add_import(commands.add_parser("import-areas", help="make GeoJSON files the next version of the map"))
    commands.add_parser("check", help="list every setting and what is wrong with it")
    return parser


def _add_token(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--role", type=_role, required=True, help=", ".join(Role))
    parser.add_argument("--subject", type=_subject, required=True, metavar="ID", help="who it is, made if need be")
    parser.add_argument("--area", action="append", default=[], type=_word, metavar="CODE", help=_AREA_HELP)
    parser.add_argument("--city-wide", action="store_true", help=_CITY_WIDE_HELP)
    parser.add_argument("--name", type=_word, help="what others see; without it the ID")
    parser.add_argument("--unit", type=_unit, help=f"what an officer usually travels with: {', '.join(Unit)}")
    parser.add_argument("--revoke", action="store_true", help="end all tokens and links of this person instead")
    parser.add_argument(
        "--link",
        nargs="?",
        const="",
        type=_address,
        metavar="URL",
        help="print a link that signs a browser in once, at this address or the server's own",
    )


_AREA_HELP = "an area or sector the person is for, several times for several; whoever is there keeps theirs without it"
_CITY_WIDE_HELP = "an operator or supervisor sees the whole city, as a new one without --area, whatever they had before"


def _add_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="GeoJSON; all files together are one map")
    parser.add_argument("--dry-run", action="store_true", help="only print what would change")


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no role; use one of {', '.join(Role)}") from None


def _unit(text: str) -> Unit:
    try:
        return Unit(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no unit; use one of {', '.join(Unit)}") from None


def _subject(text: str) -> str:
    if not text.strip() or len(text) > 80 or not text.isprintable():
        raise argparse.ArgumentTypeError("must have 1 to 80 printable characters")
    return text


def _word(text: str) -> str:
    if not text.strip() or len(text) > 200 or not text.isprintable():
        raise argparse.ArgumentTypeError("must have 1 to 200 printable characters")
    return text


def _address(text: str) -> str:
    if text and urlsplit(text).scheme not in {"http", "https"}:
        raise argparse.ArgumentTypeError(f"{text!r} is no address that begins with http:// or https://")
    return text


if __name__ == "__main__":
    sys.exit(main())
