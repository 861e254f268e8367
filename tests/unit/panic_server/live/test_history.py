"""The last events in memory, and what of them a reader gets."""

import json

import pytest

from panic_server.journal.port import JournalEvent
from panic_server.live.history import CHUNK, History, NotKept, payload_for

ALL = frozenset({"op:*"})


def event(seq: int, routes: dict[str, str] | None = None) -> JournalEvent:
    routes = {"op:*": "patch:operator"} if routes is None else routes
    payloads = {key: json.dumps({"seq": seq, "as": key}) for key in set(routes.values())}
    return JournalEvent(seq, "i1", "noted", routes, payloads)


def filled(count: int, **bounds: int) -> History:
    history = History(0, **bounds)
    history.append(event(seq) for seq in range(1, count + 1))
    return history


def seqs(history: History, after: int, to: int) -> list[int]:
    frame = history.frame(ALL, position=after, after=after, to=to)
    return [] if frame is None else [one["seq"] for one in json.loads(frame.text)["events"]]


def test_a_reader_gets_what_its_selector_says():
    both = event(1, {"op:*": "patch:operator", "rt:RT1": "whole:representative"})
    assert "representative" in (payload_for(both, frozenset({"rt:RT1"})) or "")


def test_what_is_for_nobody_here_is_not_sent():
    assert payload_for(event(1), frozenset({"rt:RT1"})) is None


@pytest.mark.parametrize(
    ("one", "other", "wins"),
    [("patch", "whole", "patch"), ("whole", "hidden", "whole"), ("hidden", "patch", "patch")],
)
def test_of_two_variants_the_one_that_shows_what_the_reader_lacks_wins(one: str, other: str, wins: str):
    moved = event(1, {"op:S1": f"{one}:operator", "op:S2": f"{other}:operator"})
    assert json.loads(payload_for(moved, frozenset({"op:S1", "op:S2"})) or "")["as"] == f"{wins}:operator"


def test_events_come_in_order_from_the_one_after_the_position():
    assert seqs(filled(9), 3, 7) == [4, 5, 6, 7]


def test_a_range_begins_where_the_reader_is_even_if_the_chunk_begins_later():
    frame = filled(9).frame(ALL, position=2, after=5, to=7)
    assert frame is not None
    assert json.loads(frame.text)["from"] == 3


def test_a_range_without_anything_for_the_reader_is_no_frame():
    assert filled(9).frame(frozenset({"rt:RT1"}), position=0, after=0, to=9) is None


def test_an_event_that_does_not_follow_is_refused():
    with pytest.raises(ValueError, match="5 does not follow 3"):
        filled(3).append([event(5)])


def test_only_the_last_are_kept():
    history = filled(10, events_kept=4)
    assert (history.oldest, history.head) == (7, 10)
    assert seqs(history, 6, 10) == [7, 8, 9, 10]


def test_only_so_many_bytes_are_kept():
    history = filled(100, bytes_kept=20_000)
    assert 10 < history.head - history.oldest < 20


def test_who_asks_for_more_is_told_so():
    with pytest.raises(NotKept):
        filled(10, events_kept=4).frame(ALL, position=5, after=5, to=10)


def test_clients_who_come_back_at_different_places_share_the_frames_after_the_first():
    history = filled(3 * CHUNK)
    ends = [history.next_chunk(after) for after in (3, 90)]
    assert ends == [CHUNK, CHUNK]
    first = history.frame(ALL, position=CHUNK, after=CHUNK, to=history.next_chunk(CHUNK))
    assert history.frame(ALL, position=CHUNK, after=CHUNK, to=history.next_chunk(CHUNK)) is first


def test_an_empty_history_begins_at_the_head():
    history = History(41)
    assert (history.head, history.oldest, history.next_chunk(41)) == (41, 42, 41)
