"""The search for the incident that a press belongs to: the same answer as looking at all of them, without doing so."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from dispatch.duplicates import distance_m, is_same_emergency
from dispatch.incident import Alarm, Incident, Kind, Status
from dispatch.policy import Policy
from geo.position import Position
from panic_server.journal.nearby import Nearby
from tests.unit.dispatch.city import INCIDENT_ID, NOON, Story, after, alarm

POLICY = Policy()

degrees = st.floats(-0.008, 0.008, allow_nan=False)
accuracies = st.one_of(st.none(), st.floats(1, 300))
spots = st.tuples(degrees, degrees, accuracies)
kinds = st.sampled_from(list(Kind))


def position(spot: tuple[float, float, float | None], *, lat: float = -7.0) -> Position:
    return Position(lat + spot[0], 110.4 + spot[1], spot[2], NOON)


def incident(number: int, at: Position, kind: Kind) -> Incident:
    opened = Story(alarm(kind=kind, position=at, origin=at)).incident
    return replace(opened, id=f"{INCIDENT_ID}-{number:03}", opened_at=after(number / 1000))


def how_far(one: Incident, press: Alarm) -> float:
    assert one.position is not None
    assert press.position is not None
    return distance_m(one.position, press.position)


@given(st.lists(st.tuples(spots, kinds), max_size=40), spots, kinds, st.sampled_from([-7.0, 0.0, 5.9, -11.4]))
def test_it_finds_what_a_look_at_every_incident_finds(others, spot, kind, lat):
    nearby = Nearby(POLICY)
    incidents = [incident(i, position(at, lat=lat), what) for i, (at, what) in enumerate(others)]
    for one in incidents:
        nearby.put(one)
    press = alarm(2, device="resident-2", kind=kind, position=position(spot, lat=lat))
    now = after(5)
    same = [one for one in incidents if is_same_emergency(one, press, now=now, policy=POLICY)]
    nearest = min(same, key=lambda one: (how_far(one, press), one.opened_at), default=None)
    assert nearby.find(press, now=now) == (nearest.id if nearest else None)


def here(number: int = 0) -> Incident:
    return incident(number, position((0, 0, 10)), Kind.FIRE)


PRESS = alarm(2, device="resident-2", kind=Kind.FIRE, position=position((0, 0, 10)))


def test_what_is_closed_or_has_become_private_is_found_no_more():
    for change in ({"status": Status.CLOSED}, {"silent": True}, {"kind": Kind.VIOLENCE}, {"position": None}):
        nearby = Nearby(POLICY)
        nearby.put(here())
        assert nearby.find(PRESS, now=NOON)
        nearby.put(replace(here(), **change))
        assert nearby.find(PRESS, now=NOON) is None


def test_what_moves_is_found_where_it_is():
    nearby = Nearby(POLICY)
    nearby.put(here())
    nearby.put(replace(here(), position=position((0.007, 0.0, 10))))
    assert nearby.find(PRESS, now=NOON) is None
    assert nearby.find(replace(PRESS, position=position((0.007, 0.0, 10))), now=NOON) == here().id


def test_what_is_past_its_window_leaves_the_grid_and_an_alarm_of_its_own_brings_it_back():
    nearby = Nearby(POLICY)
    for number in range(100):
        nearby.put(here(number))
    late = after(POLICY.join_window_s + 1)
    assert nearby.find(PRESS, now=late) is None
    assert nearby._cells == {}
    nearby.put(replace(here(), last_alarm_at=late))
    assert nearby.find(PRESS, now=late) == here().id


def test_without_a_radius_nothing_is_kept():
    nearby = Nearby(Policy(join_radius_max_m=0))
    nearby.put(here())
    assert nearby.find(PRESS, now=NOON) is None
