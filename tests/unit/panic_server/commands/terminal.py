"""`kentongan` as a terminal shows it, without a process of its own."""

import pytest

from panic_server import cli


def run(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, list[str], list[str]]:
    """Exit status, lines on standard output, lines on standard error."""
    try:
        status = cli.main(argv)
    except SystemExit as end:
        status = int(end.code or 0)
    printed = capsys.readouterr()
    return status, printed.out.splitlines(), printed.err.splitlines()
