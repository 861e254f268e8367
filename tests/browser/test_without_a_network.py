"""Networks fail, phones say no, servers die: the pages go on, say so, and come back by themselves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.town import IN_RT_1
from tests.browser.visitors import STALE_S, expect_connection, expect_outlook, press_for_help

if TYPE_CHECKING:
    from tests.browser.house import House
    from tests.browser.visitors import Visitors

pytestmark = pytest.mark.serial


def sent_ids(page: Page) -> list[str]:
    """Fills with the id of every alarm that the page tries to send."""
    ids: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/v1/alarms"):
            ids.append(json.loads(request.post_data or "{}")["id"])

    page.on("request", note)
    return ids


def test_a_tap_without_a_network_waits_on_the_phone_and_arrives_with_the_same_id(visitors: Visitors) -> None:
    visitors.network_may_fail = True
    console = visitors.operator()
    resident = visitors.resident(IN_RT_1)
    expect(resident.locator("[data-location='known']")).to_be_visible()
    ids = sent_ids(resident)
    resident.context.set_offline(True)
    press_for_help(resident)
    expect_outlook(resident, "queued")
    expect(resident.get_by_role("link", name="Telepon 112")).to_be_visible()
    resident.context.set_offline(False)
    expect_outlook(resident, "received")
    assert len(ids) > 1
    assert len(set(ids)) == 1
    expect(console.locator("nav [data-incident]")).to_have_count(1)


def test_the_page_opens_without_a_network_and_a_tap_made_there_arrives_later(visitors: Visitors) -> None:
    visitors.network_may_fail = True
    resident = visitors.resident(IN_RT_1)
    expect(resident.get_by_role("button", name="Minta tolong")).to_be_visible()
    resident.evaluate("navigator.serviceWorker.ready.then(() => true)")
    resident.context.set_offline(True)
    resident.reload()
    press_for_help(resident)
    expect_outlook(resident, "queued")
    resident.context.set_offline(False)
    expect_outlook(resident, "received")


def test_a_tap_waits_out_a_page_that_is_closed(visitors: Visitors) -> None:
    visitors.network_may_fail = True
    console = visitors.operator()
    resident = visitors.resident(IN_RT_1)
    expect(resident.get_by_role("button", name="Minta tolong")).to_be_visible()
    address = resident.url
    resident.context.set_offline(True)
    press_for_help(resident)
    expect_outlook(resident, "queued")
    context = resident.context
    resident.close()
    context.set_offline(False)
    again = context.new_page()
    again.goto(address)
    expect_outlook(again, "received")
    expect(console.locator("nav [data-incident]")).to_have_count(1)


def test_a_tap_is_sent_without_a_position_when_the_phone_refuses_it(visitors: Visitors) -> None:
    console = visitors.operator()
    resident = visitors.resident(None)
    expect(resident.locator("[data-location='denied']")).to_be_visible()
    press_for_help(resident)
    expect_outlook(resident, "received")
    expect(console.locator("nav [data-incident]")).to_contain_text("Lokasi tidak diketahui")


def test_a_phone_that_is_no_longer_registered_is_told_to_call(visitors: Visitors, house: House) -> None:
    visitors.network_may_fail = True
    resident = visitors.resident(IN_RT_1)
    expect(resident.get_by_role("button", name="Minta tolong")).to_be_visible()
    token = resident.evaluate("JSON.parse(localStorage.getItem('kentongan.resident.session')).token")
    house.revoke(token)
    press_for_help(resident)
    expect_outlook(resident, "failed")
    expect(resident.locator("[data-outlook]")).to_contain_text("tidak lagi terdaftar")
    expect(resident.get_by_role("link", name="Telepon 110")).to_be_visible()


def test_the_console_comes_back_by_itself_after_the_server_was_killed(visitors: Visitors, house: House) -> None:
    visitors.network_may_fail = True
    console = visitors.operator()
    expect_connection(console, "live")
    token = house.token("resident", "resident-2")
    first = {"id": "6f1c7c1e-6a9a-4d0e-9b7e-0f6c1a2b3c4d", "kind": "fire", "position": None}
    house.post("/v1/alarms", token, first)
    expect(console.locator("nav [data-incident]")).to_have_count(1)
    house.kill()
    expect_connection(console, "waiting")
    house.start()
    expect_connection(console, "live", timeout_s=20)
    other = house.token("resident", "resident-3")
    house.post("/v1/alarms", other, {**first, "id": "0a4b54c0-7c56-4f5e-8a3f-3f0f4b1c9d2e"})
    expect(console.locator("nav [data-incident]")).to_have_count(2)


def test_a_console_whose_server_has_frozen_says_that_its_data_has_stopped(visitors: Visitors, house: House) -> None:
    visitors.network_may_fail = True
    console = visitors.operator()
    expect_connection(console, "live")
    house.freeze()
    try:
        expect(console.locator("[data-banner='stale']")).to_be_visible(timeout=(STALE_S + 3) * 1000)
        expect_connection(console, "stale")
    finally:
        house.thaw()
    expect_connection(console, "live", timeout_s=20)
    expect(console.locator("[data-banner='stale']")).to_have_count(0)


def test_a_console_without_webgl_draws_a_plain_map_and_says_so(visitors: Visitors) -> None:
    console = visitors.operator_without_webgl()
    press_for_help(visitors.resident(IN_RT_1))
    expect(console.locator("[data-map='plain'] canvas")).to_be_visible()
    expect(console.get_by_text("peta sederhana dipakai")).to_be_visible()
    expect(console.locator("nav [data-incident]")).to_contain_text("RT 01 Melati")
