"""Carries out one order after the other on a draft: finds the incident, gathers the facts, decides."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.engine import Connection

from dispatch.commands import (
    AcceptOffer,
    AnswerNews,
    CancelAlarm,
    ChangeAssignment,
    Close,
    Command,
    DeclineOffer,
    LeaveExercise,
    LookAgain,
    MoveAlarm,
    OfferTo,
    PressAlarm,
    ReceiveNews,
    ReceiveOffer,
    RepeatAlarm,
    WithdrawOfficer,
)
from dispatch.decide import decide
from dispatch.duplicates import is_placed_by, must_stand_alone
from dispatch.errors import IncidentUnknown, VersionConflict
from dispatch.escalation import wanted_offers
from dispatch.facts import NO_FACTS, Candidate, Facts
from dispatch.incident import FLOOD, OPEN_OFFERS_MAX, Alarm, Incident
from dispatch.neighbourhood import areas_told, silent_areas
from dispatch.policy import Policy
from dispatch.reopening import roused
from geo.geofence import Place
from geo.position import Position
from panic_server.clock import new_id
from panic_server.journal import tables
from panic_server.journal.asking import ASKS_ANEW, facts_for_choice, facts_for_look
from panic_server.journal.codec import encoder, read_alarm, read_incident
from panic_server.journal.draft import Draft
from panic_server.journal.drills import Drills
from panic_server.journal.engaging import GoesOn, asked_at, exercises_left, now_going, offers_left
from panic_server.journal.following import facts_for_move, last_ended, load_cancels, note_cancel, note_track
from panic_server.journal.known import Before, known_presses, load_before
from panic_server.journal.merging import Merging
from panic_server.journal.port import (
    SYSTEM,
    Accepted,
    Actor,
    CheckpointOrder,
    DeviceOrder,
    Done,
    DrillOrder,
    DutyOrder,
    EvidenceOrder,
    IncidentOrder,
    MergeOrder,
    Order,
    PinsOrder,
    Press,
    PushOrder,
    SplitOrder,
)
from panic_server.journal.registry import Held, Registry
from panic_server.journal.routes import selectors
from panic_server.journal.standings import Standings
from panic_server.journal.telling import told_before
from panic_server.journal.times import micros
from panic_server.journal.world import World
from panic_server.people import Principal
from panic_server.wire import shapes, views

WAITING_PER_BATCH = 24
"""How many waiting incidents are offered to freed officers in one batch; the rest come with the next."""

Answer = Accepted | Done | None


class Orders:
    """Lives as long as the writer; `begin` starts a batch."""

    def __init__(self, dialect: str, registry: Registry, world: World, policy: Policy) -> None:
        self._registry = registry
        self._world = world
        self.policy = policy
        self._known_presses = known_presses(dialect)
        self._standings = Standings(dialect)
        self._goes_on = GoesOn(registry, self._find)
        self._drills = Drills(registry, find=self._find, close=self._decide)
        self._merging = Merging(registry, find=self._find_seen, decide=self._decide, facts=self._facts_for_press)

    def begin(self, connection: Connection, draft: Draft, orders: Sequence[Order]) -> None:
        """Looks up at once what the batch's presses need: earlier ones under the same id, and their places."""
        self._connection = connection
        self._draft = draft
        presses = [order for order in orders if isinstance(order, Press)]
        self._before = load_before(connection, self._known_presses, presses)
        self._standings.begin(connection, draft.ends, {press.device for press in presses})
        positions = [press.position for press in presses]
        found = self._world.places(positions, [press.position_flags for press in presses]) if presses else ()
        self._places = {id(press): place for press, place in zip(presses, found, strict=True)}

    def carry_out(self, order: Order) -> Answer:
        """Raises a `dispatch.errors.Refused`."""
        match order:
            case Press():
                return self._press(order)
            case IncidentOrder():
                return self._to_incident(order)
            case MergeOrder():
                return self._merging.merge(order, self._connection, self._draft)
            case SplitOrder():
                return self._merging.split(order, self._connection, self._draft)
            case DrillOrder():
                self._drills.carry_out(order, self._connection, self._draft)
            case DutyOrder():
                self._duty(order)
            case DeviceOrder():
                self._draft.device(order.subject, order.kind, order.value)
            case PinsOrder():
                self._draft.pins(order.subject, order.pin, order.duress_pin)
            case CheckpointOrder():
                self._draft.positions(order.positions)
            case PushOrder():
                self._draft.push_results(order.results, order.dead_devices)
            case EvidenceOrder():
                self._draft.evidence(order.rows)
        return None

    # The trigger.

    def _press(self, press: Press) -> Accepted:
        key = (press.device, press.id)
        before = self._before.get(key)
        if before is not None:
            if before.digest != press.digest.hex():
                self._repeat(press, before)
            return Accepted(before.answer, is_repeat=True)
        alarm = self._alarm(press)
        held = self._registry.joined_by(alarm, self._draft.now)
        linked_to = None
        if held is None:
            held, linked_to = last_ended(self._registry, alarm, self._find, now=self._draft.now, policy=self.policy)
        incident_id = held.incident.id if held else new_id()
        facts = self._facts_for_press(alarm, held)
        command = PressAlarm(alarm, incident_id, linked_to)
        events = decide(held.incident if held else None, command, facts, now=self._draft.now, policy=self.policy)
        incident = self._draft.incident(held, events, Actor("resident", press.device))
        self._registry.phones.add(press.device, incident_id, drill=press.drill)
        answer = self._answer(alarm, incident)
        self._draft.alarm(alarm, press, incident_id, answer)
        self._before[key] = Before(press.digest.hex(), answer, incident_id)
        return Accepted(answer, is_repeat=False)

    def _alarm(self, press: Press) -> Alarm:
        origin = press.position
        flags = press.flags
        if origin is None:
            origin = self._last_known(press.device)
            flags = (*flags, "last_known_position") if origin else flags
        if self._registry.phones.floods(press.device, self._draft.now, drill=press.drill):
            flags = (*flags, FLOOD)
        return Alarm(
            id=press.id,
            device=press.device,
            kind=press.kind,
            position=press.position,
            origin=origin,
            place=self._places[id(press)],
            pressed_at=press.pressed_at,
            sent_at=press.sent_at,
            silent=press.silent,
            drill=press.drill,
            flags=flags,
        )

    def _answer(self, alarm: Alarm, incident: Incident) -> bytes:
        is_drawn = incident.place is alarm.place
        place = self._draft.drawn.complete(incident).place if is_drawn else views.place(alarm.place)
        seq, now = self._draft.seq, self._draft.now
        return encoder.encode(shapes.AlarmAccepted(alarm.id, incident.id, seq, now, place, alarm.flags))

    def _repeat(self, press: Press, before: Before) -> None:
        """The first answer stands; another body under the same id is kept once, as a flagged update."""
        table = tables.alarm_updates
        kept = select(table.c.seq).where(
            table.c.device == press.device, table.c.id == press.id, table.c.digest == press.digest.hex()
        )
        noted = (press.device, press.id, press.digest.hex())
        if any((row[1], row[2], row[3]) == noted for row in self._draft.rows.alarm_updates):
            return
        if self._connection.execute(kept).first() is not None:
            return
        alarm = self._alarm(press)
        held = self._find(before.incident_id)
        if must_stand_alone(held.incident, alarm):
            apart = self._merging.set_apart(held.incident.id, alarm, self._connection, self._draft)
            self._before[noted[:2]] = replace(before, incident_id=apart)
        else:
            facts = self._facts_for_press(alarm, held) if is_placed_by(held.incident, alarm) else NO_FACTS
            events = decide(held.incident, RepeatAlarm(alarm), facts, now=self._draft.now, policy=self.policy)
            self._draft.incident(held, events, Actor("resident", press.device))
        self._draft.alarm_update(alarm, press)

    def _last_known(self, device: str) -> Position | None:
        """Where the phone last was: by its own positions, or by its last located alarm."""
        oldest = self._draft.now - timedelta(seconds=self.policy.last_known_position_s)
        known = self._world.last_position(device)
        if known is not None and known.at is not None and known.at >= oldest:
            return known
        table = tables.alarms
        latest = (
            select(table.c.record)
            .where(table.c.device == device, table.c.received_at >= micros(oldest), table.c.is_located)
            .order_by(table.c.received_at.desc())
            .limit(1)
        )
        record = self._connection.execute(latest).scalar()
        return read_alarm(record).position if record else None

    def _facts_for_press(self, alarm: Alarm, held: Held | None) -> Facts:
        wanted = wanted_offers(roused(held.incident), self.policy) if held else OPEN_OFFERS_MAX
        asked = held.incident.asked if held else ()
        origin = alarm.position or (held.incident.origin if held else None) or alarm.origin
        place = alarm.place
        if held and held.incident.device != alarm.device and held.incident.origin:
            # A witness says that it burns, not that officers should be looked for around the witness.
            origin, place = held.incident.origin, held.incident.place
        candidates = self._candidates(origin, place, wanted + len(asked), alarm.drill) if wanted else ()
        candidates = self._registry.with_room(candidates, drill=alarm.drill)
        codes = areas_told(alarm, self.policy)
        neighbours = self._world.neighbours(codes) if codes else ()
        return Facts(
            candidates,
            neighbours,
            is_known_phone=self._is_known_phone(alarm, held),
            standing=self._standings.of(alarm.device),
        )

    def _is_known_phone(self, alarm: Alarm, held: Held | None) -> bool:
        phones = self._registry.phones
        return held is not None and phones.is_part_of(alarm.device, held.incident.id, drill=alarm.drill)

    def _candidates(self, origin: Position | None, place: Place, limit: int, drill: bool) -> tuple[Candidate, ...]:
        if origin is None:
            return ()
        sectors = [sector.code for sector in place.sectors[:1]]
        return self._world.candidates(origin, sectors, now=self._draft.now, limit=limit, drill=drill)

    # Everything else that is asked of an incident.

    def _to_incident(self, order: IncidentOrder) -> Done:
        held = self._find_for(order)
        if order.expected_version is not None and held.incident.version != order.expected_version:
            raise VersionConflict(held.incident.id)
        return self._decide(held, order.command, order.actor)

    def _decide(self, held: Held, command: Command, actor: Actor) -> Done:
        facts = self._facts_for(held.incident, command)
        events = decide(held.incident, command, facts, now=self._draft.now, policy=self.policy)
        if isinstance(command, MoveAlarm):
            note_track(self._draft, held.incident.id, command)
        if not events:
            return Done(held.incident, None)
        for officer_id, exercise in exercises_left(self._registry, held.incident, events):
            self._decide(exercise, LeaveExercise(officer_id), SYSTEM)
        incident = self._draft.incident(held, events, actor)
        seq = self._draft.seq
        if isinstance(command, CancelAlarm):
            note_cancel(self._draft, incident.id, command.device, facts.cancels, events)
        for officer_id in now_going(events):
            self._withdraw_elsewhere(officer_id, drill=incident.drill)
        return Done(incident, seq)

    def _withdraw_elsewhere(self, officer_id: str, *, drill: bool = False) -> None:
        """Who goes to one incident is no longer asked about the others."""
        for held in offers_left(self._registry, officer_id, drill=drill):
            self._decide(held, WithdrawOfficer(officer_id), SYSTEM)

    def _find_for(self, order: IncidentOrder) -> Held:
        """Raises IncidentUnknown, OfferUnknown, AssignmentUnknown."""
        incident_id = asked_at(order, self._connection, self._draft)
        if incident_id is None:
            raise IncidentUnknown
        held = self._find_seen(incident_id, order.principal)
        if isinstance(order.command, CancelAlarm | MoveAlarm):
            return self._merging.where_it_is(held, order.command, self._connection, self._draft)
        while order.offer_id is not None and held.incident.merged_into is not None:
            # Officers go on under the incident that theirs was merged into.
            held = self._find(held.incident.merged_into)
        return self._goes_on.under(order, held, self._connection, self._draft) or held

    def _find_seen(self, incident_id: str, principal: Principal | None) -> Held:
        """Raises IncidentUnknown, also for what the principal may not see."""
        held = self._find(incident_id)
        if principal is not None and not selectors(held.incident) & principal.selectors():
            raise IncidentUnknown(incident_id)
        return held

    def _find(self, incident_id: str) -> Held:
        """Open ones are in memory, or in this batch; a closed one is read. Raises IncidentUnknown."""
        if incident_id in self._draft.touched:
            return self._draft.touched[incident_id].held
        held = self._registry.get(incident_id)
        if held is not None:
            return held
        table = tables.incidents
        row = self._connection.execute(
            select(table.c.state, table.c.opened_seq).where(table.c.id == incident_id)
        ).first()
        if row is None:
            raise IncidentUnknown(incident_id)
        return Held(read_incident(row.state), row.opened_seq)

    def _facts_for(self, incident: Incident, command: Command) -> Facts:
        match command:
            case AcceptOffer():
                return Facts(
                    engaged_elsewhere=self._registry.is_bound(command.officer_id, drill=incident.drill),
                    offer_was_made=self._offer_was_made(command.offer_id, command.officer_id),
                )
            case ReceiveOffer():
                return Facts(offer_was_made=self._offer_was_made(command.offer_id, command.officer_id))
            case DeclineOffer():
                was_made = self._offer_was_made(command.offer_id, command.officer_id)
                return Facts(candidates=self._next_candidates(incident), offer_was_made=was_made)
            case MoveAlarm() if incident.is_open:
                about = self._connection, incident, command, self._world
                return facts_for_move(*about, now=self._draft.now, policy=self.policy)
            case CancelAlarm() | MoveAlarm():
                return Facts(cancels=load_cancels(self._connection, self._draft, command.device, incident.id))
            case ChangeAssignment():
                who, own = command.officer_id, command.assignment_id
                elsewhere = self._registry.is_bound(who, drill=incident.drill, beside=own)
                is_over = incident.assignment(own) is None and self._offer_was_made(own, who, status="accepted")
                return Facts(self._next_candidates(incident), engaged_elsewhere=elsewhere, offer_was_made=is_over)
            case OfferTo():
                near, now = self._next_candidates(incident), self._draft.now
                return facts_for_choice(incident, command, near, self._world, self._registry, now=now)
            case _ if isinstance(command, ASKS_ANEW):
                return Facts(candidates=self._next_candidates(incident))
            case LookAgain():
                silent = [area.code for area in silent_areas(incident, now=self._draft.now, policy=self.policy)]
                before = self._told_before(incident) if silent else ()
                nearest = self._next_candidates(incident)
                return facts_for_look(incident, nearest, world=self._world, silent=silent, told_before=before)
            case ReceiveNews() | AnswerNews() | Close():
                return Facts(told_before=self._told_before(incident))
            case _:
                return NO_FACTS

    def _told_before(self, incident: Incident) -> tuple[str, ...]:
        drafted = ((row[1], row[2], row[5]) for row in self._draft.rows.events)
        return told_before(self._connection, drafted, incident)

    def _next_candidates(self, incident: Incident) -> tuple[Candidate, ...]:
        known = len(incident.asked) + sum(1 for _ in incident.open_offers())
        found = self._candidates(incident.origin, incident.place, OPEN_OFFERS_MAX + known, incident.drill)
        return self._registry.with_room(found, drill=incident.drill)

    def _offer_was_made(self, offer_id: str, officer_id: str, *, status: str | None = None) -> bool:
        table = tables.offers
        made = select(table.c.status).where(table.c.id == offer_id, table.c.officer_id == officer_id)
        found = self._connection.execute(made).scalar()
        return found is not None and status in (None, found)

    def _duty(self, order: DutyOrder) -> None:
        officer, known = order.officer, self._registry.duty_unit(order.officer)
        unit = order.unit or known
        if order.on_duty != self._registry.is_on_duty(officer.subject) or unit != known:
            self._draft.duty(officer.subject, Actor("officer", officer.subject), on_duty=order.on_duty, unit=unit)
        self._registry.note_duty(officer.subject, officer.name, officer.areas, on_duty=order.on_duty, unit=unit)
        if not order.on_duty:
            self._withdraw_elsewhere(officer.subject)

    def offer_waiting(self) -> bool:
        """Incidents that wait are offered to officers who became free; True when more wait than one batch takes."""
        if not self._world.has_free_officer():
            return False
        before = self._draft.seq
        taken = self._registry.take_waiting(WAITING_PER_BATCH)
        for incident in taken:
            held = self._registry.get(incident.id)
            if held is not None and self._world.has_free_officer():
                self._decide(held, LookAgain(), SYSTEM)
        for incident in taken:
            self._registry.put_back(incident.id)
        return self._draft.seq > before and len(taken) == WAITING_PER_BATCH and self._world.has_free_officer()
