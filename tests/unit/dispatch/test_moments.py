"""Which events count as the first answer to an incident, and as its end."""

from __future__ import annotations

import pytest

from dispatch.events import AssignmentChanged, Claimed, Closed, Event, Noted, OfferAccepted, Released
from dispatch.incident import AssignmentStatus, Disposition, Person
from dispatch.moments import Moment, moment_of
from tests.unit.dispatch.city import NOON as NOW

SOMEBODY = Person("siti", "Siti")


@pytest.mark.parametrize(
    ("event", "moment"),
    [
        (Claimed(SOMEBODY, NOW), Moment.CLAIMED),
        (OfferAccepted("offer", SOMEBODY, (), NOW), Moment.ACCEPTED),
        (AssignmentChanged("offer", "siti", AssignmentStatus.ON_SCENE, NOW), Moment.ON_SCENE),
        (AssignmentChanged("offer", "siti", AssignmentStatus.CLEAR, NOW), None),
        (Closed(SOMEBODY, Disposition.RESOLVED, None, NOW), Moment.CLOSED),
        (Released(SOMEBODY, NOW), None),
        (Noted(SOMEBODY, "called back", NOW), None),
    ],
)
def test_an_event_brings_an_incident_to_at_most_one_moment(event: Event, moment: Moment | None) -> None:
    assert moment_of(event) is moment
