"""How a client comes in: welcome, officers, what it missed; and then, without a gap, it is one of its group."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from panic_server.live import frames
from panic_server.live.client import Client
from panic_server.live.history import History, NotKept
from panic_server.live.officers import OfficerFrames
from panic_server.live.session import CloseCode, Resume
from panic_server.live.snapshots import Snapshots
from panic_server.people import Principal
from panic_server.wire.shapes import Me

HEARTBEAT_S = 5
# A snapshot of 500 incidents is 1 MB, and is copied for each client; so many are under way at once.
WELCOMES_AT_ONCE = 32
# For that 1 MB a phone on 3G needs some ten seconds.
WELCOME_WITHIN_S = 30.0


@dataclass(slots=True)
class Journal:
    """Where this process is: events up to `history.head` have been published to it."""

    epoch: str
    history: History


def epoch_for(epoch: str, principal: Principal) -> str:
    """A client's state is of what it could see. With other rights it needs a fresh snapshot, as after a restore."""
    rights = " ".join([principal.role.value, *sorted(principal.selectors())])
    return f"{epoch}.{hashlib.blake2b(rights.encode(), digest_size=6).hexdigest()}"


class Joining:
    def __init__(
        self, journal: Journal, snapshots: Snapshots, officers: OfficerFrames, me: Callable[[Principal], Me]
    ) -> None:
        self._journal = journal
        self._snapshots = snapshots
        self._officers = officers
        self._me = me
        self._welcomes = asyncio.Semaphore(WELCOMES_AT_ONCE)

    async def join(self, client: Client, principal: Principal, enter: Callable[[], None]) -> None:
        """Calls `enter` in the very turn of the loop in which the client knows all that has been published.

        A client that cannot keep up is closed. Raises JournalUnavailable.
        """
        async with self._welcomes:
            try:
                async with asyncio.timeout(WELCOME_WITHIN_S):
                    await self._welcome(client, principal)
            except TimeoutError:
                client.close(CloseCode.TOO_SLOW)
        try:
            await self._catch_up(client, principal.selectors())
        except NotKept:
            client.close(CloseCode.TOO_SLOW)
        if not client.is_closed:
            enter()

    async def _welcome(self, client: Client, principal: Principal) -> None:
        journal = self._journal
        epoch = epoch_for(journal.epoch, principal)
        step = client.session.place(epoch=epoch, head=journal.history.head, oldest=journal.history.oldest)
        if isinstance(step, Resume):
            at, incidents = step.after, None
        else:
            # Events that are committed from here on are in the history, wherever between them the snapshot is read.
            found = await self._snapshots.read(principal)
            epoch, at, incidents = epoch_for(found.epoch, principal), found.seq, found.incidents
        if client.is_closed:
            return
        client.session.welcome(at)
        await client.send(frames.welcome(epoch, at, incidents, self._me(principal), HEARTBEAT_S))
        if not client.is_closed:
            await client.send(self._officers.full_for(client))

    async def _catch_up(self, client: Client, selectors: frozenset[str]) -> None:
        history, session = self._journal.history, client.session
        after = session.position
        while not client.is_closed and after < history.head:
            to = history.next_chunk(after)
            frame = history.frame(selectors, position=session.position, after=after, to=to)
            after = to
            if frame is not None:
                session.advance(session.position + 1, to)
                await client.send(frame)
                # A line that keeps up does not wait; the others get their turn all the same.
                await asyncio.sleep(0)
