"""A PIN was entered: what it means, and what the incident becomes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.audience import audience
from dispatch.cancelling import seen_version
from dispatch.commands import AddNote, CancelAlarm, Close
from dispatch.errors import IncidentClosed
from dispatch.escalation import next_due
from dispatch.events import CancelledByResident, CancelledUnderDuress, OffersMade, PinRefused
from dispatch.facts import Cancels, Facts
from dispatch.incident import Disposition, PinMeaning, Stage
from tests.unit.dispatch.city import HEAD_1, NEAR, OPERATOR, POLICY, SECOND, Story, after, alarm, around

RIGHT, DURESS, WRONG = PinMeaning
CANCELLED = Cancels(cancelled_at=after(5))


def entered(pin: PinMeaning, *, set_at: float | None = None, replaced: bool = False) -> CancelAlarm:
    """`set_at` is when the phone's PINs were set, in seconds since the first press."""
    first = alarm()
    when = None if set_at is None else after(set_at)
    return CancelAlarm(first.id, first.device, pin, pins_set_at=when, pins_replaced=replaced)


@pytest.fixture
def story() -> Story:
    return Story(alarm(), around(NEAR, neighbours=(HEAD_1,)))


def test_the_right_pin_cancels_and_nobody_is_asked_any_more(story):
    [event] = story.happens(entered(RIGHT), at=5)
    assert isinstance(event, CancelledByResident)
    assert event.withdrawn == (story.offer_to(NEAR),)
    assert story.incident.stage is Stage.CANCELLED_BY_RESIDENT
    assert story.incident.is_open
    assert next_due(story.incident, POLICY) is None
    assert story.looks(NEAR, SECOND, at=300) == []


def test_under_duress_offers_stand_and_the_next_are_asked(story):
    [event] = story.happens(entered(DURESS), at=5)
    assert event == CancelledUnderDuress(alarm().id, alarm().device, True, "duress_pin", after(5))
    assert (story.incident.stage, story.incident.duress) == (Stage.OFFERED, True)
    assert story.asked_now() == [NEAR]
    assert any(isinstance(one, OffersMade) for one in story.looks(SECOND, at=30))


@pytest.mark.parametrize("before", [0, 1])
def test_the_first_two_wrong_pins_are_told_and_counted(story, before):
    [event] = story.happens(entered(WRONG), Facts(cancels=Cancels(wrong_pins=before)), at=5)
    assert event == PinRefused(alarm().id, alarm().device, before + 1, after(5))
    assert (story.incident.cancelled, story.incident.duress) == (None, False)


@pytest.mark.parametrize("before", [2, 3])
def test_from_the_third_wrong_pin_on_it_is_duress(story, before):
    [event] = story.happens(entered(WRONG), Facts(cancels=Cancels(wrong_pins=before)), at=5)
    assert isinstance(event, CancelledUnderDuress)
    assert event.because == "wrong_pins"


@pytest.mark.parametrize(("replaced", "because"), [(True, "pins_replaced"), (False, "pins_first_set")])
def test_pins_that_were_set_after_the_press_may_not_be_the_owners_will(story, replaced, because):
    pressed = Facts(cancels=Cancels(pressed_at=after(0)))
    [event] = story.happens(entered(RIGHT, set_at=4, replaced=replaced), pressed, at=5)
    assert isinstance(event, CancelledUnderDuress)
    assert event.because == because
    assert (story.incident.duress, story.asked_now()) == (True, [NEAR])


@given(st.floats(-9, 9), st.floats(-9, 9), st.sampled_from(PinMeaning), st.booleans(), st.integers(0, 3))
def test_only_a_right_pin_from_before_the_first_press_cancels(
    set_at: float, pressed_at: float, pin: PinMeaning, replaced: bool, wrong_pins: int
):
    """Whichever press it is for: pressing once more after PINs were set does not make them older."""
    story = Story(alarm(), around(NEAR))
    facts = Facts(cancels=Cancels(wrong_pins, pressed_at=after(pressed_at)))
    [event] = story.happens(entered(pin, set_at=set_at, replaced=replaced), facts, at=10)
    is_free_will = pin is RIGHT and after(set_at) <= after(pressed_at)
    assert isinstance(event, CancelledByResident) is is_free_will
    assert story.incident.is_cancelled is is_free_will


