"""Whether those who are connected may still see what they see: rights are taken away while sockets are open."""

from collections.abc import Awaitable, Callable, Iterable

from panic_server.journal.port import JournalUnavailable
from panic_server.live.client import Client
from panic_server.live.session import CloseCode
from panic_server.people import Principal

# The most that somebody sees after their token was revoked by another process; signing out in this one looks at once.
CHECK_EVERY_S = 15.0


PrincipalOf = Callable[[str], Awaitable[Principal | None]]
"""Whose token it is; None when it is nobody's. Raises JournalUnavailable."""


async def check_rights(members: Iterable[tuple[Client, Principal]], principal_of: PrincipalOf) -> None:
    """Closes who has no rights any more, and who has others now: they come back and get a fresh snapshot."""
    for client, before in members:
        if client.token is None or client.is_closed:
            continue
        try:
            now = await principal_of(client.token)
        except JournalUnavailable:
            return
        if now is None:
            client.close(CloseCode.NO_RIGHTS)
        elif (now.role, now.areas) != (before.role, before.areas):
            client.close(CloseCode.RESTART)
