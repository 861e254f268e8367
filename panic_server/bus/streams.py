"""The bus over Redis Streams, with commands that Redis 7.2 and Valkey know. Redis may come and go at any time.

Two connections: one that waits for what others say, one that speaks. Both give up within two seconds on a server that
does not answer, and come back with growing pauses.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import cast

import msgspec
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.typing import KeyT, StreamIdT

from panic_server.bus.port import OfficerPosition
from panic_server.clock import Clock
from panic_server.logs import Spell

# With redis-py's own retries one command on a frozen server takes 60 s to fail; these fail in one.
ANSWER_WITHIN_S = 1.0
# An XREAD that blocks longer than the socket's timeout is issued again, so the reader's timeout is the longer of both.
BLOCK_MS = 1000
PAUSES_S = (0.1, 0.2, 0.5, 1.0, 2.0)
# A wake is worth nothing once a newer one is there, and a position once the next came: seconds of both are plenty.
WAKES_KEPT = 1000
POSITIONS_KEPT = 200
READ_AT_ONCE = 500

Fields = Mapping[bytes, bytes]
Entries = list[tuple[bytes, Fields]]

_positions = msgspec.json.Decoder(list[OfficerPosition])


class RedisBus:
    """`node` tells this process from the others; `prefix` keeps cities on one Redis apart."""

    def __init__(self, url: str, *, node: str, clock: Clock, prefix: str = "kentongan") -> None:
        self._node = node.encode()
        self._clock = clock
        # The braces keep both streams on one node of a cluster, so that one XREAD may name both.
        self._wakes = f"{{{prefix}}}:wakes".encode()
        self._places = f"{{{prefix}}}:positions".encode()
        self._reader = _connection(url, ANSWER_WITHIN_S + BLOCK_MS / 1000)
        self._speaker = _connection(url, ANSWER_WITHIN_S)
        self._wake: Callable[[int | None], None] = lambda _seq: None
        self._moved: Callable[[Sequence[OfficerPosition]], None] = lambda _positions: None
        self._tasks: list[asyncio.Task[None]] = []
        self._last_ids: dict[KeyT, StreamIdT] = {}
        self._seq: int | None = None
        self._waiting: dict[str, OfficerPosition] = {}
        self._something = asyncio.Event()
        self._hears = False
        self._speaks = False
        self._spell = Spell("bus.lost_so_the_database_is_polled", over="bus.back")

    def on_wake(self, callback: Callable[[int | None], None]) -> None:
        self._wake = callback

    def on_positions(self, callback: Callable[[Sequence[OfficerPosition]], None]) -> None:
        self._moved = callback

    async def start(self) -> None:
        self._tasks = [asyncio.create_task(self._keep(self._listen)), asyncio.create_task(self._keep(self._speak))]

    async def stop(self) -> None:
        """Before Python 3.11.3 a cancel is lost that comes just as the client's own timeout fires: it is said again."""
        running = set(self._tasks)
        while running:
            for task in running:
                task.cancel()
            _, running = await asyncio.wait(running, timeout=ANSWER_WITHIN_S)
        for connection in (self._reader, self._speaker):
            with contextlib.suppress(RedisError, OSError):
                await connection.aclose()

    def announce(self, seq: int) -> None:
        self._seq = seq if self._seq is None else max(seq, self._seq)
        self._something.set()

    def share(self, positions: Sequence[OfficerPosition]) -> None:
        for one in positions:
            self._waiting[one[0]] = one
        if positions:
            self._something.set()

    def degraded(self) -> tuple[str, ...]:
        return () if self._hears and self._speaks else ("bus",)

    def _look_up(self) -> None:
        if not self.degraded():
            self._spell.is_over()

    async def _keep(self, work: Callable[[], Awaitable[None]]) -> None:
        """Runs one side again and again; each returns or raises when its connection is lost."""
        pauses = iter(PAUSES_S)
        while True:
            started_s = self._clock.monotonic()
            try:
                await work()
            except (RedisError, OSError) as error:
                # Where Redis refuses a command it repeats it, and with it where officers are.
                words = f": {error}" if isinstance(error, RedisConnectionError) else ""
                self._spell.goes_on(f"{type(error).__name__}{words}")
            if self._clock.monotonic() - started_s > PAUSES_S[-1] * 2:
                pauses = iter(PAUSES_S)
            await asyncio.sleep(next(pauses, PAUSES_S[-1]))

    async def _listen(self) -> None:
        try:
            await self._find_ends()
            self._hears = True
            self._look_up()
            self._wake(None)
            while True:
                for stream, entries in await self._read():
                    self._last_ids[stream] = entries[-1][0]
                    self._hear(stream, [fields for _, fields in entries if fields.get(b"node") != self._node])
        finally:
            self._hears = False

    async def _find_ends(self) -> None:
        """Where to read on from. `$` would lose what comes between two reads.

        A Redis that came back empty, or with an older copy, may number from before: then its end is the place.
        """
        for stream in (self._wakes, self._places):
            newest = cast("Entries", await self._reader.xrevrange(stream, count=1))
            self._last_ids[stream] = newest[0][0] if newest else b"0-0"

    async def _read(self) -> list[tuple[bytes, Entries]]:
        """What came on each stream; nothing after a quiet second."""
        found = await self._reader.xread(self._last_ids, count=READ_AT_ONCE, block=BLOCK_MS)
        # With protocol 2 and undecoded answers the client's union of types comes down to this one.
        return cast("list[tuple[bytes, Entries]]", found or [])

    def _hear(self, stream: bytes, entries: Sequence[Fields]) -> None:
        """Entries that cannot be read are somebody else's, and no reason to stop listening."""
        if stream == self._wakes:
            seqs = [int(fields[b"seq"]) for fields in entries if fields.get(b"seq", b"").isdigit()]
            if seqs:
                self._wake(max(seqs))
            return
        moved: dict[str, OfficerPosition] = {}
        for fields in entries:
            with contextlib.suppress(msgspec.DecodeError):
                moved.update((one[0], one) for one in _positions.decode(fields.get(b"positions", b"[]")))
        if moved:
            self._moved(tuple(moved.values()))

    async def _speak(self) -> None:
        try:
            await self._speaker.ping()
            self._speaks = True
            self._look_up()
            while True:
                # Before Python 3.12 `wait_for` could swallow the cancel that `stop` sends.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(BLOCK_MS / 1000):
                        await self._something.wait()
                if not self._something.is_set():
                    # With nothing to say for a second, asking is how a lost server is noticed.
                    await self._speaker.ping()
                    continue
                self._something.clear()
                await self._send()
        finally:
            self._speaks = False

    async def _send(self) -> None:
        """What could not be sent is put back, unless something newer has come meanwhile."""
        seq, waiting = self._seq, self._waiting
        self._seq, self._waiting = None, {}
        try:
            async with self._speaker.pipeline(transaction=False) as pipe:
                if seq is not None:
                    await pipe.xadd(self._wakes, {"node": self._node, "seq": seq}, maxlen=WAKES_KEPT)
                if waiting:
                    places = msgspec.json.encode(list(waiting.values()))
                    await pipe.xadd(self._places, {"node": self._node, "positions": places}, maxlen=POSITIONS_KEPT)
                await pipe.execute()
        except (RedisError, OSError):
            self._waiting = waiting | self._waiting
            if seq is not None:
                self.announce(seq)
            self._something.set()
            raise


def _connection(url: str, timeout_s: float) -> "Redis":
    return Redis.from_url(
        url,
        socket_timeout=timeout_s,
        socket_connect_timeout=ANSWER_WITHIN_S,
        retry=Retry(NoBackoff(), 0),
        max_connections=2,
        protocol=2,
    )
