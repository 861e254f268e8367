"""Two incidents that operators put together and take apart, while officers answer: nobody and nothing is lost."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from msgspec.json import decode, encode

from dispatch.commands import AcceptOffer, ChangeAssignment, Close, Command, LookAgain, PressAlarm, Reopen
from dispatch.decide import decide
from dispatch.errors import Refused
from dispatch.evolve import evolve
from dispatch.facts import NO_FACTS, Candidate, Facts
from dispatch.incident import Alarm, AssignmentStatus, Disposition, Incident, Person
from dispatch.merging import LetGo, MergeInto, Return, SplitOff, TakeIn, pressed_by
from tests.unit.dispatch.city import NEAR, OPERATOR, POLICY, SECOND, THIRD, after, alarm

IDS = ("123e4567-e89b-42d3-a456-426614174000", "123e4567-e89b-42d3-a456-426614174001")
OFFICERS = (NEAR, SECOND, THIRD)

which = st.sampled_from([0, 1])
pause_s = st.sampled_from([0.5, 9.0, 31.0, 61.0])


class MergingMachine(RuleBasedStateMachine):
    """A model beside the two: whose phones pressed in each, and which of them is merged into the other."""

    def __init__(self) -> None:
        super().__init__()
        self.at_s = 0.0
        self.number = 0
        self.both: list[Incident] = []
        self.devices: list[list[str]] = [[], []]
        self.merged: int | None = None

    def happens(self, one: int, command: Command, facts: Facts = NO_FACTS) -> bool:
        try:
            events = decide(self.both[one], command, facts, now=after(self.at_s), policy=POLICY)
        except Refused:
            return False
        for event in events:
            self.both[one] = evolve(self.both[one], event)
        return True

    def going(self) -> list[Person]:
        return [assignment.officer for one in self.both for assignment in one.open_assignments()]

    def near(self) -> tuple[Candidate, ...]:
        """Whoever goes somewhere is not to be asked."""
        return tuple(Candidate(one, 100.0, False, False) for one in OFFICERS if one not in self.going())

    def pressed(self, device: str) -> Alarm:
        self.number += 1
        return alarm(self.number, device=device)

    @initialize()
    def two_phones_press(self) -> None:
        for one, incident_id in enumerate(IDS):
            command = PressAlarm(self.pressed(f"phone-{one}"), incident_id)
            [event] = decide(None, command, Facts(candidates=self.near()), now=after(0), policy=POLICY)
            self.both.append(evolve(None, event))
            self.devices[one].append(f"phone-{one}")

    @rule(one=which)
    def the_phone_presses_again(self, one: int) -> None:
        incident = self.both[one]
        if incident.is_open:
            self.happens(one, PressAlarm(self.pressed(incident.device), incident.id), Facts(candidates=self.near()))
            self.devices[one].append(incident.device)

    @rule(one=which, number=st.integers(0, 2))
    def an_officer_accepts(self, one: int, number: int) -> None:
        offers = list(self.both[one].open_offers())
        if offers:
            offer = offers[number % len(offers)]
            facts = Facts(engaged_elsewhere=offer.officer in self.going(), offer_was_made=True)
            self.happens(one, AcceptOffer(offer.id, offer.officer.id), facts)

    @rule(one=which, status=st.sampled_from(AssignmentStatus))
    def an_officer_reports(self, one: int, status: AssignmentStatus) -> None:
        for assignment in list(self.both[one].open_assignments())[:1]:
            command = ChangeAssignment(assignment.id, assignment.officer.id, status)
            self.happens(one, command, Facts(candidates=self.near()))

    @rule(seconds=pause_s)
    def time_passes(self, seconds: float) -> None:
        self.at_s += seconds
        for one in (0, 1):
            self.happens(one, LookAgain(), Facts(candidates=self.near()))

    @rule(source=which)
    def an_operator_merges(self, source: int) -> None:
        before, going = self.both[source], sorted(one.id for one in self.going())
        if not self.happens(source, MergeInto(OPERATOR, self.both[1 - source])):
            assert self.both[source] == before
            return
        devices = [*self.devices[1 - source], *self.devices[source]]
        assert self.happens(1 - source, TakeIn(OPERATOR, before, pressed_by(devices)))
        assert sorted(one.id for one in self.going()) == going, "somebody on the way was lost, or sent twice"
        assert self.merged is None
        self.merged = source

    @rule()
    def the_operator_takes_it_back(self) -> None:
        source = self.merged
        if source is None or not self.both[1 - source].is_open:
            return
        going = sorted(one.id for one in self.going())
        assert self.happens(1 - source, LetGo(OPERATOR, IDS[source], pressed_by(self.devices[1 - source])))
        command = Return(OPERATOR, pressed_by(self.devices[source]))
        assert self.happens(source, command, Facts(candidates=self.near()))
        assert sorted(one.id for one in self.going()) == going
        self.merged = None

    @rule(one=which)
    def an_operator_splits_the_last_press_off(self, one: int) -> None:
        devices = self.devices[one]
        if self.merged is None and len(devices) > 1:
            stay, going = pressed_by(devices[:-1]), self.going()
            if self.happens(one, SplitOff(OPERATOR, "new", (str(self.number),), stay)):
                devices.pop()
                assert self.going() == going

    @rule(one=which)
    def an_operator_closes(self, one: int) -> None:
        self.happens(one, Close(OPERATOR, Disposition.RESOLVED, None))

    @rule(one=which)
    def an_operator_brings_it_back(self, one: int) -> None:
        self.happens(one, Reopen(OPERATOR, "ragu"), Facts(candidates=self.near()))

    @invariant()
    def nobody_goes_to_two_places(self) -> None:
        going = self.going()
        assert len(going) == len(set(going))

    @invariant()
    def every_press_is_counted(self) -> None:
        for one, incident in enumerate(self.both):
            taken = self.devices[1 - one] if self.merged == 1 - one else []
            assert incident.alarm_count == len(self.devices[one]) + len(taken)

    @invariant()
    def a_merged_incident_holds_nobody_and_says_where_it_went(self) -> None:
        for one, incident in enumerate(self.both):
            assert (incident.merged_into is not None) == (self.merged == one)
            if self.merged == one:
                assert incident.merged_into == IDS[1 - one]
                assert not incident.is_open
                assert not [*incident.open_offers(), *incident.open_assignments()]

    @invariant()
    def what_is_stored_is_small_and_reads_back_the_same(self) -> None:
        for incident in self.both:
            text = encode(incident)
            assert len(text) <= 8 * 1024
            assert decode(text, type=Incident) == incident


TestMerging = MergingMachine.TestCase
TestMerging.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
