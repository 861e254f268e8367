"""The phone moves after the press: the console draws its way, with WebGL and without."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.town import IN_RT_1
from tests.browser.visitors import press_for_help

if TYPE_CHECKING:
    from tests.browser.visitors import Visitors

pytestmark = pytest.mark.serial

# Pixels in the colour of the ring around what is selected, and of the way.
BLUE = """
() => {
  const canvas = document.querySelector(".flatmap");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let count = 0;
  for (let at = 0; at < data.length; at += 4)
    if (data[at] === 0x0b && data[at + 1] === 0x57 && data[at + 2] === 0xd0) count += 1;
  return count;
}
"""


def test_the_console_s_map_shows_where_the_phone_has_gone(visitors: Visitors) -> None:
    full, plain = visitors.operator(), visitors.operator_without_webgl()
    resident = visitors.resident(IN_RT_1)
    expect(resident.locator("[data-location='known']")).to_be_visible()
    press_for_help(resident)
    for console in (full, plain):
        console.locator("nav [data-incident]").click()
        expect(console.get_by_role("article")).to_contain_text("Alarm masuk")
        expect(console.locator("[data-trail]")).to_have_count(0)
    plain.wait_for_function(f"() => ({BLUE})() > 0")
    ring = plain.evaluate(BLUE)

    east = IN_RT_1["longitude"] + 0.002
    resident.context.set_geolocation({"latitude": IN_RT_1["latitude"], "longitude": east, "accuracy": 12})

    for console in (full, plain):
        expect(console.locator("[data-trail]")).to_have_attribute("data-trail", "2", timeout=15_000)
        expect(console.locator("[data-track]")).to_contain_text("± 12 m")
    plain.wait_for_function(f"() => ({BLUE})() > {ring} + 100")
