"""What is broken: asked of each part by `/readyz`, and told to the consoles in every heartbeat."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from panic_server.clock import Clock
from panic_server.wire.shapes import Component
from panic_server.wire.shapes import Health as Report

_log = logging.getLogger(__name__)

# The consoles must show it within ten seconds: one of these and one heartbeat (5 s) stay well below.
REFRESH_S = 1.0


@dataclass(frozen=True, slots=True)
class _Part:
    name: str
    check: Callable[[], Component]
    words: Callable[[], Sequence[str]] | None
    essential: bool


class Health:
    """Parts are asked in the order in which they registered, on the event loop; a check only looks at what is known."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._parts: list[_Part] = []
        self._asked_s = float("-inf")
        self._components: tuple[Component, ...] = ()
        self._words: tuple[str, ...] = ()

    def register(
        self,
        name: str,
        check: Callable[[], Component],
        *,
        words: Callable[[], Sequence[str]] | None = None,
        essential: bool = False,
    ) -> None:
        """`words` are the stable words for what is degraded; without it the word is `name` while the check fails.

        Without an essential part the server is not ready to take alarms.
        """
        self._parts.append(_Part(name, check, words, essential))

    def degraded(self) -> tuple[str, ...]:
        """At most a second old; each word once."""
        self._refresh()
        return self._words

    def report(self) -> Report:
        """All components; `ok` when every essential one is."""
        self._refresh()
        essential = {part.name for part in self._parts if part.essential}
        return Report(all(one.ok for one in self._components if one.name in essential), self._components)

    def _refresh(self) -> None:
        now_s = self._clock.monotonic()
        if now_s - self._asked_s < REFRESH_S:
            return
        self._asked_s = now_s
        found = [_ask(part) for part in self._parts]
        self._components = tuple(component for component, _ in found)
        self._words = tuple(dict.fromkeys(word for _, words in found for word in words))


def _ask(part: _Part) -> tuple[Component, Sequence[str]]:
    try:
        component = part.check()
        if part.words is not None:
            return component, part.words()
    except Exception:  # noqa: BLE001 - a part that cannot even say how it is must not silence the others.
        _log.exception("the check of %s failed", part.name)
        component = Component(part.name, ok=False, detail="its check failed")
    return component, () if component.ok else (part.name,)
