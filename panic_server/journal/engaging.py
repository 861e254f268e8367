"""Who goes to one place goes to no other: what an officer leaves for it. An exercise is left for an emergency, never
the other way round.
"""

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct
from msgspec.json import Decoder
from sqlalchemy import select
from sqlalchemy.engine import Connection

from dispatch.commands import AcceptOffer, ChangeAssignment
from dispatch.errors import AssignmentUnknown, OfferUnknown
from dispatch.events import AssignmentChanged, Event, OfferAccepted
from dispatch.incident import Incident, OfferStatus
from panic_server.journal import tables
from panic_server.journal.draft import Draft
from panic_server.journal.port import IncidentOrder
from panic_server.journal.registry import ASSIGNMENT_SLOT, Held, Registry
from panic_server.journal.timeline import MERGED_INTO


class _Merge(Struct):
    target_id: str


_facts = Decoder(_Merge)


def now_going(events: Sequence[Event]) -> Iterator[str]:
    """Officers who go there from now on: they said yes, or took a clear back."""
    for event in events:
        if isinstance(event, OfferAccepted):
            yield event.officer.id
        elif isinstance(event, AssignmentChanged) and event.correction:
            yield event.officer_id


def exercises_left(registry: Registry, incident: Incident, events: Sequence[Event]) -> list[tuple[str, Held]]:
    """Officers who leave the exercise that they are in, in the same commit and before they go."""
    if incident.drill:
        return []
    going = ((officer_id, registry.exercise_of(officer_id)) for officer_id in now_going(events))
    return [(officer_id, held) for officer_id, held in going if held is not None]


def offers_left(registry: Registry, officer_id: str, *, drill: bool) -> list[Held]:
    """Where the officer is still asked, and is no longer to be; who goes to an exercise is still asked what is real."""
    slots = registry.engaged(officer_id).slots
    asked = (registry.get(incident_id) for slot, (_, incident_id) in slots.items() if slot > 0)
    return [held for held in asked if held is not None and (held.incident.drill or not drill)]


def asked_at(order: IncidentOrder, connection: Connection, draft: Draft) -> str | None:
    """The incident that the order names, or that its offer was made for. Raises OfferUnknown, AssignmentUnknown."""
    if order.offer_id is None:
        return order.incident_id
    made_for = select(tables.offers.c.incident_id).where(tables.offers.c.id == order.offer_id)
    drafted = draft.rows.offers.get(order.offer_id)
    incident_id: str | None = drafted[1] if drafted else connection.execute(made_for).scalar()
    if incident_id is None:
        is_change = isinstance(order.command, ChangeAssignment)
        raise AssignmentUnknown(order.offer_id) if is_change else OfferUnknown(order.offer_id)
    return incident_id


class GoesOn:
    """Where an officer goes, or last went, who says something about their assignment: not where they were asked, when
    that was merged into another incident, and they stayed there after it came back.
    """

    def __init__(self, registry: Registry, find: Callable[[str], Held]) -> None:
        self._registry = registry
        self._find = find

    def under(self, order: IncidentOrder, asked: Held, connection: Connection, draft: Draft) -> Held | None:
        if order.offer_id is None or not isinstance(order.command, AcceptOffer | ChangeAssignment):
            return None
        goes_to = self._registry.engaged(order.command.officer_id).slots.get(ASSIGNMENT_SLOT)
        if goes_to and goes_to[0] == order.offer_id:
            return self._registry.get(goes_to[1])
        offer = asked.incident.offer(order.offer_id)
        is_answered = offer is None or offer.status is OfferStatus.ACCEPTED
        if not is_answered or asked.incident.assignment(order.offer_id):
            return None
        return self._last_under(order.offer_id, asked.incident.id, connection, draft)

    def _last_under(self, offer_id: str, asked_at: str, connection: Connection, draft: Draft) -> Held | None:
        """They go nowhere any more: of what it was ever merged into, the incident that remembers them."""
        ways, seen = [asked_at], {asked_at}
        while ways:
            for target in _merged_into(connection, draft, ways.pop()):
                if target not in seen:
                    held = self._find(target)
                    if held.incident.assignment(offer_id):
                        return held
                    seen.add(target)
                    ways.append(target)
        return None


def _merged_into(connection: Connection, draft: Draft, incident_id: str) -> list[str]:
    """The last first, also of merges that were undone."""
    table, kind = tables.events, MERGED_INTO
    query = select(table.c.data).where(table.c.incident_id == incident_id, table.c.kind == kind).order_by(table.c.seq)
    texts = [row.data for row in connection.execute(query)]
    texts += [row[5] for row in draft.rows.events if (row[1], row[2]) == (incident_id, kind)]
    return [_facts.decode(text).target_id for text in reversed(texts)]
