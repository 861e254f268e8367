"""A resident's cheap phone: the numbers to call are seen without scrolling, whatever the page has to say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.town import IN_RT_1, NEAR_RT_1
from tests.browser.visitors import expect_outlook, hold

if TYPE_CHECKING:
    from playwright.sync_api import Page, ViewportSize

    from tests.browser.house import House
    from tests.browser.visitors import Visitors

SMALL: ViewportSize = {"width": 360, "height": 640}

LONG_NAME = "Bripka Raden Mas Suryo Kusumo Hadiningrat-Wirjosoekarto"

CALLS = {"id": "Telepon", "en": "Call"}


def small_phone(visitors: Visitors, language: str) -> Page:
    resident = visitors.resident(IN_RT_1)
    resident.set_viewport_size(SMALL)
    expect(resident.locator("[data-location='known']")).to_be_visible()
    if language == "en":
        resident.get_by_role("button", name="Switch to English").click()
    return resident


def expect_numbers(page: Page, language: str) -> None:
    """Whole, at the top of the page as it is opened, and nothing is wider than the phone."""
    page.evaluate("scrollTo(0, 0)")
    for number in ("112", "110"):
        call = page.get_by_role("link", name=f"{CALLS[language]} {number}")
        expect(call).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= SMALL["width"]


def is_on_duty(house: House, subject: str) -> None:
    """Beside the resident."""
    token = house.token("officer", subject, name=LONG_NAME)
    house.put("/v1/me/duty", token, {"on_duty": True, "unit": "motorcycle"})
    here = {"lat": NEAR_RT_1["latitude"], "lon": NEAR_RT_1["longitude"], "accuracy_m": 8}
    house.post("/v1/me/positions", token, {"positions": [here]})


def accepts(house: House, subject: str) -> None:
    token = house.token("officer", subject)
    offer = house.get("/v1/me/offers", token)["items"][0]
    house.post(f"/v1/offers/{offer['id']}/accept", token, {})


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_numbers_to_call_are_seen_from_before_the_tap_to_the_officer_s_coming(
    visitors: Visitors, house: House, language: str
) -> None:
    visitors.network_may_fail = True
    is_on_duty(house, "officer-1")
    resident = small_phone(visitors, language)
    expect_numbers(resident, language)
    resident.context.set_offline(True)
    expect_numbers(resident, language)
    hold(resident.locator("button.hold"))
    expect_outlook(resident, "queued")
    expect_numbers(resident, language)
    resident.context.set_offline(False)
    expect_outlook(resident, "offered")
    expect_numbers(resident, language)
    accepts(house, "officer-1")
    expect_outlook(resident, "coming")
    expect_numbers(resident, language)
    resident.context.set_offline(True)
    expect(resident.locator("header").get_by_role("status")).to_be_visible()
    expect_numbers(resident, language)


def test_two_officers_of_one_name_are_both_said_to_come(visitors: Visitors, house: House) -> None:
    is_on_duty(house, "officer-1")
    is_on_duty(house, "officer-2")
    resident = small_phone(visitors, "id")
    resident.get_by_text("Kejahatan").click()
    hold(resident.locator("button.hold"))
    expect_outlook(resident, "offered")
    accepts(house, "officer-1")
    accepts(house, "officer-2")
    expect(resident.locator("[data-outlook] li")).to_have_count(2)
