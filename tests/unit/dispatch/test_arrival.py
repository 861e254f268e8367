"""The time of arrival: from the distance, and the speed of who is sent to such an incident."""

from datetime import UTC, datetime

import pytest

from dispatch.arrival import eta_s
from dispatch.incident import Kind
from dispatch.policy import Rules
from dispatch.policy_text import PolicyInvalid, read_policy

NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


def test_a_kilometre_straight_is_a_third_longer_on_the_road():
    assert eta_s(1000, Rules(speed_kmh=36)) == 133


def test_who_is_there_already_needs_no_time():
    assert eta_s(0, Rules()) == 0


def test_each_kind_has_the_speed_of_who_is_sent_to_it():
    policy = read_policy('version = "x"\n[usual]\nspeed_kmh = 30\n[kind.fire]\nspeed_kmh = 15')
    assert eta_s(10_000, policy.rules(Kind.FIRE, NOON)) == 2 * eta_s(10_000, policy.rules(Kind.CRIME, NOON))


@pytest.mark.parametrize("speed", ["0", "-5", "1000", '"fast"'])
def test_a_speed_that_nobody_drives_is_a_mistake(speed):
    with pytest.raises(PolicyInvalid, match="speed_kmh"):
        read_policy(f'version = "x"\n[usual]\nspeed_kmh = {speed}')
