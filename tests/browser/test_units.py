"""Officers say what they travel with, and the console tells by it when they arrive."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.test_for_everybody import assert_readable
from tests.browser.town import IN_RT_1, NEAR_RT_1
from tests.browser.visitors import PATIENCE_S, press_for_help

if TYPE_CHECKING:
    from tests.browser.visitors import Visitors

pytestmark = pytest.mark.serial

# As in DetailPane.svelte.
ARRIVAL_S = 10


def test_a_unit_chosen_off_duty_is_kept_and_told_with_the_time_of_arrival(visitors: Visitors) -> None:
    console, officer = visitors.operator(), visitors.officer(NEAR_RT_1)
    unit, why = officer.get_by_label("Bergerak dengan"), officer.get_by_text("kapan Anda tiba")
    expect(why).to_be_visible()
    assert_readable(officer)
    unit.select_option("Sepeda motor")
    expect(why).to_have_count(0)
    officer.get_by_role("button", name="Mulai siaga").click()
    expect(officer.get_by_text("Posisi terkirim")).to_be_visible()

    press_for_help(visitors.resident(IN_RT_1))
    officer.get_by_role("button", name="Terima").click()

    console.locator("nav [data-incident]").click()
    expect(console.locator("[data-arrival]")).to_contain_text("Sepeda motor")
    officer.reload()
    expect(unit).to_have_value("motorcycle")
    unit.select_option("Mobil")
    # The console asks for the time of arrival every ten seconds, and then waits for the answer.
    expect(console.locator("[data-arrival]")).to_contain_text("Mobil", timeout=(ARRIVAL_S + PATIENCE_S) * 1000)


def test_the_question_for_the_unit_makes_room_for_an_offer(visitors: Visitors) -> None:
    officer = visitors.officer(NEAR_RT_1)
    officer.get_by_role("button", name="Mulai siaga").click()
    expect(officer.get_by_text("Posisi terkirim")).to_be_visible()
    expect(officer.get_by_text("kapan Anda tiba")).to_be_visible()
    press_for_help(visitors.resident(IN_RT_1))
    expect(officer.locator("[data-offer]")).to_be_visible()
    expect(officer.get_by_text("kapan Anda tiba")).to_have_count(0)


def test_on_a_small_phone_an_offer_is_answered_without_scrolling(visitors: Visitors) -> None:
    officer = visitors.officer(NEAR_RT_1)
    # A phone of 640 pixels whose browser keeps its bars.
    officer.set_viewport_size({"width": 360, "height": 560})
    officer.get_by_label("Bergerak dengan").select_option("Sepeda motor")
    officer.get_by_role("button", name="Mulai siaga").click()
    expect(officer.get_by_text("Posisi terkirim")).to_be_visible()
    press_for_help(visitors.resident(IN_RT_1))
    accept = officer.get_by_role("button", name="Terima")
    expect(accept).to_be_in_viewport(ratio=1)
    accept.click()
    expect(officer.get_by_role("button", name="Sudah tiba di TKP")).to_be_in_viewport(ratio=1)
    assert_readable(officer)
