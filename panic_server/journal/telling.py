"""Who was told of an incident, from its timeline: the incident itself remembers only the last few."""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.json import Decoder
from sqlalchemy import select
from sqlalchemy.engine import Connection

from dispatch.incident import Incident, Person
from panic_server.journal import tables
from panic_server.journal.timeline import TELLING


class _Told(Struct):
    person: Person


class _Facts(Struct):
    told: tuple[_Told, ...] = ()


_facts = Decoder(_Facts)


def told_before(
    connection: Connection, drafted: Iterable[tuple[str | None, str, str]], incident: Incident
) -> tuple[str, ...]:
    """Everybody who was ever told, when the incident has forgotten some; `drafted` are id, kind and facts of events
    that are not on disk yet.
    """
    if incident.told_count <= len(incident.told):
        return ()
    table = tables.events
    query = (
        select(table.c.data).where(table.c.incident_id == incident.id, table.c.kind.in_(TELLING)).order_by(table.c.seq)
    )
    texts = [row.data for row in connection.execute(query)]
    texts += [facts for incident_id, kind, facts in drafted if incident_id == incident.id and kind in TELLING]
    return tuple(dict.fromkeys(told.person.id for text in texts for told in _facts.decode(text).told))
