"""Exercises on the real screens: planned by a form, marked on every page, ended by one click, never taken for real."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from panic_server.clock import SystemClock
from tests.browser.test_for_everybody import assert_readable
from tests.browser.test_from_tap_to_closed import go_on_duty
from tests.browser.town import IN_RT_1, NEAR_RT_1
from tests.browser.visitors import expect_outlook, hold, press_for_help

if TYPE_CHECKING:
    from tests.browser.visitors import Visitors

pytestmark = pytest.mark.serial


def fills_in(console: Page) -> None:
    console.locator("[data-open-drills]").click()
    form = console.locator("[data-plan-drill]")
    form.get_by_label("Nama").fill("Latihan RT 01")
    form.get_by_text("Satu RT").click()
    form.get_by_label("Kelurahan").last.select_option(label="Melati")
    form.get_by_label("Satu RT").last.select_option(label="RT 01 Melati")


def test_an_exercise_is_marked_on_every_page_beside_a_real_alarm_and_ended_by_one_click(visitors: Visitors) -> None:
    console, officer, head = visitors.operator(), visitors.officer(NEAR_RT_1), visitors.representative("T.1.1-RT01")
    go_on_duty(officer)
    fills_in(console)
    console.get_by_role("button", name="Mulai simulasi sekarang").click()

    exercise = console.locator("nav [data-incident]")
    expect(exercise).to_contain_text("Simulasi")
    expect(console.locator("[data-phase='running']")).to_contain_text("Latihan RT 01")
    expect(officer.locator("[data-offer] [data-drill]")).to_be_visible()
    expect(head.locator("[data-incident] [data-drill]")).to_be_visible()
    assert_readable(console)
    assert_readable(officer)
    assert_readable(head)

    press_for_help(visitors.resident(IN_RT_1))
    rows = console.locator("nav [data-incident]")
    expect(rows).to_have_count(2)
    expect(rows.first).not_to_contain_text("Simulasi")
    expect(console.locator("[data-count='open']")).to_have_text("1")
    expect(console.locator("[data-count='drill']")).to_have_text("1")
    expect(officer.locator("[data-offer]").first.locator("[data-drill]")).to_have_count(0)

    console.locator("[data-banner='drill']").get_by_role("button", name="Akhiri simulasi").click()
    expect(rows).to_have_count(1)
    expect(rows).not_to_contain_text("Simulasi")
    expect(console.locator("[data-banner='drill']")).to_have_count(0)
    expect(officer.locator("[data-drill]")).to_have_count(0)


def test_an_exercise_is_planned_for_later_and_called_off(visitors: Visitors) -> None:
    console = visitors.operator()
    fills_in(console)
    # A datetime-local field has the device's own time: two days are in the future wherever that is.
    later = SystemClock().now() + timedelta(days=2)
    console.get_by_label("Mulai").fill(later.strftime("%Y-%m-%dT%H:%M"))
    console.get_by_role("button", name="Rencanakan simulasi").click()
    planned = console.locator("[data-phase='planned']")
    expect(planned).to_contain_text("Latihan RT 01")
    expect(planned).to_contain_text("RT 01 Melati")
    expect(planned).to_contain_text(later.strftime("%H.%M"))
    expect(console.locator("[data-banner='drill']")).to_have_count(0)
    expect(console.locator("nav [data-incident]")).to_have_count(0)
    planned.get_by_role("button", name="Batalkan rencana").click()
    expect(console.locator("[data-phase='over']")).to_contain_text("Latihan RT 01")


def test_a_sectors_operator_exercises_in_an_rt_of_the_sector(visitors: Visitors) -> None:
    console = visitors.operator_of("PS-1")
    console.locator("[data-open-drills]").click()
    form = console.locator("[data-plan-drill]")
    expect(form.get_by_role("radio")).to_have_count(3)
    expect(form.get_by_text("Seluruh kota")).to_have_count(0)
    expect(form.get_by_label("Wilayah Polsek").last.get_by_role("option")).to_have_text(["Pilih…", "Polsek Pantai"])
    form.get_by_label("Nama").fill("Latihan RT 02")
    form.get_by_text("Satu RT").click()
    form.get_by_label("Kelurahan").last.select_option(label="Melati")
    form.get_by_label("Satu RT").last.select_option(label="RT 02 Melati")
    console.get_by_role("button", name="Mulai simulasi sekarang").click()

    expect(console.locator("nav [data-incident]")).to_contain_text("Simulasi")
    assert_readable(console)
    console.locator("[data-banner='drill']").get_by_role("button", name="Akhiri simulasi").click()
    expect(console.locator("[data-banner='drill']")).to_have_count(0)
    # The form is as it was at the beginning, ready for the next one.
    expect(form.get_by_role("radio").first).to_be_checked()


def test_a_resident_joins_an_exercise_by_its_address_alone_and_is_back_at_the_real_button_at_once(
    visitors: Visitors,
) -> None:
    console = visitors.operator()
    resident = visitors.resident(IN_RT_1)
    expect(resident.get_by_role("button", name="Minta tolong")).to_be_visible()
    expect(resident.locator("[data-drill]")).to_have_count(0)
    resident.goto(resident.url + "?latihan")
    expect(resident.locator("[data-drill]")).to_contain_text("TIDAK memanggil bantuan sungguhan")
    assert_readable(resident)
    hold(resident.get_by_role("button", name="Latihan: tekan dan tahan"))
    expect_outlook(resident, "received")
    expect(resident.locator("[data-drill]")).to_be_visible()
    expect(console.locator("nav [data-incident]")).to_contain_text("Simulasi")

    resident.get_by_role("button", name="Ini sungguhan").click()
    expect(resident).to_have_url(re.compile(r"/$"))
    press_for_help(resident)
    expect(console.locator("[data-count='open']")).to_have_text("1")
    expect(console.locator("nav [data-incident]").first).not_to_contain_text("Simulasi")
