"""The moments of an incident that response times are counted to: who first acted on it, and when it ended."""

from enum import StrEnum

from dispatch.events import AssignmentChanged, Claimed, Closed, Event, OfferAccepted
from dispatch.incident import AssignmentStatus


class Moment(StrEnum):
    """Of each the first counts; of the end the last, for an incident may be opened again."""

    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    ON_SCENE = "on_scene"
    CLOSED = "closed"


_BY_EVENT: dict[type[Event], Moment] = {
    Claimed: Moment.CLAIMED,
    OfferAccepted: Moment.ACCEPTED,
    Closed: Moment.CLOSED,
}


def moment_of(event: Event) -> Moment | None:
    """What the incident has come to by this event; None for most."""
    if isinstance(event, AssignmentChanged):
        return Moment.ON_SCENE if event.status is AssignmentStatus.ON_SCENE else None
    return _BY_EVENT.get(type(event))
