"""An incident as a reader may see it: `dispatch` values in, wire shapes out."""

from typing import assert_never

from msgspec.structs import replace

from dispatch.cancelling import seen_stage, seen_version
from dispatch.escalation import claim_due_at, next_due
from dispatch.incident import Assignment, Incident, Offer, Person, Standing, Told
from dispatch.policy import Policy
from dispatch.standing import trust
from geo.areas import AreaMap, AreaRef
from geo.geofence import Place
from geo.position import Position
from panic_server.people import VIEW_OF, Principal, Role, View
from panic_server.wire import phone, shapes
from panic_server.wire.overrides import Escalation


def area(ref: AreaRef | None) -> shapes.Area | None:
    return None if ref is None else shapes.Area(ref.code, ref.name)


def _areas(refs: tuple[AreaRef, ...]) -> tuple[shapes.Area, ...]:
    return tuple([shapes.Area(ref.code, ref.name) for ref in refs])


def position(known: Position | None) -> shapes.Position | None:
    return None if known is None else shapes.Position(known.lat, known.lon, known.accuracy_m, known.at)


def track_point(device: str, at: Position) -> phone.TrackPoint:
    return phone.TrackPoint(device, at.lat, at.lon, at.accuracy_m, at.at)


def place(found: Place) -> shapes.Place:
    return shapes.Place(
        sure=found.sure.value,
        rt=area(found.rt),
        rw=area(found.rw),
        village=area(found.village),
        district=area(found.district),
        city=area(found.city),
        candidates=_areas(found.candidates),
        candidates_truncated=found.candidates_truncated,
        sectors=_areas(found.sectors),
        distance_m=found.distance_m,
        flags=found.flags,
        map_version=found.map_version,
    )


def rough_place(exact: shapes.Place) -> shapes.Place:
    """What the RT may know of where it is: which RT, not how sure, how near or whose sector."""
    return replace(exact, sectors=(), distance_m=None, flags=())


def person(known: Person | None) -> shapes.Person | None:
    return None if known is None else shapes.Person(known.id, known.name)


def offer(made: Offer) -> shapes.Offer:
    return shapes.Offer(
        id=made.id,
        officer=shapes.Person(made.officer.id, made.officer.name),
        status=made.status.value,
        offered_at=made.offered_at,
        expires_at=made.expires_at,
        received_at=made.received_at,
        distance_m=made.distance_m,
        own_sector=made.own_sector,
        position_stale=made.position_stale,
        position_age_s=made.position_age_s,
        load=made.load,
        silent=made.is_silent,
    )


def assignment(made: Assignment) -> shapes.Assignment:
    return shapes.Assignment(
        id=made.id,
        officer=shapes.Person(made.officer.id, made.officer.name),
        status=made.status.value,
        accepted_at=made.accepted_at,
        changed_at=made.changed_at,
    )


def told(one: Told) -> shapes.Told:
    return shapes.Told(
        shapes.Person(one.person.id, one.person.name),
        shapes.Area(one.area.code, one.area.name),
        one.told_at,
        one.received_at,
        one.coming,
    )


def officers_view(known: Incident, officer_id: str) -> View:
    """Who goes sees more than who is only asked."""
    goes = any(one.officer.id == officer_id for one in known.open_assignments())
    return View.RESPONDER if goes else View.ASKED


def view_of(known: Incident, reader: Principal) -> View:
    return officers_view(known, reader.subject) if reader.role is Role.OFFICER else VIEW_OF[reader.role]


def standing(known: Standing, policy: Policy) -> shapes.Standing:
    return shapes.Standing(trust(known, policy).value, known.genuine, known.false_alarms, known.pranks)


def escalation(known: Incident, policy: Policy) -> Escalation:
    rules = policy.rules_of(known)
    return Escalation(
        places=known.places,
        filled=known.filled,
        step=known.step,
        radius_m=rules.rings_m[known.step] if known.step < len(rules.rings_m) else None,
        stopped=known.is_stopped,
        level=known.level,
        supervisors_told=known.supervisors_told,
        claim_due_at=claim_due_at(known, rules) if known.is_open else None,
        nobody_left_since=known.nobody_left_at,
    )


def incident(known: Incident, view: View, policy: Policy) -> shapes.Incident:
    return narrowed(complete(known, policy), view, known)


def complete(known: Incident, policy: Policy) -> shapes.Incident:
    """As operators see it."""
    return shapes.Incident(
        id=known.id,
        version=known.version,
        status=known.status.value,
        stage=known.stage.value,
        kind=known.kind.value,
        silent=known.silent,
        drill=known.drill,
        position=position(known.position),
        place=place(known.place),
        flags=known.flags,
        opened_at=known.opened_at,
        alarm_count=known.alarm_count,
        phone_count=known.phone_count,
        claimed_by=person(known.claimed_by),
        offers=tuple([offer(one) for one in known.offers]),
        assignments=tuple([assignment(one) for one in known.assignments]),
        told=tuple([told(one) for one in known.told]),
        disposition=known.disposition.value if known.disposition else None,
        next_due_at=next_due(known, policy),
        standing=standing(known.standing, policy) if known.standing else None,
        place_shared=known.place_shared,
        quiet=known.quiet,
        former_sectors=_areas(known.former_sectors),
        duress=known.duress,
        merged_into=known.merged_into,
        linked_to=known.linked_to,
        late_s=known.late_s,
        policy=known.policy,
        escalation=escalation(known, policy),
    )


def narrowed(complete: shapes.Incident, view: View, known: Incident) -> shapes.Incident:
    """Representatives get kind, RT and stage, and where exactly only if that is shared; responders everything but who
    in the RT was told; operators all.

    Duress is for those who work on the incident or go to it: nobody else may be able to tell, and so a cancel of
    whatever kind looks like one to the RT, and stands still.
    """
    match view:
        case View.OPERATOR:
            return complete
        case View.RESPONDER:
            return replace(complete, told=(), next_due_at=None, standing=None, merged_into=None)
        case View.ASKED:
            return replace(complete, told=(), next_due_at=None, standing=None, merged_into=None, duress=False)
        case View.REPRESENTATIVE:
            return replace(
                complete,
                position=complete.position if complete.place_shared and complete.status == "open" else None,
                version=seen_version(known),
                stage=seen_stage(known).value,
                former_sectors=(),
                linked_to=None,
                duress=False,
                place=rough_place(complete.place),
                flags=(),
                claimed_by=None,
                offers=(),
                assignments=(),
                told=(),
                next_due_at=None,
                standing=None,
                merged_into=None,
                policy="",
                escalation=None,
            )
        case _:
            assert_never(view)


def me(principal: Principal, area_map: AreaMap, *, on_duty: bool | None) -> shapes.Me:
    """An area that the map does not know goes by its code."""
    known = ((code, area_map.area(code) or area_map.sector(code)) for code in principal.areas)
    areas = tuple(shapes.Area(code, found.name if found else code) for code, found in known)
    return shapes.Me(principal.subject, principal.role.value, principal.name, areas, on_duty)
