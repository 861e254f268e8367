"""The neighbourhood: what the RT may know, who is told when nobody there receives it, and what they answer.

Nobody is told of violence or of a silent alarm: whoever it is about may live next door, or be the representative.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from dispatch.commands import AnswerNews, ReceiveNews, SharePlace
from dispatch.errors import IncidentClosed, NeighbourhoodHidden, NotTold
from dispatch.events import Event, NeighboursTold, PlaceShared, RepresentativeAnswered, RepresentativeReceived
from dispatch.facts import Facts
from dispatch.incident import Alarm, Disposition, Incident, Kind, Told
from dispatch.policy import Policy
from geo.areas import AreaRef

MINUTES_A_DAY = 24 * 60


# Telling.


def may_tell(kind: Kind, policy: Policy) -> bool:
    """Whether the neighbourhood ever hears of this kind."""
    return kind is not Kind.VIOLENCE and kind not in policy.untold_kinds


def areas_told(alarm: Alarm, policy: Policy) -> tuple[str, ...]:
    """Codes of the RT whose representatives are told: every candidate, or only the containing one of too many.

    Where no RT is mapped it is the RW, or else the village: the deepest area that is known.
    """
    if alarm.silent or not may_tell(alarm.kind, policy):
        return ()
    place = alarm.place
    containing = place.rt or place.rw or place.village
    candidates = () if place.candidates_truncated else place.candidates
    return tuple(dict.fromkeys(area.code for area in (containing, *candidates) if area))


def representatives_told(
    codes: tuple[str, ...], facts: Facts, *, known: frozenset[str], now: datetime
) -> tuple[Told, ...]:
    """The representatives of these RT, or who stands in for them, who were not told before."""
    return tuple(
        Told(neighbour.person, neighbour.area, now, None)
        for neighbour in facts.neighbours
        if (neighbour.instead_of or neighbour.area.code) in codes and neighbour.person.id not in known
    )


def neighbourhood_of(codes: tuple[str, ...], told: tuple[Told, ...]) -> tuple[str, ...]:
    """The RT, and the areas of those who were told in the place of an RT that has nobody."""
    return tuple(dict.fromkeys((*codes, *(one.area.code for one in told))))


def is_quiet(kind: Kind, *, now: datetime, policy: Policy) -> bool:
    """Whether nobody is to be woken for this. Quiet hours may go past midnight; from = to means none."""
    if kind not in policy.quiet_kinds:
        return False
    local = now + timedelta(minutes=policy.utc_offset_min)
    minute = local.hour * 60 + local.minute
    since = (minute - policy.quiet_from_min) % MINUTES_A_DAY
    return since < (policy.quiet_to_min - policy.quiet_from_min) % MINUTES_A_DAY


# Receipts, and who is told when there is none.


def news_due(incident: Incident, policy: Policy) -> datetime | None:
    """When to look who has not received the news."""
    return min((deadline for _, deadline in _deadlines(incident, policy)), default=None)


def silent_areas(incident: Incident, *, now: datetime, policy: Policy) -> tuple[AreaRef, ...]:
    """Areas of which nobody has received the news in time; none before it is due."""
    return tuple(area for area, deadline in _deadlines(incident, policy) if deadline <= now)


def decide_news(incident: Incident, facts: Facts, *, now: datetime, policy: Policy) -> list[Event]:
    """Instead of a silent RT its RW is told, then the village's community officer; at the end operators see it."""
    silent = silent_areas(incident, now=now, policy=policy)
    if not silent:
        return []
    codes = {area.code for area in silent}
    known = {one.person.id for one in incident.told} | set(facts.told_before)
    above = {one.person.id: one for one in facts.superiors if one.instead_of in codes and one.person.id not in known}
    told = tuple(Told(one.person, one.area, now, None) for one in above.values())
    return [NeighboursTold(silent, told, now)]


def _deadlines(incident: Incident, policy: Policy) -> Iterator[tuple[AreaRef, datetime]]:
    """Areas where nobody has received the news so far, and by when they should. While it is quiet, sleep is no silence;
    and after a cancel, of whatever kind, nobody more is told.

    What was looked at once is not looked at again: those above have been told by then, or there is nobody.
    """
    if incident.quiet or incident.cancelled or not incident.is_open:
        return
    patience = timedelta(seconds=policy.news_receipt_s)
    seen = {one.area.code for one in incident.told if one.received_at}
    for one in incident.told:
        deadline = one.told_at + patience
        is_open = incident.news_looked_at is None or deadline > incident.news_looked_at
        if is_open and one.area.code in incident.neighbourhood and one.area.code not in seen:
            seen.add(one.area.code)
            yield one.area, deadline


# Answers.


def decide_news_receipt(incident: Incident, receipt: ReceiveNews, facts: Facts, *, now: datetime) -> list[Event]:
    """Raises NotTold. A second receipt changes nothing."""
    told = _own_telling(incident, receipt.person_id, facts)
    return [] if told is None or told.received_at else [RepresentativeReceived(receipt.person_id, now)]


def decide_news_answer(incident: Incident, answer: AnswerNews, facts: Facts, *, now: datetime) -> list[Event]:
    """Who answers has received it. Another answer replaces the first. Raises NotTold, IncidentClosed."""
    told = _own_telling(incident, answer.person_id, facts)
    if told is not None and told.coming is answer.coming:
        return []
    if not incident.is_open:
        raise IncidentClosed(incident.id)
    return [RepresentativeAnswered(answer.person_id, answer.coming, now)]


def _own_telling(incident: Incident, person_id: str, facts: Facts) -> Told | None:
    """None for whoever was told so long ago that only the journal knows. Raises NotTold."""
    told = next((told for told in incident.told if told.person.id == person_id), None)
    if told is None and person_id not in facts.told_before:
        raise NotTold(person_id)
    return told


# The command center's part.


def decide_sharing(incident: Incident, command: SharePlace, *, now: datetime) -> list[Event]:
    """Raises IncidentClosed, NeighbourhoodHidden. Saying the same twice changes nothing."""
    if not incident.is_open:
        raise IncidentClosed(incident.id)
    if incident.place_shared is command.shared:
        return []
    if not incident.neighbourhood:
        raise NeighbourhoodHidden(incident.id)
    return [PlaceShared(command.operator, command.shared, command.reason, now)]


def all_clear_for(incident: Incident, disposition: Disposition, facts: Facts) -> tuple[str, ...]:
    """Everybody who was told. Nobody once it is hidden, nor when the emergency goes on as another incident."""
    if not incident.neighbourhood or disposition is Disposition.DUPLICATE:
        return ()
    return tuple(dict.fromkeys((*facts.told_before, *(one.person.id for one in incident.told))))
