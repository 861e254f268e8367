"""Whatever happens to an incident, in whatever order: what must always hold, checked after every step."""

from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec.json import decode, encode
from msgspec.structs import replace

from dispatch.assignment import ORDER
from dispatch.audience import audience
from dispatch.commands import (
    AcceptOffer,
    AddNote,
    AnswerNews,
    CancelAlarm,
    ChangeAssignment,
    ChangePlaces,
    Claim,
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
    Release,
    RepeatAlarm,
    ResumeEscalation,
    SharePlace,
    StopEscalation,
    Withdraw,
    WithdrawOfficer,
)
from dispatch.decide import decide
from dispatch.effects import NEWS, effects, ended_offers
from dispatch.errors import Refused
from dispatch.escalation import is_asking, needs_officers, next_due
from dispatch.events import Event, OfferAccepted, OffersMade, OfficerWithdrawn
from dispatch.evolve import evolve
from dispatch.facts import NO_FACTS, Cancels, Candidate, Facts, Neighbour
from dispatch.incident import (
    OPEN_OFFERS_MAX,
    PLACES_MAX,
    Alarm,
    AssignmentStatus,
    Disposition,
    Incident,
    Kind,
    Offer,
    Person,
    PinMeaning,
    Status,
)
from dispatch.neighbourhood import silent_areas
from dispatch.policy import Policy
from geo.areas import AreaRef
from tests.unit.dispatch.city import INCIDENT_ID, NOON, fix, place_in
from tests.unit.dispatch.crowd import (
    AREAS,
    HEADS,
    SUPERIORS,
    near,
    officer,
    operator,
    pause_s,
    presses,
    seldom,
    some_areas,
    superiors_of,
)

POLICY = Policy()


