"""Every page can be read and used by everybody: axe finds nothing, the keyboard reaches everything, dark and light."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from panic_server.clock import SystemClock
from tests.browser.town import IN_RT_1, NEAR_RT_1
from tests.browser.visitors import PHONE, UNTOUCHED, expect_outlook, press_for_help

if TYPE_CHECKING:
    from tests.browser.visitors import Visitors

pytestmark = pytest.mark.serial

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def assert_readable(page: Page) -> None:
    """WCAG 2 A and AA, in light and dark."""
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]})
        assert found.violations_count == 0, found.generate_report()


def test_the_console_with_an_open_incident_is_readable(visitors: Visitors) -> None:
    console = visitors.operator()
    press_for_help(visitors.resident(IN_RT_1))
    console.locator("nav [data-incident]").click()
    console.get_by_role("button", name="Tutup kejadian…").click()
    expect(console.get_by_role("article").get_by_text("Alarm masuk")).to_be_visible()
    assert_readable(console)


def test_the_quiet_console_is_readable(visitors: Visitors) -> None:
    console = visitors.operator()
    expect(console.get_by_text("Tidak ada kejadian terbuka")).to_be_visible()
    assert_readable(console)


def test_on_a_phone_the_console_has_one_line_above_it_and_the_rest_in_a_menu(visitors: Visitors) -> None:
    console = visitors.operator()
    console.set_viewport_size(PHONE)
    console.locator("[data-tab='map']").click()
    expect(console.locator("[data-sound='on']")).to_be_visible()
    bar = console.locator("header").bounding_box()
    assert bar is not None
    assert bar["height"] < 60
    report = console.locator("[data-open-report]")
    expect(report).to_be_hidden()
    console.get_by_role("button", name="Menu").press("Enter")
    expect(report).to_be_visible()
    assert_readable(console)
    console.keyboard.press("Escape")
    expect(report).to_be_hidden()
    console.get_by_role("button", name="Menu").press("Enter")
    report.click()
    expect(report).to_be_hidden()
    expect(console.locator(".report")).to_be_visible()


def test_the_bar_of_a_small_screen_stays_one_line_while_the_sound_is_asked_for(visitors: Visitors) -> None:
    console = visitors.operator(script=UNTOUCHED)
    console.set_viewport_size({"width": 1024, "height": 768})
    expect(console.locator("[data-sound='blocked']")).to_be_visible()
    bar = console.locator("header").bounding_box()
    assert bar is not None
    assert bar["height"] < 60


def test_the_resident_s_page_is_readable_before_and_after_the_tap(visitors: Visitors) -> None:
    resident = visitors.resident(IN_RT_1)
    expect(resident.locator("[data-location='known']")).to_be_visible()
    assert_readable(resident)
    press_for_help(resident)
    expect_outlook(resident, "received")
    assert_readable(resident)


def test_the_officer_s_page_is_readable_with_an_offer_and_with_a_task(visitors: Visitors) -> None:
    officer = visitors.officer(NEAR_RT_1)
    officer.get_by_role("button", name="Mulai siaga").click()
    expect(officer.get_by_text("Posisi terkirim")).to_be_visible()
    assert_readable(officer)
    press_for_help(visitors.resident(IN_RT_1))
    expect(officer.locator("[data-offer]")).to_be_visible()
    assert_readable(officer)
    officer.get_by_role("button", name="Terima").click()
    expect(officer.locator("[data-task]")).to_be_visible()
    assert_readable(officer)


def test_the_representative_s_page_is_readable(visitors: Visitors) -> None:
    head = visitors.representative("T.1.1-RT01")
    press_for_help(visitors.resident(IN_RT_1))
    expect(head.locator("[data-incident]")).to_be_visible()
    assert_readable(head)


@pytest.mark.parametrize("path", ["/", "/console", "/officer", "/representative"])
def test_a_page_without_a_sign_in_explains_how_to_get_a_link(visitors: Visitors, path: str) -> None:
    visitors.network_may_fail = True
    page = visitors.stranger(path)
    expect(page.get_by_role("heading", name="Anda belum masuk")).to_be_visible()
    assert_readable(page)


def test_a_link_works_once_and_leaves_nothing_in_the_address(visitors: Visitors) -> None:
    visitors.network_may_fail = True
    link = visitors.link("resident", "resident-9")
    page = visitors.at(link)
    expect(page.get_by_role("button", name="Minta tolong")).to_be_visible()
    assert "#" not in page.url
    again = visitors.at(link)
    expect(again.get_by_text("Tautan ini sudah dipakai")).to_be_visible()


def test_the_list_is_used_by_keyboard_alone(visitors: Visitors) -> None:
    console = visitors.operator()
    press_for_help(visitors.resident(IN_RT_1))
    press_for_help(visitors.resident(NEAR_RT_1, subject="resident-2"))
    rows = console.locator("nav [data-incident]")
    expect(rows).to_have_count(2)
    rows.first.focus()
    console.keyboard.press("ArrowDown")
    expect(rows.nth(1)).to_be_focused()
    console.keyboard.press("Enter")
    expect(console.get_by_role("article")).to_be_visible()
    console.keyboard.press("Escape")
    expect(console.get_by_role("article")).to_have_count(0)
    expect(rows.nth(1)).to_be_focused()


def test_the_keyboard_goes_back_to_where_it_was_when_a_form_or_a_dialog_goes(visitors: Visitors) -> None:
    console, resident = visitors.operator(), visitors.resident(IN_RT_1)
    resident.get_by_role("button", name="Atur PIN").press("Enter")
    resident.get_by_role("dialog").get_by_role("button", name="Tutup").press("Enter")
    expect(resident.get_by_role("button", name="Atur PIN")).to_be_focused()
    press_for_help(resident)
    console.locator("nav [data-incident]").click()
    details = console.get_by_role("article")
    for name in ("Tambah catatan", "Pilih petugas…"):
        details.get_by_role("button", name=name).press("Enter")
        details.get_by_role("button", name="Batal", exact=True).press("Enter")
        expect(details.get_by_role("button", name=name)).to_be_focused()


def test_what_came_of_a_decision_is_seen_and_said(visitors: Visitors) -> None:
    console = visitors.operator()
    press_for_help(visitors.resident(IN_RT_1))
    console.locator("nav [data-incident]").click()
    details = console.get_by_role("article")
    details.get_by_role("button", name="Hentikan pencarian…").press("Enter")
    details.get_by_label("Alasan").fill("Radio")
    details.get_by_label("Alasan").press("Enter")
    outcome = details.locator("[data-escalation]")
    expect(outcome).to_be_focused()
    expect(outcome).to_contain_text("PENCARIAN DIHENTIKAN")
    expect(outcome).to_be_in_viewport(ratio=1)
    assert_readable(console)


def test_a_closed_incident_no_longer_asks_for_anybody(visitors: Visitors) -> None:
    console = visitors.operator()
    press_for_help(visitors.resident(IN_RT_1))
    console.locator("nav [data-incident]").click()
    details = console.get_by_role("article")
    expect(details.locator("header .alone, header .asked")).to_have_count(1)
    details.get_by_role("button", name="Ambil Alih").click()
    details.get_by_role("button", name="Tutup kejadian…").click()
    details.get_by_role("button", name="Tutup kejadian", exact=True).click()
    expect(details).to_contain_text("Kejadian ini sudah ditutup")
    expect(details.locator("header .alone, header .asked")).to_have_count(0)


def test_a_hold_that_is_too_short_sends_nothing(visitors: Visitors) -> None:
    """The page's clock is ours here: on a busy machine a short press may last as long as it likes."""
    resident = visitors.resident(IN_RT_1)
    button = resident.get_by_role("button", name="Minta tolong")
    button.focus()
    box = button.bounding_box()
    assert box is not None
    resident.mouse.move(box["x"] + 50, box["y"] + 50)
    resident.clock.install()
    resident.clock.pause_at(SystemClock().now() + timedelta(minutes=1))
    keyboard, mouse = resident.keyboard, resident.mouse
    for begin, let_go in ((partial(keyboard.down, "Enter"), partial(keyboard.up, "Enter")), (mouse.down, mouse.up)):
        begin()
        resident.clock.run_for(950)
        let_go()
        resident.clock.run_for(5000)
        expect(button).to_be_visible()
        assert resident.locator("[data-outlook]").count() == 0
