"""What an event makes of an incident: the state stays small and forgets nothing that still matters."""

from dataclasses import replace

import pytest
from msgspec import structs
from msgspec.json import encode

from dispatch.commands import AcceptOffer, AddNote, Claim, Close, DeclineOffer, ReceiveNews, ReceiveOffer
from dispatch.events import Claimed, IncidentOpened
from dispatch.evolve import evolve
from dispatch.facts import Candidate, Facts, Neighbour
from dispatch.incident import Cancellation, Disposition, Incident, Kind, OfferStatus, Person, asked_mark
from geo.areas import AreaRef
from geo.geofence import Sure
from geo.position import Position
from tests.unit.dispatch.city import (
    FIFTH,
    FOURTH,
    NEAR,
    NOON,
    OPERATOR,
    RT_1,
    SECOND,
    THIRD,
    Story,
    after,
    alarm,
    around,
    fix,
    place_in,
    policy_with,
    unlocated_alarm,
)


def test_the_version_counts_the_events():
    story = Story(alarm(), around(NEAR))
    story.happens(Claim(OPERATOR))
    story.happens(DeclineOffer(story.offer_to(NEAR), NEAR.id), around(SECOND), at=2)
    assert [state.version for state in story.states] == [1, 2, 3, 4]


def test_an_incident_opens_once():
    story = Story()
    [opened] = story.events
    assert isinstance(opened, IncidentOpened)
    with pytest.raises(ValueError, match="opens once"):
        evolve(story.incident, opened)


def test_nothing_else_can_come_first():
    with pytest.raises(ValueError, match="needs an incident"):
        evolve(None, Claimed(OPERATOR, NOON))


def test_a_press_without_a_fix_keeps_the_place_and_where_officers_are_looked_for():
    story = Story(alarm())
    story.presses_again(structs.replace(unlocated_alarm(2), origin=fix(-6.5)))
    assert (story.incident.position, story.incident.origin) == (fix(), fix())
    assert story.incident.place == place_in()


def test_a_press_that_waited_in_the_phone_does_not_move_the_incident_back():
    story = Story(alarm())
    story.presses_again(alarm(2, position=fix(-6.5, at=after(-90)), origin=fix(-6.5, at=after(-90))))
    assert (story.incident.position, story.incident.origin) == (fix(), fix())


def test_a_newer_fix_moves_the_incident():
    newer = fix(-6.99, at=after(4))
    story = Story(unlocated_alarm())
    story.presses_again(alarm(2, position=newer, origin=newer))
    assert (story.incident.position, story.incident.origin) == (newer, newer)
    assert story.incident.place == place_in()


def test_a_silent_press_makes_the_incident_silent_for_good():
    story = Story(alarm())
    story.presses_again(alarm(2, silent=True))
    story.presses_again(alarm(3))
    assert story.incident.silent


def test_flags_are_kept_once_each():
    story = Story(alarm(flags=("fix_stale",)))
    story.presses_again(alarm(2, flags=("fix_stale", "accuracy_large")))
    assert story.incident.flags == ("fix_stale", "accuracy_large")


def test_of_the_ended_offers_the_last_to_end_are_kept():
    story = Story(alarm(), around(NEAR))
    for at, (officer, following) in enumerate([(SECOND, THIRD), (THIRD, FOURTH), (FOURTH, FIFTH)], start=1):
        story.looks(NEAR, SECOND, at=at)
        story.happens(DeclineOffer(story.offer_to(officer), officer.id), around(following), at=at)
    story.happens(DeclineOffer(story.offer_to(NEAR), NEAR.id), at=9)
    assert [offer.officer for offer in story.incident.offers] == [THIRD, FOURTH, NEAR, FIFTH]
    assert [offer.is_open for offer in story.incident.offers] == [False, False, False, True]


def test_every_offer_that_ends_is_seen_to_end_even_when_more_end_at_once_than_are_kept():
    officers = [Person(f"officer-{number}", "x") for number in range(8)]
    story = Story(alarm(), around(*officers), policy=policy_with(officers_per_step=8))
    story.happens(AcceptOffer(story.offer_to(officers[0]), officers[0].id), at=1)
    ended = [offer.status for offer in story.incident.offers]
    assert ended == [OfferStatus.ACCEPTED] + [OfferStatus.WITHDRAWN] * 7


