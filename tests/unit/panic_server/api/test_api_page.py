"""docs/api.md names every code and every flag that a client can meet."""

import re
from pathlib import Path

from geo import position
from panic_server.wire import problems

PAGE = (Path(__file__).parents[4] / "docs" / "api.md").read_text(encoding="utf-8")


def test_the_page_has_every_code_under_its_status():
    rows = {
        int(row[1]): set(re.findall(r"`([a-z_]+)`", row[2]))
        for row in re.finditer(r"^\| (\d{3}) \| (.*) \|$", PAGE, re.MULTILINE)
    }
    for kind in vars(problems).values():
        if isinstance(kind, problems.ProblemKind):
            assert kind.code in rows[kind.status]


def test_the_page_has_every_flag_of_a_position():
    flags = re.findall(r"^\| ([a-z_]+) +\|", position.__doc__ or "", re.MULTILINE)
    assert [flag for flag in flags if flag != "flag" and f"`{flag}`" not in PAGE] == []
