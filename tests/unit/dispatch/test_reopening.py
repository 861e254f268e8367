"""What brings an incident back, and how late an alarm may come."""

import pytest
from msgspec.structs import replace

from dispatch.commands import (
    AddNote,
    CancelAlarm,
    ChangeAssignment,
    Close,
    DeclineOffer,
    PressAlarm,
    Reopen,
    StopEscalation,
)
from dispatch.decide import decide
from dispatch.events import AlarmJoined, IncidentOpened, Reopened
from dispatch.facts import NO_FACTS
from dispatch.incident import AssignmentStatus, Disposition, PinMeaning, Stage
from dispatch.lateness import late_s
from tests.unit.dispatch.city import (
    INCIDENT_ID,
    NEAR,
    OPERATOR,
    POLICY,
    SECOND,
    Story,
    after,
    alarm,
    around,
    policy_with,
)

REOPEN = Reopen(OPERATOR, "Pelapor menelepon lagi.")


def closed(disposition: Disposition = Disposition.RESOLVED, *, at: float = 100) -> Story:
    """Somebody was there."""
    story = Story(alarm(), around(NEAR))
    story.accepts(NEAR)
    story.happens(ChangeAssignment(story.offer_to(NEAR), NEAR.id, AssignmentStatus.ON_SCENE), at=50)
    story.happens(Close(OPERATOR, disposition, None), at=at)
    return story


def test_a_press_soon_after_the_end_opens_it_again_and_officers_are_asked_anew():
    story = closed()
    [event] = story.presses_again(alarm(2), around(NEAR, SECOND), at=699)
    assert isinstance(event, AlarmJoined)
    assert event.reopens
    assert story.asked_now() == [NEAR, SECOND]
    assert (story.incident.stage, story.incident.disposition, story.incident.claimed_by) == (Stage.OFFERED, None, None)
    assert (story.incident.alarm_count, story.incident.assignments) == (2, ())


def left(*, at: float = 100) -> Story:
    """The officer has been there and is free again; nobody has closed it."""
    story = Story(alarm(), around(NEAR))
    story.accepts(NEAR)
    story.happens(ChangeAssignment(story.offer_to(NEAR), NEAR.id, AssignmentStatus.ON_SCENE), at=50)
    story.happens(ChangeAssignment(story.offer_to(NEAR), NEAR.id, AssignmentStatus.CLEAR), at=at)
    return story


@pytest.mark.parametrize("device", ["resident-1", "resident-2"])
def test_a_press_after_the_officers_have_left_asks_anew_whoever_it_comes_from(device):
    story = left()
    story.presses_again(alarm(2, device=device), around(NEAR, SECOND), at=130)
    assert story.asked_now() == [NEAR, SECOND]
    assert (story.incident.stage, story.incident.filled, story.incident.alarm_count) == (Stage.OFFERED, 0, 2)


def test_while_one_of_two_officers_is_still_there_a_press_asks_nobody_more():
    story = Story(alarm(), around(NEAR, SECOND), policy=policy_with(places=2))
    for officer in (NEAR, SECOND):
        story.accepts(officer)
        story.happens(ChangeAssignment(story.offer_to(officer), officer.id, AssignmentStatus.ON_SCENE), at=50)
    story.happens(ChangeAssignment(story.offer_to(NEAR), NEAR.id, AssignmentStatus.CLEAR), at=100)
    story.presses_again(alarm(2), around(NEAR), at=130)
    assert story.asked_now() == []
    assert story.incident.filled == 2


def test_what_an_operator_had_stopped_runs_again_once_the_incident_is_back():
    story = Story(alarm(), around(NEAR))
    story.happens(DeclineOffer(story.offer_to(NEAR), NEAR.id))
    story.happens(StopEscalation(OPERATOR, "Patroli sudah di sana."), at=10)
    story.happens(Close(OPERATOR, Disposition.RESOLVED, None), at=20)
    story.presses_again(alarm(2), around(NEAR), at=30)
    assert (story.incident.is_stopped, story.asked_now()) == (False, [NEAR])


def test_where_nobody_is_near_after_it_came_back_the_console_sounds_at_once():
    story = Story(alarm())
    story.happens(AddNote(OPERATOR, "Dicari."), at=5)
    story.happens(Close(OPERATOR, Disposition.RESOLVED, None), at=20)
    story.presses_again(alarm(2), at=30)
    story.looks(at=31)
    assert story.incident.nobody_left_at == after(31)


@pytest.mark.parametrize("seconds", [700, 5000])
def test_a_press_long_after_the_end_does_not_belong_to_it(seconds):
    with pytest.raises(ValueError, match="does not belong"):
        closed().presses_again(alarm(2), at=seconds)


@pytest.mark.parametrize("disposition", [one for one in Disposition if one is not Disposition.RESOLVED])
def test_what_was_no_emergency_stays_what_it_was_found_to_be(disposition):
    with pytest.raises(ValueError, match="does not belong"):
        closed(disposition).presses_again(alarm(2), at=101)


@pytest.mark.parametrize("changes", [{"device": "resident-2"}, {"drill": True}])
def test_another_phone_or_an_exercise_opens_nothing_again(changes):
    with pytest.raises(ValueError, match="does not belong"):
        closed().presses_again(replace(alarm(2), **changes), at=101)


def test_a_linked_incident_knows_the_one_before():
    [event] = decide(None, PressAlarm(alarm(), INCIDENT_ID, "earlier"), NO_FACTS, now=after(0), policy=POLICY)
    assert isinstance(event, IncidentOpened)
    assert event.linked_to == "earlier"


def test_an_operator_opens_it_again_and_officers_are_asked():
    story = closed()
    opened, _ = story.happens(REOPEN, around(SECOND), at=5000)
    assert opened == Reopened(OPERATOR, "Pelapor menelepon lagi.", after(5000))
    assert story.asked_now() == [SECOND]
    assert (story.incident.claimed_by, story.incident.disposition) == (OPERATOR, None)
    assert story.happens(REOPEN, at=5001) == []


def test_a_cancel_that_an_operator_doubts_goes_on_in_secret():
    story = Story(alarm(), around(NEAR))
    story.happens(CancelAlarm(alarm().id, alarm().device, PinMeaning.RIGHT), at=5)
    story.happens(REOPEN, around(NEAR), at=9)
    assert story.asked_now() == [NEAR]
    assert story.incident.duress
    assert story.incident.cancelled is not None


def test_a_cancelled_one_that_was_closed_comes_back_in_secret_too():
    story = Story(alarm(), around(NEAR))
    story.happens(CancelAlarm(alarm().id, alarm().device, PinMeaning.RIGHT), at=5)
    story.happens(Close(OPERATOR, Disposition.FALSE_ALARM, None), at=9)
    story.happens(REOPEN, around(NEAR), at=12)
    assert (story.incident.duress, story.incident.stage) == (True, Stage.OFFERED)


@pytest.mark.parametrize(
    ("pressed", "sent", "late"),
    [
        (None, 0, None),
        (-60, 0, None),
        (-120, 0, 120),
        (-7200, None, 7200),
        # The phone's clock is a day wrong: what counts is how long it says it waited.
        (-90_000, -86_400, 3600),
        (60, 0, None),
    ],
)
def test_an_alarm_is_as_late_as_it_waited_in_the_phone(pressed, sent, late):
    press = alarm(pressed_at=pressed and after(pressed), sent_at=None if sent is None else after(sent))
    assert late_s(press, after(0)) == late
    assert Story(press).incident.late_s == late
