"""The sender that really sends: watches the child process in which firebase-admin lives, and replaces it when it fails.

Whatever was under way in a child that ends is answered LOST, so that the relay sends it again.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import cast

import msgspec
import structlog

from panic_server.clock import Clock
from panic_server.push.backoff import exponential_s
from panic_server.push.frames import (
    FrameTooLong,
    FromChild,
    Ping,
    Pong,
    Ready,
    Result,
    Send,
    encode_frame,
    server_reader,
)
from panic_server.push.metrics import PushMetrics
from panic_server.push.port import Answer, Delivery, Verdict

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Watch:
    """How the child is watched, in seconds.

    A hung child is replaced after `ping_s * pings` = 8 s, because people must see within ten that something is broken.
    A call is given up by the child after `timeout_s`, twice that with a wait for a token; after `call_s` it is stuck.
    """

    # Google's guide on scaling FCM: give a request at least ten seconds.
    timeout_s: float = 10.0
    ping_s: float = 2.0
    pings: int = 4
    start_s: float = 30.0
    call_s: float = 40.0
    # A restart shorter than this is not worth telling people about.
    down_shown_s: float = 3.0


class ChildFailed(Exception):
    """The child has to be replaced; says why."""


class FcmProcess:
    """`fcm_url` is for tests and load: FCM and OAuth are then spoken to there instead of at Google.

    `clock` must be real time, since it watches a real process; `random` gives floats in [0, 1).
    """

    def __init__(
        self,
        credentials: Path,
        *,
        clock: Clock,
        metrics: PushMetrics,
        random: Callable[[], float],
        fcm_url: str | None = None,
        watch: Watch | None = None,
    ) -> None:
        self._credentials, self._fcm_url = credentials, fcm_url
        self._clock, self._metrics, self._random = clock, metrics, random
        self._watch = watch or Watch()
        self._callback: Callable[[Sequence[Answer]], None] = _nobody
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None
        self._under_way: dict[int, float] = {}
        self._workers = 0
        self._unanswered = 0
        self._authorised = True
        self._down_since: float | None = clock.monotonic()

    @property
    def pid(self) -> int | None:
        """Of the present child; None while there is none."""
        return self._process.pid if self._process is not None else None

    def on_answers(self, callback: Callable[[Sequence[Answer]], None]) -> None:
        self._callback = callback

    async def start(self) -> None:
        self._task = asyncio.create_task(self._keep_one_running())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def room(self) -> int:
        """A quarter more than the child has workers, so that none of them waits for the pipe."""
        window = self._workers + self._workers // 4
        return max(0, window - len(self._under_way))

    def submit(self, deliveries: Sequence[Delivery]) -> None:
        now_s = self._clock.monotonic()
        self._under_way.update((delivery.key, now_s) for delivery in deliveries)
        sends = [
            Send(one.key, one.device.kind, one.device.value, dict(one.data), one.ttl_s, one.silent)
            for one in deliveries
        ]
        if self._workers:
            self._write(sends)
        else:
            asyncio.get_running_loop().call_soon(self._lose_all)

    def degraded(self) -> list[str]:
        """`push_down` without a working child, `push_failing` while Google gives us no access token."""
        if self._down_since is not None:
            down_s = self._clock.monotonic() - self._down_since
            return ["push_down"] if down_s >= self._watch.down_shown_s else []
        return [] if self._authorised else ["push_failing"]

    # The child's life

    async def _keep_one_running(self) -> None:
        failures = 0
        while True:
            began_s = self._clock.monotonic()
            try:
                await self._run_one()
            except (ChildFailed, OSError) as failed:
                log.warning("push_child_replaced", reason=str(failed))
            except Exception:
                self._metrics.errors.inc()
                log.exception("push_child_watch_failed")
            self._metrics.restarts.inc()
            # A child that ran for a minute had started well: the next one comes at once.
            failures = 0 if self._clock.monotonic() - began_s > 60 else failures
            if failures:
                await self._sleep(exponential_s(failures - 1, self._random))
            failures += 1

    async def _run_one(self) -> None:
        """Returns never; raises ChildFailed when the child has ended or been ended."""
        process = self._process = await self._spawn()
        duties = [self._read(process), self._read_errors(process), self._check_health()]
        tasks = [asyncio.create_task(duty) for duty in duties]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            self._workers = 0
            if self._down_since is None:
                self._down_since = self._clock.monotonic()
            for task in tasks:
                task.cancel()
            await asyncio.shield(_end(process))
            self._process = None
            self._lose_all()

    async def _spawn(self) -> asyncio.subprocess.Process:
        pipe = asyncio.subprocess.PIPE
        # The child needs the proxy's variables and the like, but none of the server's secrets.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("KENTONGAN_")}
        environment["KENTONGAN_FCM_CREDENTIALS"] = str(self._credentials)
        environment["KENTONGAN_FCM_URL"] = self._fcm_url or ""
        environment["KENTONGAN_PUSH_TIMEOUT_S"] = str(self._watch.timeout_s)
        environment["KENTONGAN_PUSH_PARENT"] = str(os.getpid())
        self._unanswered = 0
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "panic_server.push.child",
            stdin=pipe, stdout=pipe, stderr=pipe, env=environment,
        )  # fmt: skip

    async def _check_health(self) -> None:
        started_s = self._clock.monotonic()
        number = 0
        while True:
            await self._sleep(self._watch.ping_s)
            if not self._workers:
                if self._clock.monotonic() - started_s > self._watch.start_s:
                    raise ChildFailed("did not start")
                continue
            oldest_s = next(iter(self._under_way.values()), None)
            if oldest_s is not None and self._clock.monotonic() - oldest_s > self._watch.call_s:
                raise ChildFailed("a call is stuck")
            # Counting pings instead of time: a server that was itself stopped for a while does not blame the child.
            if self._unanswered >= self._watch.pings:
                raise ChildFailed("hung")
            number += 1
            self._unanswered += 1
            self._write([Ping(number)])

    async def _sleep(self, seconds: float) -> None:
        await self._clock.sleep_until(self._clock.now() + timedelta(seconds=seconds))

    # The pipes

    def _write(self, messages: Sequence[Send | Ping]) -> None:
        # The window bounds what a frozen child can leave here, so nothing waits for the pipe to drain.
        if self._process is not None and self._process.stdin is not None and not self._process.stdin.is_closing():
            self._process.stdin.write(encode_frame(messages))

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        pipe, reader = cast(asyncio.StreamReader, process.stdout), server_reader()
        while data := await pipe.read(64 * 1024):
            try:
                messages = reader.feed(data)
            except (FrameTooLong, msgspec.DecodeError) as nonsense:
                raise ChildFailed("spoke nonsense") from nonsense
            self._hear(messages)
        raise ChildFailed(f"ended with {await process.wait()}")

    def _hear(self, messages: list[FromChild]) -> None:
        answers: list[Answer] = []
        for message in messages:
            match message:
                case Ready(workers):
                    self._workers = workers
                    self._down_since = None
                    self._callback([])
                case Pong(_, authorised):
                    self._unanswered = 0
                    self._authorised = authorised
                case Result(key, verdict, retry_after_s, detail):
                    if self._under_way.pop(key, None) is not None:
                        answers.append(Answer(key, verdict, retry_after_s, detail))
        if answers:
            self._callback(answers)

    async def _read_errors(self, process: asyncio.subprocess.Process) -> None:
        pipe = cast(asyncio.StreamReader, process.stderr)
        while data := await pipe.read(4096):
            for line in data.decode(errors="replace").splitlines():
                log.warning("push_child_says", line=line[:500])
        await process.wait()
        raise ChildFailed(f"ended with {process.returncode}")

    def _lose_all(self) -> None:
        lost = [Answer(key, Verdict.LOST) for key in self._under_way]
        self._under_way.clear()
        if lost:
            self._callback(lost)


async def _end(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()


def _nobody(_: Sequence[Answer]) -> None:
    """Before the relay listens, nobody does."""
