"""The phone moves after the press: the console draws its way, with WebGL and without."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from panic_server.clock import SystemClock
from tests.browser.test_for_everybody import assert_readable
from tests.browser.town import IN_RT_1
from tests.browser.visitors import PHONE, press_for_help

if TYPE_CHECKING:
    from playwright.sync_api import ViewportSize

    from tests.browser.house import House
    from tests.browser.visitors import Visitors

pytestmark = pytest.mark.serial

SMALL_LAPTOP: ViewportSize = {"width": 1024, "height": 768}

ALARM = "3f0e8b46-5d2f-4a39-9a0d-0c55a8f0a001"

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


def test_the_way_is_seen_beside_the_details_on_a_laptop_and_behind_them_on_a_phone(
    visitors: Visitors, house: House
) -> None:
    walks(house)
    console = visitors.operator_without_webgl()
    console.set_viewport_size(SMALL_LAPTOP)
    console.locator("nav [data-incident]").click()
    details, way = console.get_by_role("article"), console.get_by_text("Jejak ponsel")
    expect(way).to_be_hidden()

    console.get_by_role("button", name="Lihat jejak di peta").click()
    expect(way).to_be_visible()
    expect(details).to_be_visible()
    expect(console.get_by_role("button", name="Peta", exact=True)).to_be_focused()
    console.wait_for_function(f"() => ({BLUE})() > 100")
    assert_readable(console)

    console.set_viewport_size(PHONE)
    console.emulate_media(color_scheme="light")
    console.get_by_role("button", name="Rincian").click()
    expect(way).to_be_hidden()
    console.get_by_role("button", name="Lihat jejak di peta").click()
    expect(way).to_be_visible()
    expect(details).to_be_hidden()
    console.wait_for_function(f"() => ({BLUE})() > 100")
    assert_readable(console)
    console.get_by_role("button", name="Rincian").click()
    expect(details).to_be_visible()
    console.get_by_role("button", name="Kembali").click()
    expect(console.get_by_role("button", name="Rincian")).to_have_count(0)


def walks(house: House) -> None:
    """A press, and some fifty metres later the phone says where it is."""
    token = house.token("resident", "resident-1")
    start = {"lat": IN_RT_1["latitude"], "lon": IN_RT_1["longitude"], "accuracy_m": 8}
    house.post("/v1/alarms", token, {"id": ALARM, "kind": "fire", "position": start})
    there = start | {"lon": start["lon"] + 0.0005, "accuracy_m": 12, "at": SystemClock().now().isoformat()}
    house.post(f"/v1/alarms/{ALARM}/positions", token, {"positions": [there]})
