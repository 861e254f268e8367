"""What the health page says of each part of a running server: whether it works, in words for whoever has to mend it."""

from typing import Final

from panic_server.bus.port import Bus
from panic_server.clock import Clock
from panic_server.journal.writer import Writer
from panic_server.maps import Maps
from panic_server.push.relay import Relay
from panic_server.wire.shapes import Component

CLOCK_OFF_S: Final = 60.0

# As long as an offer is open by the shipped policy: a push that waits longer comes too late.
PUSH_LATE_S: Final = 10.0


def check_journal(writer: Writer) -> Component:
    is_well = writer.failing_since is None
    return Component("journal", ok=is_well, detail="writes" if is_well else f"cannot write: {writer.last_error}")


def check_clock(clock: Clock) -> Component:
    ahead_s = clock.ahead_s()
    detail = f"{abs(ahead_s):.0f} s {'ahead of' if ahead_s > 0 else 'behind'} the machine's, which was set since"
    is_right = abs(ahead_s) < CLOCK_OFF_S
    return Component("clock", ok=is_right, detail="as the machine's" if is_right else detail)


def check_map(maps: Maps) -> Component:
    version = maps.current.version
    if maps.is_behind:
        stays = f"version {version} stays in force" if version else "there is no other"
        return Component("map", ok=False, detail=f"version {maps.newest} cannot be read, {stays}; import it again")
    return Component("map", ok=version > 0, detail=f"version {version}" if version else "no map imported")


def check_push(relay: Relay, *, oldest_s: float | None) -> Component:
    """`oldest_s` is the age of the oldest push that waits; None when nothing does. Of what goes out in time nothing is
    said: whoever stands beside a phone that has cancelled could tell by it that officers are still asked.
    """
    words = relay.degraded()
    waits_long = oldest_s is not None and oldest_s >= PUSH_LATE_S
    age = f"the oldest waits for {oldest_s:.0f} s" if waits_long else "nothing waits for long"
    return Component("push", ok=not words, detail="; ".join((age, *words)))


def check_bus(bus: Bus) -> Component:
    words = bus.degraded()
    return Component("bus", ok=not words, detail="hears the others" if not words else "the database is polled")
