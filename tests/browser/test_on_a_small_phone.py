"""A cheap phone: what matters most on each page is seen without scrolling, whatever else the page has to say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.town import IN_RT_1, NEAR_RT_1
from tests.browser.visitors import PATIENCE_S, STALE_S, expect_connection, expect_outlook, hold, press_for_help

if TYPE_CHECKING:
    from playwright.sync_api import Page, ViewportSize

    from tests.browser.house import House
    from tests.browser.visitors import Visitors

SMALL: ViewportSize = {"width": 360, "height": 640}

LONG_NAME = "Bripka Raden Mas Suryo Kusumo Hadiningrat-Wirjosoekarto"

NOT_EMPTY = re.compile(".")

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


def closes(house: House, incident: str) -> None:
    token = house.token("operator", "operator-2")
    house.post(f"/v1/incidents/{incident}/claim", token, {})
    house.post(f"/v1/incidents/{incident}/close", token, {"disposition": "resolved"})


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


def test_an_officer_with_a_long_name_answers_without_scrolling_before_choosing_a_unit(visitors: Visitors) -> None:
    officer = visitors.officer(NEAR_RT_1, name=LONG_NAME)
    # A phone of 640 pixels whose browser keeps its bars.
    officer.set_viewport_size({"width": 360, "height": 560})
    officer.get_by_role("button", name="Mulai siaga").click()
    expect(officer.get_by_text("Posisi terkirim")).to_be_visible()
    press_for_help(visitors.resident(IN_RT_1))
    accept = officer.get_by_role("button", name="Terima")
    expect(accept).to_be_in_viewport(ratio=1)


def test_a_task_is_read_from_its_first_word_wherever_the_page_was_scrolled_to(visitors: Visitors) -> None:
    officer = visitors.officer(NEAR_RT_1)
    officer.set_viewport_size({"width": 360, "height": 400})
    officer.get_by_role("button", name="Mulai siaga").click()
    expect(officer.get_by_text("Posisi terkirim")).to_be_visible()
    press_for_help(visitors.resident(IN_RT_1))
    officer.get_by_role("button", name="Terima").click()
    expect(officer.locator("[data-task]")).to_be_visible()
    expect(officer.get_by_text("Tugas Anda")).to_be_in_viewport(ratio=1)
    expect(officer.get_by_role("heading", name="Darurat")).to_be_in_viewport(ratio=1)


def test_what_is_over_stands_below_what_still_goes_on(visitors: Visitors, house: House) -> None:
    head = visitors.representative("T.1.1-RT01")
    press_for_help(visitors.resident(IN_RT_1))
    first = head.locator("[data-incident]")
    expect(first).to_have_count(1)
    closes(house, first.get_attribute("data-incident") or "")
    expect(head.locator("[data-ending]")).to_have_count(1)
    press_for_help(visitors.resident(IN_RT_1, subject="resident-2"))
    expect(head.locator("[data-incident]")).to_have_count(1)
    order = head.locator("[data-incident], [data-ending]")
    expect(order.first).to_have_attribute("data-incident", NOT_EMPTY)
    expect(order.last).to_have_attribute("data-ending", NOT_EMPTY)


def test_on_a_phone_the_tabs_lead_from_the_report_back_to_the_list_and_the_map(visitors: Visitors) -> None:
    console = visitors.operator()
    console.set_viewport_size(SMALL)
    for tab, seen in (("list", "nav[aria-label='Kejadian terbuka']"), ("map", "main")):
        console.get_by_role("button", name="Menu").click()
        console.locator("[data-open-report]").click()
        expect(console.locator("[data-report]")).to_be_visible()
        console.locator(f"[data-tab='{tab}']").click()
        expect(console.locator("[data-report]")).to_have_count(0)
        expect(console.locator(seen)).to_be_visible()


def test_the_report_is_read_on_a_phone_without_scrolling_sideways(visitors: Visitors, house: House) -> None:
    press = {"id": "6f1c7c1e-6a9a-4d0e-9b7e-0f6c1a2b3c4d", "kind": "fire", "position": None}
    house.post("/v1/alarms", house.token("resident", "resident-1"), press)
    closes(house, house.get("/v1/incidents", house.token("operator", "operator-2"))["items"][0]["id"])
    console = visitors.operator()
    console.set_viewport_size(SMALL)
    console.get_by_role("button", name="Menu").click()
    console.locator("[data-open-report]").click()
    report = console.locator("[data-report]")
    expect(report.locator("li[data-key]")).to_have_count(2)
    expect(report.locator("li[data-key]").last.get_by_role("row")).to_have_count(4)
    assert report.evaluate("(pane) => pane.scrollWidth <= pane.clientWidth")
    console.evaluate("scrollTo(500, 0)")
    assert console.evaluate("scrollX") == 0
    console.set_viewport_size({"width": 1366, "height": 768})
    expect(report.locator("tbody tr[data-key]")).to_have_count(2)


def test_the_bar_of_a_phone_has_room_for_counts_and_buttons_while_there_is_no_news(
    visitors: Visitors, house: House
) -> None:
    visitors.network_may_fail = True
    console = visitors.operator()
    console.set_viewport_size(SMALL)
    press_for_help(visitors.resident(IN_RT_1))
    expect(console.locator("[data-count='open']")).to_have_text("1")
    console.locator("nav [data-incident]").click()
    sound = console.locator("[data-sound='on']")
    expect(sound).to_be_visible()
    house.freeze()
    expect_connection(console, "stale", timeout_s=STALE_S + PATIENCE_S)
    count = console.locator("[data-count='alone']").locator("..").bounding_box()
    button, dot = sound.bounding_box(), console.locator("[data-connection]").bounding_box()
    house.thaw()
    assert count is not None
    assert button is not None
    assert dot is not None
    assert count["x"] + count["width"] <= button["x"]
    assert dot["width"] < button["width"]


def test_a_long_named_exercise_leaves_a_phone_its_room(visitors: Visitors, house: House) -> None:
    name = "Latihan gabungan siaga bencana Kota Uji 2026 tahap pertama bersama semua RT"
    drill = {"name": name, "kind": "fire", "alarms": 1, "minutes": 60}
    house.post("/v1/drills", house.token("supervisor", "supervisor-1"), drill)
    console = visitors.operator()
    console.set_viewport_size(SMALL)
    banner = console.locator("[data-banner='drill']")
    expect(banner).to_contain_text("Latihan gabungan")
    box = banner.bounding_box()
    assert box is not None
    assert box["height"] < SMALL["height"] / 8
    expect(banner.get_by_role("button")).to_be_in_viewport(ratio=1)


def test_a_console_that_may_see_nothing_any_more_says_so_in_words_on_a_phone_too(
    visitors: Visitors, house: House
) -> None:
    visitors.network_may_fail = True
    console = visitors.operator()
    console.set_viewport_size(SMALL)
    expect_connection(console, "live")
    [session] = console.context.cookies()
    house.revoke(session["value"])
    expect_connection(console, "refused")
    told = console.locator("[data-connection]")
    expect(told).to_have_text("Tidak berhak, masuk lagi")
    expect(told).to_be_in_viewport(ratio=1)
    assert told.evaluate("(words) => parseFloat(getComputedStyle(words).fontSize)") >= 12
