"""The main way on the real screens: one tap is on the map, is offered, accepted, claimed and closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.town import IN_RT_1, NEAR_RT_1
from tests.browser.visitors import expect_outlook, press_for_help

if TYPE_CHECKING:
    from tests.browser.visitors import Visitors

pytestmark = pytest.mark.serial


def go_on_duty(officer: Page) -> None:
    officer.get_by_role("button", name="Mulai siaga").click()
    expect(officer.locator("[data-duty='true']")).to_be_visible()
    expect(officer.get_by_text("Posisi terkirim")).to_be_visible()


def test_a_tap_is_on_the_map_is_offered_accepted_claimed_and_closed(visitors: Visitors) -> None:
    console = visitors.operator()
    officer = visitors.officer(NEAR_RT_1)
    go_on_duty(officer)
    resident = visitors.resident(IN_RT_1)
    expect(resident.locator("[data-location='known']")).to_be_visible()

    press_for_help(resident)
    expect_outlook(resident, "offered")
    expect(incident_on(console)).to_contain_text("RT 01 Melati")
    expect(incident_on(console)).to_contain_text("Menunggu jawaban 1 petugas")
    expect(console.locator("[data-map='webgl']")).to_be_visible()

    goes_to_the_scene(officer, console, resident)
    claims_and_notes(console)

    officer.get_by_role("button", name="Tugas selesai").click()
    expect(officer.get_by_text("Siap menerima tugas")).to_be_visible()
    closes(console)
    expect_outlook(resident, "closed")


def incident_on(console: Page) -> Locator:
    return console.locator("nav [data-incident]")


def goes_to_the_scene(officer: Page, console: Page, resident: Page) -> None:
    offer = officer.locator("[data-offer]")
    expect(offer).to_contain_text("RT 01 Melati")
    offer.get_by_role("button", name="Terima").click()
    expect(officer.locator("[data-task]")).to_be_visible()
    expect(incident_on(console)).to_contain_text("Menuju TKP: Budi")
    expect_outlook(resident, "coming")
    expect(resident.locator("[data-outlook]")).to_contain_text("Budi")

    officer.get_by_role("button", name="Sudah tiba di TKP").click()
    expect(incident_on(console)).to_contain_text("Di TKP: Budi")
    expect_outlook(resident, "on_scene")


def claims_and_notes(console: Page) -> None:
    incident_on(console).click()
    console.get_by_role("button", name="Ambil Alih").click()
    expect(incident_on(console)).to_contain_text("Ditangani Sari")
    console.get_by_role("button", name="Tambah catatan").click()
    console.get_by_role("textbox").fill("Sudah ditelepon, warga aman.")
    console.get_by_role("button", name="Simpan catatan").click()
    expect(console.get_by_role("article")).to_contain_text("Sudah ditelepon, warga aman.")


def closes(console: Page) -> None:
    console.get_by_role("button", name="Tutup kejadian…").click()
    console.get_by_role("button", name="Tutup kejadian", exact=True).click()
    expect(incident_on(console)).to_have_count(0)
    expect(console.get_by_role("article")).to_contain_text("Kejadian ini sudah ditutup")
    expect(console.get_by_role("article")).to_contain_text("Ditutup: Tertangani")


def test_the_phone_that_shows_an_offer_gives_its_receipt(visitors: Visitors) -> None:
    console = visitors.operator()
    officer = visitors.officer(NEAR_RT_1)
    go_on_duty(officer)
    press_for_help(visitors.resident(IN_RT_1))
    console.locator("nav [data-incident]").click()
    expect(console.get_by_role("article")).to_contain_text("diterima di ponsel")


def test_a_declined_offer_leaves_the_officer_s_page(visitors: Visitors) -> None:
    officer = visitors.officer(NEAR_RT_1)
    go_on_duty(officer)
    press_for_help(visitors.resident(IN_RT_1))
    officer.locator("[data-offer]").get_by_role("button", name="Tolak").click()
    officer.locator("[data-offer]").get_by_role("button", name="Terlalu jauh").click()
    expect(officer.locator("[data-offer]")).to_have_count(0)
    expect(officer.get_by_text("Siap menerima tugas")).to_be_visible()


def test_the_head_of_the_rt_sees_what_and_roughly_where(visitors: Visitors) -> None:
    head = visitors.representative("T.1.1-RT01")
    expect(head.get_by_text("Tidak ada kejadian di wilayah Anda")).to_be_visible()
    console = visitors.operator()
    press_for_help(visitors.resident(IN_RT_1))
    expect(head.locator("[data-incident]")).to_contain_text("Sekitar RT 01 Melati")
    console.locator("nav [data-incident]").click()
    expect(console.get_by_role("article")).to_contain_text("Bu Ani")
    expect(console.get_by_role("article")).to_contain_text("diterima di ponsel")


def test_a_silent_alarm_is_marked_for_the_officer_and_the_operator(visitors: Visitors) -> None:
    console = visitors.operator()
    officer = visitors.officer(NEAR_RT_1)
    go_on_duty(officer)
    resident = visitors.resident(IN_RT_1)
    resident.get_by_label("Tanpa suara").check()
    press_for_help(resident)
    expect(console.locator("nav [data-incident]")).to_contain_text("Senyap")
    expect(officer.locator("[data-offer]")).to_contain_text("jangan menelepon pelapor")


def test_an_offer_that_another_officer_won_leaves_the_page(visitors: Visitors) -> None:
    near = visitors.officer(NEAR_RT_1)
    far = visitors.officer(NEAR_RT_1, subject="officer-2", name="Joko")
    go_on_duty(near)
    go_on_duty(far)
    press_for_help(visitors.resident(IN_RT_1))
    accept = far.locator("[data-offer]").get_by_role("button", name="Terima")
    expect(accept).to_be_visible()
    near.locator("[data-offer]").get_by_role("button", name="Terima").click()
    expect(near.locator("[data-task]")).to_be_visible()
    expect(far.locator("[data-offer]")).to_have_count(0)


def test_switching_to_english_changes_the_page_at_once_and_stays(visitors: Visitors) -> None:
    console = visitors.operator()
    console.get_by_role("button", name="Switch to English").click()
    expect(console.get_by_text("No open incidents")).to_be_visible()
    console.reload()
    expect(console.get_by_text("No open incidents")).to_be_visible()
