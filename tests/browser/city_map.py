"""Clicks on places of the console's map, which is one canvas and has nothing to find by name."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from playwright.sync_api import TimeoutError as NotYet

from tests.browser.town import HALF, SIDE, SOUTH, WEST

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.browser.town import Spot

# As both maps fit the town into their frame (glmap.ts, screen.ts).
_WEBGL_PADDING_PX, _PLAIN_PART = 32, 0.9
_TRIES = 20


def click_on_map(page: Page, spot: Spot, *, until: Locator, east: float = 0.0) -> None:
    """Shows the whole town and clicks there, again and again: the markers may not be drawn yet."""
    for _ in range(_TRIES):
        page.get_by_role("button", name="Seluruh kota").click()
        page.mouse.click(*_pixel(page, spot["latitude"], spot["longitude"] + east))
        try:
            until.wait_for(state="visible", timeout=1000)
        except NotYet:
            continue
        return
    raise AssertionError(f"{_TRIES} clicks on the map did nothing")


def _pixel(page: Page, lat: float, lon: float) -> tuple[float, float]:
    pane = page.locator("[data-map]")
    box = pane.bounding_box()
    assert box is not None
    side = min(box["width"], box["height"] / _stretch(SOUTH + HALF))
    is_webgl = pane.get_attribute("data-map") == "webgl"
    shown = min(box["width"] - 2 * _WEBGL_PADDING_PX, (box["height"] - 2 * _WEBGL_PADDING_PX) / _stretch(SOUTH + HALF))
    per_degree = (shown if is_webgl else _PLAIN_PART * side) / SIDE
    x = box["x"] + box["width"] / 2 + (lon - WEST - HALF) * per_degree
    y = box["y"] + box["height"] / 2 - (lat - SOUTH - HALF) * per_degree * _stretch(SOUTH + HALF)
    return x, y


def _stretch(lat: float) -> float:
    """Mercator draws a degree of latitude so much longer than one of longitude."""
    return 1 / math.cos(math.radians(lat))
