"""Presses and operators: what opens, what joins, who works it."""

import pytest

from dispatch.commands import (
    AddNote,
    Claim,
    Close,
    LookAgain,
    PressAlarm,
    ReceiveNews,
    Release,
    RepeatAlarm,
)
from dispatch.decide import decide
from dispatch.errors import ClaimedByAnother, IncidentClosed, IncidentUnknown, NotClaimed, NotTold
from dispatch.events import AlarmJoined, AlarmUpdated, Claimed, Closed, IncidentOpened, Noted, Released
from dispatch.facts import NO_FACTS
from dispatch.incident import Disposition, Stage
from tests.unit.dispatch.city import (
    FOURTH,
    HEAD_1,
    INCIDENT_ID,
    NEAR,
    NOON,
    OPERATOR,
    OTHER_OPERATOR,
    POLICY,
    SECOND,
    THIRD,
    Story,
    after,
    alarm,
    around,
    fix,
    unlocated_alarm,
)

RESOLVED = Close(OPERATOR, Disposition.RESOLVED, "aman")


def test_one_tap_is_one_event_with_the_three_nearest_and_the_neighbourhood_inside():
    story = Story(alarm(), around(NEAR, SECOND, THIRD, FOURTH, neighbours=(HEAD_1,)))
    [event] = story.events
    assert isinstance(event, IncidentOpened)
    assert [offer.officer for offer in event.offers] == [NEAR, SECOND, THIRD]
    assert [offer.distance_m for offer in event.offers] == [100.0, 200.0, 300.0]
    assert {offer.expires_at for offer in event.offers} == {after(30)}
    assert [told.person for told in event.told] == [HEAD_1.person]
    assert story.incident.stage is Stage.OFFERED


def test_an_alarm_without_a_place_and_without_officers_opens_an_incident_all_the_same():
    story = Story(unlocated_alarm())
    assert story.incident.is_open
    assert story.incident.stage is Stage.RECEIVED


def test_the_same_facts_give_the_same_events_with_the_same_offer_ids():
    press = PressAlarm(alarm(), INCIDENT_ID)
    facts = around(NEAR, SECOND, THIRD)
    first, second = (decide(None, press, facts, now=NOON, policy=POLICY) for _ in range(2))
    assert first == second


def test_every_offer_of_an_incident_has_an_id_of_its_own():
    story = Story(alarm(), around(NEAR))
    story.looks(NEAR, at=30)
    story.looks(NEAR, at=60)
    story.looks(NEAR, SECOND, at=61)
    ids = {offer.id for state in story.states for offer in state.offers}
    assert len(ids) == story.incident.offers_made == 3


def test_a_second_press_joins_and_fills_the_open_places():
    story = Story(alarm(), around(NEAR))
    [event] = story.presses_again(alarm(2), around(NEAR, SECOND))
    assert isinstance(event, AlarmJoined)
    assert [offer.officer for offer in event.offers] == [SECOND]
    assert story.incident.alarm_count == 2


def test_a_second_press_asks_nobody_once_somebody_comes():
    story = Story(alarm(), around(NEAR))
    story.accepts(NEAR)
    [event] = story.presses_again(alarm(2), around(SECOND))
    assert isinstance(event, AlarmJoined)
    assert event.offers == ()


@pytest.mark.parametrize("stranger", [alarm(2, drill=True), alarm(2, device="resident-2", position=fix(-6.5))])
def test_an_alarm_never_joins_an_incident_that_it_does_not_belong_to(stranger):
    story = Story(alarm())
    with pytest.raises(ValueError, match="does not belong"):
        story.presses_again(stranger)


def test_an_alarm_never_joins_an_incident_that_was_closed_long_ago():
    story = Story(alarm())
    story.happens(RESOLVED)
    with pytest.raises(ValueError, match="does not belong"):
        story.presses_again(alarm(2), at=POLICY.reopen_s)


def test_another_body_under_the_same_id_is_kept_and_marked():
    story = Story(alarm())
    changed = alarm(flags=("position_missing",))
    assert story.happens(RepeatAlarm(changed), at=2) == [AlarmUpdated(changed, (), (), after(2))]
    assert story.incident.flags == ("position_missing", "alarm_updated")
    assert story.incident.alarm_count == 1


def test_nothing_but_a_press_opens_an_incident():
    with pytest.raises(IncidentUnknown):
        decide(None, LookAgain(), NO_FACTS, now=NOON, policy=POLICY)


def test_the_representatives_phone_says_once_that_it_got_the_news():
    story = Story(alarm(), around(neighbours=(HEAD_1,)))
    receipt = ReceiveNews(HEAD_1.person.id)
    story.happens(receipt, at=2)
    assert story.happens(receipt, at=9) == []
    assert [told.received_at for told in story.incident.told] == [after(2)]


def test_who_was_not_told_cannot_have_received_it():
    with pytest.raises(NotTold):
        Story(alarm()).happens(ReceiveNews(HEAD_1.person.id))


def test_an_operator_claims_once():
    story = Story(alarm())
    assert story.happens(Claim(OPERATOR), at=3) == [Claimed(OPERATOR, after(3))]
    assert story.happens(Claim(OPERATOR), at=4) == []
    assert story.incident.claimed_by == OPERATOR


def test_a_claimed_incident_is_not_claimed_by_another():
    story = Story(alarm())
    story.happens(Claim(OPERATOR))
    with pytest.raises(ClaimedByAnother):
        story.happens(Claim(OTHER_OPERATOR))


def test_who_has_claimed_an_incident_can_let_it_go_and_say_so_twice():
    story = Story(alarm())
    story.happens(Claim(OPERATOR))
    assert story.happens(Release(OPERATOR), at=5) == [Released(OPERATOR, after(5))]
    assert story.happens(Release(OPERATOR), at=6) == []
    assert story.incident.claimed_by is None


def test_only_who_has_claimed_an_incident_lets_it_go():
    story = Story(alarm())
    story.happens(Claim(OPERATOR))
    with pytest.raises(NotClaimed):
        story.happens(Release(OTHER_OPERATOR))


def test_closing_ends_the_offers_and_frees_whoever_was_on_the_way():
    asked = Story(alarm(), around(NEAR, SECOND))
    assert asked.happens(RESOLVED, at=9) == [Closed(OPERATOR, Disposition.RESOLVED, "aman", after(9))]
    assert asked.asked_now() == []
    going = Story(alarm(), around(NEAR))
    going.accepts(NEAR)
    going.happens(RESOLVED, at=9)
    assert not list(going.incident.open_assignments())
    assert going.incident.disposition is Disposition.RESOLVED
    assert going.incident.stage is Stage.CLOSED


def test_closing_twice_in_the_same_way_changes_nothing():
    story = Story(alarm())
    story.happens(RESOLVED)
    assert story.happens(RESOLVED) == []


def test_a_closed_incident_is_not_closed_another_way_nor_claimed_nor_released():
    story = Story(alarm())
    story.happens(RESOLVED)
    for command in (Close(OPERATOR, Disposition.PRANK, None), Claim(OPERATOR), Release(OPERATOR)):
        with pytest.raises(IncidentClosed):
            story.happens(command)


def test_a_note_may_be_added_at_any_time_and_changes_only_the_version():
    story = Story(alarm())
    story.happens(RESOLVED)
    before = story.incident
    assert story.happens(AddNote(OTHER_OPERATOR, "saksi menelepon"), at=99) == [
        Noted(OTHER_OPERATOR, "saksi menelepon", after(99))
    ]
    assert story.incident.version == before.version + 1
    assert story.incident.disposition is before.disposition
