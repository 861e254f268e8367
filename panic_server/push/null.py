"""The sender of a server without FCM credentials: it sends nothing and says so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from panic_server.push.port import Answer, Delivery, Verdict


class NullSender:
    """Answers NOT_CONFIGURED at once, so that pushes end in the journal instead of piling up.

    Nobody goes uninformed unseen: `push_not_configured` is on the health page and in every console's heartbeat, and
    open pages get everything by WebSocket.
    """

    def __init__(self) -> None:
        self._callback: Callable[[Sequence[Answer]], None] | None = None

    def on_answers(self, callback: Callable[[Sequence[Answer]], None]) -> None:
        self._callback = callback

    async def start(self) -> None:
        """Nothing to start."""

    async def stop(self) -> None:
        """Nothing to stop."""

    def room(self) -> int:
        return 1000

    def submit(self, deliveries: Sequence[Delivery]) -> None:
        answers = [Answer(delivery.key, Verdict.NOT_CONFIGURED) for delivery in deliveries]
        if self._callback is not None:
            asyncio.get_running_loop().call_soon(self._callback, answers)

    def degraded(self) -> list[str]:
        return ["push_not_configured"]
