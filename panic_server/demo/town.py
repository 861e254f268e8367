"""What the people of the demo share: the ground, chance, the clock, the server, and which incidents are yours."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx2

from panic_server.clock import Clock
from panic_server.demo.ground import Ground
from panic_server.demo.phone import Phone


@dataclass(slots=True)
class Town:
    """`yours` are the incidents that the visitor's own button opened: nobody of the demo closes them."""

    http: httpx2.AsyncClient
    live_url: str
    ground: Ground
    rng: Random
    clock: Clock
    yours: set[str] = field(default_factory=set)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def phone(self, token: str) -> Phone:
        return Phone(self.http, token)

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """In the background, until it is done or the demo ends."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            asyncio.get_running_loop().call_exception_handler(
                {"message": "somebody in the demo city stopped", "exception": error, "task": task}
            )

    async def end(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def some_time(self, least_s: float, most_s: float) -> None:
        """As long as a person takes."""
        await asyncio.sleep(self.rng.uniform(least_s, most_s))
