"""Letters twice as large, as people with weak eyes set them: everything is still whole, and within reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.test_on_a_small_phone import SMALL
from tests.browser.town import IN_RT_1, NEAR_RT_1
from tests.browser.visitors import expect_outlook, press_for_help

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.browser.visitors import Visitors

TWICE = "document.documentElement.style.fontSize = '32px'"


def enlarge(page: Page) -> None:
    page.set_viewport_size(SMALL)
    page.evaluate(TWICE)


def expect_no_wider_than_the_phone(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= SMALL["width"]


def expect_whole(inner: Locator, outer: Locator) -> None:
    a, b = inner.bounding_box(), outer.bounding_box()
    assert a is not None
    assert b is not None
    assert b["x"] <= a["x"]
    assert a["x"] + a["width"] <= b["x"] + b["width"]
    assert b["y"] <= a["y"]
    assert a["y"] + a["height"] <= b["y"] + b["height"]


def test_the_resident_s_page_keeps_its_button_round_and_its_numbers_apart(visitors: Visitors) -> None:
    resident = visitors.resident(IN_RT_1)
    enlarge(resident)
    button = resident.locator("button.hold")
    box = button.bounding_box()
    assert box is not None
    assert box["width"] == pytest.approx(box["height"], abs=1)
    expect_whole(button.locator(".words"), button)
    for number in ("112", "110"):
        call = resident.get_by_role("link", name=f"Telepon {number}")
        assert call.evaluate("(link) => link.scrollWidth <= link.clientWidth")
        expect(call).to_be_in_viewport(ratio=1)
    expect_no_wider_than_the_phone(resident)
    press_for_help(resident)
    expect_outlook(resident, "received")
    expect_no_wider_than_the_phone(resident)


@pytest.mark.parametrize("large", [False, True])
def test_the_buttons_of_the_pin_dialog_are_seen_without_scrolling(visitors: Visitors, large: bool) -> None:
    resident = visitors.resident(IN_RT_1)
    resident.set_viewport_size(SMALL)
    if large:
        enlarge(resident)
    resident.get_by_role("button", name="Atur PIN").click()
    dialog = resident.get_by_role("dialog")
    for name in ("Tutup", "Simpan"):
        expect(dialog.get_by_role("button", name=name)).to_be_in_viewport(ratio=1)
    second = dialog.locator("input[name='second']")
    second.focus()
    expect(second).to_be_in_viewport(ratio=1)
    buttons, field = dialog.locator(".ends").bounding_box(), second.bounding_box()
    assert buttons is not None
    assert field is not None
    assert field["y"] + field["height"] <= buttons["y"]


def test_an_officer_s_offer_is_no_wider_than_the_phone(visitors: Visitors) -> None:
    officer, head = visitors.officer(NEAR_RT_1), visitors.representative("T.1.1-RT01")
    officer.get_by_role("button", name="Mulai siaga").click()
    expect(officer.get_by_text("Posisi terkirim")).to_be_visible()
    press_for_help(visitors.resident(IN_RT_1))
    expect(officer.locator("[data-offer]")).to_be_visible()
    expect(head.locator("[data-incident]")).to_be_visible()
    for page in (officer, head):
        enlarge(page)
        expect_no_wider_than_the_phone(page)


def test_a_row_of_the_list_is_as_tall_as_its_lines(visitors: Visitors) -> None:
    console = visitors.operator(script=f'document.addEventListener("readystatechange", () => {{ {TWICE}; }})')
    press_for_help(visitors.resident(IN_RT_1))
    press_for_help(visitors.resident(IN_RT_1, subject="resident-2"))
    row = console.locator("nav [data-incident]").first
    lines = row.locator(".line, .first")
    expect(lines).to_have_count(3)
    assert lines.evaluate_all("(lines) => lines.every((line) => line.scrollHeight <= line.clientHeight)")
    expect_whole(row.locator("time"), row.locator(".first"))
    list_height = console.locator("nav ul").evaluate("(list) => list.clientHeight")
    assert list_height == row.evaluate("(row) => row.offsetHeight") * console.locator("nav [data-incident]").count()