def test_a_new_round_forgets_who_was_asked_in_the_last_one():
    story = Story(alarm(), around(NEAR, SECOND))
    story.looks(at=30)
    story.looks(NEAR, at=60)
    assert story.incident.asked == (asked_mark(NEAR.id),)


def test_the_last_who_were_told_and_the_first_flags_are_kept():
    heads = tuple(Neighbour(Person(f"head-{number}", "x"), RT_1) for number in range(10))
    flags = tuple(f"flag-{number}" for number in range(20))
    story = Story(alarm())
    story.presses_again(alarm(2, flags=flags), Facts(neighbours=heads))
    assert [told.person.id for told in story.incident.told] == [f"head-{number}" for number in range(2, 10)]
    assert story.incident.flags == flags[:14]


# What is measured: an incident in which everything that is kept is kept as often as it can be.


def fullest(*, id_length: int, name_length: int, area_length: int, sectors: int) -> Incident:
    def person(number: int) -> Person:
        return Person(f"person-{number}-".ljust(id_length, "x"), f"Nama {number} ".ljust(name_length, "x"))

    def area(number: int) -> AreaRef:
        return AreaRef(f"3374010001001{number:03}", f"RT {number} ".ljust(area_length, "x"))

    exact = Position(-6.987654321012345, 110.41234567890123, 1234.5678901234567, NOON.replace(microsecond=123456))
    flags = tuple(f"position_flag_{number:02}" for number in range(20))
    areas = tuple(area(number) for number in range(8))
    place = replace(
        place_in(areas[0], candidates=areas, sectors=tuple(area(100 + number) for number in range(sectors))),
        rw=areas[1],
        village=areas[2],
        district=areas[3],
        city=areas[4],
        sure=Sure.UNCERTAIN,
        distance_m=123.456789,
        flags=flags[:8],
    )
    press = alarm(kind=Kind.EMERGENCY, device=person(0).id, position=exact, origin=exact, place=place, flags=flags)
    officers = tuple(Candidate(person(number), 12345.6, False, False) for number in range(60))
    heads = tuple(Neighbour(person(number), areas[number]) for number in range(8))
    story = Story(press, Facts(officers, heads))
    story.happens(Claim(person(50)), at=0.123456)
    for head in heads:
        story.happens(ReceiveNews(head.person.id), at=1.123456)
    for at in range(30, 600, 30):
        for offer in list(story.incident.open_offers()):
            story.happens(ReceiveOffer(offer.id, offer.officer.id), at=at - 0.123456)
        story.looks(*(candidate.officer for candidate in officers), at=at + 0.123456)
    for offer in list(story.incident.open_offers()):
        story.happens(ReceiveOffer(offer.id, offer.officer.id), at=599.123456)
    largest = max(story.states, key=lambda state: len(encode(state)))
    return structs.replace(
        largest,
        cancelled=Cancellation(exact.at or NOON, 48),
        duress=True,
        former_sectors=(area(200),),
        linked_to=largest.id,
        late_s=86_400,
    )


def test_the_fullest_incident_is_stored_in_8_kb():
    incident = fullest(id_length=36, name_length=40, area_length=30, sectors=4)
    kept = (incident.told, incident.offers, incident.asked, incident.flags, incident.neighbourhood)
    assert [len(parts) for parts in kept] == [8, 6, 40, 14, 8]
    assert len(encode(incident)) <= 8 * 1024


def test_the_longest_names_and_ids_cannot_make_it_twice_as_large():
    incident = fullest(id_length=64, name_length=80, area_length=80, sectors=8)
    assert len(encode(incident)) <= 12 * 1024


def test_an_incident_does_not_grow_with_presses_and_notes():
    story = Story(alarm(), around(NEAR))
    story.presses_again(alarm(2))
    small = len(encode(story.incident))
    for number in range(3, 500):
        story.presses_again(alarm(number))
        story.happens(AddNote(OPERATOR, "x" * 1000))
    story.happens(Close(OPERATOR, Disposition.PRANK, None))
    assert len(encode(story.incident)) < small + 200
