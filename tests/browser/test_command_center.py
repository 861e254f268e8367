"""What makes a night shift bearable: the console is heard, and stays usable when much happens at once."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.test_for_everybody import assert_readable
from tests.browser.town import IN_RT_1, SIDE, SOUTH, WEST
from tests.browser.visitors import UNTOUCHED, expect_connection, press_for_help

if TYPE_CHECKING:
    from tests.browser.house import House
    from tests.browser.visitors import Visitors

pytestmark = pytest.mark.serial

# Counts every tone that the page asks the loudspeaker for. Playwright's own questions to a page count as touches to
# Chromium, which would free the sound before anybody has touched anything.
COUNT_TONES = """
Object.defineProperty(navigator, "userActivation", { value: { hasBeenActive: false } });
window.tones = 0;
const original = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) { window.tones += 1; return original.apply(this, when); };
"""


def press(house: House, number: int) -> None:
    position = {"lat": SOUTH + SIDE * (number % 10) / 10, "lon": WEST + SIDE * (number // 10 % 10) / 10}
    token = house.token("resident", f"resident-{number}")
    house.post("/v1/alarms", token, {"id": str(uuid.UUID(int=number)), "kind": "fire", "position": position})


def test_the_console_asks_for_the_sound_and_repeats_it_while_nobody_is_asked(visitors: Visitors, house: House) -> None:
    console = visitors.operator(script=UNTOUCHED + COUNT_TONES)
    sound = console.locator("[data-sound]")
    expect(sound).to_have_attribute("data-sound", "blocked")
    expect(sound).to_have_text("Nyalakan suara")
    # As long as a person's finger stays: the touch itself must not have switched it on for the click to switch it off.
    sound.click(delay=300)
    expect(sound).to_have_attribute("data-sound", "on")

    expect_connection(console, "live")

    press(house, 1)
    expect(console.locator("nav [data-incident]")).to_contain_text("TIDAK ADA petugas")
    # A new incident has two tones; what repeats while it has nobody has three.
    console.wait_for_function("() => window.tones >= 2 + 3 + 3", timeout=20_000)


def test_a_long_list_draws_only_what_is_seen_and_the_keyboard_reaches_its_end(visitors: Visitors, house: House) -> None:
    for number in range(60):
        press(house, number)
    console = visitors.operator()
    expect(console.locator("[data-count='open']")).to_have_text("60")
    rows = console.locator("nav [data-incident]")
    assert rows.count() < 20
    rows.first.focus()
    console.keyboard.press("End")
    last = console.locator("nav li[aria-posinset='60'] button")
    expect(last).to_be_focused()
    expect(last).to_be_in_viewport()


def test_a_console_that_opens_later_shows_what_is_open(visitors: Visitors, house: House) -> None:
    press(house, 1)
    console = visitors.operator()
    expect(console.locator("nav [data-incident]")).to_have_count(1)
    expect(console.locator("[data-count='alone']")).to_have_text("1")
    expect(console).to_have_title(re.compile(r"^\(1\) "))


def test_the_details_close_by_their_button(visitors: Visitors, house: House) -> None:
    press(house, 1)
    console = visitors.operator()
    console.locator("nav [data-incident]").click()
    expect(console.get_by_role("article")).to_contain_text("Alarm masuk")
    console.get_by_role("button", name="Tutup rincian").click()
    expect(console.get_by_role("article")).to_have_count(0)


def test_a_note_begun_waits_for_its_incident_until_it_is_sent(visitors: Visitors, house: House) -> None:
    press(house, 1)
    console = visitors.operator()
    incident, details = console.locator("nav [data-incident]"), console.get_by_role("article")
    note, begun = console.get_by_role("button", name="Tambah catatan"), "Pemilik rumah dihu"
    incident.click()
    note.click()
    details.get_by_label("Tambah catatan").fill(begun)
    console.get_by_role("button", name="Tutup kejadian…").click()
    expect(details.get_by_label("Catatan penutup")).to_have_value("")
    console.get_by_role("button", name="Tutup rincian").click()
    incident.click()
    note.click()
    expect(details.get_by_label("Tambah catatan")).to_have_value(begun)
    # To take the incident over is another thing than to send what is written.
    console.get_by_role("button", name="Ambil Alih").click()
    expect(incident).to_contain_text("Ditangani Sari")
    expect(details.get_by_label("Tambah catatan")).to_have_value(begun)
    details.get_by_label("Tambah catatan").press_sequentially("bungi.")
    console.get_by_role("button", name="Simpan catatan").click()
    expect(details).to_contain_text("Pemilik rumah dihubungi.")
    note.click()
    expect(details.get_by_label("Tambah catatan")).to_have_value("")


def test_the_details_show_what_the_policy_that_decided_says(visitors: Visitors, house: House) -> None:
    press(house, 1)
    console = visitors.operator()
    console.locator("nav [data-incident]").click()
    decided = console.locator("[data-policy]")
    expect(decided).to_contain_text("kentongan-1")
    decided.get_by_role("button", name="Baca aturannya").click()
    expect(decided.get_by_text("Masih berlaku")).to_be_visible()
    expect(decided.locator("[data-policy-steps]")).to_contain_text("3 petugas terdekat diminta bersamaan")
    expect(decided.get_by_role("region")).to_be_hidden()
    decided.get_by_text("Teks lengkap").click()
    expect(decided.get_by_role("region")).to_contain_text("[unit_kmh]")
    assert_readable(console)
    decided.get_by_role("button", name="Sembunyikan").click()
    expect(decided.get_by_role("region")).to_have_count(0)


def test_an_operator_sees_what_is_broken_in_plain_words(visitors: Visitors) -> None:
    console = visitors.operator()
    expect(console.locator("[data-banner='degraded']")).to_contain_text("notifikasi ponsel belum disetel")


def test_a_page_opened_after_the_alarm_was_closed_shows_the_button_again(visitors: Visitors, house: House) -> None:
    resident = visitors.resident(IN_RT_1)
    press_for_help(resident)
    expect(resident.locator("[data-outlook='received'], [data-outlook='offered']")).to_be_visible()
    supervisor = house.token("supervisor", "supervisor-1")
    [incident] = house.get("/v1/incidents?status=open", supervisor)["items"]
    house.post(f"/v1/incidents/{incident['id']}/close", supervisor, {"disposition": "test"})
    expect(resident.locator("[data-outlook]")).to_have_attribute("data-outlook", "closed")
    resident.reload()
    expect(resident.get_by_text("Tekan dan tahan")).to_be_visible()
