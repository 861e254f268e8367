"""People in front of their screens: each has a browser of their own and signs in by a link."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, ViewportSize

    from tests.browser.house import House
    from tests.browser.town import Spot

# What Chromium itself writes when a request or a socket does not get through: tests that cut the network expect it.
NETWORK_WORDS = re.compile(r"Failed to load resource|WebSocket connection to .* failed|net::ERR_|fetching the script")

# How long something may take to be seen where nothing is said of how quick it is: two browsers share two cores with
# their servers. A test that holds a promise about time says its own number.
PATIENCE_S = 15

# The page's own limit for a live frame; a test that waits for the page to notice a silence must wait longer.
STALE_S = 10

PHONE: ViewportSize = {"width": 390, "height": 844}
LAPTOP: ViewportSize = {"width": 1366, "height": 768}


class Visitors:
    def __init__(self, browser: Browser, house: House) -> None:
        self._browser = browser
        self._house = house
        self._contexts: list[BrowserContext] = []
        self.complaints: list[str] = []
        self.strangers: list[str] = []
        self.network_may_fail = False

    def resident(self, at: Spot | None, *, subject: str = "resident-1") -> Page:
        return self._open(self._house.link("resident", subject), at, phone=True)

    def officer(self, at: Spot | None, *, subject: str = "officer-1", name: str = "Budi") -> Page:
        return self._open(self._house.link("officer", subject, name=name), at, phone=True)

    def representative(self, area: str, *, subject: str = "head-1") -> Page:
        return self._open(self._house.link("representative", subject, name="Bu Ani", area=area), None, phone=True)

    def operator(self, *, script: str | None = None) -> Page:
        """`script` runs in the page before its own."""
        return self._open(self._house.link("operator", "operator-1", name="Sari"), None, phone=False, script=script)

    def operator_of(self, sector: str) -> Page:
        link = self._house.link("operator", f"operator-{sector}", name="Tari", area=sector)
        return self._open(link, None, phone=False)

    def stranger(self, path: str) -> Page:
        """Somebody without a link."""
        return self.at(self._house.url + path)

    def at(self, address: str) -> Page:
        return self._open(address, None, phone=False)

    def link(self, role: str, subject: str) -> str:
        return self._house.link(role, subject)

    def operator_without_webgl(self) -> Page:
        return self.operator(script=NO_WEBGL)

    def leave(self) -> None:
        for context in self._contexts:
            context.close()

    def _open(self, address: str, at: Spot | None, *, phone: bool, script: str | None = None) -> Page:
        context = self._browser.new_context(viewport=PHONE if phone else LAPTOP, has_touch=phone, locale="id-ID")
        self._contexts.append(context)
        # Granting a list refuses everything that is not in it, as a person does who says no.
        context.grant_permissions(["geolocation"] if at else [])
        context.set_geolocation({**at, "accuracy": 8} if at else None)
        if script is not None:
            context.add_init_script(script)
        context.on("request", self._note_request)
        page = context.new_page()
        page.on("console", self._note_message)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(address)
        return page

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith((self._house.url, "blob:", "data:")):
            self.strangers.append(request.url)

    def _note_message(self, message: ConsoleMessage) -> None:
        if message.type != "error" or (self.network_may_fail and NETWORK_WORDS.search(message.text)):
            return
        self.complaints.append(message.text)


def hold(button: Locator) -> None:
    """Until the page takes it for a press: a second of a busy page may be longer than one of ours."""
    button.focus()
    button.page.keyboard.down("Enter")
    expect(button.page.locator("[data-outlook]")).to_be_visible()
    button.page.keyboard.up("Enter")


def press_for_help(page: Page) -> None:
    hold(page.get_by_role("button", name="Minta tolong"))


def expect_outlook(page: Page, outlook: str) -> None:
    """What the resident's page says of the press."""
    expect(page.locator("[data-outlook]")).to_have_attribute("data-outlook", outlook)


def expect_connection(page: Page, state: str, *, timeout_s: float = PATIENCE_S) -> None:
    expect(page.locator("[data-connection]")).to_have_attribute("data-connection", state, timeout=timeout_s * 1000)


UNTOUCHED = """
Object.defineProperty(UserActivation.prototype, "hasBeenActive", { get: () => false });
"""
"""What Playwright asks of a page counts as a touch of it, also when it comes before the page has looked whether anybody
has touched it.
"""

NO_WEBGL = """
const original = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
  return kind.startsWith("webgl") ? null : original.call(this, kind, ...rest);
};
"""
