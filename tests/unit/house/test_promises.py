"""The table of promises names tests that exist, and leaves no promise without one."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
ROWS = [
    line
    for line in (ROOT / "docs" / "promises.md").read_text(encoding="utf-8").splitlines()
    if re.match(r"\| \d", line)
]


def test_every_promise_has_a_test() -> None:
    assert [int(row.split("|")[1]) for row in ROWS] == list(range(1, 13))
    assert [row for row in ROWS if "::test_" not in row] == []


def test_every_test_that_is_named_exists() -> None:
    named = {tuple(found) for row in ROWS for found in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", row)}
    missing = [
        f"{file}::{name}"
        for file, name in sorted(named)
        if not (ROOT / file).exists() or f"def {name}(" not in (ROOT / file).read_text(encoding="utf-8")
    ]
    assert missing == []
