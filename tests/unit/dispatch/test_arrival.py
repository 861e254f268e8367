"""The time of arrival: from the distance, and the speed of the unit or else of who is sent to such an incident."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.arrival import eta_s
from dispatch.incident import Kind
from dispatch.policy import Policy, Rules
from dispatch.policy_text import PolicyInvalid, read_policy
from dispatch.units import Unit, read_unit

NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


def seconds(metres: float, rules: Rules, unit: Unit | None = None, policy: Policy | None = None) -> int:
    return eta_s(metres, rules, unit=unit, policy=policy or Policy())


def test_a_kilometre_straight_is_a_third_longer_on_the_road():
    assert seconds(1000, Rules(speed_kmh=36)) == 133


def test_who_is_there_already_needs_no_time():
    assert seconds(0, Rules()) == 0


def test_each_kind_has_the_speed_of_who_is_sent_to_it():
    policy = read_policy('version = "x"\n[usual]\nspeed_kmh = 30\n[kind.fire]\nspeed_kmh = 15')
    assert seconds(10_000, policy.rules(Kind.FIRE, NOON)) == 2 * seconds(10_000, policy.rules(Kind.CRIME, NOON))


def test_whose_unit_is_known_travels_as_the_policy_says_of_it_whatever_the_kind():
    policy = read_policy('version = "x"\n[usual]\nspeed_kmh = 20\n[unit_kmh]\nmotorcycle = 40')
    assert seconds(1000, policy.usual, Unit.MOTORCYCLE, policy) == seconds(1000, Rules(speed_kmh=40))
    assert seconds(1000, policy.usual, None, policy) == seconds(1000, Rules(speed_kmh=20))


def test_a_unit_that_the_text_leaves_out_is_as_shipped():
    policy = read_policy('version = "x"\n[unit_kmh]\nmotorcycle = 40')
    assert policy.unit_kmh == {**Policy().unit_kmh, Unit.MOTORCYCLE: 40.0}


@given(st.sampled_from(Unit), st.floats(0, 50_000), st.floats(0, 50_000))
def test_nearer_is_never_later_and_every_unit_has_a_speed(unit: Unit, one_m: float, other_m: float):
    near, far = sorted((one_m, other_m))
    assert 0 <= seconds(near, Rules(), unit) <= seconds(far, Rules(), unit)


@pytest.mark.parametrize("speed", ["0", "-5", "1000", '"fast"'])
@pytest.mark.parametrize("where", ["usual.speed_kmh", "unit_kmh.car"])
def test_a_speed_that_nobody_drives_is_a_mistake(where, speed):
    table, _, name = where.partition(".")
    with pytest.raises(PolicyInvalid, match=f"{where} must be a number from 3 to 150"):
        read_policy(f'version = "x"\n[{table}]\n{name} = {speed}')


def test_a_unit_that_nobody_knows_is_a_mistake_with_the_known_ones_in_its_words():
    with pytest.raises(PolicyInvalid, match=r"unit_kmh\.tank is no setting; there are foot, bicycle, motorcycle"):
        read_policy('version = "x"\n[unit_kmh]\ntank = 30')
    with pytest.raises(PolicyInvalid, match="unit_kmh must be a table"):
        read_policy('version = "x"\nunit_kmh = 30')


def test_a_unit_of_a_later_program_is_read_as_none():
    assert [read_unit(text) for text in ("boat", "submarine", None)] == [Unit.BOAT, None, None]
