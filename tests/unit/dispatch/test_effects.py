"""Whose phones hear of an event."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from dispatch.commands import AddNote, ChangeAssignment, Claim, Close, DeclineOffer, WithdrawOfficer
from dispatch.effects import PushIntent, PushKind, effects, ended_offers, wakes_nobody
from dispatch.evolve import evolve
from dispatch.incident import AssignmentStatus, Disposition
from tests.unit.dispatch.city import (
    FOURTH,
    HEAD_1,
    HEAD_2,
    NEAR,
    OPERATOR,
    RT_1,
    RT_2,
    SECOND,
    THIRD,
    Story,
    after,
    alarm,
    around,
    place_in,
)


@pytest.fixture
def story() -> Story:
    return Story(alarm(), around(NEAR, SECOND, THIRD, neighbours=(HEAD_1,)))


def pushes(story, events, before):
    intents = []
    for event in events:
        intents += effects(before, event)
        before = evolve(before, event)
    return intents


def offered(story, officer, expires_at):
    return PushIntent(PushKind.OFFER, officer.id, story.offer_to(officer), expires_at)


def withdrawn(story, officer):
    return PushIntent(PushKind.OFFER_WITHDRAWN, officer.id, story.offer_to(officer), after(90))


def test_a_new_incident_is_pushed_to_the_asked_and_to_the_neighbourhood(story):
    assert pushes(story, story.events, None) == [
        offered(story, NEAR, after(30)),
        offered(story, SECOND, after(30)),
        offered(story, THIRD, after(30)),
        PushIntent(PushKind.NEIGHBOURHOOD, HEAD_1.person.id, None, None),
    ]


def test_a_second_press_is_pushed_only_to_those_who_are_new(story):
    before = story.incident
    place = place_in(RT_1, candidates=(RT_1, RT_2))
    events = story.presses_again(alarm(2, place=place), around(FOURTH, neighbours=(HEAD_1, HEAD_2)))
    assert pushes(story, events, before) == [PushIntent(PushKind.NEIGHBOURHOOD, HEAD_2.person.id, None, None)]


def test_the_next_nearest_gets_a_push(story):
    before = story.incident
    events = story.happens(DeclineOffer(story.offer_to(NEAR), NEAR.id), around(FOURTH), at=4)
    assert pushes(story, events, before) == [offered(story, FOURTH, after(34))]


def test_those_who_did_not_win_are_told(story):
    before = story.incident
    events = story.accepts(SECOND)
    assert pushes(story, events, before) == [withdrawn(story, NEAR), withdrawn(story, THIRD)]


def test_an_officer_who_is_withdrawn_is_told(story):
    before = story.incident
    events = story.happens(WithdrawOfficer(NEAR.id))
    assert pushes(story, events, before) == [withdrawn(story, NEAR)]


def test_everybody_who_was_still_asked_is_told_of_the_end(story):
    story.happens(DeclineOffer(story.offer_to(SECOND), SECOND.id))
    before = story.incident
    events = story.happens(Close(OPERATOR, Disposition.RESOLVED, None))
    assert pushes(story, events, before) == [
        withdrawn(story, NEAR),
        withdrawn(story, THIRD),
        PushIntent(PushKind.ALL_CLEAR, HEAD_1.person.id, None, None),
    ]


@pytest.mark.parametrize("status", [AssignmentStatus.EN_ROUTE, AssignmentStatus.ON_SCENE])
def test_who_is_on_the_way_is_told_of_the_end_and_who_is_there_knows(story, status):
    story.accepts(SECOND)
    assignment = story.offer_to(SECOND)
    story.happens(ChangeAssignment(assignment, SECOND.id, status), at=10)
    before = story.incident
    told = pushes(story, story.happens(Close(OPERATOR, Disposition.FALSE_ALARM, None), at=20), before)
    called_off = PushIntent(PushKind.ASSIGNMENT_WITHDRAWN, SECOND.id, assignment, after(80))
    assert told[:-1] == ([called_off] if status is AssignmentStatus.EN_ROUTE else [])


def test_an_operators_notes_and_claims_are_pushed_to_nobody(story):
    before = story.incident
    events = story.happens(Claim(OPERATOR)) + story.happens(AddNote(OPERATOR, "telepon balik"))
    assert pushes(story, events, before) == []


def test_an_offer_that_ran_out_is_withdrawn_on_the_phone(story):
    before = story.incident
    assert pushes(story, story.looks(at=30), before) == [withdrawn(story, who) for who in (NEAR, SECOND, THIRD)]


@pytest.mark.parametrize("command", ["accept", "expire", "close"])
def test_every_offer_that_ends_is_named(story, command):
    before = story.incident
    match command:
        case "accept":
            story.accepts(SECOND)
        case "expire":
            story.looks(at=30)
        case _:
            story.happens(Close(OPERATOR, Disposition.RESOLVED, None))
    assert set(ended_offers(before, story.incident)) == {story.offer_to(who) for who in (NEAR, SECOND, THIRD)}


def test_an_offer_that_stays_open_has_not_ended(story):
    before = story.incident
    story.happens(WithdrawOfficer(NEAR.id))
    assert ended_offers(before, story.incident) == [story.offer_to(NEAR)]
    assert ended_offers(None, before) == []


@given(st.sampled_from(PushKind), st.booleans(), st.booleans())
def test_only_the_neighbourhood_is_ever_left_asleep(kind: PushKind, quiet: bool, silent: bool):
    incident = replace(Story(alarm(silent=silent), around(NEAR)).incident, quiet=quiet)
    left_asleep = {PushKind.ALL_CLEAR, PushKind.NEIGHBOURHOOD} if quiet else {PushKind.ALL_CLEAR}
    assert wakes_nobody(kind, incident) is (kind in left_asleep)
