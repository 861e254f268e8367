"""Debian's Chromium on the real pages of a real server. What a page complains of, or asks of others, fails the test."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser.house import House, lay_out_town
from tests.browser.visitors import PATIENCE_S, Visitors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

CHROMIUM = "/usr/bin/chromium"
SCREENS = Path(__file__).parents[2] / "panic_server" / "static" / "console.html"

# WebGL without a GPU, which the processor plays for the maps and not for each page as well; and none of Chromium's own
# calls home, which a closed network answers with errors.
FLAGS = (
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu-rasterization",
)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    assert SCREENS.exists(), "the screens are not built: ./dev setup"
    expect.set_options(timeout=PATIENCE_S * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_out_town(tmp_path_factory.mktemp("town"))


@pytest.fixture
def house(tmp_path: Path, town: Path) -> Iterator[House]:
    with House(tmp_path, town) as house:
        yield house


@pytest.fixture
def visitors(chromium: Browser, house: House) -> Iterator[Visitors]:
    """Opens pages for people; at the end no page may have complained or left the house."""
    visitors = Visitors(chromium, house)
    yield visitors
    visitors.leave()
    assert visitors.complaints == []
    assert visitors.strangers == []