class IncidentMachine(RuleBasedStateMachine):
    """A model beside the incident: what was ever offered, who won, how far each assignment came."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.incident: Incident | None = None
        self.made: dict[str, Offer] = {}
        self.open_ids: set[str] = set()
        self.ended_ids: set[str] = set()
        self.winners: dict[str, str] = {}
        self.called_off: set[str] = set()
        self.reached: dict[str, AssignmentStatus] = {}
        self.is_hidden = False

    @property
    def known(self) -> Incident:
        assert self.incident is not None
        return self.incident

    def happens(self, command: Command, facts: Facts = NO_FACTS) -> list[Event]:
        try:
            events = decide(self.incident, command, facts, now=self.now, policy=POLICY)
        except Refused:
            return []
        assert events == decide(self.incident, command, facts, now=self.now, policy=POLICY)
        for event in events:
            self.carries_out(event)
        return events

    def carries_out(self, event: Event) -> None:
        before = self.incident
        after = evolve(before, event)
        assert after == evolve(before, event)
        assert after.version == (before.version + 1 if before else 1)
        if self.is_hidden:
            assert not [push for push in effects(before, event) if push.kind in NEWS]
        self.follows_offers(before, after)
        self.never_goes_back(before, after)
        if isinstance(event, OfferAccepted):
            assert event.offer_id not in self.winners
            assert before is not None
            assert before.filled < before.places, "a winner too many"
            self.winners[event.offer_id] = event.officer.id
        if isinstance(event, OfficerWithdrawn) and event.offer_id in self.winners:
            self.called_off.add(event.offer_id)
        self.incident = after

    def follows_offers(self, before: Incident | None, after: Incident) -> None:
        still_open = {offer.id for offer in after.open_offers()}
        assert not still_open & self.ended_ids, "an ended offer is open again"
        ended = set(ended_offers(before, after))
        assert ended == self.open_ids - still_open
        assert ended <= {offer.id for offer in after.offers}, "an offer ended unseen"
        self.ended_ids |= ended
        self.open_ids = still_open
        self.made.update((offer.id, offer) for offer in after.open_offers())

    def never_goes_back(self, before: Incident | None, after: Incident) -> None:
        if before is None:
            return
        assert before.is_open or not after.is_open
        assert before.disposition in {None, after.disposition}
        assert after.alarm_count >= before.alarm_count
        assert after.silent >= before.silent
        assert before.position is None or after.position is not None
        if before.position and before.position.at and after.position and after.position.at:
            assert after.position.at >= before.position.at
        for assignment in after.assignments:
            reached = self.reached.get(assignment.id, AssignmentStatus.EN_ROUTE)
            assert ORDER.index(assignment.status) >= ORDER.index(reached)
            self.reached[assignment.id] = assignment.status

    def any_offer(self, data: st.DataObject) -> Offer:
        """More often one that is open; any that was ever made, also long ago."""
        prefers_open = data.draw(st.integers(0, 1)) == 0
        some = self.open_ids if prefers_open and self.open_ids else set(self.made)
        return self.made[data.draw(st.sampled_from(sorted(some)))]

    # What may happen.

    @initialize(press=presses(), nearest=near, drill=seldom)
    def the_button_is_pressed(self, press: Alarm, nearest: list[Person], drill: bool) -> None:
        self.notes_hidden(press)
        self.happens(PressAlarm(replace(press, drill=drill), INCIDENT_ID), self.facts(press, nearest))

    @precondition(lambda self: self.known.is_open)
    @rule(press=presses(), nearest=near)
    def it_is_pressed_again(self, press: Alarm, nearest: list[Person]) -> None:
        self.notes_hidden(press)
        again = replace(press, drill=self.known.drill)
        assert self.happens(PressAlarm(again, INCIDENT_ID), self.facts(press, nearest))

    @rule(press=presses())
    def a_real_press_is_refused_by_a_drill_and_the_other_way(self, press: Alarm) -> None:
        before = self.known
        other = PressAlarm(replace(press, drill=not before.drill), INCIDENT_ID)
        with pytest.raises(ValueError, match="does not belong"):
            decide(before, other, NO_FACTS, now=self.now, policy=POLICY)

    @rule(press=presses())
    def the_same_alarm_comes_with_another_body(self, press: Alarm) -> None:
        self.happens(RepeatAlarm(press))

    @rule(seconds=pause_s)
    def time_passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(nearest=near)
    def somebody_looks(self, nearest: list[Person]) -> None:
        facts = self.facts(None, nearest)
        self.happens(LookAgain(), facts)
        assert self.happens(LookAgain(), facts) == [], "a timer that fires twice does it twice"
        assert not any(offer.expires_at <= self.now for offer in self.known.open_offers())

    @rule(nearest=near)
    def it_falls_due(self, nearest: list[Person]) -> None:
        due = next_due(self.known, POLICY)
        if due is not None:
            self.now = max(self.now, due)
            self.somebody_looks(nearest)

    @precondition(lambda self: bool(self.made))
    @rule(data=st.data(), engaged=seldom, other=st.one_of(st.none(), officer))
    def an_officer_accepts(self, data: st.DataObject, engaged: bool, other: Person | None) -> None:
        offer = self.any_offer(data)
        who = other or offer.officer
        # The journal knows of every offer, and of the assignment that this incident is itself.
        going = {one.officer.id for one in self.known.open_assignments()}
        facts = Facts(engaged_elsewhere=engaged or who.id in going, offer_was_made=who.id == offer.officer.id)
        self.happens(AcceptOffer(offer.id, who.id), facts)

    @precondition(lambda self: bool(self.known.assignments))
    @rule()
    def a_winner_accepts_again(self) -> None:
        won = self.known.assignments[-1]
        again = AcceptOffer(won.id, won.officer.id)
        assert decide(self.incident, again, NO_FACTS, now=self.now, policy=POLICY) == []

    @precondition(lambda self: bool(self.made))
    @rule(data=st.data(), nearest=near)
    def an_officer_declines(self, data: st.DataObject, nearest: list[Person]) -> None:
        offer = self.any_offer(data)
        facts = replace(self.facts(None, nearest), offer_was_made=True)
        self.happens(DeclineOffer(offer.id, offer.officer.id), facts)

    @precondition(lambda self: bool(self.made))
    @rule(data=st.data())
    def a_phone_receives(self, data: st.DataObject) -> None:
        offer = self.any_offer(data)
        self.happens(ReceiveOffer(offer.id, offer.officer.id), Facts(offer_was_made=True))

    @rule(who=officer, nearest=near)
    def an_officer_goes_off_duty(self, who: Person, nearest: list[Person]) -> None:
        self.happens(WithdrawOfficer(who.id), self.facts(None, [one for one in nearest if one != who]))
        assert all(offer.officer != who for offer in self.known.open_offers())

    @rule(who=officer, nearest=near)
    def an_officer_goes_to_an_emergency(self, who: Person, nearest: list[Person]) -> None:
        went = any(one.officer == who for one in self.known.open_assignments())
        self.happens(LeaveExercise(who.id), self.facts(None, [one for one in nearest if one != who]))
        goes = any(one.officer == who for one in self.known.open_assignments())
        assert goes == (went and not self.known.drill)

    @precondition(lambda self: bool(self.known.assignments))
    @rule(status=st.sampled_from(AssignmentStatus), data=st.data())
    def a_status_arrives_in_any_order(self, status: AssignmentStatus, data: st.DataObject) -> None:
        won = data.draw(st.sampled_from(self.known.assignments))
        change = ChangeAssignment(won.id, won.officer.id, status)
        self.happens(change)
        assert self.happens(change) == []

    @rule(pin=st.sampled_from(PinMeaning), wrong_pins=st.integers(0, 3), alone=st.booleans(), is_new=seldom)
    def somebody_enters_a_pin(self, pin: PinMeaning, wrong_pins: int, alone: bool, is_new: bool) -> None:
        cancelled = self.known.cancelled
        before = Cancels(wrong_pins, cancelled.at if cancelled else None, alone, NOON)
        was_under_duress = self.known.duress
        self.happens(CancelAlarm("alarm", "resident-1", pin, NOON + timedelta(seconds=is_new)), Facts(cancels=before))
        assert self.known.duress >= was_under_duress
        assert pin is not PinMeaning.DURESS or self.known.duress or not self.known.is_open

    @rule(ago_s=st.lists(st.integers(-60, 600), max_size=3), nearest=near, found=some_areas, sector=st.integers(0, 5))
    def the_phone_moves(self, ago_s: list[int], nearest: list[Person], found: list[AreaRef], sector: int) -> None:
        fixes = tuple(fix(-6.5, at=self.now - timedelta(seconds=seconds)) for seconds in ago_s)
        rt = found[0] if found else None
        place = place_in(rt, candidates=tuple(found), sectors=(AREAS[sector],) * (sector > 0))
        self.happens(MoveAlarm("alarm", "resident-1", fixes), replace(self.facts(None, nearest), place=place))

    @rule(head=st.sampled_from(HEADS))
    def a_representative_receives(self, head: Neighbour) -> None:
        self.happens(ReceiveNews(head.person.id))

    @rule(head=st.sampled_from([*HEADS, *SUPERIORS]), coming=st.booleans())
    def a_representative_answers(self, head: Neighbour, coming: bool) -> None:
        answer = AnswerNews(head.person.id, coming)
        self.happens(answer)
        assert self.happens(answer) == []

    @rule(who=operator, shared=st.booleans())
    def an_operator_shares_the_place(self, who: Person, shared: bool) -> None:
        self.happens(SharePlace(who, shared, "agar tetangga menolong"))

    @rule(who=operator, made_of=st.sampled_from([Claim, Release]))
    def an_operator_claims_or_releases(self, who: Person, made_of: type[Claim | Release]) -> None:
        self.happens(made_of(who))

    @rule(who=operator)
    def an_operator_notes(self, who: Person) -> None:
        assert self.happens(AddNote(who, "x" * 4000))

    @precondition(lambda self: self.known.version > 8)
    @rule(who=operator, disposition=st.sampled_from(Disposition))
    def an_operator_closes(self, who: Person, disposition: Disposition) -> None:
        self.happens(Close(who, disposition, "selesai"))
        assert not self.known.is_open

    @rule(who=officer, by=operator, nearest=near, engaged=seldom)
    def an_operator_chooses_an_officer(self, who: Person, by: Person, nearest: list[Person], engaged: bool) -> None:
        chosen = Candidate(who, 300.0, False, False)
        facts = replace(self.facts(None, nearest), chosen=chosen, engaged_elsewhere=engaged)
        self.happens(OfferTo(by, who.id, "dekat sekali"), facts)

    @precondition(lambda self: bool(self.made))
    @rule(data=st.data(), by=operator, nearest=near, instead=st.one_of(st.none(), officer))
    def an_operator_withdraws_or_reassigns(
        self, data: st.DataObject, by: Person, nearest: list[Person], instead: Person | None
    ) -> None:
        offer = self.any_offer(data)
        if instead is None:
            self.happens(Withdraw(by, offer.id, "salah orang"), self.facts(None, nearest))
            return
        facts = replace(self.facts(None, nearest), chosen=Candidate(instead, None, False, True))
        self.happens(OfferTo(by, instead.id, "lebih dekat", instead_of=offer.id), facts)

    @rule(places=st.integers(0, 8), by=operator, nearest=near)
    def an_operator_changes_the_places(self, places: int, by: Person, nearest: list[Person]) -> None:
        self.happens(ChangePlaces(by, places, "dua pelaku"), self.facts(None, nearest))

    @rule(by=operator, made_of=st.sampled_from([StopEscalation, ResumeEscalation]), nearest=near)
    def an_operator_stops_or_resumes(
        self, by: Person, made_of: type[StopEscalation | ResumeEscalation], nearest: list[Person]
    ) -> None:
        events = self.happens(made_of(by, "sudah ada patroli"), self.facts(None, nearest))
        assert not (self.known.is_stopped and any(isinstance(event, OffersMade) for event in events))

    def facts(self, press: Alarm | None, nearest: list[Person]) -> Facts:
        """Nobody is near an unknown place."""
        origin = press.origin if press else self.known.origin
        ranked = [Candidate(who, 900.0 * number**2, False, number == 6) for number, who in enumerate(nearest)]
        silent = silent_areas(self.incident, now=self.now, policy=POLICY) if self.incident else ()
        above = tuple(replace(one, instead_of=area.code) for area in silent for one in superiors_of(area))
        return Facts(candidates=tuple(ranked) if origin else (), neighbours=tuple(HEADS), superiors=above)

    def notes_hidden(self, press: Alarm) -> None:
        self.is_hidden = self.is_hidden or press.silent or press.kind is Kind.VIOLENCE

    # What always holds.

    @invariant()
    def every_place_has_at_most_one_winner_and_nobody_is_sent_twice(self) -> None:
        going = [one.officer.id for one in self.known.open_assignments()]
        assert len(going) == len(set(going)) <= self.known.places <= PLACES_MAX
        assert {(one.id, one.officer.id) for one in self.known.assignments} <= set(self.winners.items())
        assert not any(one.is_open for one in self.known.assignments if one.id in self.called_off)

    @invariant()
    def nobody_is_asked_twice_at_the_same_time(self) -> None:
        asked = [offer.officer.id for offer in self.known.open_offers()]
        assert len(asked) == len(set(asked)) <= OPEN_OFFERS_MAX
        assert not set(asked) & {one.officer.id for one in self.known.open_assignments()}

    @invariant()
    def nobody_is_asked_any_more_once_somebody_comes_or_it_is_over(self) -> None:
        """After a cancel an operator may still choose whom to ask; nobody else does."""
        if not needs_officers(self.known) and not self.known.is_cancelled:
            assert not list(self.known.open_offers())

    @invariant()
    def time_does_nothing_more_to_a_closed_incident(self) -> None:
        assert self.known.is_open or next_due(self.known, POLICY) is None

    @invariant()
    def a_closed_incident_holds_nobody(self) -> None:
        if self.known.status is Status.CLOSED:
            assert audience(self.known).responders == ()

    @invariant()
    def an_incident_that_officers_can_help_is_looked_at_again_in_time(self) -> None:
        if is_asking(self.known) and self.known.origin:
            due = next_due(self.known, POLICY)
            assert due is not None
            assert due <= self.now + timedelta(seconds=POLICY.usual.offer_timeout_s)

    @invariant()
    def whoever_is_alone_is_heard(self) -> None:
        """Somebody was asked and may answer, or goes, or is looked for again, or the console sounds."""
        if needs_officers(self.known) and not self.known.is_stopped and next_due(self.known, POLICY) is None:
            assert self.known.nobody_left_at

    @invariant()
    def the_rt_sees_nothing_of_what_is_hidden(self) -> None:
        if self.is_hidden:
            assert audience(self.known).areas == ()
            assert not self.known.place_shared

    @invariant()
    def what_is_stored_is_small_and_reads_back_the_same(self) -> None:
        text = encode(self.known)
        assert len(text) <= 8 * 1024
        assert decode(text, type=Incident) == self.known


TestIncident = IncidentMachine.TestCase
TestIncident.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
