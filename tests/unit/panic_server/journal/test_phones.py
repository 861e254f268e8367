"""Which phones are part of which incidents, and which of them flood."""

from dispatch.policy import Policy
from panic_server.journal.phones import Phones
from tests.unit.dispatch.city import after

POLICY = Policy(flood_presses=3, flood_window_s=60)


def phones_with(*incidents: str) -> Phones:
    phones = Phones(POLICY)
    for incident_id in incidents:
        phones.add("phone", incident_id, drill=False)
        phones.add("phone", incident_id, drill=False)
    return phones


def test_the_newest_incident_of_a_phone_comes_first_and_exercises_are_apart():
    phones = phones_with("one", "two")
    phones.add("phone", "exercise", drill=True)
    assert list(phones.incidents_of("phone", drill=False)) == ["two", "one"]
    assert list(phones.incidents_of("phone", drill=True)) == ["exercise"]
    assert phones.is_part_of("phone", "one", drill=False)
    assert not phones.is_part_of("phone", "one", drill=True)
    assert not phones.is_part_of("other", "one", drill=False)


def test_a_closed_incident_leaves_nothing_behind():
    phones = phones_with("one", "two")
    phones.drop("two")
    assert list(phones.incidents_of("phone", drill=False)) == ["one"]
    phones.drop("one")
    phones.drop("one")
    assert (phones._pressing, phones._keys_of) == ({}, {})


def test_a_phone_floods_from_the_policys_number_of_presses_within_the_window():
    phones = phones_with("one")
    assert [phones.floods("phone", after(second), drill=False) for second in range(5)] == [False] * 3 + [True] * 2
    assert not phones.floods("phone", after(61), drill=False)


def test_a_phone_without_an_incident_does_not_flood():
    assert not any(Phones(POLICY).floods("phone", after(0), drill=False) for _ in range(9))
