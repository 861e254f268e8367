"""The questions that may be asked of the journal. Each runs on a reader's thread, in one read transaction."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from dispatch.incident import Incident
from panic_server.journal.port import (
    JournalEvent,
    Moments,
    PersonRow,
    Pins,
    Snapshot,
    StoredAlarm,
    TimelineRow,
    TrackRow,
)
from panic_server.people import Principal, Role
from panic_server.reports.response_times import Responses


class Queries(Protocol):
    """Raises JournalUnavailable when the database does not answer."""

    async def alarm(self, device: str, alarm_id: str) -> tuple[StoredAlarm, Incident] | None:
        """The caller's own alarm, and its incident as it is now."""

    async def pins(self, subject: str) -> Pins | None:
        """The caller's own."""

    async def incident(self, incident_id: str, reader: Principal) -> Incident | None:
        """None as well for what the reader may not see."""

    async def incidents(
        self, reader: Principal, *, status: str | None, area: str | None, after: str | None, limit: int
    ) -> tuple[Sequence[Incident], str | None]:
        """Newest first, and the cursor of the next page. `area` is the code of an area or sector."""

    async def timeline(self, incident_id: str) -> Sequence[TimelineRow]:
        """Oldest first, at most the last 500."""

    async def alarms(self, incident_id: str) -> Sequence[StoredAlarm]:
        """Oldest first, at most the last 500."""

    async def track(self, incident_id: str) -> Sequence[TrackRow]:
        """Where its phones were after they pressed: oldest first, at most the last 2,000."""

    async def offered_to(self, officer_id: str) -> Sequence[Incident]:
        """Incidents with an open offer to, or an open assignment of, this officer."""

    async def snapshot(self, reader: Principal) -> Snapshot:
        """Open incidents that the reader may see, and the head."""

    async def events(self, after: int, to: int | None, limit: int) -> Sequence[JournalEvent]:
        """In order of seq, from after + 1."""

    async def oldest_seq(self) -> int:
        """The first event that is still kept."""

    async def moments(self, incident_id: str) -> Moments | None:
        """When the incident came to what; None when there is no such incident."""

    async def unseen(self) -> Sequence[tuple[str, int, Collection[str]]]:
        """Open incidents that no console is known to have been sent: id, opening seq, selectors of who may see them."""

    async def responses(self, reader: Principal, *, since: datetime, until: datetime) -> Responses:
        """Of the incidents opened from `since` to before `until` that this operator may see; without drills."""


class Accounts(Protocol):
    """People and their tokens. Tokens and codes are kept as hashes only."""

    async def principal(self, token: str) -> Principal | None:
        """From memory; a miss asks the database."""

    async def exchange(self, code: str) -> tuple[Principal, str] | None:
        """Uses up a sign-in code and makes a token for its person. None when it is unknown, used or too old."""

    async def revoke(self, token: str) -> None: ...

    async def people(self, role: Role) -> Sequence[PersonRow]: ...
