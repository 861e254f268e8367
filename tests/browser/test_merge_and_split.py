"""An operator puts incidents together and takes them apart on the console, and undoes either by one button."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from tests.browser.city_map import click_on_map
from tests.browser.test_for_everybody import assert_readable
from tests.browser.town import HALF, IN_RT_1
from tests.browser.visitors import PHONE

if TYPE_CHECKING:
    from tests.browser.house import House
    from tests.browser.visitors import Visitors

pytestmark = pytest.mark.serial

# Some thirty metres in degrees: on the map of the whole town one marker lies over the other.
NEXT_DOOR = 0.0003


def press(house: House, number: int, *, east: float = 0.0, kind: str = "fire") -> str:
    """The id of the incident that it became."""
    position = {"lat": IN_RT_1["latitude"], "lon": IN_RT_1["longitude"] + east, "accuracy_m": 8}
    token = house.token("resident", f"resident-{number}")
    alarm = {"id": str(uuid.UUID(int=number)), "kind": kind, "position": position}
    incident_id: str = house.post("/v1/alarms", token, alarm)["incident_id"]
    return incident_id


def open_incidents(console: Page, count: int) -> None:
    expect(console.locator("nav [data-incident]")).to_have_count(count)


def looks_at(console: Page, incident_id: str) -> None:
    console.locator(f"nav [data-incident='{incident_id}']").click()


def test_two_incidents_are_merged_and_the_merge_is_undone(visitors: Visitors, house: House) -> None:
    console = visitors.operator()
    one, other = press(house, 1), press(house, 2, east=HALF, kind="crime")
    looks_at(console, one)
    console.get_by_role("button", name="Gabungkan…").click()
    console.locator(f"[data-into='{other}']").click()
    expect(console.locator("[data-merge]")).to_contain_text("berlanjut dengan 2 alarm dan 0 petugas")
    assert_readable(console)

    console.get_by_role("button", name="Gabungkan sekarang").click()

    open_incidents(console, 1)
    details = console.get_by_role("article")
    expect(details).to_contain_text("2 alarm · 2 telepon")
    details.get_by_role("button", name="Lihat").click()
    expect(details).to_contain_text("Kejadian ini digabung ke kejadian lain.")
    details.get_by_role("button", name="Batalkan penggabungan").click()
    open_incidents(console, 2)
    expect(details.locator("[data-kin]")).to_have_count(0)


@pytest.mark.parametrize("has_webgl", [True, False])
def test_the_other_half_is_chosen_on_the_map_under_the_incident_that_looks_for_it(
    visitors: Visitors, house: House, has_webgl: bool
) -> None:
    console = visitors.operator() if has_webgl else visitors.operator_without_webgl()
    one = press(house, 1)
    other = press(house, 2, east=NEXT_DOOR, kind="crime")
    looks_at(console, one)
    console.get_by_role("button", name="Gabungkan…").click()
    expect(console.locator("[data-aim]")).to_contain_text("Pilih di peta")

    click_on_map(console, IN_RT_1, until=console.locator(f"[data-into='{other}'].chosen"))

    expect(console.locator(f"[data-into='{other}'] input")).to_be_focused()
    expect(console.locator("[data-merge]")).to_contain_text("berlanjut dengan 2 alarm")
    assert_readable(console)
    console.get_by_role("button", name="Gabungkan sekarang").click()
    open_incidents(console, 1)
    expect(console.get_by_role("article")).to_contain_text("2 alarm · 2 telepon")
    expect(console.locator("[data-aim]")).to_have_count(0)


def test_a_click_on_what_must_stay_apart_says_so_and_keeps_the_form(visitors: Visitors, house: House) -> None:
    console = visitors.operator_without_webgl()
    one, _other = press(house, 1), press(house, 2, east=HALF, kind="crime")
    press(house, 3, east=HALF / 2, kind="violence")
    looks_at(console, one)
    console.get_by_role("button", name="Gabungkan…").click()
    form = console.locator("[data-merge]")

    click_on_map(console, IN_RT_1, east=HALF / 2, until=form.get_by_role("alert"))

    expect(form.get_by_role("alert")).to_contain_text("tidak bisa digabung dengan ini")
    expect(form.get_by_role("button", name="Gabungkan sekarang")).to_be_disabled()
    assert_readable(console)
    form.get_by_role("button", name="Batal").click()
    click_on_map(console, IN_RT_1, east=HALF / 2, until=console.get_by_role("heading", name="Kekerasan"))


def test_on_a_phone_the_map_is_brought_up_for_the_choice_and_goes_after_it(visitors: Visitors, house: House) -> None:
    console = visitors.operator_without_webgl()
    console.set_viewport_size(PHONE)
    one, other = press(house, 1), press(house, 2, east=NEXT_DOOR, kind="crime")
    looks_at(console, one)
    console.get_by_role("button", name="Gabungkan…").click()
    console.get_by_role("button", name="Pilih di peta").click()
    expect(console.locator("[data-aim]")).to_be_visible()
    expect(console.get_by_role("article")).to_be_hidden()
    assert_readable(console)

    click_on_map(console, IN_RT_1, until=console.get_by_role("article"))

    expect(console.locator(f"[data-into='{other}'] input")).to_be_checked()
    expect(console.locator("[data-aim]")).to_be_hidden()


def test_alarms_are_split_off_and_put_back(visitors: Visitors, house: House) -> None:
    console = visitors.operator()
    both = press(house, 1)
    assert press(house, 2) == both
    looks_at(console, both)
    console.get_by_role("button", name="Pisahkan alarm…").click()
    form = console.locator("[data-split]")
    expect(form.get_by_role("button", name="Pisahkan sekarang")).to_be_disabled()
    form.locator(f"[data-press='{uuid.UUID(int=2)}']").click()
    expect(form).to_contain_text("1 alarm menjadi kejadian sendiri")
    expect(form).to_contain_text("1 alarm tetap di sini")
    assert_readable(console)

    form.get_by_role("button", name="Pisahkan sekarang").click()

    open_incidents(console, 2)
    details = console.get_by_role("article")
    expect(details.locator("[data-bond='split_from']")).to_be_visible()
    details.get_by_role("button", name="Kembalikan ke sana").click()
    open_incidents(console, 1)
    expect(console.locator("nav [data-incident]")).to_have_attribute("data-incident", both)


def test_of_many_alarms_each_row_is_as_tall_as_its_words(visitors: Visitors, house: House) -> None:
    console = visitors.operator()
    ids = {press(house, number) for number in range(1, 13)}
    assert len(ids) == 1
    looks_at(console, ids.pop())
    console.get_by_role("button", name="Pisahkan alarm…").click()
    rows = console.locator("[data-split] [data-press]")
    expect(rows).to_have_count(12)
    assert rows.evaluate_all("(rows) => rows.every((row) => row.scrollHeight <= row.clientHeight)")


def test_a_merge_that_cannot_be_says_why_in_plain_words(visitors: Visitors, house: House) -> None:
    visitors.network_may_fail = True
    console = visitors.operator()
    one, other = press(house, 1), press(house, 2, east=HALF)
    looks_at(console, one)
    console.get_by_role("button", name="Gabungkan…").click()
    console.locator(f"[data-into='{other}']").click()
    supervisor = house.token("supervisor", "supervisor-1")
    house.post(f"/v1/incidents/{other}/close", supervisor, {"disposition": "resolved"})
    open_incidents(console, 1)

    console.get_by_role("button", name="Gabungkan sekarang").click()

    expect(console.locator("[data-merge]").get_by_role("alert")).to_contain_text(
        "Salah satu dari keduanya sudah ditutup"
    )


def test_what_must_stay_apart_is_not_offered(visitors: Visitors, house: House) -> None:
    console = visitors.operator()
    plain, violent = press(house, 1), press(house, 2, kind="violence")
    looks_at(console, plain)
    console.get_by_role("button", name="Gabungkan…").click()
    expect(console.locator("[data-merge]")).to_contain_text("Tidak ada kejadian terbuka lain")
    looks_at(console, violent)
    console.get_by_role("button", name="Gabungkan…").click()
    expect(console.locator("[data-merge]")).to_contain_text("Kekerasan, alarm senyap")
