"""Health says in stable words what is broken, and never breaks itself."""

import re
from pathlib import Path

import pytest

from panic_server.clock import FakeClock
from panic_server.health import Health
from panic_server.wire.shapes import Component
from tests.unit.panic_server.live.doubles import START

_ROOT = Path(__file__).parents[3]
_APP = _ROOT / "panic_server" / "app.py"
_CONSOLE_WORDS = _ROOT / "command_center_ui" / "src" / "i18n" / "words" / "console.ts"


class Part:
    def __init__(self, name: str, ok: bool = True) -> None:
        self.name = name
        self.ok = ok
        self.asked = 0

    def check(self) -> Component:
        self.asked += 1
        return Component(self.name, self.ok, "")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(START)


def test_a_part_that_fails_is_named(clock: FakeClock):
    health = Health(clock)
    for part in (Part("journal"), Part("bus", ok=False)):
        health.register(part.name, part.check)
    assert health.degraded() == ("bus",)


def test_a_part_may_have_words_of_its_own_also_while_it_works(clock: FakeClock):
    health = Health(clock)
    health.register("push", Part("push").check, words=lambda: ["push_not_configured"])
    assert (health.degraded(), health.report().ok) == (("push_not_configured",), True)


def test_each_word_is_said_once(clock: FakeClock):
    health = Health(clock)
    health.register("a", Part("a").check, words=lambda: ["bus", "bus"])
    health.register("b", Part("b").check, words=lambda: ["bus"])
    assert health.degraded() == ("bus",)


def test_parts_are_asked_at_most_once_a_second(clock: FakeClock):
    health, part = Health(clock), Part("journal")
    health.register("journal", part.check)
    health.degraded()
    health.report()
    assert part.asked == 1
    part.ok = False
    clock.advance(1.0)
    assert health.degraded() == ("journal",)


def test_the_server_is_ready_while_everything_essential_works(clock: FakeClock):
    health, database = Health(clock), Part("database")
    health.register("database", database.check, essential=True)
    health.register("push", Part("push", ok=False).check)
    assert health.report().ok
    database.ok = False
    clock.advance(1.0)
    assert not health.report().ok


def test_a_check_that_fails_itself_does_not_silence_the_others(clock: FakeClock):
    health = Health(clock)
    health.register("broken", lambda: 1 // 0)  # type: ignore[arg-type, return-value]  # it fails on purpose
    health.register("bus", Part("bus", ok=False).check)
    assert health.degraded() == ("broken", "bus")
    assert [component.ok for component in health.report().components] == [False, False]


def test_the_console_has_words_for_every_part_that_may_fail():
    """A part without words of its own is said by its name; one that is never degraded needs none."""
    parts = set(re.findall(r'health\.register\(\s*"(\w+)", (?:self|lambda: checks)', _APP.read_text(encoding="utf-8")))
    words = set(re.findall(r'"degraded\.(\w+)"', _CONSOLE_WORDS.read_text(encoding="utf-8")))
    assert "journal" in parts
    assert parts - {"push"} <= words
