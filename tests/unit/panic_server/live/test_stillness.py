"""Where those stand who must not learn by counting that a cancelled alarm goes on."""

from __future__ import annotations

import pytest

from panic_server.journal.port import JournalEvent
from panic_server.live.stillness import Stillness
from panic_server.people import Principal, Role

HEAD = Principal("ketua", Role.REPRESENTATIVE, "Ketua", ("RT-1",))
OFFICER = Principal("budi", Role.OFFICER, "Budi", ())
OPERATOR = Principal("siti", Role.OPERATOR, "Siti", ())


def event(seq: int, kind: str, *seen_by: str, incident_id: str = "cancelled") -> JournalEvent:
    return JournalEvent(seq, incident_id, kind, dict.fromkeys(seen_by, "patch"), {})


@pytest.fixture
def still() -> Stillness:
    """A cancelled incident, and another one at 7 in the same RT."""
    still = Stillness()
    still.hear([event(4, "incident_opened", "rt:RT-1"), event(5, "cancelled_under_duress", "rt:RT-1")])
    still.hear([event(6, "offers_made", "person:wati"), event(7, "incident_opened", "rt:RT-1", incident_id="other")])
    still.hear([event(8, "offers_expired", "person:wati"), event(9, "offers_made")])
    return still


def test_only_consoles_are_at_the_head(still: Stillness) -> None:
    assert [still.head_for(one, 9) for one in (OPERATOR, HEAD, OFFICER)] == [9, 7, 5]


@pytest.mark.parametrize("end", ["closed", "alarm_joined", "merged_into"])
def test_at_the_end_all_are_at_the_head_again(still: Stillness, end: str) -> None:
    still.hear([event(10, end)])
    assert [still.head_for(one, 10) for one in (OPERATOR, HEAD, OFFICER)] == [10, 10, 10]


def test_of_several_that_look_cancelled_the_end_of_one_shows_nothing_of_the_others(still: Stillness) -> None:
    still.hear(
        [event(10, "cancelled_by_resident", incident_id="second"), event(11, "closed"), event(12, "offers_made")]
    )
    assert [still.head_for(one, 12) for one in (OPERATOR, HEAD, OFFICER)] == [12, 10, 10]
