"""A second of the comparison against the real nats-server and mosquitto, where Debian's packages are installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from load_tests.others.compare import Work, run_other
from load_tests.others.servers import PACKAGES, program_of
from load_tests.profiles import Step

pytestmark = [pytest.mark.bench, pytest.mark.long]


@pytest.mark.parametrize("product", list(PACKAGES))
def test_a_hundred_subscribers_get_every_message_of_a_second(product: str, tmp_path: Path) -> None:
    if program_of(PACKAGES[product]) is None:
        pytest.skip(f"not run: the Debian package {PACKAGES[product]} is not installed")
    column = run_other(product, Work(Step(100, 1), size=1974, count=100, seed=1), tmp_path / product, None)
    assert column.findings.lines() == []
    assert len(column.acks) > 50
    assert len(column.to_each) == 100 * len(column.acks) == 100 * len(column.to_last)