@pytest.mark.parametrize("pin", [RIGHT, WRONG])
def test_after_a_cancel_other_pins_change_nothing(story, pin):
    story.happens(entered(RIGHT), at=5)
    assert story.happens(entered(pin), Facts(cancels=CANCELLED), at=6) == []


def test_a_duress_pin_after_a_cancel_sends_it_on_again(story):
    story.happens(entered(RIGHT), at=5)
    story.happens(entered(DURESS), Facts(cancels=CANCELLED), at=6)
    assert (story.incident.duress, story.incident.stage) == (True, Stage.RECEIVED)
    assert story.looks(NEAR, at=30)
    assert story.happens(entered(DURESS), Facts(cancels=CANCELLED), at=31) == []


@pytest.mark.parametrize("pin", [RIGHT, DURESS, WRONG])
def test_a_closed_incident_answers_every_pin_the_same(story, pin):
    story.happens(Close(OPERATOR, Disposition.RESOLVED, None), at=5)
    with pytest.raises(IncidentClosed):
        story.happens(entered(pin), at=6)


@pytest.mark.parametrize("pin", [RIGHT, DURESS])
def test_where_others_have_pressed_too_one_phones_cancel_does_not_end_the_asking(story, pin):
    [event] = story.happens(entered(pin), Facts(cancels=Cancels(is_alone=False)), at=5)
    assert not event.is_whole
    assert (story.incident.cancelled, story.incident.stage) == (None, Stage.OFFERED)
    assert story.incident.duress is (pin is DURESS)
    assert story.asked_now() == [NEAR]


def test_pressing_again_takes_the_cancel_back_and_asks_again(story):
    story.happens(entered(RIGHT), at=5)
    story.presses_again(alarm(2), around(NEAR), at=9)
    assert (story.incident.cancelled, story.incident.stage) == (None, Stage.OFFERED)


def test_duress_stays_whatever_pin_comes_later(story):
    story.happens(entered(DURESS), at=5)
    story.presses_again(alarm(2), at=9)
    story.happens(entered(RIGHT), at=12)
    assert (story.incident.duress, story.incident.is_cancelled) == (True, False)
    assert story.asked_now() == [NEAR]


@pytest.mark.parametrize("pin", [RIGHT, DURESS])
def test_the_version_that_the_rt_sees_stands_still_after_a_cancel(story, pin):
    story.happens(entered(pin), at=5)
    version = seen_version(story.incident)
    assert version == story.incident.version
    story.happens(AddNote(OPERATOR, "x"), at=6)
    story.accepts(NEAR, at=7) if pin is DURESS else story.happens(AddNote(OPERATOR, "y"), at=7)
    assert seen_version(story.incident) == version
    story.happens(Close(OPERATOR, Disposition.RESOLVED, None), at=8)
    assert seen_version(story.incident) == version + 1


def test_the_rt_keeps_seeing_a_cancelled_incident_until_it_is_closed(story):
    story.happens(entered(RIGHT), at=5)
    assert audience(story.incident).areas == ("RT1",)


@pytest.mark.parametrize("pin", [RIGHT, DURESS])
def test_the_version_that_the_rt_sees_goes_on_by_one_with_the_next_press(story, pin):
    story.happens(entered(pin), at=5)
    story.happens(AddNote(OPERATOR, "Dihubungi."), at=6)
    versions = [seen_version(story.incident)]
    story.happens(Close(OPERATOR, Disposition.RESOLVED, None), at=8)
    versions.append(seen_version(story.incident))
    story.presses_again(alarm(2), at=20)
    versions.append(seen_version(story.incident))
    assert versions == [2, 3, 4]
